"""Small systems by the public interface: linkers and motors bring two filaments to rest; growth meets a wall."""

import numpy as np
import pytest
from small_system import CHEMISTRY, SYSTEM

from medyan_py import Simulation

KT = 4.1
LINKER = "LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 {} 0.0 20.0 60.0\n"
MOTOR = "MOTORREACTION: 0 MEA:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 {} {} 80.0 200.0\n"
WALK = "MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N {}\n"
PROTOCOL = "SPECIALPROTOCOL PINBOUNDARYFILAMENTS {} {} 0.0\n"


def start(folder, filaments, reactions, counts=(0, 0, 0), extra="", runtime=2.0, without=()):
    """Two given filaments with these reactions; ``counts`` of actin, motors and linkers; keywords that
    begin with one of ``without`` are left out."""
    species = [line for line in CHEMISTRY.splitlines() if line.startswith("SPECIES") or "BINDINGSITE" in line]
    actin, motors, linkers = counts
    species[:3] = [
        f"SPECIESDIFFUSING: A {actin} 2e6 0.0 0.0 REG",
        f"SPECIESDIFFUSING: MD {motors} 2e6 0.0 0.0 REG",
        f"SPECIESDIFFUSING: LD {linkers} 2e6 0.0 0.0 REG",
    ]
    lines = [line for line in SYSTEM.splitlines() if not line.startswith(("NUMFILAMENTS:", "RUNTIME", *without))]
    lines += ["FILAMENTFILE: filaments.txt", f"RUNTIME: {runtime}", extra]
    (folder / "system.txt").write_text("\n".join(lines) + "\n")
    (folder / "chemistry.txt").write_text("\n".join(species) + "\n" + reactions)
    rows = ["FILAMENT 0 " + " ".join(f"{c:g}" for c in np.ravel(ends)) for ends in filaments]
    (folder / "filaments.txt").write_text("\n".join(rows) + "\n")
    return Simulation.from_deck(folder / "system.txt", seed=1)


ANTIPARALLEL = [[[90, 250, 250], [414, 250, 250]], [[414, 250, 370], [90, 250, 370]]]


def test_a_motor_comes_to_its_rest_length(tmp_path):
    """One motor walks on free antiparallel filaments: after each relaxation its length is that at binding."""
    simulation = start(tmp_path, ANTIPARALLEL, MOTOR.format(50.0, 1.7) + WALK.format(5.0), (0, 1, 0), runtime=4.0)
    lengths, tensions = {}, []

    def look(s):
        for number, legs, tension in zip(s.motors.ids, s.motors.coords, s.motors.tensions, strict=True):
            lengths.setdefault(number, []).append(np.linalg.norm(legs[1] - legs[0]))
            tensions.append(tension)

    simulation.run(on_cycle=look)
    assert len(tensions) > 100
    # a tolerance of 1 pN for each of the four beads of a motor leaves at most 2 pN of tension
    assert np.abs(tensions).max() < 2.0
    for seen in lengths.values():
        assert np.ptp(seen) < 2 * 2.0 / 2.5  # nm, with one bound head; there are more


def test_a_motor_slides_antiparallel_filaments_apart(tmp_path):
    """Heads walk to the plus ends, which lie on opposite sides, and so push the filaments towards their minus ends."""
    start(tmp_path, ANTIPARALLEL, MOTOR.format(50.0, 1.7) + WALK.format(20.0), (0, 1, 0), runtime=4.0)
    slid = []
    for seed in range(1, 25):
        simulation = Simulation.from_deck(tmp_path / "system.txt", seed=seed)
        first = simulation.filaments.beads[:, 0]
        simulation.run()
        moved = simulation.filaments.beads[:, 0] - first
        slid.append(moved[4:].mean() - moved[:4].mean())
    assert np.mean(slid) > 5  # 19 nm with a standard deviation of 20 in one run


@pytest.mark.parametrize("law", [True, False])
def test_all_heads_are_bound_without_an_unbinding_law(tmp_path, law):
    """With it a fraction ρ = k⁺/(k⁺ + k⁻) of the heads and what the force adds; the stiffness goes with them."""
    simulation = start(
        tmp_path, ANTIPARALLEL, MOTOR.format(50.0, 50.0), (0, 1, 0), without=() if law else ("DMUNBIND",)
    )
    heads = []
    simulation.run(1.0, on_cycle=lambda s: heads.extend(zip(s.motors.heads, s.motors.bound_heads, strict=True)))
    heads = np.array(heads, float)
    assert len(heads) > 5
    assert heads[:, 1] == pytest.approx(heads[:, 0] * (0.5 if law else 1.0), rel=0.02)


@pytest.mark.parametrize("gap", [30.0, 55.0])
def test_a_linker_keeps_two_filaments_at_the_distance_of_binding(tmp_path, gap):
    """Linkers bind without stress, so filaments that are at rest stay as they are, and no energy is stored."""
    pair = [[[90, 250, 250], [414, 250, 250]], [[90, 250, 250 + gap], [414, 250, 250 + gap]]]
    simulation = start(tmp_path, pair, LINKER.format(50.0), (0, 0, 3))
    volume = sum(simulation.energies.values())
    simulation.run()
    assert len(simulation.linkers) == 3
    lengths = np.linalg.norm(np.diff(simulation.linkers.coords, axis=1)[:, 0], axis=1)
    assert ((lengths > 20) & (lengths < 61)).all()
    assert np.abs(simulation.linkers.tensions).max() < 2.0
    assert simulation.energies["LinkerStretching"] < 0.5
    assert sum(simulation.energies.values()) < volume + 1.0


def test_a_held_filament_that_grows_against_a_wall_stalls(tmp_path):
    """Pinned at its minus end, a filament grows until the ratchet is in balance: the load that stops it is
    F = (kT/δ) ln(k⁺ c / k⁻), within the step of one monomer (which changes the load by a factor e)."""
    growth = (
        "POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.02\n"
        "DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 8.0\n"
    )
    # the minus end is pinned where it starts, 60 nm from the wall at x = 25; the plus end grows to the one at 475
    simulation = start(
        tmp_path, [[[85, 250, 250], [409, 250, 250]]], growth, (8000, 0, 0),
        extra=PROTOCOL.format("20.0", "62.0").strip(), runtime=30.0,
    )  # fmt: skip
    positions = []

    def look(s):
        if s.time > 4:
            positions.append(s.filaments.beads[-1, 0])

    simulation.run(on_cycle=look)
    copies = simulation.copy_numbers("A").sum() / 8  # per compartment
    stall = KT / 2.7 * np.log(0.02 * copies / 8.0)
    assert stall > 1.0
    gap = 475 - np.array(positions)
    force = 41 / 2.7 * np.exp(-gap / 2.7)
    # the table gives the load at the present tip; rates balance between the loads of n and n + 1 monomers
    mean_factor = np.exp(-force * 2.7 / KT).mean()
    assert mean_factor == pytest.approx(8.0 / (0.02 * copies), rel=0.5)
    assert stall / np.e < np.median(force) < stall * np.e
