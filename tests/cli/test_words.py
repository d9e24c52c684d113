"""Command lines that are understood, and those that are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medyan_py import __version__
from medyan_py.cli import main


def complaint(capsys, *words):
    """Last line that a refused command line writes."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "More about a command: medyan COMMAND -h"),
        (("run",), "the system deck is given with -s SYSTEM"),
        (("run", "deck.txt"), "unexpected argument 'deck.txt'; the system deck is given with -s SYSTEM"),
        (("rum", "-s", "x"), "unknown command 'rum'; did you mean 'run'?"),
        (("-s", "x", "rnder"), "unknown command 'rnder'; did you mean 'render'?"),
        (("qqq",), "unknown command 'qqq'; there are run, check, config, info, convert, analyze, render"),
        (("--sed-fixed", "5", "-s", "x"), "unknown option '--sed-fixed'; did you mean '--seed-fixed'?"),
        (("run", "-s", "x", "--overwite"), "unknown option '--overwite'; did you mean '--overwrite'?"),
        (("-s", "x", "--seed", "5"), "unknown option '--seed'"),
        (("-s",), "argument -s: expected one argument"),
        (("-s", "x", "-o"), "argument -o: expected one argument"),
        (("-s", "x", "--seed-fixed", "-1"), "'-1' is not a whole number from 0 to 18446744073709551615"),
        (("-s", "x", "--seed-fixed", "18446744073709551616"), "is not a whole number from 0 to 18446744073709551615"),
        (("-s", "x", "--seed-fixed=1e3"), "'1e3' is not a whole number"),
        (("-s", "x", "--seed-fixed="), "'' is not a whole number"),
        (("-s", "x", "--runtime", "nan"), "'nan' is not a number above 0 (s)"),
        (("-s", "x", "--runtime", "0"), "'0' is not a number above 0 (s)"),
        (("-s", "x", "-t", "two"), "'two' is not a whole number"),
        (("render", "a", "b"), "unexpected argument 'b'"),
        (("-s", "x", "-o", ""), "argument -o: a path is needed, found ''"),
        (("run", "-s", ""), "argument -s: a path is needed"),
        (("info", ""), "argument PATH: a path is needed"),
        (("analyze", "a", ""), "argument PATH: a path is needed"),
        (("convert", "a", ""), "argument TARGET: a path is needed"),
        (("render", "--colour-by", "mood"), "invalid choice: 'mood'"),
        (("--", "run", "-s", "x"), "unknown option '-s'"),
    ],
)
def test_refused(capsys, words, text):
    assert text in complaint(capsys, *words)


@pytest.mark.parametrize("command", ["gui", "test", "side"])
def test_commands_of_later_versions(capsys, command):
    expected = f"medyan: the command '{command}' is not available in this version"
    assert complaint(capsys, command, "--anything", "x") == expected
    assert complaint(capsys, "-s", "deck", command) == expected


@pytest.mark.parametrize("option", ["--gui", "--trap-fp-invalid"])
def test_options_of_later_versions(capsys, option):
    assert complaint(capsys, "-s", "x", option) == f"medyan: the option {option} is not available in this version"


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (("-h",), ("--seed-fixed N", "render", "--runtime S")),
        (("run", "--help"), ("usage: medyan run -s SYSTEM", "--no-vtk", "negative")),
        (("render", "-h"), ("usage: medyan render [DIR]", "--frame N")),
        (("--version",), (__version__,)),
    ],
)
def test_help_and_version(capsys, words, texts):
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert all(text in out for text in texts)
    assert err == ""


_WORDS = st.one_of(
    st.sampled_from(
        [
            "run",
            "render",
            "check",
            "-s",
            "-i",
            "-o",
            "-t",
            "--seed-fixed",
            "--runtime",
            "--frame",
            "--overwrite",
            "--",
            "-",
            "-sx",
            "--seed-fixed=5",
            "-h",
            "5",
            "-5",
        ]
    ),
    st.text(max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=6))
def test_no_command_line_gives_a_traceback(words):
    # No word is the name of a deck or of a result, so nothing is ever simulated.
    assert main(words) in (0, 2)
