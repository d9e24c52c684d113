"""Every row of the keyword table: values that are missing, doubled, too many or out of range."""

import math

import pytest
from small_deck import SYSTEM

from medyan_py.deck import DeckError, read_deck
from medyan_py.deck.diagnostics import Report
from medyan_py.deck.grammar import parse
from medyan_py.deck.row import Repetition
from medyan_py.deck.settings import read_settings
from medyan_py.deck.table_run import PROTOCOLS
from medyan_py.deck.tables import KEYWORDS

PLAIN = sorted(name for name, row in KEYWORDS.items() if row.repetition is not Repetition.GROUP)
GROUPS = sorted(name for name, row in KEYWORDS.items() if row.repetition is Repetition.GROUP)
SINGLE = (Repetition.OPTIONAL, Repetition.ONE, Repetition.LENIENT)
LISTS = (Repetition.REPLACE, Repetition.APPEND)
SPECIAL = {"SPECIALPROTOCOL": "MAKEFILAMENTSSTATIC 1", "curvature-mismatch": "A 1 1"}


def some(kind, other=False):
    """A word that is a value of a type, or another one."""
    if kind.kind in ("int", "float"):
        least = 0.0 if kind.least is None and kind.above is None else max(kind.least or 0.0, kind.above or 0.0)
        value = math.floor(least) + (2 if other else 1)
        if kind.most is not None and value > kind.most:
            value = kind.most if not other else (least + kind.most) / 2
        return f"{value:g}"
    if kind.kind == "choice":
        choices = [choice for choice in kind.choices if choice]
        return choices[-1 if other else 0]
    words = {"bool": ("true", "false"), "switch": ("ON", "OFF")}.get(kind.kind, ("one", "two"))
    return words[int(other)]


def line_of(row, other=False):
    """Values of a sound line of a keyword."""
    if row.name in SPECIAL:
        return SPECIAL[row.name]
    return " ".join([some(row.type, other)] * (row.count[-1] if row.count else 1))


def settings_of(text):
    """Settings of a text, and what was said about it."""
    report = Report()
    return read_settings(parse(text, "deck", report)[0], "deck", report), report


def sound(text):
    """Settings of a text that has no mistake, and its warnings."""
    settings, report = settings_of(text)
    assert report.errors == ()
    return settings, report.warnings


def mistakes(text):
    """Errors of a text, all about the same keyword and its last line."""
    settings, report = settings_of(text)
    assert report.errors
    name = text.split()[0].strip("(:)")
    for error in report.errors:
        assert error.keyword == name and error.line == text.rstrip("\n").count("\n") + 1
        assert error.found or error.message
    assert not settings.sound(name)
    return report.errors


@pytest.mark.parametrize("name", PLAIN)
def test_one_value_is_taken(name):
    row = KEYWORDS[name]
    settings, warnings = sound(f"{name} {line_of(row)}\n")
    assert settings.lines[name] == 1 and warnings == ()
    if row.takes_colon:
        assert sound(f"{name}: {line_of(row)}\n")[0].values == settings.values


@pytest.mark.parametrize("name", PLAIN)
def test_no_value(name):
    """A blank line changes nothing, clears a list, or is an error, as the class of the keyword says."""
    row, line = KEYWORDS[name], line_of(KEYWORDS[name])
    if row.repetition in (Repetition.ONE, Repetition.FIXED, Repetition.EACH) and name != "SPECIALPROTOCOL":
        if 0 not in row.count:
            assert mistakes(f"{name}\n")[0].found == "no value"
        return
    if row.repetition is Repetition.REPLACE:
        assert sound(f"{name} {line}\n{name}\n")[0][name] == ()
        return
    assert sound(f"{name} {line}\n{name}\n")[0].values == sound(f"{name} {line}\n")[0].values
    assert sound(f"{name}\n")[0][name] == row.default or name == "SPECIALPROTOCOL"


@pytest.mark.parametrize("name", PLAIN)
def test_said_twice(name):
    """The last line holds, and a warning tells if it says something else; or the lines are added up."""
    row = KEYWORDS[name]
    first, second = line_of(row), line_of(row, other=True)
    once, _ = sound(f"{name} {first}\n")
    same, same_warnings = sound(f"{name} {first}\n{name} {first}\n")
    if row.repetition is Repetition.EACH:
        assert [e.values for e in same[name]] == [e.values for e in once[name]] * 2
        return
    if row.repetition is Repetition.APPEND:
        assert same[name] == once[name] * 2
        assert "are appended to those of line 1" in same_warnings[0].message
        return
    assert same.values == once.values and same_warnings == ()
    if first == second:
        return
    both, warnings = sound(f"{name} {first}\n{name} {second}\n")
    assert both.values == sound(f"{name} {second}\n")[0].values != once.values
    [warning] = warnings
    assert (warning.keyword, warning.line) == (name, 2)
    assert warning.message == "takes the place of the value in line 1"


@pytest.mark.parametrize("name", PLAIN)
def test_too_many_values(name):
    row = KEYWORDS[name]
    line = f"{name} {line_of(row)} {some(row.type)}\n"
    if row.repetition in LISTS:
        assert len(sound(line)[0][name]) == 2
    elif row.repetition is Repetition.LENIENT:
        settings, [warning] = sound(line)
        assert settings[name] == row.default and warning.found == "2 values" and "is ignored" in warning.message
    else:
        [error] = mistakes(line)
        assert error.found.endswith(" values")


LIMITED = [
    (name, bound)
    for name in PLAIN
    for bound in ("above", "least", "most")
    if getattr(KEYWORDS[name].type, bound) is not None
]


def beyond(kind, bound):
    """A number just outside a limit."""
    limit = getattr(kind, bound)
    step = 1 if kind.kind == "int" else 1e-6 * max(1.0, abs(limit))
    return f"{limit + {'above': 0, 'least': -step, 'most': step}[bound]:.12g}"


@pytest.mark.parametrize(("name", "bound"), LIMITED)
def test_a_number_out_of_range(name, bound):
    """What is allowed is told; the limit itself is taken or not as the row says."""
    row = KEYWORDS[name]
    count = row.count[-1] if row.count else 1
    bad = beyond(row.type, bound)
    errors = mistakes(f"{name} {' '.join([bad] * count)}\n")
    assert errors[0].found == repr(bad)
    assert f"{getattr(row.type, bound):g}" in errors[0].allowed
    if bound != "above":
        limit = f"{getattr(row.type, bound):.12g}"
        sound(f"{name} {' '.join([limit] * count)}\n")


@pytest.mark.parametrize("name", [name for name in PLAIN if KEYWORDS[name].type.kind == "int"])
def test_whole_numbers_are_whole(name):
    row = KEYWORDS[name]
    [error, *_] = mistakes(f"{name} {' '.join(['1.5'] * (row.count[-1] if row.count else 1))}\n")
    assert "a whole number" in error.allowed


@pytest.mark.parametrize("name", [name for name in PLAIN if KEYWORDS[name].type.kind == "choice"])
def test_a_misspelt_choice_is_guessed(name):
    row = KEYWORDS[name]
    choice = some(row.type)
    count = row.count[-1] if row.count else 1
    [error, *_] = mistakes(f"{name} {' '.join([choice + 'X'] * count)}\n")
    assert error.found == repr(choice + "X") and choice in error.allowed
    if len(choice) > 2:
        assert error.suggestion


# ---- groups


PROPERTIES = [(name, entry.name) for name in GROUPS for entry in KEYWORDS[name].properties]


def property_of(name, entry):
    [found] = [p for p in KEYWORDS[name].properties if p.name == entry]
    return found, f"{name} one" if KEYWORDS[name].named else name


@pytest.mark.parametrize(("name", "entry"), PROPERTIES)
def test_a_property_of_a_group(name, entry):
    """One set of values is taken; none, one too many, or a number out of range is an error that names the property."""
    found, head = property_of(name, entry)
    good = " ".join([some(found.type)] * found.count[0])
    settings, _ = sound(f"({head} ({entry} {good}))\n")
    assert entry in settings.entries(name)[0].properties
    for bad in ("", f"{good} {' '.join([some(found.type)] * max(found.count))}"):
        if len(bad.split()) not in found.count:
            assert entry in mistakes(f"({head} ({entry} {bad}))\n")[0].message
    for bound in ("above", "least", "most"):
        if getattr(found.type, bound) is not None:
            bad = beyond(found.type, bound)
            [error, *_] = mistakes(f"({head} ({entry} {' '.join([bad] * found.count[0])}))\n")
            assert error.found == repr(bad)


@pytest.mark.parametrize("name", GROUPS)
def test_unknown_properties_and_names(name):
    row = KEYWORDS[name]
    head = f"{name} one" if row.named else name
    guess = row.properties[0].name
    [error] = mistakes(f"({head} ({guess}x 1))\n")
    assert error.suggestion == repr(guess)
    wrong = f"({name})" if row.named else f"({name} one)"
    assert "word" in mistakes(wrong + "\n")[0].found


@pytest.mark.parametrize("name", PROTOCOLS)
def test_protocols_take_their_numbers(name):
    numbers = ["1"] * len(PROTOCOLS[name])
    assert sound(f"SPECIALPROTOCOL {name} {' '.join(numbers)}\n")[0].values
    for bad in (numbers[:-1], [*numbers, "1"]):
        if name != "TRANSFERSHAREAXIS":
            [error] = mistakes(f"SPECIALPROTOCOL {name} {' '.join(bad)}\n")
            assert error.message.startswith(f"{name} takes ")


# ---- whole decks


@pytest.mark.parametrize("name", sorted(SYSTEM))
def test_a_keyword_that_is_left_out(folder, name):
    """Its absence is told by name, or its default holds."""
    path = folder.write({name: None})
    try:
        deck = read_deck(path)
    except DeckError as error:
        assert any(name in str(diagnostic) for diagnostic in error.diagnostics)
    else:
        assert name not in deck.source_lines


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("value", ["-1", "0", "1e-300", "1e300", "2147483647"])
def test_extreme_values_in_a_whole_deck(folder, name, value):
    """Refused with the keyword or taken, never anything else; what has no limit of its own is checked with others."""
    row = KEYWORDS[name]
    if row.type.kind not in ("int", "float"):
        return
    values = " ".join([value] * (row.count[-1] if row.count else 1))
    path = folder.write({name: None}, extra=f"{name} {values}\n")
    try:
        read_deck(path)
    except DeckError as error:
        assert error.diagnostics
