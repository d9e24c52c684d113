"""``medyan config``: decks in one form, and decks to start from."""

import shutil

import pytest
from start_medyan import INPUTS

from medyan_py.cli.entry import main
from medyan_py.deck import read_deck


def test_rewriting(tmp_path, capsys):
    shutil.copytree(INPUTS / "branching", tmp_path / "deck")
    deck = tmp_path / "deck" / "systeminput.txt"
    for more in ("", " (in place of an older one)"):
        assert main(["config", "-s", str(deck), "-o", str(tmp_path / "deck")]) == 0
        new = deck.with_name("normalized.systeminput.txt")
        assert capsys.readouterr().out.splitlines()[0] == f"Wrote {new}{more}"
    assert "(CHEMISTRYFILE normalized.chemistryinput.txt)" in new.read_text()
    one, other = read_deck(deck), read_deck(new)
    assert one.schedule == other.schedule and one.filament_types == other.filament_types
    assert main(["check", str(new), "--no-trial"]) == 0


@pytest.fixture
def answer(monkeypatch):
    def give(*answers):
        rest = iter(answers)

        def reply(_):
            try:
                return next(rest)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", reply)

    return give


def test_questions(answer, tmp_path, capsys):
    answer("1", "", "0", "-3", "one", "1", "12", "", "", "0", "0.3", "nan", "0.1")
    assert main(["config", "-o", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.count("is needed") == 4
    deck = read_deck(tmp_path / "systeminput.txt")
    assert deck.geometry.shape == (1, 2, 1) and deck.initial.count == 12
    assert deck.schedule.runtime == 0.3 and deck.schedule.snapshot == 0.1
    assert [species.copies for species in deck.diffusing] == [5000, 50, 0]
    assert deck.polymerisations[0].rate == pytest.approx(0.1541)
    assert main(["run", "-s", str(tmp_path / "systeminput.txt"), "-o", str(tmp_path / "out"), "--no-vtk"]) == 0
    assert main(["config", "-o", str(tmp_path)]) == 2


def test_starter_deck_has_no_doubts(answer, tmp_path, capsys):
    answer(*[""] * 9)
    assert main(["config", "-o", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["check", str(tmp_path / "systeminput.txt"), "--no-trial"]) == 0
    assert capsys.readouterr().out == "nothing is wrong or doubtful\n"


def test_answers_that_end_early(answer, tmp_path, capsys):
    answer("1", "2")
    assert main(["config", "-o", str(tmp_path)]) == 2
    assert "nothing was written" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-s", "missing.txt"], "cannot read the file: no such file"),
        (["-s", "missing.txt", "-o", "new"], "cannot read the file: no such file"),
    ],
)
def test_refused(words, text, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["config", *words]) == 2
    assert text in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_the_directory_is_made(answer, tmp_path, capsys):
    """And a deck that is there already is told before the questions."""
    answer(*[""] * 9)
    new = tmp_path / "a" / "b"
    assert main(["config", "-o", str(new)]) == 0
    assert main(["config", "-s", str(new / "systeminput.txt"), "-o", str(tmp_path / "c")]) == 0
    assert (tmp_path / "c" / "normalized.systeminput.txt").exists()
    capsys.readouterr()
    assert main(["config", "-o", str(new)]) == 2
    assert "exists already: choose another directory" in capsys.readouterr().err
    assert main(["config", "-o", str(new / "systeminput.txt")]) == 2
    assert "this is a file, not a directory" in capsys.readouterr().err
