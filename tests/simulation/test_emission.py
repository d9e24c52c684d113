"""Molecules that bubbles emit and absorb: rates, where they go, the force that drives emission."""

import numpy as np
import pytest
from bubble_deck import BUBBLES, anchor
from scipy.special import xlogy

from medyan_py.bubbles import ramp_factor

GENERAL = "species-general G REG\nSPECIESBULK: B 0 0 0 REG\n"
ONE_IN_A_MILLION = 4.9  # standard deviations


def emission(line, **more):
    return {**BUBBLES, "init-mtoc": anchor(**{"centre": "300 300 300", "more": f"(reaction-emi-abs {line})"} | more)}


def held(simulation):
    return sum(count for _, kind, count in simulation.species_totals() if kind == "GENERAL")


def test_ramp():
    """0 below the first force, 1 above the second, linear between them; a step where they are equal."""
    assert [ramp_factor(force, 10, 30) for force in (5, 10, 20, 30, 40)] == [0, 0, 0.5, 1, 1]
    assert [ramp_factor(force, 10, 10) for force in (9.99, 10, 11)] == [0, 1, 1]
    assert ramp_factor(0, 0, 0) == 1
    assert [ramp_factor(force, 2, 6) for force in (1, 3, 9)] == [0, 0.25, 1]


@pytest.mark.parametrize("algorithm", ["NRM", "GILLESPIE", "SIMPLEGILLESPIE"])
def test_emission_is_a_decay(runner, algorithm):
    """Each of N molecules is still there with the chance exp(−k t)."""
    slow = {"CALGORITHM": algorithm, "COMPARTMENTSIZEX": "1000", "NX": "1"}
    simulation = runner.start(GENERAL, emission("5000 G A diffusing 0.7 0 none") | slow, seed=11)
    assert held(simulation) == 5000
    before = simulation.copy_numbers("A").sum()
    simulation.run(1.0)
    stay = np.exp(-0.7)
    bound = ONE_IN_A_MILLION * np.sqrt(5000 * stay * (1 - stay))
    assert abs(held(simulation) - 5000 * stay) < bound
    assert simulation.copy_numbers("A").sum() == before + 5000 - held(simulation)


def test_molecules_go_free_in_the_compartment_of_the_bubble(runner):
    slow = GENERAL + "SPECIESDIFFUSING: S 0 0 0 0 REG\n"  # does not diffuse
    simulation = runner.start(slow, emission("200 G S diffusing 50 0 none", centre="700 300 300"))
    simulation.run(0.5)
    counts = simulation.copy_numbers("S")
    assert counts[1, 0, 0] == counts.sum() > 190


def test_absorption_takes_what_is_in_the_compartment(runner):
    """a = k N / V of the compartment: N₀ molecules that stay there vanish with the rate k / V each."""
    slow = GENERAL + "SPECIESDIFFUSING: S 40000 0 0 0 REG\n"
    k = 0.8 * 500.0**3
    simulation = runner.start(slow, emission(f"0 G S diffusing 0 {k:.6e} none"), seed=4)
    start = simulation.copy_numbers("S").copy()
    simulation.run(1.0)
    left, stay = simulation.copy_numbers("S"), np.exp(-0.8)
    assert abs(left[0, 0, 0] - start[0, 0, 0] * stay) < ONE_IN_A_MILLION * np.sqrt(start[0, 0, 0] * stay * (1 - stay))
    assert (left == start).sum() == 7 and held(simulation) == start.sum() - left.sum()


def test_equilibrium_with_a_bulk_species(runner):
    """Emission k₁ and absorption k₂ / V of the whole volume: a molecule is held with the chance k₂/V / (k₁ + k₂/V)."""
    k1, k2 = 3.0, 1.5 * 1000.0**3
    simulation = runner.start(GENERAL, emission(f"4000 G B bulk {k1} {k2:.6e} none"), seed=8)
    simulation.run(4.0)
    chance = 1.5 / 4.5
    assert abs(held(simulation) - 4000 * chance) < ONE_IN_A_MILLION * np.sqrt(4000 * chance * (1 - chance))
    assert held(simulation) + simulation.copy_numbers("B") == 4000


def test_a_constant_species_is_never_used_up(runner):
    """Emission of a constant N: a Poisson process of rate k N."""
    chemistry = "species-general G CONST\nSPECIESBULK: B 0 0 0 REG\n"
    simulation = runner.start(chemistry, emission("100 G B bulk 20 0 none"), seed=2)
    simulation.run(1.0)
    assert held(simulation) == 100
    assert abs(simulation.copy_numbers("B") - 2000) < ONE_IN_A_MILLION * np.sqrt(2000)


def test_emission_by_force(runner):
    """Nothing below the first force; between the two the rate is in proportion to the force on the bubble."""
    line = "(reaction-emi-abs 5000 G B bulk 1 0 force) (emi-force-1 10) (emi-force-2 30) (phi1 1)"
    changes = BUBBLES | {"init-mtoc": anchor("300 300 300", filaments=1, stiffness=10, more=line)}
    changes |= {"SPECIALPROTOCOL": "pin-initial-filament-below-z 1000 1000"}
    simulation = runner.start(GENERAL, changes, seed=6)
    simulation.run(0.5)
    assert held(simulation) == 5000
    simulation._pins._place[:, 1] += 2.5  # the pinned filament pulls at its spring
    simulation.run(0.1)  # up to the minimisation after which the rate is set
    assert held(simulation) == 5000
    force = np.linalg.norm(simulation.bubbles.attachment_forces[0])
    assert 20 < force < 28
    simulation.run(0.8)
    stay = np.exp(-0.8 * (force - 10) / 20)
    assert abs(held(simulation) - 5000 * stay) < ONE_IN_A_MILLION * np.sqrt(5000 * stay * (1 - stay)) + 5


def test_two_centres_hold_their_own_molecules(runner):
    more = "(reaction-emi-abs 300 G A diffusing {} 0 none)"
    changes = BUBBLES | {"init-mtoc": anchor("300 300 300", more=more.format(0))}
    changes["init-afm"] = anchor("600 600 800", more=more.format(1000))
    simulation = runner.start(GENERAL, changes)
    simulation.run(0.1)
    assert held(simulation) == 300
    assert [n for n, k, _ in simulation.species_totals() if k == "GENERAL"] == ["G"]


def test_reactions_follow_a_bubble_into_another_compartment(runner):
    slow = GENERAL + "SPECIESDIFFUSING: S 0 0 0 0 REG\n"
    changes = BUBBLES | {"init-afm": anchor("250 250 480", more="(reaction-emi-abs 100000 G S diffusing 0.1 0 none)")}
    changes["SPECIALPROTOCOL"] = "AFM 30 30 1 1 1"
    simulation = runner.start(slow, changes, seed=3)
    simulation.run(1.5)
    assert simulation.copy_numbers("S")[0, 0, 1] == 0 < simulation.copy_numbers("S")[0, 0, 0]
    simulation.run(0.8)  # it moved at 2.1 s
    before = simulation.copy_numbers("S").copy()
    assert simulation.bubbles.coords[0, 2] == 510 and before[0, 0, 1] > 0
    simulation.run(0.3)
    after = simulation.copy_numbers("S")
    assert after[0, 0, 0] == before[0, 0, 0] and after[0, 0, 1] > before[0, 0, 1]


def free_energy(simulation, name, fractions):
    """Σ (ℓ(N) − N ln f) of a diffusing species and of the molecules held, in kT."""
    n = simulation.chemistry.counts[:, simulation.chemistry.diffusing_names.index(name)]
    return (xlogy(n, n) - n * np.log(fractions)).sum() + xlogy(held(simulation), held(simulation))


@pytest.mark.parametrize("mode", ["none", "force"])
def test_emission_and_absorption_are_in_the_books(runner, mode):
    """Their accounts, with that of diffusion, are the change of the free energy of the molecules."""
    k1, k2 = 3.0, 1.5
    line = f"(reaction-emi-abs 4000 G S diffusing {k1} {k2 * 500.0**3:.6e} {mode}) (emi-force-1 0) (emi-force-2 0)"
    changes = {**BUBBLES, "init-mtoc": anchor("400 400 400", more=line), "DISSIPATIONTRACKING": "ON"}
    changes |= {"BOUNDARYSHAPE": "CYLINDER", "BOUNDARYDIAMETER": "1000"}
    simulation = runner.start(GENERAL + "SPECIESDIFFUSING: S 3000 2e4 0 0 REG\n", changes, seed=8)
    fractions = simulation.chemistry.volume_fractions
    before, start = free_energy(simulation, "S", fractions), held(simulation)
    simulation.run(2.0)
    accounts = simulation.dissipation.reactions
    assert accounts.keys() >= {"EMI_G", "ABS_G", "DIF_S"}
    emitted = start - held(simulation)
    assert emitted > 500
    change = free_energy(simulation, "S", fractions) - before + emitted * np.log(k2 / k1)
    assert accounts["EMI_G"] + accounts["ABS_G"] + accounts["DIF_S"] == pytest.approx(change, abs=1e-6)
    assert accounts["EMI_G"] + accounts["ABS_G"] < -100  # it ran downhill


def test_what_goes_one_way_only_is_not_in_the_books(runner):
    changes = emission("4000 G A diffusing 1 0 none") | {"DISSIPATIONTRACKING": "ON"}
    simulation = runner.start(GENERAL, changes)
    simulation.run(0.2)
    assert held(simulation) < 4000 and not any("_G" in name for name in simulation.dissipation.reactions)


def test_books_of_a_centre_with_filaments_add_up(runner):
    """Mechanical energies of bubbles count as those of all other force fields do, also when a probe is moved."""
    more = "(reaction-emi-abs 500 G A diffusing 1 1e8 none)"
    changes = {**BUBBLES, "init-mtoc": anchor("300 300 300", filaments=3, cylinders=2, more=more)}
    changes |= {"init-afm": anchor("700 700 700", filaments=2, cylinders=2), "DISSIPATIONTRACKING": "ON"}
    changes["SPECIALPROTOCOL"] = "AFM 10 10 1 4 1"
    simulation = runner.start(GENERAL, changes)
    d, first = simulation.dissipation, simulation.minimisation.energy_after
    strained = []
    simulation.run(1.5, on_cycle=lambda s: strained.append(s.minimisation.energy_before - s.minimisation.energy_after))
    assert {"MTOCAttachment", "AFMAttachment"} <= d.force_fields.keys()
    assert simulation.bubbles.coords[:, 2].max() > 700
    assert d.mechenergy == pytest.approx((simulation.minimisation.energy_after - first) / 4.1, abs=1e-6)
    assert d.mechdiss == pytest.approx(-sum(strained) / 4.1, abs=1e-6)
    assert d.chemenergy == pytest.approx(sum(d.reactions.values()))


@pytest.mark.parametrize("compatibility", ["none", "medyan-5.4"])
def test_absorption_in_a_compartment_that_is_cut(runner, compatibility):
    """The volume is that of the part inside: absorption is faster by 1 / f."""
    slow = GENERAL + "SPECIESDIFFUSING: S 20000 0 0 0 REG\n"
    k = 0.4 * 500.0**3
    changes = emission(f"0 G S diffusing 0 {k:.6e} none", centre="400 400 400")
    changes |= {"BOUNDARYSHAPE": "CYLINDER", "BOUNDARYDIAMETER": "1000", "compatibility": compatibility}
    simulation = runner.start(slow, changes, seed=9)
    fraction = simulation.chemistry.volume_fractions[0]
    assert 0.5 <= fraction < 0.9
    start = simulation.copy_numbers("S")[0, 0, 0]
    simulation.run(1.0)
    stay = np.exp(-0.4 / fraction)
    left = simulation.copy_numbers("S")[0, 0, 0]
    assert abs(left - start * stay) < ONE_IN_A_MILLION * np.sqrt(start * stay * (1 - stay))
