"""Every argument replaced by nonsense gives one clear error."""

import numpy as np
import pytest

import medyan_py as md

GOOD = {"species": {"X": 10}, "reactions": [("X ->", 1.0)], "seed": 1}
BOX = md.Grid((2, 1, 1), 500.0)
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("species", None, "dict"),
        ("species", ["X"], "dict"),
        ("species", {"X": -1}, "copy number of 'X'.*whole number"),
        ("species", {"X": 1.5}, "whole number"),
        ("species", {"X": NAN}, "whole number"),
        ("species", {"X": INF}, "whole number"),
        ("species", {"X": 2**60}, "2\\^53"),
        ("species", {"X": 10**40}, "2\\^53"),
        ("species", {"X": "many"}, "whole number"),
        ("species", {"X": None}, "whole number"),
        ("species", {"X": True}, "whole number"),
        ("species", {"X": [1, 2]}, "whole number"),
        ("species", {"2X": 1}, "not a name"),
        ("species", {"X + Y": 1}, "not a name"),
        ("species", {3: 1}, "not a name"),
        ("species", {"": 1}, "not a name"),
        ("reactions", None, "list of"),
        ("reactions", "X ->", "list of"),
        ("reactions", 5, "list of"),
        ("reactions", ["X ->"], "pair"),
        ("reactions", [("X ->",)], "pair"),
        ("reactions", [(5, 1.0)], "must be text"),
        ("reactions", [("X", 1.0)], "one arrow"),
        ("reactions", [("X -> Y -> Z", 1.0)], "one arrow"),
        ("reactions", [("X => Y", 1.0)], "one arrow"),
        ("reactions", [("->", 1.0)], "neither reactants nor products"),
        ("reactions", [("X + -> Y", 1.0)], "not a species"),
        ("reactions", [("1.5 X -> Y", 1.0)], "whole coefficient"),
        ("reactions", [("-2 X -> Y", 1.0)], "whole coefficient"),
        ("reactions", [("0 X -> Y", 1.0)], "at least 1"),
        ("reactions", [("99999999999999999999 X -> Y", 1.0)], "at most"),
        ("reactions", [("X -> Y", -1.0)], "not negative"),
        ("reactions", [("X -> Y", NAN)], "not negative"),
        ("reactions", [("X -> Y", 10**400)], "'X -> Y': a rate is too large"),
        ("reactions", [("X -> Y", "fast")], "rate must be a number"),
        ("reactions", [("X -> Y", None)], "rate must be a number"),
        ("reactions", [("X -> Y", (1.0, 2.0))], "rate must be a number"),
        ("reactions", [("X <-> Y", 1.0)], "two rates"),
        ("reactions", [("X <-> Y", (1.0, -2.0))], "not negative"),
        ("seed", -1, "seed"),
        ("seed", 1.5, "seed"),
        ("seed", "x", "seed"),
        ("constant", "X", "list of names"),
        ("constant", 5, "list of names"),
        ("constant", ["x"], "did you mean 'X'"),
        ("constant", [["X"]], "unknown species"),
        ("grid", (2, 2, 2), "must be a Grid"),
        ("diffusion", {"X": 1e6}, "needs a grid"),
        ("algorithm", "nrm", "did you mean 'NRM'"),
        ("algorithm", "direct", "unknown algorithm"),
        ("algorithm", ["NRM"], "unknown algorithm"),
    ],
)
def test_of_the_constructor(argument, value, words):
    with pytest.raises(ValueError, match=words):
        md.ReactionSystem(**{**GOOD, argument: value})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diffusion": {"Y": 1e6}}, "unknown species 'Y'"),
        ({"diffusion": {"X": -1.0}}, "must be a finite number from 0"),
        ({"diffusion": {"X": NAN}}, "must be a finite number from 0"),
        ({"diffusion": {"X": INF}}, "must be a finite number from 0"),
        ({"diffusion": {"X": "1"}}, "coefficient of 'X' must be a finite number from 0"),
        ({"diffusion": {"X": 10**400}}, "coefficient of 'X' is too large"),
        ({"diffusion": 1e6}, "dict"),
        ({"diffusion": {"X": 1e6}, "constant": ["X"]}, "cannot diffuse"),
        ({"species": {"X": [1, 2, 3]}}, "2 compartments, but 3"),
        ({"species": {"X": [1, -2]}}, "compartment 1"),
        ({"species": {"X": "12"}}, "whole number"),
    ],
)
def test_of_gridded_systems(changes, words):
    with pytest.raises(ValueError, match=words):
        md.ReactionSystem(**{**GOOD, "grid": BOX, **changes})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (((2, 2), 500.0), "three whole numbers"),
        (((0, 1, 1), 500.0), "three whole numbers"),
        (((1.5, 1, 1), 500.0), "three whole numbers"),
        (((10**6, 10**6, 10**6), 500.0), "three whole numbers"),
        ((None, 500.0), "three whole numbers"),
        (((2, 2, 2), -1.0), "positive size"),
        (((2, 2, 2), NAN), "positive size"),
        (((2, 2, 2), 10**400), "positive size"),
        (((2, 2, 2), (1.0, 2.0)), "positive size"),
        (((2, 2, 2), "big"), "positive size"),
        (((2, 2, 2), None), "positive size"),
    ],
)
def test_of_grids(arguments, words):
    with pytest.raises(ValueError, match=words):
        md.Grid(*arguments)


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("active", [1], "activity flags"),
        ("active", [0, 0], "activity flags"),
        ("active", "all", "must be numbers"),
        ("volume_fraction", [0.0, 1.0], "volume fractions"),
        ("volume_fraction", [1.5, 1.0], "volume fractions"),
        ("volume_fraction", [NAN, 1.0], "volume fractions"),
        ("volume_fraction", [1.0], "volume fractions"),
        ("face_fraction", np.ones((2, 5)), "face fractions"),
        ("face_fraction", -np.ones((2, 6)), "face fractions"),
        ("face_fraction", "wet", "must be numbers"),
    ],
)
def test_of_cut_grids(argument, value, words):
    with pytest.raises(ValueError, match=words):
        md.Grid((2, 1, 1), 500.0, **{argument: value})


@pytest.mark.parametrize("times", [None, 1.0, [], [1.0, 0.5], [-1.0], [10**400], [NAN], [INF], "now", [[1.0]]])
def test_of_times(times):
    system = md.ReactionSystem(**GOOD)
    for call in (system.run, lambda t: system.ensemble(2, t)):
        with pytest.raises(ValueError, match="times must be"):
            call(times)


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", NAN, True])
def test_of_ensembles(value):
    system = md.ReactionSystem(**GOOD)
    with pytest.raises(ValueError, match="n must be a whole number"):
        system.ensemble(value, [1.0])
    with pytest.raises(ValueError, match="threads must be a whole number"):
        system.ensemble(1, [1.0], threads=value)


def test_ensembles_beyond_all_memory():
    with pytest.raises(MemoryError, match=r"n = 100000000000: runs of 1 times and 1 copy numbers need .* GB"):
        md.ReactionSystem(**GOOD).ensemble(10**11, [1.0])


def test_mistakes_leave_the_system_usable():
    system = md.ReactionSystem(**GOOD)
    with pytest.raises(ValueError, match="times"):
        system.run([NAN])
    assert system.run([0.0])[0, 0] == 10


@pytest.mark.parametrize("text", ["2 X -> Y", "2X->Y", "X+X -> Y", "2 * X -> Y", "  X + X->Y  "])
def test_spellings_of_one_reaction(text):
    np.testing.assert_array_equal(md.ReactionSystem({"X": 4}, [(text, 1e9)], seed=1).run([1.0])[0], [0, 2])
