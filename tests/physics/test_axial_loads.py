"""Growing ends that feel the compression of their cylinder."""

import pytest

from medyan_py import DeckError, Simulation
from medyan_py.core.chemistry.rate_laws import brownian_ratchet

DECK = """\
NX: 2\nNY: 2\nNZ: 2\nCOMPARTMENTSIZEX: 500\nCOMPARTMENTSIZEY: 500\nCOMPARTMENTSIZEZ: {z}
BOUNDARYSHAPE: CUBIC\nBOUNDARYFFTYPE: REPULSIONEXP\nBOUNDARYCUTOFF: 300
BOUNDARYINTERACTIONK: 41\nBOUNDARYSCREENLENGTH: 2.7
CONJUGATEGRADIENT: POLAKRIBIERE\nGRADIENTTOLERANCE: 1e-6\nCALGORITHM: NRM
RUNTIME: 10\nSNAPSHOTTIME: 1\nMINIMIZATIONTIME: 0.1\nNEIGHBORLISTTIME: 0.1
CHEMISTRYFILE: chemistry.txt\nFILAMENTFILE: filaments.txt
MONOMERSIZE: 2.7\nCYLINDERSIZE: 108\nNUMBINDINGSITES: 4
FSTRETCHINGFFTYPE: HARMONIC\nFSTRETCHINGK: 100
DFPOLYMERIZATIONTYPE: {law}\nDFPOLYMERIZATIONLEN: 2.7
"""
RATE = 20.0  # 1/s
CHEMISTRY = f"""\
SPECIESBULK: G 1 0 0 CONST
SPECIESFILAMENT: AF 0\nSPECIESPLUSEND: PA 0\nSPECIESMINUSEND: MA 0\nSPECIESBOUND: EA 0
POLYMERIZATIONREACTION: 0 G:BULK + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND {RATE}
POLYMERIZATIONREACTION: 0 G:BULK + MA:MINUSEND -> AF:FILAMENT + MA:MINUSEND 0.0
"""


def squeezed(folder, law, z=245.0):
    """A straight filament of four cylinders between two walls 440 nm apart (25 nm within the box), relaxed."""
    folder.mkdir(exist_ok=True)
    (folder / "system.txt").write_text(DECK.format(law=law, z=z))
    (folder / "chemistry.txt").write_text(CHEMISTRY)
    (folder / "filaments.txt").write_text("FILAMENT 0 500 500 29 500 500 461\n")
    return Simulation.from_deck(folder / "system.txt", seed=1)


def growth(simulation):
    return simulation.chemistry.channel_propensities[1][0] / RATE


def test_between_two_walls_the_compression_is_what_the_walls_push_with(tmp_path):
    repelled, compressed = (squeezed(tmp_path / law, law) for law in ("BROWRATCHET", "BROWRATCHETAXIAL"))
    load = repelled.chemistry.end_load(1, 0)
    assert 3.0 < load < 4.0  # 41/2.7 exp(−4/2.7) = 3.45 pN
    for end in (0, 1):
        assert compressed.chemistry.end_load(end, 0) == pytest.approx(repelled.chemistry.end_load(end, 0), rel=1e-4)
        # a wall that comes nearer is felt at the next relaxation only
        assert compressed.chemistry.end_load(end, 3) == compressed.chemistry.end_load(end, 0)
    assert compressed.chemistry.end_load(1, 0) == pytest.approx(-compressed.filaments.tensions[-1], rel=1e-9)
    assert growth(compressed) == pytest.approx(brownian_ratchet(load, 2.7), rel=1e-3)


def test_a_partial_cylinder_is_stiffer(tmp_path):
    simulation = squeezed(tmp_path, "BROWRATCHETAXIAL")
    simulation.run(2.0)
    view = simulation.filaments
    assert 0 < view.monomers[-1] < 40
    assert simulation.chemistry.end_load(1, 0) == pytest.approx(max(0.0, -view.tensions[-1]), rel=1e-9)


def test_a_stretched_end_grows_freely(tmp_path):
    simulation = squeezed(tmp_path, "BROWRATCHETAXIAL", z=1000.0)
    simulation.chemistry.filaments.beads["x"][-1, 2] += 1.0
    simulation.chemistry.update()
    assert simulation.chemistry.end_load(1, 0) == 0.0
    assert growth(simulation) == pytest.approx(1.0)


def test_filaments_that_cannot_be_compressed_are_refused(tmp_path):
    (tmp_path / "system.txt").write_text(
        DECK.format(law="BROWRATCHETAXIAL", z=500).replace("FSTRETCHINGFFTYPE: HARMONIC\nFSTRETCHINGK: 100\n", "")
    )
    (tmp_path / "chemistry.txt").write_text(CHEMISTRY)
    (tmp_path / "filaments.txt").write_text("FILAMENT 0 500 500 29 500 500 461\n")
    with pytest.raises(DeckError, match="BROWRATCHETAXIAL needs filaments that can be compressed"):
        Simulation.from_deck(tmp_path / "system.txt", seed=1)
