"""Growing filament ends feel membranes and do not cross them."""

import numpy as np
import pytest
from membrane_decks import CHEMISTRY, REPULSION, VESICLE, start

from medyan_py.core.membrane.bead_repulsion import triangle_bead_energy
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.core.membrane.tips import TipObstacles

RIGHT = np.array([[0, 0, 0], [40, 0, 0], [0, 30, 0]], float)


def obstacles(corners, k=650.0, cutoff=150.0):
    found = TipObstacles()
    found.place(corners, k, cutoff)
    return found


def test_load_is_the_force_against_growth():
    triangle = obstacles(RIGHT[None])
    assert triangle.load_at([10, 10, 5], [0, 0, -1], 0, 2.7) == pytest.approx(31.90914233)
    assert triangle.load_at([10, 10, 5], [-1, 0, 0], 0, 2.7) == 0  # pulls it on with 0.2 pN
    assert triangle.load_at([10, 10, 5], [0, 0, 1], 0, 2.7) == 0
    assert triangle.load_at([10, 10, 9], [0, 0, -1], 4, 1e-3) == pytest.approx(31.90914233)


def test_next_monomer_may_not_cross():
    triangle = obstacles(RIGHT[None])
    assert triangle.load_at([10, 10, 5], [0, 0, -1], 0, 2.7) < np.inf
    assert triangle.load_at([10, 10, 5], [0, 0, -1], 2.7, 2.7) == np.inf
    assert triangle.load_at([10, 10, 5], [0, 0, -1], 27.0, 2.7) == np.inf  # it would have crossed long ago
    assert triangle.load_at([100, 10, 5], [0, 0, -1], 2.7, 2.7) < np.inf  # beside it


def test_load_below_a_tip_that_would_cross_with_its_twelfth_monomer():
    """30 nm above: eleven monomers of 2.7 nm fit."""
    oblique = obstacles(np.array([[[0, 0, 0], [60, 0, 0], [20, 50, 0]]], float))
    tip = np.array([25.0, 18.0, 30.0])
    assert oblique.load_at(tip, [0, 0, -1], 0, 2.7) == pytest.approx(0.08209038, rel=1e-7)
    assert oblique.load_at(tip, [0, 0, 1], 0, 2.7) == 0
    loads = [oblique.load_at(tip, [0, 0, -1], 2.7 * n, 2.7) for n in range(15)]
    assert (np.diff(loads[:11]) > 0).all() and loads[10] < np.inf and set(loads[11:]) == {np.inf}


def test_a_short_cutoff_does_not_let_tips_through():
    """A triangle beyond the cutoff but within the next monomer."""
    ahead = TipObstacles()
    ahead.place(RIGHT[None], 650.0, 1.0, 2.7)
    assert ahead.load_at([10, 10, 2.0], [0, 0, -1.0], 0.0, 2.7) == np.inf
    assert ahead.load_at([10, 10, 2.0], [0, 0, -1.0], 0.0, 1.9) == 0
    assert ahead.load_at([10, 10, 2.0], [0, 0, 1.0], 0.0, 2.7) == 0


def test_load_of_a_vesicle_is_the_sum_over_near_triangles():
    x, triangles = icosphere(2, 100.0)
    rng = np.random.default_rng(2)
    for cutoff in (30.0, 80.0):
        vesicle = obstacles(x[triangles], cutoff=cutoff)
        felt = 0
        for _ in range(40):
            tip, along = rng.normal(size=3), rng.normal(size=3)
            tip *= rng.uniform(20, 93) / np.linalg.norm(tip)
            along /= np.linalg.norm(along)
            expected = 0.0
            for corners in x[triangles]:
                a = np.array([triangle_bead_energy(corners, tip, 650.0)[1][3] @ along])
                if _distance(corners, tip) < cutoff:
                    expected += max(0.0, a[0])
            found = vesicle.load_at(tip, along, 0.0, 1e-9)
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
            felt += expected > 0
        assert felt > 5


def _distance(corners, point):
    """Distance of a point from a triangle: from its face if the foot is there, else from an edge."""
    a, b, c = corners
    n = np.cross(b - a, c - a)
    n /= np.linalg.norm(n)
    foot = point - n * (n @ (point - a))
    sides = [(a, b), (b, c), (c, a)]
    if all(np.cross(q - p, foot - p) @ n >= 0 for p, q in sides):
        return abs(n @ (point - a))
    s = [np.clip((point - p) @ (q - p) / ((q - p) @ (q - p)), 0, 1) for p, q in sides]
    return min(np.linalg.norm(p + t * (q - p) - point) for t, (p, q) in zip(s, sides, strict=True))


def test_nothing_is_felt_without_triangles_or_far_away():
    empty = TipObstacles()
    assert empty.count == 0 and empty.load_at([0, 0, 0], [1, 0, 0], 0, 2.7) == 0
    assert obstacles(RIGHT[None], cutoff=20.0).load_at([1e4, 0, 0], [1, 0, 0], 0, 2.7) == 0
    assert obstacles(RIGHT[None], cutoff=20.0).load_at([10, 10, 50], [0, 0, -1], 0, 2.7) == 0


@pytest.mark.parametrize(("k", "cutoff"), [(1.0, 0.0), (-1.0, 5.0), (1.0, np.inf)])
def test_wrong_numbers_are_refused(k, cutoff):
    with pytest.raises(ValueError, match=r"cutoff|k"):
        obstacles(RIGHT[None], k, cutoff)


def test_load_reaches_farther_than_the_energy(write, tmp_path):
    """A tip within triangle-bead-volume-cutoff, beyond -cutoff-mech."""
    (tmp_path / "f.txt").write_text("FILAMENT 0 592 500 500 700 500 500\n")
    sim = start(write(VESICLE + REPULSION + "FILAMENTFILE: f.txt\n"))
    assert sim.energies["TriangleBeadExcludedVolume"] == 0
    assert sim.chemistry.tip_membranes.load_at([700, 500, 500], [1, 0, 0], 0, 2.7) > 0


@pytest.mark.parametrize(
    "law", ["", "DFPOLYMERIZATIONTYPE: BROWRATCHET\nDFPOLYMERIZATIONLEN: 0\n"], ids=["none", "0 nm"]
)
def test_ends_that_feel_no_load_do_not_grow_through_a_membrane_either(write, tmp_path, law):

    growth = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.154\n"
    (tmp_path / "f.txt").write_text("FILAMENT 0 450 500 500 560 500 500\n")
    text = VESICLE + REPULSION + "FILAMENTFILE: f.txt\n" + law
    sim = start(write(text, CHEMISTRY.replace("A 10 ", "A 3000 ") + growth))
    for _ in range(12):  # the tip pushes the membrane before it
        sim.run(0.05)
        assert sim.chemistry.interior.inside(sim.filaments.beads).all()
    assert len(sim.filaments.beads) > 3


def test_filaments_grow_up_to_the_membrane_and_not_through_it(write, tmp_path):
    """Fast growth against a stiff vesicle: every bead stays inside and growth stops there."""
    growth = "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.5\n"

    chemistry = CHEMISTRY.replace("A 10 ", "A 20000 ") + growth
    (tmp_path / "f.txt").write_text("FILAMENT 0 500 500 500 608 500 500\nFILAMENT 0 500 480 500 500 372 500\n")
    text = VESICLE.replace("(tension 0.02)", "(tension 0.5)") + REPULSION + "FILAMENTFILE: f.txt\n"
    text += "DFPOLYMERIZATIONTYPE: BROWRATCHET\nDFPOLYMERIZATIONLEN: 2.7\n"
    sim = start(write(text, chemistry))
    for _ in range(20):
        sim.run(0.1)
        mesh = sim._membranes.mesh
        mesh.check()
        assert sim.chemistry.interior.inside(sim.filaments.beads).all()
    length = [np.linalg.norm(np.diff(sim.filaments.beads[a:b], axis=0), axis=1).sum()
              for a, b in zip(sim.filaments.start[:-1], sim.filaments.start[1:], strict=True)]  # fmt: skip
    assert min(length) > 250
