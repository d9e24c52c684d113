"""Text → expressions, and expressions → settings: colon, bare and s-expression style, blanks, repetition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medyan_py.deck.diagnostics import Report
from medyan_py.deck.grammar import Group, Word, decode, parse
from medyan_py.deck.settings import read_settings


def settings_of(text, errors=0):
    report = Report()
    groups, _ = parse(text, "deck", report)
    settings = read_settings(groups, "deck", report)
    assert len(report.errors) == errors, report.errors
    return settings, [str(d) for d in report.errors], [str(d) for d in report.warnings]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("NX: 2 # c", "NX", 2),
        ("(NX\n 3)", "NX", 3),
        ("NX: 2\nNX:", "NX", 2),
        ("NX 2", "NX", 2),
        ("NX:2", "NX", 2),
        ("NX : 2", "NX", 2),
        ("NX :2", "NX", 2),
        ("(NX: 2)", "NX", 2),
        ("NX 4.0", "NX", 4),
        ("NX 2\r\nNY 3\r\n", "NX", 2),
        ("\ufeffNX 2", "NX", 2),
        ("  ; only\n\n\t\n NX 2;c", "NX", 2),
        ("NX 2\nNX 3", "NX", 3),
        ("FSTRETCHINGFFTYPE: HARMONIC\nFSTRETCHINGFFTYPE:   ", "FSTRETCHINGFFTYPE", "HARMONIC"),
        ("VOLUMEK: 1 2\nVOLUMEK:", "VOLUMEK", ()),
        ("NUMBINDINGSITES: 4\nNUMBINDINGSITES 1", "NUMBINDINGSITES", (4, 1)),
        ("FSTRETCHINGK: 100\nFSTRETCHINGK: 50 60", "FSTRETCHINGK", (50.0, 60.0)),
        ("NUMMOTORHEADSMIN: ;15", "NUMMOTORHEADSMIN", ()),
        ('CHEMISTRYFILE: "my chem.txt"', "CHEMISTRYFILE", "my chem.txt"),
        ('CHEMISTRYFILE: "a;b#(c)"', "CHEMISTRYFILE", "a;b#(c)"),
        ('DFPOLYMERIZATIONTYPE: "" BROWRATCHET', "DFPOLYMERIZATIONTYPE", ("", "BROWRATCHET")),
        ("GRADIENTTOLERANCE: 5.0 pN", "GRADIENTTOLERANCE", 1.0),
        ("FBENDINGK: 2E5 1e-3 .009 20e6", "FBENDINGK", (2e5, 1e-3, 0.009, 20e6)),
        ("FBENDINGTHETA: -7.4", "FBENDINGTHETA", (-7.4,)),
        ("TRANSFERSHAREAXIS ??? Y", "TRANSFERSHAREAXIS", ("Y",)),
        ("SPECIALPROTOCOL TRANSFERSHAREAXIS X", "TRANSFERSHAREAXIS", ("X",)),
        ("LAMBDAMAX:", "LAMBDAMAX", 1.0),
        ("", "MAXDISTANCE", 1.0),
        ("", "GRADIENTTOLERANCE", 1.0),
        ("", "DATADUMPTIME", 1000.0),
        ("", "LINKERBINDINGSKIP", 2),
        ("", "allow-same-filament-pair-binding", True),
        ("EIGENTRACKING: off", "EIGENTRACKING", False),
        ("DISSIPATIONTRACKING: On", "DISSIPATIONTRACKING", True),
    ],
)
def test_value(text, name, value):
    settings, _, _ = settings_of(decode(text.encode()))
    assert settings[name] == value
    assert type(settings[name]) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NX 2 3", "deck:1: NX: found 2 values, allowed: one value: a whole number > 0"),
        ("\nNX: abc", "deck:2: NX: found 'abc', allowed: a whole number > 0"),
        ("NX 2.5", "deck:1: NX: found '2.5', allowed: a whole number > 0"),
        ("NX 2x", "deck:1: NX: found '2x', allowed: a whole number > 0"),
        ("NX 1e99", "deck:1: NX: found '1e99', allowed: a whole number > 0"),
        ("MAXDISTANCE nan", "deck:1: MAXDISTANCE: found 'nan', allowed: a number > 0 and ≤ 1e+09 (nm)"),
        ("MAXDISTANCE 1e999", "deck:1: MAXDISTANCE: found '1e999', allowed: a number > 0 and ≤ 1e+09 (nm)"),
        ("(NX 2", "deck:1: '(' is opened here and never closed"),
        ("NX 2)", "deck:1: ')' without a '(' before it"),
        ("NX 2\n)", "deck:2: ')' without a '(' before it"),
        ('CHEMISTRYFILE: "a\nNX 2', "deck:1: a quote is opened here and never closed"),
        ("()", "deck:1: an empty list '()', allowed: a keyword and its values"),
        ("((NX) 2)", "deck:1: a list where a keyword belongs, allowed: (KEYWORD value …)"),
        ("NX (2)", "deck:1: NX: a list is not allowed here, allowed: a whole number > 0"),
        (
            "BOUNDARYSHAPE:",
            "deck:1: BOUNDARYSHAPE: found no value, allowed: one value: CUBIC, SPHERICAL, CAPSULE, CYLI",
        ),
        ("BOUNDARYSHAPE: CUBICAL", "did you mean 'CUBIC'?"),
        ("(membrane a (area-k 1)) (membrane a)", "deck:1: membrane: the profile 'a' is defined twice"),
        ("(membrane)", "the name of the profile"),
        ("(output (foo true))", "deck:1: output: unknown property, found 'foo', allowed: log-brief-profiling-each"),
        ("(output (log-simulation-time-each-cycle yes))", "found 'yes', allowed: true, false"),
        ("energy-change-relative-tolerance +1", "found '+1'"),
        ("BRPOSITIONFFTYPE HARMONIC", "allowed: COSINE"),
        ("SPECIALPROTOCOL MAKELINKERSTATIC 1", "did you mean 'MAKELINKERSSTATIC'?"),
        ("SPECIALPROTOCOL AFM 1", "AFM takes 5 values, found 1 value"),
        ("FILCREATIONBOUNDS 0 0 0 1 1", "found 5 values, allowed: 6 values"),
    ],
)
def test_one_error(text, message):
    _, errors, _ = settings_of(text, errors=1)
    assert message in errors[0]


def test_two_lists_on_one_line_and_group_in_a_bare_line():
    settings, _, _ = settings_of("(NX 2) (NY 3)\noutput (log-simulation-time-each-cycle\n true)\nNZ 4")
    assert (settings["NX"], settings["NY"], settings["NZ"]) == (2, 3, 4)
    (entry,) = settings.entries("output")
    assert entry.properties == {"log-simulation-time-each-cycle": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("E4", "deck:1: 'E4': unknown keyword, the line is ignored"),
        ("NX2: 3", "unknown keyword"),
        ("NUMFILAMENT: 3", "did you mean 'NUMFILAMENTS'?"),
        ("numfilaments: 3", "did you mean 'NUMFILAMENTS'?"),
        ("compatibility: none", "did you mean 'compatibility'?"),
        ("NUMTOTALSTEPS:", "obsolete; the line is ignored"),
        ("FSTRETCHINGTYPE: HARMONIC", "did you mean 'FSTRETCHINGFFTYPE'?"),
        ("MTOCBUBBLETYPE 1", "did you mean 'init-mtoc'?"),
        (
            "NUMBINDINGSITES: 4\nNUMBINDINGSITES: 4",
            "deck:2: NUMBINDINGSITES: the values are appended to those of line 1",
        ),
        ("GRADIENTTOLERANCE: 5.0 pN", "the line is ignored, found 2 values"),
        ("EVENTTRACKING: yes", "taken as OFF, found 'yes', allowed: ON, OFF"),
    ],
)
def test_one_warning(text, message):
    _, _, warnings = settings_of(text)
    assert len(warnings) == 1
    assert message in warnings[0]


def test_line_numbers_go_on_after_comments_quotes_and_lists():
    report = Report()
    groups, whole = parse('# c\nA "x\ny" z\n(B\n  (C 1)\n)\nD', "deck", report)
    assert whole
    assert [group.line for group in groups] == [2, 4, 7]
    assert groups[0].items == (Word("A", 2), Word("x\ny", 2, True), Word("z", 3))
    assert groups[1].items[1].line == 5


def test_deep_nesting_is_no_recursion():
    depth = 100_000
    report = Report()
    groups, whole = parse("(" * depth + ")" * depth, "deck", report)
    assert whole and len(groups) == 1
    settings_of("NX (" + "(" * depth + ")" * depth + ")", errors=1)


def test_many_unknown_words_are_told_quickly_and_briefly():
    _, _, warnings = settings_of("".join(f"NUMFILAMENT{i}S 1\n" for i in range(20_000)))
    assert len(warnings) < 1000
    assert "19500 more" in warnings[-1]


plain = st.text(st.characters(blacklist_characters='#;()" \t\r\f\v\n', codec="utf-8"), min_size=1, max_size=8)
trees = st.recursive(plain, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


def written(tree):
    return tree if isinstance(tree, str) else "(" + " \n ".join(written(item) for item in tree) + ")"


def read_back(item):
    return item.text if isinstance(item, Word) else [read_back(inner) for inner in item.items]


@given(st.lists(st.lists(trees, min_size=1, max_size=4), max_size=5))
def test_any_list_written_is_the_list_read(lists):
    report = Report()
    groups, whole = parse(" ".join(written(items) for items in lists), "deck", report)
    assert whole and not report.errors
    assert [read_back(group) for group in groups] == lists


@given(st.text(st.sampled_from('ab#;()" \n'), max_size=60))
def test_any_text_is_read_or_refused(text):
    report = Report()
    groups, whole = parse(text, "deck", report)
    assert all(isinstance(group, Group) for group in groups)
    assert whole or report.errors
