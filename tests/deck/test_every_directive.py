"""Every row of the table of chemistry directives: words that are missing, doubled, nonsense or out of range."""

import re

import pytest

from medyan_py.deck.chemistry_lines import read_lines
from medyan_py.deck.chemistry_table import DIRECTIVES, SCALARS
from medyan_py.deck.diagnostics import Report
from medyan_py.deck.grammar import parse

# Where the two legs of a bond, or the places before and after a step, have to be told apart.
SUFFIXES = {
    "LINKERREACTION": {"bound1": "1", "bound2": "2", "leg1": "1", "leg2": "2"},
    "MOTORREACTION": {"bound1": "1", "bound2": "2", "leg1": "1", "leg2": "2"},
    "MOTORWALKINGREACTION": {"motor": "N", "bound": "N+1", "motor_after": "N+1", "bound_after": "N"},
}
FORMS = [(name, number) for name, row in sorted(DIRECTIVES.items()) for number in range(len(row.forms))]


def words_of(name, number):
    """(item of the form, word that fits it) for a sound line of a directive."""
    found = []
    for item in DIRECTIVES[name].forms[number].split():
        if item in ("+", "->", "<->"):
            word = item
        elif "=" in item:
            scalar = item.partition("=")[2]
            word = "S" if scalar == "name" else "1" if scalar in SCALARS else scalar.split("|")[0]
        else:
            label, _, kinds = item.partition(":")
            suffix = SUFFIXES.get(name, {}).get(label, "")
            word = f"S:{kinds.split('|')[0]}" + (f":{suffix}" if suffix else "")
        found.append((item, word))
    return found


def read(name, words):
    report = Report()
    lines = read_lines(parse(f"{name} {' '.join(words)}\n", "deck", report)[0], "deck", report, False)
    return lines, report


def refused(name, words):
    """The errors of a line, all with its keyword and line number, and none of its statements taken."""
    lines, report = read(name, words)
    assert report.errors and not lines.statements, words
    for error in report.errors:
        assert (error.file, error.line, error.keyword) == ("deck", 1, name)
        assert error.found or error.message
    return report.errors


@pytest.mark.parametrize(("name", "number"), FORMS)
def test_a_sound_line_is_taken(name, number):
    lines, report = read(name, [word for _, word in words_of(name, number)])
    assert report.errors == () and len(lines.statements) == 1


@pytest.mark.parametrize(("name", "number"), FORMS)
def test_a_word_is_missing(name, number):
    """Whichever it is, but for members of lists, which may be shorter, and what is another form."""
    parts = words_of(name, number)
    for i, (item, _) in enumerate(parts):
        if not item.startswith("*"):
            refused(name, [word for _, word in parts[:i] + parts[i + 1 :]])


@pytest.mark.parametrize(("name", "number"), FORMS)
def test_a_word_is_doubled(name, number):
    parts = words_of(name, number)
    if any(item.startswith("*") and "=" in item for item, _ in parts):
        pytest.skip("lists of names without a separator take any word")
    for i in range(len(parts)):
        refused(name, [word for _, word in parts[: i + 1] + parts[i:]])


@pytest.mark.parametrize(("name", "number"), FORMS)
@pytest.mark.parametrize("junk", ["\x01", "1.5x", "nan", "1e999", "A:", "A:NOTHING", "->->", "１"])
def test_a_word_is_nonsense(name, number, junk):
    """A name may be anything without a colon."""
    parts = words_of(name, number)
    for i, (item, _) in enumerate(parts):
        if not item.endswith("=name"):
            refused(name, [*(word for _, word in parts[:i]), junk, *(word for _, word in parts[i + 1 :])])


@pytest.mark.parametrize(("name", "number"), FORMS)
def test_a_number_is_out_of_range(name, number):
    """Below the least of its kind, or no whole number where one is needed; what is allowed is told."""
    parts = words_of(name, number)
    for i, (item, _) in enumerate(parts):
        scalar = SCALARS.get(item.partition("=")[2])
        if scalar is None or scalar.kind == "word" or "=±" in item:  # of either sign
            continue
        bad = ["1.5", "1e30"] if scalar.kind == "int" else []
        bad += ["-1"] if scalar.least == 0 else ["0"] if scalar.above == 0 else []
        assert bad
        for word in bad:
            [error, *_] = refused(name, [*(w for _, w in parts[:i]), word, *(w for _, w in parts[i + 1 :])])
            assert error.found == repr(word)
            assert re.match(r"a (whole )?number", error.allowed)


def test_the_same_reaction_twice(folder):
    line = "GENREACTION: A:DIFFUSING -> 1\n"
    deck = folder.read(more_chemistry=line + "GENREACTION: A:DIFFUSING -> 2\n" + line)
    [warning] = [w for w in deck.warnings if "same reaction" in w.message]
    assert warning.line == 24 and "as in line 22: it goes on twice as often as each says" in warning.message
    assert len(deck.general_reactions) == 3
