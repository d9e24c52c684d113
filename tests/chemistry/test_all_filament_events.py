"""The same for every kind of filament event, two filament types, several kinds of ends and links between types."""

from collections import Counter

import numpy as np
import pytest
from history import Observer
from scipy.stats import ks_2samp

from medyan_py.core.chemistry.descriptions import (
    Aging,
    Binding,
    Branching,
    Bulk,
    Destruction,
    Diffusing,
    Growth,
    Nucleation,
    Pool,
    Severing,
    Shrinkage,
    Walls,
)
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.structure.filaments import Filaments

A, LINKER, MOTOR, BRANCHER, TUBULIN = (Pool(False, i) for i in range(5))
BULK = Pool(True, 0)
BOX = 300.0


def walls():
    planes = []
    for axis in range(3):
        for at, sign in ((5.0, 1.0), (BOX - 5.0, -1.0)):
            row = [0.0] * 6
            row[axis], row[3 + axis] = at, sign
            planes.append(tuple(row))
    return Walls(tuple(planes), 41.0, 2.7, 300.0)


def network(seed, zone="ALL", bulk_branching=False, nucleation=2e-3, algorithm="NRM"):
    rng = np.random.default_rng(seed)
    filaments = Filaments([(2.7, 27.0, 10, (2, 4, 6, 8)), (4.0, 32.0, 8, (3, 7))])
    chemistry = FilamentChemistry(
        (2, 2, 1),
        (BOX / 2, BOX / 2, BOX),
        np.ones(4),
        [Diffusing(name, 1e4) for name in ("A", "LD", "MD", "BD", "T")],
        [Bulk("B", constant=True)],
        [],
        seed,
        filaments=filaments,
        growths=[
            Growth(0, 1, A, 0, 0, 0, 0.2),
            Growth(0, 1, A, 1, 1, 0, 0.1),  # an end kind that changes on growth
            Growth(0, 0, A, 0, 0, 0, 0.1),
            Growth(1, 1, TUBULIN, 0, 0, 0, 0.2),
        ],
        shrinkages=[
            Shrinkage(0, 1, A, 0, 0, 0, 12.0),
            Shrinkage(0, 1, A, 0, 1, 1, 9.0),
            Shrinkage(0, 0, A, 0, 0, 0, 8.0),
            Shrinkage(0, 0, A, 0, 1, 0, 8.0),
            Shrinkage(1, 1, TUBULIN, 0, 0, 0, 12.0),
        ],
        agings=[Aging(0, -1, 0, 1, 0.05), Aging(0, -1, 1, 0, 0.1), Aging(0, 1, 0, 1, 1.0), Aging(0, 0, 0, 1, 0.2),
                Aging(0, 0, 1, 0, 2.0)],
        destructions=[Destruction(0, 0, 0, (A, A), 30.0), Destruction(0, 0, 1, (A, A), 30.0)],
        severings=[Severing(0, 0, 1.5), Severing(0, 1, 1.5, minus_side=True)],
        nucleations=[Nucleation(0, (A, A), 0, 0, 0, nucleation)],
        branchings=[
            Branching(0, 0, 0, BULK if bulk_branching else BRANCHER, BULK if bulk_branching else A, 0, 2e-3, 1.5,
                      zone=zone, distance=80.0, length=6.0, unbinding_law="SLIP", unbinding_parameter=0.5),
            Branching(1, 0, 0, BRANCHER, A, 1, 1e-3, 2.0, unbinding_law="SLIPF", unbinding_parameter=10.0),
        ],
        bindings=[
            Binding(False, 0, (0, 1), (1, 1), LINKER, 0.03, 6.0, 15.0, 60.0, 8.0),
            Binding(True, 0, (0, 0), (2, 2), MOTOR, 0.01, 1.0, 40.0, 120.0, 2.5, heads_min=2, heads_max=2,
                    unbinding_law="HIGHDUTYCATCH", unbinding_forces=(12.0,), walking_law="HIGHDUTYSTALL",
                    walking_force=50.0, step_fraction=0.5, walking=(9.0, 9.0), walking_back=(4.0, 4.0)),
            Binding(True, 1, (1, 0), (2, 2), MOTOR, 0.01, 1.0, 40.0, 100.0, 2.5, heads_min=1, heads_max=3,
                    walking=(None, 6.0), walking_back=(5.0, None)),
        ],
        ratchet_lengths=[2.7, None],
        end_kinds=[(2, 2), (1, 1)],
        walls=walls(),
        algorithm=algorithm,
    )  # fmt: skip
    for number in range(8):
        filament_type = number % 2
        length = filaments.kinds[filament_type][1]
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        n = rng.integers(3, 6)
        start = rng.uniform(100, 200, 3) - direction * length * n / 2
        chemistry.add_filament(filament_type, start + length * np.arange(n + 1)[:, None] * direction)
    for c in range(4):
        for species, copies in enumerate((40, 12, 5, 6, 10)):
            chemistry.set_count(c, species, copies)
    chemistry.set_bulk(0, 5)
    chemistry.start()
    chemistry.update()
    chemistry.rebuild_candidates()
    return chemistry, rng


def displace(chemistry, rng):
    """What a minimisation does: things move, forces appear."""
    beads = chemistry.filaments.beads
    beads["x"][beads.rows] += rng.normal(0, 2.0, (beads.count, 3))
    chemistry.bonds["tension"][:] = rng.normal(3, 8, len(chemistry.bonds["tension"]))
    chemistry.branchers["force"][:] = abs(rng.normal(3, 3, len(chemistry.branchers["force"])))


def test_definitions_hold_after_every_event():
    verbs = Counter()
    for seed, options in (
        (1, {}),
        (2, {"zone": "BOUNDARY"}),
        (3, {"zone": "TOPBOUNDARY"}),
        (4, {"bulk_branching": True}),
    ):
        chemistry, rng = network(seed, **options)
        observer = Observer(chemistry, [2.7, None], end_kinds=[(2, 2), (1, 1)], constants=[BULK])
        observer.check()
        for step in range(120):
            assert observer.fire()
            observer.check()
            if step % 20 == 19:
                displace(chemistry, rng)
                observer.update()
                observer.check()
                observer.rebuild()
                observer.check()
        verbs.update(observer.verbs)
    for verb in ("polymerise plus", "depolymerise plus", "bind linker", "unbind linker", "branch", "nucleate", "sever"):
        assert verbs[verb], verb


def test_monomers_are_conserved_through_everything():
    # nucleation makes three monomers of two molecules, so it is left out
    chemistry, rng = network(11, nucleation=0.0)

    def totals():
        cylinders, table = chemistry.filaments.cylinders, chemistry.filaments.table
        rows = cylinders.rows
        types = table["type"][cylinders["filament"][rows]]
        monomers = [cylinders["monomers"][rows][types == t].sum() for t in range(2)]
        motors = chemistry.bonds["motor"][chemistry.bonds.rows].sum()
        free = chemistry.counts.sum(axis=0)
        return (
            free[0] + monomers[0],
            free[1] + chemistry.bonds.count - motors,
            free[2] + motors,
            free[3] + chemistry.branchers.count,
            free[4] + monomers[1],
        )

    before = totals()
    for _ in range(20):
        chemistry.run(chemistry.time + 0.1)
        displace(chemistry, rng)
        chemistry.update()
        chemistry.rebuild_candidates()
        assert totals() == before
    assert chemistry.events - chemistry.hops > 500
    assert chemistry.filaments.next_ident > chemistry.filaments.table.count, "no filament vanished"
    Observer(chemistry, [2.7, None]).check()


RUNS = 500


def outcomes(algorithm, first_seed):
    """Filaments, monomers of both types, aged ones, linkers and motors, branchers, events: int (RUNS, 7)."""
    rows = []
    for seed in range(first_seed, first_seed + RUNS):
        chemistry, _ = network(seed, algorithm=algorithm)
        chemistry.run(0.5)
        inner = [chemistry.filaments.kind_counts(k)[0] for k in (0, 1)]
        counts = (chemistry.filaments.table.count, inner[0][0], inner[0][1], inner[1][0], chemistry.bonds.count)
        rows.append((*counts, chemistry.branchers.count, chemistry.events - chemistry.hops))
    return np.array(rows)


@pytest.fixture(scope="module")
def by_next_reactions():
    return outcomes("NRM", 0)


@pytest.mark.parametrize("algorithm", ["GILLESPIE", "SIMPLEGILLESPIE"])
def test_all_algorithms_agree_in_distribution(by_next_reactions, algorithm):
    found = outcomes(algorithm, RUNS)
    assert found.std(axis=0).min() > 0
    for ours, theirs in zip(found.T, by_next_reactions.T, strict=True):
        assert abs(ours.mean() - theirs.mean()) < 5 * np.sqrt((ours.var() + theirs.var()) / RUNS)
        assert ks_2samp(ours, theirs).pvalue > 1e-6
