"""``medyan run``: what is refused, what is written, what is said."""

import os
import pty
import resource
import shutil
import threading

import pytest
from start_medyan import INPUTS, start

import medyan_py as md
from medyan_py.analysis import read_chemistry, read_snapshot
from medyan_py.cli import main, session


def test_all_mistakes_of_a_deck_at_once_and_nothing_written(medyan, pair, tmp_path):
    deck = tmp_path / "deck"
    shutil.copytree(pair.parent, deck)
    system = (deck / "systeminput.txt").read_text()
    system = system.replace("NX:                     1", "NX: one").replace("BOUNDARYSHAPE:", "BOUNDARYSHAP:")
    (deck / "systeminput.txt").write_text(system)
    chemistry = (deck / "chemistryinput.txt").read_text()
    (deck / "chemistryinput.txt").write_text(chemistry.replace("MD 3 0.2e6", "MD 3 fast"))
    code, out, err = medyan("run", "-s", "deck/systeminput.txt", "-o", "out")
    assert (code, out) == (2, "")
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert any(line.startswith("error: deck/systeminput.txt:5: NX: ") and "'one'" in line for line in errors)
    assert any(line.startswith("error: deck/chemistryinput.txt:3: SPECIESDIFFUSING") for line in errors)
    assert any(line.startswith("warning: deck/systeminput.txt:11: 'BOUNDARYSHAP:'") for line in err.splitlines())
    assert err.splitlines()[-1] == f"medyan: {len(errors)} mistakes in the deck; nothing was written"
    assert sorted(os.listdir(tmp_path)) == ["deck"]


@pytest.mark.parametrize("words", [["--start-frame", "3"], ["--record", "vtk", "--no-vtk"]])
def test_options_that_mean_nothing_are_refused(medyan, tmp_path, words):
    code, _, err = medyan("run", "-s", INPUTS / "mtoc" / "systeminput.txt", "-o", tmp_path / "out", *words)
    assert code == 2 and words[0] in err
    assert not (tmp_path / "out").exists()


def test_deck_that_is_not_there(medyan, tmp_path):
    code, out, err = medyan("-s", "nowhere.txt")
    assert (code, out) == (2, "")
    assert err == (
        "error: nowhere.txt: cannot read the file: no such file\nmedyan: 1 mistake in the deck; nothing was written\n"
    )
    assert os.listdir(tmp_path) == []


def test_a_deck_that_was_meant(medyan, network):
    """Another name, the folder, or the chemistry deck."""
    folder = network.parent
    for wrong, expected in (
        (folder / "systeminptu.txt", "no such file; did you mean 'systeminput.txt'?"),
        (folder, f"not a regular file; did you mean '{folder / 'systeminput.txt'}'?"),
        (folder / "chemistryinput.txt", "this is a chemistry deck; wanted is the system deck, which names it"),
    ):
        code, _, err = medyan("run", "-s", wrong)
        assert code == 2 and expected in err and "1 mistake in the deck" in err


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\x89HDF\r\n\x1a\n\0\0\0 NX: 2\n", "cannot read the file: this is not a text file"),
        ("NX: 2\nNY: 2\n".encode("utf-16"), "cannot read the file: this is UTF-16; save it as UTF-8"),
        (
            b"0 0.0 1 0 0 0\nFILAMENT 0 0 2 0 0\n0 0 0 1 1 1\n\n" * 2,
            "no system deck: none of its 6 entries begins with",
        ),
    ],
)
def test_files_that_are_no_decks(tmp_path, capsys, content, text):
    (tmp_path / "deck.txt").write_bytes(content)
    assert main(["run", "-s", str(tmp_path / "deck.txt"), "-o", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert text in err and err.count("error: ") == 1 and "warning" not in err
    assert not (tmp_path / "out").exists()


def test_filaments_that_find_no_place(medyan, network, tmp_path):
    deck = tmp_path / "deck"
    shutil.copytree(network.parent, deck)
    text = (deck / "systeminput.txt").read_text()
    (deck / "systeminput.txt").write_text(text.replace("FILAMENTLENGTH:         1 ", "FILAMENTLENGTH:         10 "))
    code, _, err = medyan("-s", "deck/systeminput.txt", "-o", "out")
    assert code == 2
    assert "NUMFILAMENTS: no place for random filament" in err
    assert "Traceback" not in err
    assert os.listdir(tmp_path) == ["deck"]


def test_what_a_run_leaves_and_says(medyan, pair, tmp_path):
    code, out, err = medyan("run", "-s", pair, "-o", "a b", "--seed-fixed", "7", "--runtime", "1.2")
    assert (code, err) == (0, "")
    assert "\x1b" not in out and "\r" not in out
    lines = out.splitlines()
    told = [line for line in lines if line.startswith("[info] frame ")]
    assert [line.split(":")[0] for line in told] == [
        f"[info] frame {i}, t = {t} s" for i, t in enumerate(["0", "0.5", "1", "1.2"])
    ]
    directory = tmp_path / "a b"
    assert lines[-2] == (
        f"Wrote 4 frames, t = 0 to 1.2 s, to {directory}: snapshot.traj, chemistry.traj, traj.h5, medyan.log, "
        "10 more .traj files, paraview/"
    )
    assert lines[-1].startswith("Open the .pvd files") and lines[-1].endswith(f"medyan render '{directory}'")
    assert not lines[-3].startswith(("Wrote", "Open"))
    assert [frame.time for frame in read_snapshot(directory / "snapshot.traj")] == [0, 0.5, 1, 1.2]
    log = (directory / "medyan.log").read_text()
    assert log.splitlines() == lines[:-2]
    assert f"command: medyan run -s {pair} -o 'a b' --seed-fixed 7 --runtime 1.2\n" in log
    assert "seed: 7 (given)\n" in log


def test_drawn_seed_can_be_given_again(pair, tmp_path):
    assert main(["-s", str(pair), "-o", str(tmp_path / "a"), "--runtime", "1", "--no-vtk"]) == 0
    line = next(line for line in (tmp_path / "a" / "medyan.log").read_text().splitlines() if "seed: " in line)
    seed, how = line.split("seed: ")[1].split()
    assert how == "(drawn)"
    assert main(["-s", str(pair), "-o", str(tmp_path / "b"), "--runtime", "1", "--no-vtk", "--seed-fixed", seed]) == 0
    assert (tmp_path / "a/snapshot.traj").read_bytes() == (tmp_path / "b/snapshot.traj").read_bytes()


def test_same_seed_same_files_whatever_is_recorded(network, tmp_path, capsys):
    for name, more in (("a", []), ("b", []), ("c", ["--no-vtk"])):
        words = ["-s", str(network), "-o", str(tmp_path / name), "--runtime", "2", "--seed-fixed=5", *more]
        assert main(words) == 0
    assert not (tmp_path / "c" / "paraview").exists()
    assert "read_snapshot(" in capsys.readouterr().out.splitlines()[-1]
    for file in ("snapshot.traj", "chemistry.traj"):
        first = (tmp_path / "a" / file).read_bytes()
        assert first == (tmp_path / "b" / file).read_bytes() == (tmp_path / "c" / file).read_bytes()
    other = ["-s", str(network), "-o", str(tmp_path / "d"), "--runtime", "2", "--seed-fixed=6", "--no-vtk"]
    assert main(other) == 0
    assert (tmp_path / "d/chemistry.traj").read_bytes() != (tmp_path / "a/chemistry.traj").read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ["-s{deck}", "-oresult"],
        ["-o", "result", "run", "-s", "{deck}"],
        ["run", "-s={deck}", "-o", "result", "-t", "1"],
        ["-s", "{deck}", "-o", "result", "--", "run"],
        ["-s", "{deck}", "-i", "{inputs}", "-o", "result", "-t", "-1"],
    ],
)
def test_spellings(words, pair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [word.format(deck=pair, inputs=pair.parent) for word in words]
    assert main(["--runtime=0.1", "--no-vtk", "--seed-fixed=5", *words]) == 0
    assert "seed: 5 (given)" in (tmp_path / "result" / "medyan.log").read_text()


def test_results_are_not_overwritten_unless_asked(pair, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the default is the current directory
    words = ["-s", str(pair), "--runtime", "0.1", "--no-vtk"]
    assert main(words) == 0
    before = (tmp_path / "medyan.log").read_bytes()
    capsys.readouterr()
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "already holds results (CMGraph.traj, TMGraph.traj, birthtimes.traj, and " in err and err.count("\n") == 1
    assert err.endswith("with --overwrite; to go on with that run: medyan run --continue .\n")
    assert (tmp_path / "medyan.log").read_bytes() == before
    (tmp_path / "notes.txt").write_text("keep")
    assert main([*words, "--overwrite", "--runtime", "0.2"]) == 0
    assert [frame.time for frame in read_snapshot(tmp_path / "snapshot.traj")] == [0, 0.2]
    assert (tmp_path / "notes.txt").read_text() == "keep"


def test_output_directory_that_is_a_file(pair, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["-s", str(pair), "-o", str(tmp_path / "file")]) == 2
    assert "is a file, not a directory" in capsys.readouterr().err


def test_threads_and_warnings_of_the_deck_are_told(pair, tmp_path, capsys, monkeypatch):
    deck = tmp_path / "deck"
    shutil.copytree(pair.parent, deck)
    with open(deck / "systeminput.txt", "a") as file:
        file.write("NUMTOTALSTEPS: 5\n")
    words = ["-s", str(deck / "systeminput.txt"), "-o", str(tmp_path / "out"), "--runtime", "0.1", "--no-vtk"]
    monkeypatch.setattr(session, "available_processors", lambda: 3)
    assert main([*words, "-t", "4"]) == 0
    err = capsys.readouterr().err
    log = (tmp_path / "out" / "medyan.log").read_text()
    assert "[info] forces on 4 threads\n" in log
    for text in ("[warning] -t 4: more threads than processors (3)\n", "NUMTOTALSTEPS"):
        assert text in err and text in log


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ("NUMTOTALSTEPS: 5\nLBENDINGTHETA: 1\n", None),  # obsolete or without effect, but known
        (
            "BOUNDARYMOVES: LEFT\n",
            "1 keyword of the deck is not known and ignored: 'BOUNDARYMOVES:' (did you mean 'BOUNDARYMOVE'?)",
        ),
        (
            "E4\nSPECIESBULK: B 1 0 0 REG\nFBENDINGTYPE: COSINE\n",
            "3 keywords of the deck are not known and ignored: 'E4', 'SPECIESBULK:', FBENDINGTYPE (did you mean "
            "'FBENDINGFFTYPE'?)",
        ),
    ],
)
def test_unknown_keywords_are_counted_at_the_end(pair, tmp_path, capsys, extra, text):
    deck = tmp_path / "deck"
    shutil.copytree(pair.parent, deck)
    with open(deck / "systeminput.txt", "a") as file:
        file.write(extra)
    words = ["-s", str(deck / "systeminput.txt"), "-o", str(tmp_path / "out"), "--runtime", "0.1", "--no-vtk"]
    assert main(words) == 0
    err = capsys.readouterr().err
    log = (tmp_path / "out" / "medyan.log").read_text().splitlines()
    if text is None:
        assert "not known" not in err
        return
    line = f"[warning] {text}"
    assert err.splitlines()[-1] == line and line in log[-2]


def test_compatibility_is_passed_on(pair, tmp_path, capsys):
    words = ["-s", str(pair), "-o", str(tmp_path / "out"), "--runtime", "0.1", "--no-vtk", "--compatibility"]
    assert main([*words, "medyan-9"]) == 2
    assert "compatibility" in capsys.readouterr().err
    assert main([*words, "none"]) == 0


def test_choice_of_files(medyan, pair, tmp_path):
    code, out, _ = medyan("-s", pair, "-o", "out", "--runtime", "0.1", "--record", "CMGraph, h5,forces")
    assert code == 0
    names = sorted(name for name in os.listdir(tmp_path / "out") if not name.startswith("checkpoint"))
    assert names == ["CMGraph.traj", "forces.traj", "medyan.log", "traj.h5"]
    assert out.splitlines()[-1].endswith(": traj.h5, medyan.log, 2 more .traj files")
    for names, words in (
        ("forcess", "did you mean 'forces'?"),
        ("", "there are snapshot"),
        ("42", "there are snapshot"),
    ):
        code, _, err = medyan("-s", pair, "-o", "other", "--record", names)
        assert code == 2 and "--record" in err and words in err
    assert not (tmp_path / "other").exists()


def test_disk_that_is_full(medyan, pair, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, resource.RLIM_INFINITY))

    code, _, err = medyan("-s", pair, "-o", "out", "--record", "snapshot,chemistry", before=limit)
    assert code == 3
    assert "cannot be written: File too large" in err
    assert "Traceback" not in err
    assert len(list(read_snapshot(tmp_path / "out" / "snapshot.traj"))) >= 1


def test_run_outside_the_main_thread(pair, tmp_path):
    codes = []
    words = ["-s", str(pair), "-o", str(tmp_path), "--runtime", "0.1", "--no-vtk"]
    thread = threading.Thread(target=lambda: codes.append(main(words)))
    thread.start()
    thread.join()
    assert codes == [0]


def on_a_terminal(*words, cwd):
    """What ``medyan WORDS`` shows on a terminal when all goes well."""
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = start(*words, cwd=cwd, stdout=child, stderr=child, stdin=child, env=environment)
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(parent)
    assert process.wait(timeout=60) == 0
    return shown.decode()


def test_progress_on_a_terminal(network, tmp_path):
    words = ["-s", network, "-o", "out", "--runtime", "2", "-t", "777", "--record", "snapshot,chemistry"]
    text = on_a_terminal(*words, cwd=tmp_path)
    for part in ("\x1b[", "s of 2 s", "events/s", "iterations", "linkers", "motors", "left", "[warning] -t 777"):
        assert part in text
    assert "[info]" not in text
    assert text.splitlines()[-2].endswith("snapshot.traj, chemistry.traj, medyan.log")
    assert "2.00 s of 2 s" in text


@pytest.mark.parametrize("name", ["actomyosin", "treadmilling", "two_filaments"])
def test_ready_decks_in_python(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    simulation = md.Simulation.from_deck(INPUTS / name / "systeminput.txt", seed=1)
    assert simulation.deck.warnings == ()
    simulation.run(0.5)
    assert simulation.time == 0.5
    assert simulation.copy_numbers("A").shape == simulation.grid.shape
    assert simulation.filaments.beads.shape[1] == 3
    assert all(energy >= 0 for energy in simulation.energies.values())
    assert (INPUTS / name / "README.md").is_file()


def test_chemistry_and_snapshot_agree(network, tmp_path):
    assert main(["-s", str(network), "-o", str(tmp_path), "--runtime", "1", "--no-vtk", "--seed-fixed", "1"]) == 0
    snapshots = list(read_snapshot(tmp_path / "snapshot.traj"))
    chemistry = list(read_chemistry(tmp_path / "chemistry.traj"))
    assert [f.time for f in snapshots] == [f.time for f in chemistry] == [0, 0.5, 1]
    assert len(snapshots[-1].motors.ids) > 0


@pytest.fixture
def stepped(pair, tmp_path):
    """The deck of two filaments in step mode."""
    deck = tmp_path / "deck"
    shutil.copytree(pair.parent, deck)
    lines = [line for line in (deck / "systeminput.txt").read_text().splitlines() if not line.startswith("RUNTIME")]
    lines += ["RUNSTEPS: 2050", "MINIMIZATIONSTEPS: 100", "SNAPSHOTSTEPS: 1000", "NEIGHBORLISTSTEPS: 100"]
    (deck / "systeminput.txt").write_text("\n".join(lines) + "\n")
    return deck / "systeminput.txt"


def test_step_mode(stepped, tmp_path, capsys):
    assert main(["-s", str(stepped), "-o", str(tmp_path / "out"), "--seed-fixed", "1", "--no-vtk"]) == 0
    out = capsys.readouterr().out
    assert "2050 events; energy is minimised every 100 events" in out
    assert "21 cycles, 2050 events" in out
    assert "Wrote 4 frames" in out and ", 2050 events, to " in out
    assert len(list(read_snapshot(tmp_path / "out" / "snapshot.traj"))) == 4


def test_progress_in_events(stepped, tmp_path):
    text = on_a_terminal("-s", stepped, "-o", "out", "--no-vtk", cwd=tmp_path)
    assert "2,050 of 2,050 events" in text and "100 %" in text


def test_step_mode_that_runs_out_of_events(stepped, tmp_path, capsys):
    (stepped.parent / "chemistryinput.txt").write_text(
        "SPECIESBULK: S 30 0 0 REG\nSPECIESBULK: T 0 0 0 REG\nBULKREACTION: S:BULK -> T:BULK 1\n"
        "SPECIESFILAMENT: AF 0\nSPECIESPLUSEND: PA 0\nSPECIESMINUSEND: MA 0\nSPECIESBOUND: EA 0\n"
    )
    assert main(["-s", str(stepped), "-o", str(tmp_path / "out"), "--no-vtk"]) == 0
    captured = capsys.readouterr()
    assert "nothing can happen any more at t = " in captured.out + captured.err
    assert "after 30 of 2050 events" in captured.out + captured.err
