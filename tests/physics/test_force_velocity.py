"""Filaments that grow against a constant load: v(F) = δ (k₊ c exp(−F δ/kT) − k₋) (Peskin, Odell & Oster 1993)."""

import numpy as np
import pytest
from chance import assert_distribution, assert_mean, assert_variance
from scipy.stats import skellam
from systems import MINUS, PLUS, constant, grow, serials, shrink, straight, system

from medyan_py import Simulation
from medyan_py.core.chemistry.descriptions import Walls

KT, DELTA = 4.1, 2.7
ON, OFF = 11.6, 1.4  # 1/s at 1 µM: Pollard 1986, J Cell Biol 103:2747
STALL = KT / DELTA * np.log(ON / OFF)  # 3.21 pN
FAR = 1e6  # nm; a wall whose repulsion decays over a millimetre exerts the same load everywhere in the box


def rates(force):
    """Monomers won and lost per second under a load (pN)."""
    return ON * np.exp(-force * DELTA / KT), OFF


def gains(force, side, n, time, cosine=1.0, seed=1):
    """Monomers won in ``time`` (s) by ``n`` filaments whose ends grow against a load."""
    walls = Walls(((0.0, 0.0, 9000.0, 0.0, 0.0, -1.0),), force * FAR, FAR, 1e6)
    growing = np.array([np.sqrt(1 - cosine**2), 0.0, cosine]) * (1 if side == PLUS else -1)
    chemistry = system([straight((4000, 4000, 4000), growing, 4)] * n, size=(9000.0,) * 3, walls=walls, seed=seed,
                       growths=[grow(side, ON)], shrinkages=[shrink(side, OFF)], bulk=constant(), free=(1,),
                       ratchet_lengths=[DELTA])  # fmt: skip
    before = serials(chemistry)
    chemistry.run(time)
    return (serials(chemistry) - before)[:, side] * (1 if side == PLUS else -1)


@pytest.mark.parametrize("side", [PLUS, MINUS], ids=["plus", "minus"])
@pytest.mark.parametrize("force", [0.0, 0.5, 1.0, 2.0, STALL, 5.0, 20.0])
def test_velocity_of_an_end_under_a_constant_load(force, side):
    time = 8.0
    won = gains(force, side, 1000, time, seed=int(10 * force))
    on, off = rates(force * (1 - 5e-3))[0] * time, OFF * time  # 4000 … 5000 nm from the wall: 0.4 to 0.5 % less
    on_high = rates(force * (1 - 4e-3))[0] * time
    assert on_high - on < 0.5 * np.sqrt((on + off) / 1000)  # which is not seen in the mean
    assert_mean(won, 0.5 * (on + on_high) - off, on + off)
    assert_variance(won, on + off)
    assert_distribution(won + 60, lambda k: skellam.pmf(k - 60, 0.5 * (on + on_high), off), 220)
    if force == STALL:
        assert abs(won.mean()) < 0.75  # 0.25 nm/s, of 27.5 nm/s without a load


def test_only_the_part_of_the_load_along_the_filament_counts():
    won = gains(2.0, PLUS, 1000, 8.0, cosine=0.5)
    on = rates(2.0 * 0.5 * (1 - 4.7e-3))[0] * 8.0
    assert_mean(won, on - 8.0 * OFF, on + 8.0 * OFF)


DECK = """\
NX: 2\nNY: 2\nNZ: 2\nCOMPARTMENTSIZEX: 500\nCOMPARTMENTSIZEY: 500\nCOMPARTMENTSIZEZ: 500
BOUNDARYSHAPE: CUBIC\nBOUNDARYFFTYPE: REPULSIONEXP\nBOUNDARYCUTOFF: 2000
BOUNDARYINTERACTIONK: {strength}\nBOUNDARYSCREENLENGTH: {length}
CONJUGATEGRADIENT: POLAKRIBIERE\nCALGORITHM: NRM
RUNTIME: 10\nSNAPSHOTTIME: 1\nMINIMIZATIONTIME: 0.1\nNEIGHBORLISTTIME: 0.1
CHEMISTRYFILE: chemistry.txt\nFILAMENTFILE: filaments.txt
MONOMERSIZE: 2.7\nCYLINDERSIZE: 108\nNUMBINDINGSITES: 4
FSTRETCHINGFFTYPE: HARMONIC\nFSTRETCHINGK: 100\nFBENDINGFFTYPE: COSINE\nFBENDINGK: 672\nFBENDINGTHETA: 0
DFPOLYMERIZATIONTYPE: BROWRATCHET\nDFPOLYMERIZATIONLEN: 2.7
"""
CHEMISTRY = f"""\
SPECIESBULK: G 1 0 0 CONST
SPECIESFILAMENT: AF 0\nSPECIESPLUSEND: PA 0\nSPECIESMINUSEND: MA 0\nSPECIESBOUND: EA 0
POLYMERIZATIONREACTION: 0 G:BULK + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND {ON}
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> G:BULK + PA:PLUSEND {OFF}
"""


@pytest.mark.parametrize("force", [0.5, 2.0])
def test_velocity_in_a_deck(tmp_path, force):
    """All walls push alike on every bead, so filaments stay; the wall ahead loads the ends that grow towards it."""
    far = 1e5
    (tmp_path / "system.txt").write_text(DECK.format(strength=force * far, length=far))
    (tmp_path / "chemistry.txt").write_text(CHEMISTRY)
    lines = [f"FILAMENT 0 {x} {y} 300 {x} {y} 516\n" for x in range(100, 901, 50) for y in range(100, 901, 50)]
    (tmp_path / "filaments.txt").write_text("".join(lines))
    simulation = Simulation.from_deck(tmp_path / "system.txt", seed=1)
    places = simulation.filaments.beads[simulation.filaments.start[:-1]]
    simulation.run(3.0)
    filaments = simulation.filaments
    np.testing.assert_allclose(filaments.beads[filaments.start[:-1]], places, atol=1.0)
    won = np.add.reduceat(filaments.monomers, filaments.start[:-1] - np.arange(len(filaments))) - 80
    on = rates(force * (1 - 4.5e-3))[0] * 3.0
    assert len(won) == 17 * 17
    assert_mean(won, on - 3.0 * OFF, on + 3.0 * OFF)
    assert_variance(won, on + 3.0 * OFF)
