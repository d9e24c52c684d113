"""Free energies of what happens on membranes, and rates on them that scripts change."""

import numpy as np
import pytest
from chance import assert_mean
from membrane_decks import CHEMISTRY, VESICLE, start
from scipy.special import xlogy
from surface_worlds import begin, columns, make_engine, plain
from surfaces import distorted
from test_surface_of_decks import SURFACE, write  # noqa: F401

from medyan_py import Simulation, read_deck
from medyan_py.core.chemistry.descriptions import Adsorption, Bulk, Diffusing, FreeEnergy, Pool, SurfaceReaction
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.dissipation import Dissipation
from medyan_py.units import KT

SPACE = {"shape": (2, 2, 2), "size": 80.0, "volume_fraction": [1, 0.5, 1, 1, 0.3, 1, 1, 0.8]}


def potential(engine, standard, energies):
    """Σ (ℓ(N) − N ln A + N E) of the membranes, Σ (ℓ(N) − N ln V) of the volume, and Σ N μ with the standard values."""
    n, a = columns(engine.surface.cells.mesh), engine.surface.cells.areas
    on = (xlogy(n, n) - n * np.log(a)[:, None] + n * energies.T).sum() + (n * standard["membrane"]).sum()
    v, c = engine.volume_fractions * np.prod(engine.compartment_size), engine.counts
    free = (xlogy(c, c) - c * np.log(v)[:, None]).sum() + (c * standard["volume"]).sum()
    b = engine.bulk_counts
    return on + free + (xlogy(b, b) - b * np.log(v.sum())).sum() + (b * standard["bulk"]).sum()


@pytest.mark.parametrize("algorithm", ["NRM", "SIMPLEGILLESPIE"])
def test_the_books_are_the_change_of_a_state_function(algorithm):
    """Hops, reactions of any order, adsorption from compartments and from the bulk, with energies on a bad mesh."""
    x, triangles = distorted(3, level=1, radius=60.0, share=0.1)
    sensed = np.random.default_rng(1).normal(size=(2, len(x)))
    m = {"membrane": np.array([1.0, -2.0, 0.5]), "volume": np.array([3.0]), "bulk": np.array([-1.0])}

    def g(name, products, reactants):
        return FreeEnergy(sum(m["membrane"][list(products)]) - sum(m["membrane"][list(reactants)]), name)

    lines = [((0, 1), (2,), 300.0), ((2,), (0, 1), 1.0), ((), (0,), 0.001), ((0, 0, 1), (0, 2, 2), 1e5)]
    reactions = [SurfaceReaction(r, p, k, free_energy=g(f"R{i}", p, r)) for i, (r, p, k) in enumerate(lines)]
    onto = []
    for name, pool, bound, k in (("A", Pool(False, 0), 0, 40.0), ("B", Pool(True, 0), 1, 90.0)):
        value = m["membrane"][bound] - m["bulk" if pool.bulk else "volume"][0]
        onto.append(
            Adsorption(pool, bound, k, 2.0, FreeEnergy(value, f"ADS_{name}"), FreeEnergy(-value, f"DES_{name}"))
        )
    species = [plain("M", 500.0, 5.0, True), plain("P", 1000.0, 0.0, True), plain("Q", 2000.0)]
    species[1] = species[1]._replace(stored=True)  # its energy is entered elsewhere
    space = SPACE | {"diffusing": (Diffusing("A", 2e3),), "algorithm": algorithm}
    engine = make_engine([(x + 80, triangles)], species, reactions, onto, seed=5, track_dissipation=True, **space)
    begin(engine, np.random.default_rng(2).integers(0, 4, (len(x), 3)), sensed)
    engine.spread(0, 200)
    engine.set_bulk(0, 300)
    energies = np.array([sensed[0], 0 * sensed[0], 0 * sensed[0]])
    before = potential(engine, m, energies)
    engine.run_events(3000)
    accounts = engine.ledger.accounts
    hops, exchanges = {"DIF_A", "DIF_M", "DIF_P", "DIF_Q"}, {"ADS_A", "ADS_B", "DES_A", "DES_B"}
    assert accounts.keys() == hops | exchanges | {"R0", "R1", "R2", "R3"}
    assert sum(accounts.values()) == pytest.approx(potential(engine, m, energies) - before, abs=1e-8)


def one_way(onto, n, bulk, constant=False, events=1):
    """ΔG of one event on one vertex with many molecules, and what its two propensities make of it."""
    x, triangles = icosphere(0, 10.0)
    on, off = (1e3, 1e-12) if onto else (1e-12, 1e3)
    value = np.log(0.7 / 30.0)  # as if the rates were 30 and 0.7
    both = FreeEnergy(value, "ADS"), FreeEnergy(-value, "DES")
    exchange = Adsorption(Pool(bulk, 0), 0, on, off, *both)
    space = {"size": 200.0, "volume_fraction": [0.4], "bulk": (Bulk("B", constant),), "track_dissipation": True}
    engine = make_engine([(x + 100, triangles)], [plain(energy=True)], (), [exchange], **space)
    energies = np.linspace(-2, 2, len(x))[None, :]
    begin(engine, np.full((len(x), 1), n[1]), energies)
    (engine.set_bulk if bulk else lambda s, k: engine.set_count(0, s, k))(0, n[0])
    before = columns(engine.surface.cells.mesh)[:, 0].copy()
    engine.run_events(events)
    vertex = int(np.flatnonzero(columns(engine.surface.cells.mesh)[:, 0] - before)[0])
    volume, area = 0.4 * 200.0**3, engine.surface.cells.areas[vertex]
    forward, back = 30.0 * n[0] * area / volume, 0.7 * n[1] * np.exp(energies[0, vertex])
    return engine.ledger.accounts, np.log(back / forward) * (1 if onto else -1)


@pytest.mark.parametrize("onto", [True, False])
@pytest.mark.parametrize(("bulk", "constant"), [(False, False), (True, False), (True, True)])
def test_an_exchange_dissipates_the_logarithm_of_its_two_rates(onto, bulk, constant):
    accounts, expected = one_way(onto, (10**7, 10**6), bulk, constant)
    assert accounts == {"ADS" if onto else "DES": pytest.approx(expected, abs=1e-5)}


def test_a_closed_loop_dissipates_the_sum_of_its_constants():
    """One molecule that turns from M to P to Q and back, and walks meanwhile."""
    x, triangles = distorted(4, level=1, share=0.1)
    values = {"MP": -3.0, "PQ": 1.25, "QM": -0.5}
    ring = [
        SurfaceReaction((i,), ((i + 1) % 3,), 5.0, free_energy=FreeEnergy(g, name))
        for i, (name, g) in enumerate(values.items())
    ]
    engine = make_engine([(x, triangles)], [plain(s, 2e4) for s in "MPQ"], ring, track_dissipation=True)
    one = np.zeros((len(x), 3), dtype=np.int64)
    one[0, 0] = 1
    begin(engine, one)
    while engine.events - engine.surface.hops < 300:
        engine.run_events(1)
    assert engine.surface.hops > 100
    accounts = engine.ledger.accounts
    assert sum(accounts[name] for name in values) == pytest.approx(100 * sum(values.values()))
    place = int(np.flatnonzero(columns(engine.surface.cells.mesh).any(axis=1))[0])
    walked = sum(accounts[f"DIF_{s}"] for s in "MPQ")
    areas = engine.surface.cells.areas
    assert walked == pytest.approx(np.log(areas[0] / areas[place]), abs=1e-9)


TRACKED = "DISSIPATIONTRACKING: ON\n"


def test_books_of_a_deck(write):  # noqa: F811
    """The free energies of exchange follow from the rates; a line with one, and a line without, is told apart."""
    chemistry = CHEMISTRY + SURFACE.replace("reaction-surface 2 Q", "reaction-surface -1.5:GONE 2 Q")
    path = write(VESICLE.replace("300))", "300) (species P 500) (species Q 400))") + TRACKED, chemistry)
    deck = read_deck(path)
    energies = [r.free_energy for r in deck.surface.reactions]
    assert energies[:2] == [None, None] and (energies[2].value, energies[2].account) == (-1.5, "GONE")
    sim = Simulation(deck, seed=3)
    mesh, areas = sim._membranes.mesh, sim.chemistry.surface.cells.areas.copy()
    sim.chemistry.scale("test", "react on membranes", 0.0)  # two of them are in no book
    volume = sim.chemistry.volume_fractions[sim.chemistry.active_compartments == 1].sum() * 500.0**3

    diffusing = list(sim.chemistry.diffusing_names).index("D")

    def chemical():
        """Σ (ℓ(N) − N ln V) with areas or volumes V, and N ln(on/off) of what can go onto the membrane."""
        n, c, b = columns(mesh), sim.chemistry.counts, int(sim.copy_numbers("B"))
        v = sim.chemistry.volume_fractions[:, None] * 500.0**3
        total = (xlogy(n, n) - xlogy(n, np.where(areas > 0, areas, 1)[:, None])).sum()
        total += (xlogy(c, c) - xlogy(c, v)).sum() + xlogy(b, b) - b * np.log(volume)
        return total + np.log(300 / 2) * c[:, diffusing].sum() + np.log(100 / 1) * b

    before = chemical()
    assert not sim.dissipation.reactions
    sim.chemistry.run(0.1)
    accounts = sim.chemistry.ledger.accounts
    assert {"DIF_P", "DIF_Q", "DIF_D", "ADS_D_P", "DES_B_P"} <= accounts.keys()
    found = sum(accounts.values())
    assert found == pytest.approx(chemical() - before, abs=1e-6) and found != 0


def test_remeshing_is_in_no_account():
    books = Dissipation(["M"], {"M": 10.0 * KT})
    books.add_cycle({}, {"M": 12.0 * KT}, {"M": 11.0 * KT}, {"M": 15.0 * KT})
    books.add_cycle({}, {"M": 15.0 * KT}, {"M": 14.0 * KT})
    assert books.mechenergy == pytest.approx(0.0) and books.mechdiss == pytest.approx(-2.0)
    assert books.chemdiss == pytest.approx(2.0)


# --- rates that scripts change


def test_scaled_rates_change_the_number_of_events(write):  # noqa: F811
    """Births on the membrane and adsorption: Poisson with the scaled rates."""
    chemistry = CHEMISTRY + (
        "SPECIESBULK: B 100000 0 0 CONST\nspecies-membrane-diffusing P 0 0\nspecies-membrane-diffusing Q 0 0\n"
        "reaction-surface 1e-3 -> Q\nreaction-adsorption-desorption 1 0 B <-> P\n"
    )
    found = {}
    for factor in (1.0, 0.25, 0.0, 3.0):
        sim = start(write(VESICLE, chemistry))
        sim.scale_rates("react on membranes", factor)
        sim.scale_rates("adsorb", factor, membrane_species="P")
        area = sim.chemistry.surface.cells.areas.sum()
        inside = sim.chemistry.volume_fractions[sim.chemistry.active_compartments == 1].sum() * 500.0**3
        sim.run(0.1)
        found[factor] = sim.copy_numbers("Q"), sim.copy_numbers("P")
        for n, mean in zip(
            found[factor], (1e-3 * area * 0.1 * factor, 1e5 * area / inside * 0.1 * factor), strict=True
        ):
            assert abs(n - mean) <= 5 * np.sqrt(mean) + 1e-9
    assert found[0.0] == (0, 0) and found[3.0][0] > found[1.0][0] > found[0.25][0] > 0
    with pytest.raises(ValueError, match="have no property"):
        sim.scale_rates("react on membranes", 1.0, membrane_species="P")
    with pytest.raises(KeyError, match="no species of membranes 'R'"):
        sim.scale_rates("desorb", 1.0, membrane_species="R")
    with pytest.raises(KeyError, match="no reaction of this deck"):
        sim.scale_rates("emit", 1.0)


def test_scaled_desorption_lasts_longer_and_through_checkpoints(write, tmp_path):  # noqa: F811
    """Molecules that only come off: exp(−k f t) are left; the factor is part of the state."""
    chemistry = CHEMISTRY + (
        "SPECIESBULK: B 0 0 0 REG\nspecies-membrane-diffusing P 1000 0\nreaction-adsorption-desorption 0 4 B <-> P\n"
    )
    text = VESICLE.replace("300))", "300) (species P 20000))")
    left = []
    for factor in (1.0, 0.5):
        sim = start(write(text, chemistry))
        sim.scale_rates("desorb", factor)
        sim.run(0.1)
        sim.save(tmp_path / "state")
        sim = Simulation.load(tmp_path / "state")
        sim.run(0.1)
        left.append(sim.copy_numbers("P"))
        p = np.exp(-4 * factor * 0.2)
        assert_mean([left[-1] / 20000], p, p * (1 - p) / 20000)
    assert left[1] > left[0]
