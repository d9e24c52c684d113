"""Tables of beads, cylinders, filaments and bonds: stable rows, views that stay valid when tables grow."""

import numpy as np
import pytest

from medyan_py.core.chemistry.descriptions import Binding, Bulk, Pool
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

KIND = (2.7, 27.0, 10, (3, 7))


def line(k, cylinders=2):
    """Points of a filament that can be told from every other."""
    return np.array([[27.0 * i, 100.0 * k, 1.0] for i in range(cylinders + 1)])


def test_rows_and_content_survive_growth():
    filaments = Filaments([KIND])
    rows = [filaments.add(0, line(k)) for k in range(300)]
    assert rows == sorted(set(rows)) and len(filaments.table) == 300
    assert len(filaments.cylinders) == 600 and len(filaments.beads) == 900
    for f in rows:
        beads = filaments.ordered()["bead"].reshape(300, 3)[f]
        assert filaments.beads["x"][beads].tolist() == line(f).tolist()
    assert filaments.table["ident"].tolist() == list(range(300))


def test_an_array_taken_before_growth_keeps_its_old_content():
    filaments = Filaments([KIND])
    filaments.add(0, line(0))
    old_x, old_kind = filaments.beads["x"], filaments.cylinders["kind"]
    before = old_x.copy(), old_kind.copy()
    for k in range(1, 300):
        filaments.add(0, line(k))
    assert (old_x == before[0]).all() and (old_kind == before[1]).all()
    assert filaments.beads["x"].shape == (900, 3)
    assert (filaments.beads["x"][:3] == before[0]).all()


def test_views_show_changes_and_allow_them():
    filaments = Filaments([KIND])
    filaments.add(0, line(0))
    filaments.beads["x"][1] = (1.0, 2.0, 3.0)
    assert filaments.beads["x"][1].tolist() == [1.0, 2.0, 3.0]


@pytest.fixture
def bonded():
    """Two long filaments that 200 linkers join one after the other."""
    linker = Binding(False, 0, (0, 0), (0, 0), Pool(True, 0), 0.0, 1.0, 1.0, 1.0, 8.0)
    chemistry = FilamentChemistry((1, 1, 1), (1e4,) * 3, [1], [], [Bulk("L")], [], 1, filaments=Filaments([KIND]),
                                  bindings=[linker])  # fmt: skip
    chemistry.add_filament(0, line(0, 150))
    chemistry.add_filament(0, line(1, 150))
    chemistry.start()
    chemistry.update()
    chemistry.rebuild_candidates()
    return chemistry


def test_bonds_keep_their_rows_and_identities(bonded):
    rows = [bonded.bind(0, k, 300 + k) for k in range(200)]
    assert rows == list(range(200))
    assert bonded.bonds["site"].tolist() == [[k, 300 + k] for k in range(200)]
    while bonded.bonds.count > 50:
        bonded.run(bonded.next_time)
        left = bonded.bonds.rows
        assert len(left) == len(bonded.bonds) and (np.diff(left) > 0).all()
        assert (bonded.bonds["ident"][left] == left).all()
        assert bonded.bonds["site"][left].tolist() == [[k, 300 + k] for k in left]


def test_vacant_rows_are_used_again_under_new_identities(bonded):
    for k in range(100):
        bonded.bind(0, k, 300 + k)
    while bonded.bonds.count > 20:
        bonded.run(bonded.next_time)
    survivors = bonded.bonds.rows.tolist()
    new = [bonded.bind(0, 200 + k, 550 + k) for k in range(50)]
    assert not set(new) & set(survivors) and len(set(new)) == 50 and max(new) < 100
    assert bonded.bonds["ident"][new].tolist() == list(range(100, 150))
    assert bonded.bonds.rows.tolist() == sorted([*survivors, *new])


@pytest.mark.parametrize(
    "type, points",
    [
        (1, line(0)),
        (-1, line(0)),
        (0, line(0)[:1]),
        (0, line(0)[:, :2]),
        (0, line(0) * np.nan),
        (0, line(0) * 0.0),
    ],
)
def test_impossible_filaments_are_refused_and_leave_nothing(type, points):
    filaments = Filaments([KIND])
    with pytest.raises(ValueError):
        filaments.add(type, points)
    assert len(filaments.table) == len(filaments.beads) == len(filaments.cylinders) == 0


@pytest.mark.parametrize(
    "kinds",
    [
        [],
        [KIND] * 17,
        [(2.7, 5.4, 2, (1,))],
        [(0.0, 27.0, 10, (3,))],
        [(2.7, 27.0, 10, ())],
        [(2.7, 27.0, 10, (10,))],
        [(2.7, 27.0, 10, (-1,))],
        [(2.7, 27.0, 10, (7, 3))],
        [(2.7, 27.0, 10, (3, 3))],
    ],
)
def test_impossible_filament_types_are_refused(kinds):
    with pytest.raises(ValueError):
        Filaments(kinds)


def test_a_given_rest_length_replaces_the_one_from_the_points():
    filaments = Filaments([KIND])
    filaments.add(0, line(0) * [1.1, 1.0, 1.0])
    filaments.add(0, line(1) * [1.1, 1.0, 1.0], rest_length=27.0)
    assert filaments.cylinders["rest_length"] == pytest.approx([29.7, 29.7, 27.0, 27.0])


def test_ordered_follows_the_chain_of_every_filament():
    filaments = Filaments([KIND])
    for k, n in enumerate((1, 3, 2)):
        filaments.add(0, line(k, n))
    order = filaments.ordered()
    assert order["start"].tolist() == [0, 2, 6, 9]
    assert np.diff(filaments.beads["serial"][order["bead"]]).tolist() == [10, -10, 10, 10, 10, -30, 10, 10]
    assert filaments.cylinders["filament"][order["cylinder"]].tolist() == [0, 1, 1, 1, 2, 2]
    assert filaments.cylinders["position"][order["cylinder"]].tolist() == [0, 0, 1, 2, 0, 1]


def test_cylinders_of_new_filaments_may_be_partly_filled():
    filaments = Filaments([KIND])
    f = filaments.add(0, [[0, 0, 0], [10.8, 0, 0], [37.8, 0, 0], [45.9, 0, 0]], monomers=[4, 10, 3])
    c = filaments.ordered()["cylinder"]
    cylinders = filaments.cylinders
    assert cylinders["monomers"][c].tolist() == [4, 10, 3] and cylinders["first"][c].tolist() == [6, 0, 0]
    np.testing.assert_allclose(cylinders["rest_length"][c], [10.8, 27.0, 8.1])
    assert filaments.beads["serial"][filaments.ordered()["bead"]].tolist() == [0, 4, 14, 17]
    inner, plus, minus = filaments.kind_counts(0)
    assert (inner[0], plus[0], minus[0]) == (15, 1, 1)
    assert np.flatnonzero(cylinders["kind"][c[0]]).tolist() == [6, 7, 8, 9]
    assert filaments.table["anchor"][f] == -1


@pytest.mark.parametrize("monomers", [[4, 9, 3], [0, 10, 3], [4, 10, 11], [4, 10], [4.0, 10.0, 3.0]])
def test_monomers_that_no_filament_can_have(monomers):
    filaments = Filaments([KIND])
    with pytest.raises(ValueError, match="monomers"):
        filaments.add(0, [[0, 0, 0], [27, 0, 0], [54, 0, 0], [81, 0, 0]], monomers=monomers)
    assert len(filaments.table) == len(filaments.beads) == 0
