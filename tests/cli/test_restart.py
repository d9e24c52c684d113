"""Runs that go on from a checkpoint leave the results that they would have left without interruption."""

import shutil

import pytest
from compare_results import READY, different_files, short_deck

from medyan_py.checkpoint import Checkpoints
from medyan_py.cli import main
from medyan_py.core.common.state import differences
from medyan_py.output.state_file import read_tree


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """Copies of all checkpoints that runs write from now on."""
    copies, write = [], Checkpoints.write

    def write_and_copy(self, simulation, outputs, run):
        write(self, simulation, outputs, run)
        copy = tmp_path / f"kept-{len(copies):03d}.h5"
        shutil.copy(self._directory / "checkpoint.h5", copy)
        copies.append(copy)

    monkeypatch.setattr(Checkpoints, "write", write_and_copy)
    return copies


def run(*words):
    """A run of the command line; must succeed."""
    assert main([str(word) for word in words]) == 0


def state_in(path):
    return read_tree(path)["simulation"]


def go_on_from_each(copies, whole, tmp_path, *words):
    """Go on from copies of checkpoints, in copies of the finished run; all results must be the same again."""
    last = state_in(whole / "checkpoint.h5")
    for number, copy in enumerate(list(copies)):
        again = tmp_path / f"again-{number}"
        shutil.copytree(whole, again)
        shutil.copy(copy, again / "checkpoint.h5")
        (again / "checkpoint-older.h5").unlink()
        run("run", "--continue", again, *words)
        assert different_files(whole, again) == []
        assert differences(state_in(again / "checkpoint.h5"), last) == []
        shutil.rmtree(again)


@pytest.mark.parametrize("deck", READY)
def test_ready_decks_go_on_from_a_checkpoint_alike(deck, tmp_path, kept):
    system = short_deck(deck, tmp_path, cycles=5)
    run("run", "-s", system, "-o", tmp_path / "whole", "--seed-fixed", 8, "--checkpoint-every", 1e-9)
    assert len(kept) == 6  # at the start and after every cycle
    go_on_from_each([kept[3], kept[5]], tmp_path / "whole", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("deck", READY)
def test_ready_decks_go_on_from_any_checkpoint_alike(deck, tmp_path, kept):
    """Also from the last one, after which nothing is left but a frame off the timetable."""
    system = short_deck(deck, tmp_path, cycles=21)
    run("run", "-s", system, "-o", tmp_path / "whole", "--seed-fixed", 9, "--checkpoint-every", 1e-9)
    assert len(kept) == 22
    go_on_from_each(kept, tmp_path / "whole", tmp_path)


def test_checkpoints_do_not_change_the_run(tmp_path):
    system = short_deck("actomyosin", tmp_path)
    for name, words in (("with", ("--checkpoint-every", 1e-9)), ("without", ())):
        run("run", "-s", system, "-o", tmp_path / name, "--seed-fixed", 1, *words)
    assert different_files(tmp_path / "with", tmp_path / "without") == []


def test_a_longer_runtime_continues_a_finished_run(tmp_path):
    """The last cycle of the short run ends on the timetable; the last frame does not, and gives way."""
    system = short_deck("branching", tmp_path)
    interval = float(system.read_text().split("MINIMIZATIONTIME:")[1].split()[0])
    run("run", "-s", system, "-o", tmp_path / "long", "--seed-fixed", 1, "--runtime", 12 * interval)
    run("run", "-s", system, "-o", tmp_path / "short", "--seed-fixed", 1)
    assert different_files(tmp_path / "short", tmp_path / "long") != []
    run("run", "--continue", tmp_path / "short", "--runtime", 12 * interval)
    assert different_files(tmp_path / "short", tmp_path / "long") == []


@pytest.mark.parametrize("seed", [3, 8])
def test_a_finished_run_goes_on_to_the_same_end(tmp_path, seed):
    """Its last frame, off the timetable, is written anew from the checkpoint; here other beads are near walls then than
    where neighbours were last searched."""
    system = short_deck("actomyosin", tmp_path, cycles=9)
    run("run", "-s", system, "-o", tmp_path / "whole", "--seed-fixed", seed, "--record", "snapshot,forces,repulsion,h5")
    shutil.copytree(tmp_path / "whole", tmp_path / "again")
    run("run", "--continue", tmp_path / "again")
    assert different_files(tmp_path / "whole", tmp_path / "again") == []


def test_runs_in_events_go_on_alike(tmp_path, kept):
    system = short_deck("branching", tmp_path)
    text = "\n".join(line for line in system.read_text().splitlines() if not line.startswith("RUNTIME"))
    steps = {"RUNSTEPS": 25000, "MINIMIZATIONSTEPS": 4000, "SNAPSHOTSTEPS": 8000, "NEIGHBORLISTSTEPS": 8000}
    system.write_text(text + "".join(f"\n{keyword}: {value}" for keyword, value in steps.items()) + "\n")
    run("run", "-s", system, "-o", tmp_path / "whole", "--seed-fixed", 8, "--checkpoint-every", 1e-9)
    assert len(kept) == 8
    go_on_from_each([kept[0], kept[5]], tmp_path / "whole", tmp_path)


def test_checkpoint_time_of_the_deck(tmp_path, kept):
    system = short_deck("two_filaments", tmp_path, cycles=12)
    interval = float(system.read_text().split("MINIMIZATIONTIME:")[1].split()[0])
    system.write_text(system.read_text() + f"\ncheckpoint-time {4 * interval:.10g}\n")
    run("run", "-s", system, "-o", tmp_path / "whole", "--record", "snapshot,h5")
    times = [read_tree(copy)["time"] / interval for copy in kept]
    assert times == pytest.approx([0, 4, 8, 12])
    go_on_from_each(kept[1:2], tmp_path / "whole", tmp_path)
    assert read_tree(kept[-1])["time"] == read_tree(tmp_path / "whole" / "checkpoint.h5")["time"]


def test_the_deck_of_the_checkpoint_counts(tmp_path, capsys):
    """The files of the deck may be changed or lost; if they are given, they are compared."""
    system = short_deck("two_filaments", tmp_path)
    run("run", "-s", system, "-o", tmp_path / "out", "--seed-fixed", 1)
    run("run", "-s", system, "--continue", tmp_path / "out")
    lines = system.read_text().splitlines()
    lines[2] += " "
    lines[4] += "  # changed"
    system.write_text("\n".join(lines))
    before = {p: p.read_bytes() for p in (tmp_path / "out").iterdir() if p.is_file()}
    capsys.readouterr()
    assert main(["run", "-s", str(system), "--continue", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert f"this is not the deck of the run in {tmp_path / 'out'}: {system} differs from line 3 on" in err
    assert {p: p.read_bytes() for p in (tmp_path / "out").iterdir() if p.is_file()} == before
    shutil.rmtree(system.parent)
    run("run", "--continue", tmp_path / "out")


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "x"),
        ("--overwrite",),
        ("--seed-fixed", "1"),
        ("--compatibility", "none"),
        ("--no-vtk",),
        ("--start-frame", "1"),
    ],
)
def test_what_cannot_be_changed(tmp_path, capsys, words):
    assert main(["run", "--continue", str(tmp_path), *words]) == 2
    assert f"a run goes on as it was begun: {words[0]} cannot be given with --continue" in capsys.readouterr().err


def test_where_files_are_without_a_deck(tmp_path, capsys):
    for words in (["run", "--continue", str(tmp_path)], ["config", "-o", str(tmp_path / "deck")]):
        assert main([*words, "-i", str(tmp_path)]) == 2
        assert "-i is where the files of -s SYSTEM are, which is not given" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_run_at_its_end(tmp_path, capsys):
    run("run", "-s", short_deck("two_filaments", tmp_path), "-o", tmp_path / "out")
    capsys.readouterr()
    run("run", "--continue", tmp_path / "out")
    assert "that is its end; --runtime S sets a later one" in capsys.readouterr().out


def test_a_runtime_that_is_past(tmp_path, capsys):
    run("run", "-s", short_deck("two_filaments", tmp_path), "-o", tmp_path / "out")
    assert main(["run", "--continue", str(tmp_path / "out"), "--runtime", "1e-6"]) == 2
    assert "s already, past 1e-06 s" in capsys.readouterr().err


def test_normal_modes_and_their_films_go_on_alike(tmp_path, kept):
    system = short_deck("two_filaments", tmp_path)
    system.write_text(system.read_text() + "\nHESSIANTRACKING: 3 0 1 1\nEIGENTRACKING: ON\n")
    words = ("--record", "snapshot,hessian", "--checkpoint-every", 1e-9, "--seed-fixed", 1)
    run("run", "-s", system, "-o", tmp_path / "whole", *words)
    assert len(list((tmp_path / "whole").glob("rockingsnapshot_*.traj"))) > 5
    go_on_from_each([kept[2], kept[5], kept[7]], tmp_path / "whole", tmp_path)
