"""After every event of random networks, lists, members and propensities agree with the rules' definitions."""

import numpy as np
import pytest
from history import Observer

from medyan_py.core.chemistry.descriptions import Binding, Bulk, Diffusing, Growth, Pool, Shrinkage, Walls
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

ACTIN, LINKER, MOTOR = Pool(False, 0), Pool(False, 1), Pool(False, 2)
SITES = (6, 16, 26, 36)
SHORT_SITES = (2, 5)
HEADS = {"heads_min": 15, "heads_max": 30, "step_fraction": 6 / 27, "walking": (5.0, 5.0)}
SLIP = {"unbinding_law": "SLIP", "lengths": (0.24,)}
CATCH = {"unbinding_law": "CATCHSLIP", "lengths": (1.0, 0.5), "amplitudes": (0.9, 0.1)}
LOW_DUTY = {
    "unbinding_law": "LOWDUTYCATCH",
    "unbinding_forces": (12.62,),
    "walking_law": "LOWDUTYSTALL",
    "walking_force": 90.0,
}


def walls(box, inset=25.0):
    planes = []
    for axis in range(3):
        for at, sign in ((inset, 1.0), (box[axis] - inset, -1.0)):
            row = [0.0] * 6
            row[axis], row[3 + axis] = at, sign
            planes.append(tuple(row))
    return Walls(tuple(planes), 41.0, 2.7, 300.0)


def network(seed, *, slots=40, sites=SITES, shared_flag=False, same_filament=True, bulk_actin=False, laws=True):
    """A small box of crossing filaments with fast reactions of every kind."""
    rng = np.random.default_rng(seed)
    actin = Pool(True, 0) if bulk_actin else ACTIN
    length = 2.7 * slots
    filaments = Filaments([(2.7, length, slots, sites)])
    growths = [Growth(0, 1, actin, 0, 0, 0, 0.3), Growth(0, 0, actin, 0, 0, 0, 0.2)]
    shrinkages = [Shrinkage(0, 1, actin, 0, 0, 0, 20.0), Shrinkage(0, 0, actin, 0, 0, 0, 15.0)]
    flags = (0, 0)
    motor_flags = flags if shared_flag else (1, 1)
    bindings = [
        Binding(False, 0, (0, 0), flags, LINKER, 0.1, 0.8, 20.0, 70.0, 8.0, **(SLIP if laws else {})),
        Binding(True, 0, (0, 0), motor_flags, MOTOR, 0.2, 1.7, 60.0, 150.0, 2.5, **HEADS, **(LOW_DUTY if laws else {})),
        Binding(False, 1, (0, 0), (2, 2), LINKER, 0.05, 1.0, 10.0, 40.0, 8.0, stride=2, **(CATCH if laws else {})),
    ]
    chemistry = FilamentChemistry(
        (2, 1, 2),
        (150.0, 300.0, 150.0),
        np.ones(4),
        [Diffusing("A", 1e4), Diffusing("LD", 1e4), Diffusing("MD", 1e3)],
        [Bulk("B")],
        [],
        seed,
        filaments=filaments,
        growths=growths,
        shrinkages=shrinkages,
        bindings=bindings,
        ratchet_lengths=[2.7] if laws else [None],
        walls=walls((300.0, 300.0, 300.0)),
        same_filament_pairs=same_filament,
    )
    for _ in range(6):
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        start = rng.uniform(80, 220, 3) - direction * length / 2
        n = rng.integers(1, 5)
        chemistry.add_filament(0, start + length * np.arange(n + 1)[:, None] * direction)
    for c in range(4):
        chemistry.set_count(c, 0, 40)
        chemistry.set_count(c, 1, 15)
        chemistry.set_count(c, 2, 6)
    chemistry.set_bulk(0, 100)
    chemistry.start()
    chemistry.update()
    chemistry.rebuild_candidates()
    return chemistry, rng


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"same_filament": False},
        {"shared_flag": True},
        {"slots": 8, "sites": SHORT_SITES},
        {"slots": 8, "sites": SHORT_SITES, "bulk_actin": True},
        {"laws": False},
    ],
    ids=lambda o: ",".join(o) or "plain",
)
def test_definitions_hold_after_every_event(options):
    chemistry, rng = network(7, **options)
    lengths = [2.7] if options.get("laws", True) else [None]
    observer = Observer(chemistry, lengths)
    observer.check()
    most_bonds = 0
    for step in range(200):
        assert observer.fire()
        observer.check()
        most_bonds = max(most_bonds, chemistry.bonds.count)
        if step % 25 == 24:  # what a minimisation does: things move, forces appear
            beads = chemistry.filaments.beads
            beads["x"][beads.rows] += rng.normal(0, 3.0, (beads.count, 3))
            chemistry.bonds["tension"][:] = rng.normal(5, 15, len(chemistry.bonds["tension"]))
            observer.update()
            observer.check()
            observer.rebuild()
            observer.check()
    seen = " ".join(observer.verbs)
    assert all(verb in seen for verb in ("bind", "unbind", "extend", "retract")), seen
    assert most_bonds > 3


def test_total_mass_is_conserved():
    chemistry, _ = network(3, slots=8, sites=SHORT_SITES)

    def totals():
        monomers = chemistry.filaments.cylinders["monomers"][chemistry.filaments.cylinders.rows].sum()
        motors = chemistry.bonds["motor"][chemistry.bonds.rows].sum()
        free = chemistry.counts.sum(axis=0)
        return free[0] + monomers, free[1] + chemistry.bonds.count - motors, free[2] + motors

    before = totals()
    chemistry.run(3.0)
    assert chemistry.events - chemistry.hops > 700
    assert totals() == before


def test_same_seed_same_trajectory_in_any_windows():
    one, _ = network(5)
    two, _ = network(5)
    one.run(1.0)
    for k in range(1, 11):
        two.run(k / 10)
    assert one.events == two.events and (one.counts == two.counts).all()
    assert (one.filaments.beads.columns["x"] == two.filaments.beads.columns["x"]).all()
    assert one.random.state == two.random.state


def test_binding_by_hand_needs_free_sites():
    chemistry, _ = network(5)
    a, b, _ = chemistry.candidates.pairs(0)[0]
    row = chemistry.bind(0, int(a), int(b))
    assert chemistry.bonds["tension"][row] == 0
    distance = np.linalg.norm(np.diff(chemistry.site_positions([a, b]), axis=0))
    assert chemistry.bonds["rest_length"][row] == pytest.approx(distance)
    Observer(chemistry, [2.7]).check()
    with pytest.raises(ValueError, match="not free"):
        chemistry.bind(0, int(a), int(b))
    with pytest.raises(ValueError):
        chemistry.bind(0, -1, 10**6)
