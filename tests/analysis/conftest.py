import pytest

import medyan_py as md


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """The output directory of a short run of the contractile network."""
    from pathlib import Path

    deck = Path(__file__).parents[2] / "inputs" / "actomyosin" / "systeminput.txt"
    simulation = md.Simulation.from_deck(deck, seed=3)
    directory = md.claim_directory(tmp_path_factory.mktemp("run") / "out")
    recorders = md.standard_recorders(directory, vtk=False)
    recorders.open(simulation)
    simulation.run(2.0, recorders=recorders)
    recorders.close(simulation)
    return directory
