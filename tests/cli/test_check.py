"""``medyan check``: each planted mistake is found, sound decks pass."""

import json
import shutil
from pathlib import Path

import pytest

from medyan_py.cli.entry import main

INPUTS = Path(__file__).parents[2] / "inputs"

MISTAKES = {  # name: (file, old text, new text, exit code, severity, keyword, words of the message)
    "lengths in µm": (
        "systeminput.txt",
        "COMPARTMENTSIZEX:       500.0",
        "COMPARTMENTSIZEX:       0.5",
        2,
        "warning",
        "COMPARTMENTSIZEX",
        "not µm",
    ),
    "diffusion in µm²/s": (
        "chemistryinput.txt",
        "A  5000 20e6",
        "A  5000 20",
        0,
        "warning",
        "SPECIESDIFFUSING",
        "20e6",
    ),
    "constant of another compartment": (
        "chemistryinput.txt",
        "PA:PLUSEND  0.154",
        "PA:PLUSEND  15.4",
        0,
        "warning",
        "POLYMERIZATIONREACTION",
        "for another size",
    ),
    "unused species": (
        "chemistryinput.txt",
        "SPECIESDIFFUSING: MD",
        "SPECIESDIFFUSING: IDLE 50 2e6 0.0 0.0 REG\nSPECIESDIFFUSING: MD",
        0,
        "warning",
        "",
        "IDLE takes part in no reaction",
    ),
    "impossible reaction": (
        "chemistryinput.txt",
        "SPECIESDIFFUSING: MD 50 ",
        "SPECIESDIFFUSING: MD 0 ",
        0,
        "warning",
        "MOTORWALKINGREACTION",
        "never any MOA",
    ),
    "range beyond reach": (
        "chemistryinput.txt",
        "0.2 1.7 175.0 225.0",
        "0.2 1.7 175.0 1225.0",
        0,
        "warning",
        "MOTORREACTION",
        "further than a compartment",
    ),
    "steps too long": (
        "systeminput.txt",
        "MINIMIZATIONTIME:       0.05",
        "MINIMIZATIONTIME:       0.1",
        0,
        "warning",
        "POLYMERIZATIONREACTION",
        "between two minimisations",
    ),
    "misspelt keyword": (
        "systeminput.txt",
        "FBENDINGFFTYPE:",
        "FBENDINGFTYPE:",
        0,
        "warning",
        "'FBENDINGFTYPE:'",
        "did you mean 'FBENDINGFFTYPE'?",
    ),
    "unknown species": (
        "chemistryinput.txt",
        "LD:DIFFUSING <->",
        "LDD:DIFFUSING <->",
        2,
        "error",
        "LINKERREACTION",
        "did you mean 'LD'?",
    ),
    "missing file": (
        "systeminput.txt",
        "chemistryinput.txt",
        "chemistry.txt",
        2,
        "error",
        "CHEMISTRYFILE",
        "no such file",
    ),
    "two values": (
        "systeminput.txt",
        "VOLUMEK:",
        "FSTRETCHINGK: 50\nVOLUMEK:",
        0,
        "warning",
        "FSTRETCHINGK",
        "takes the place of the value in line",
    ),
    "the same reaction twice": (
        "chemistryinput.txt",
        "LINKERREACTION:",
        "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 1.4\nLINKERREACTION:",
        0,
        "warning",
        "DEPOLYMERIZATIONREACTION",
        "the same reaction as in line",
    ),
    "negative constant": (
        "systeminput.txt",
        "FSTRETCHINGK:           100.0",
        "FSTRETCHINGK:           -100.0",
        2,
        "error",
        "FSTRETCHINGK",
        "-100",
    ),
}


@pytest.fixture
def deck(tmp_path):
    shutil.copytree(INPUTS / "actomyosin", tmp_path / "deck")
    return tmp_path / "deck" / "systeminput.txt"


@pytest.mark.parametrize("name", MISTAKES)
def test_planted_mistake(name, deck, capsys):
    file, old, new, code, severity, keyword, words = MISTAKES[name]
    text = (deck.parent / file).read_text()
    assert text.count(old) == 1
    before = remarks(deck, capsys)
    (deck.parent / file).write_text(text.replace(old, new))
    assert main(["check", str(deck), "--no-trial"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"{severity}: ") and words.strip("?") in line for line in lines)
    found = remarks(deck, capsys)
    [remark] = [r for r in found if r["severity"] == severity and r["keyword"] == keyword and words in told(r)]
    assert not any(words in told(r) for r in before)
    line = Path(remark["file"]).read_text().splitlines()[remark["line"] - 1]
    assert keyword.strip("':X") in line
    assert Path(remark["file"]).name == file or keyword == "POLYMERIZATIONREACTION"


def told(remark):
    return " ".join([remark["message"], remark["found"], f"did you mean {remark['suggestion']}?"])


def remarks(deck, capsys):
    main(["check", str(deck), "--no-trial", "--format", "json"])
    return json.loads(capsys.readouterr().out)["remarks"]


def test_all_mistakes_at_once(deck, capsys):
    for file, old, new, *_ in (MISTAKES[name] for name in ("unknown species", "negative constant", "misspelt keyword")):
        path = deck.parent / file
        path.write_text(path.read_text().replace(old, new))
    assert main(["check", "-s", str(deck)]) == 2
    out = capsys.readouterr().out
    assert out.count("error: ") == 2 and "2 errors, 1 warning" in out.splitlines()[-1]


def test_filaments_in_micrometres(deck, capsys):
    text = deck.read_text().replace("NUMFILAMENTS: ", "FILAMENTFILE: f.txt\nNUMFILAMENTS: ")
    deck.write_text(text)
    (deck.parent / "f.txt").write_text("FILAMENT 0 0.5 0.5 0.5 1.0 0.5 0.5\n")
    main(["check", str(deck), "--no-trial"])
    assert "less than a monomer; lengths are in nm, not µm" in capsys.readouterr().out


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in INPUTS.glob("*/systeminput.txt")))
def test_ready_decks_have_no_errors(folder, capsys):
    assert main(["check", str(INPUTS / folder / "systeminput.txt"), "--no-trial"]) == 0
    assert "error" not in capsys.readouterr().out


def test_trial(deck, capsys):
    text = deck.read_text().replace("RUNTIME:                80.0 ", "RUNTIME:                0.2 ")
    deck.write_text(text)
    assert main(["check", str(deck), "--format", "json"]) == 0
    estimate = json.loads(capsys.readouterr().out)["estimate"]
    assert estimate["filaments"] == 30 and estimate["cylinders"] >= 30 and estimate["compartments"] == 4
    assert estimate["simulated_seconds"] == pytest.approx(0.2)
    assert estimate["events_per_simulated_second"] > 1000 and estimate["memory_MB"] > 10
    assert estimate["frames"] == 1 and estimate["MB_per_frame"] > 0.01  # with all files
    expected = 0.2 * estimate["seconds_per_simulated_second"] + estimate["seconds_per_frame"]
    assert estimate["run_seconds"] == pytest.approx(expected)
    assert main(["check", str(deck)]) == 0
    out = capsys.readouterr().out
    assert "30 filaments" in out and "nothing is wrong or doubtful" in out


@pytest.mark.parametrize("words", [[], ["a", "-s", "b"], ["a", "b"], ["missing.txt"], ["--format", "xml", "a"]])
def test_nonsense_on_the_command_line(words, medyan, tmp_path):
    code, out, err = medyan("check", *words)
    assert code == 2 and "Traceback" not in err
    assert "error" in out + err


def test_what_only_membranes_take_up_takes_part(capsys):
    assert main(["check", str(INPUTS / "membrane_proteins" / "systeminput.txt"), "--no-trial"]) == 0
    captured = capsys.readouterr()
    assert "no reaction" not in captured.out + captured.err and "never" not in captured.out + captured.err


def test_reactions_on_membranes_that_can_never_fire(tmp_path, capsys):
    source = INPUTS / "membrane_proteins"
    for name in ("systeminput.txt", "chemistryinput.txt"):
        (tmp_path / name).write_text((source / name).read_text())
    with (tmp_path / "chemistryinput.txt").open("a") as chemistry:
        chemistry.write("species-membrane-diffusing NONE 1000 10\nreaction-surface 1 NONE -> NONE NONE\n")
    assert main(["check", str(tmp_path / "systeminput.txt"), "--no-trial"]) == 0
    captured = capsys.readouterr()
    assert "can never fire: there is never any NONE" in captured.out + captured.err


@pytest.mark.parametrize("deck", ["mtoc", "afm"])
def test_filaments_of_organising_centres_can_react(deck, capsys):
    assert main(["check", str(INPUTS / deck / "systeminput.txt")]) == 0
    captured = capsys.readouterr()
    assert "never" not in captured.out + captured.err


GROWTH = "SPECIESBULK: C 1000 0 0 CONST\nPOLYMERIZATIONREACTION: 0 C:BULK + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND {}\n"


@pytest.mark.parametrize(("rate", "text"), [("10", "left the grid of"), ("1e300", "the clock stands still")])
def test_a_trial_that_has_to_end(tmp_path, capsys, rate, text):
    shutil.copytree(INPUTS / "treadmilling", tmp_path / "deck")
    deck = tmp_path / "deck" / "systeminput.txt"
    chemistry = deck.parent / "chemistryinput.txt"
    chemistry.write_text(chemistry.read_text() + GROWTH.format(rate))
    deck.write_text(deck.read_text().replace("REPULSIONEXP", '""'))
    assert main(["check", str(deck)]) == 3
    out, err = capsys.readouterr()
    (line,) = [line for line in (out + err).splitlines() if line.startswith("error")]
    assert text in line and "Traceback" not in out + err
