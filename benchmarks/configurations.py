"""Configurations of real networks just before a minimisation, made by running decks and kept in a cache.

Each is a list of moments: the arguments of ``MechanicalModel.load`` at the end of a chemistry interval of the run, when
motors have walked, filaments have grown and bonds have come and gone since the last relaxation.
"""

import hashlib
import os
import pickle
import re
import tempfile
from pathlib import Path

import numpy as np

import medyan_py
from medyan_py import Simulation, read_deck
from medyan_py.core.mechanics.model import MechanicalModel
from medyan_py.setup.mechanics import model_settings

INPUTS = Path(__file__).resolve().parent.parent / "inputs"
CACHE = Path(tempfile.gettempdir()) / f"medyan_py_configurations_{os.getuid()}"

# name: deck, factors by which box and contents grow along x, y and z, seconds simulated, intervals then kept
CONFIGURATIONS = {
    "actomyosin": ("actomyosin", (1, 1, 1), 10.0, 20),
    "branching": ("branching", (1, 1, 1), 8.0, 10),
    "2,000 cylinders": ("actomyosin", (4, 3, 1), 6.0, 4),
    "20,000 cylinders": ("actomyosin", (8, 8, 2), 1.5, 1),
}


def enlarged(deck: str, factors: tuple[int, int, int], folder: Path) -> Path:
    """The deck in a box that is so much larger, at the same concentrations."""
    source, volume = INPUTS / deck, int(np.prod(factors))
    system = (source / "systeminput.txt").read_text()
    for axis, factor in zip("XYZ", factors, strict=True):
        system = re.sub(rf"(N{axis}:\s+)(\d+)", lambda m, f=factor: m[1] + str(int(m[2]) * f), system)
    system = re.sub(r"(NUMFILAMENTS:\s+)(\d+)", lambda m: m[1] + str(int(m[2]) * volume), system)
    chemistry = (source / "chemistryinput.txt").read_text()
    chemistry = re.sub(r"(SPECIESDIFFUSING:\s+\w+\s+)(\d+)", lambda m: m[1] + str(int(m[2]) * volume), chemistry)
    (folder / "systeminput.txt").write_text(system)
    (folder / "chemistryinput.txt").write_text(chemistry)
    return folder / "systeminput.txt"


def simulate(deck: str, factors: tuple[int, int, int], duration: float, count: int) -> tuple[dict, list[dict]]:
    """Settings of the model, and its state before each of the last ``count`` minimisations of a run."""
    with tempfile.TemporaryDirectory() as folder:
        parsed = read_deck(enlarged(deck, factors, Path(folder)))
    simulation = Simulation(parsed, seed=1)
    mechanics, moments = simulation._mechanics, []
    simulation.run(duration)
    relax = mechanics.relax

    def keep_and_relax() -> None:
        moments.append(mechanics.arrays())
        relax()

    mechanics.relax = keep_and_relax
    simulation.run(count * parsed.schedule.minimisation)
    return model_settings(parsed), moments


def configuration(name: str) -> tuple[MechanicalModel, list[dict]]:
    """A model and the moments of a configuration, from the cache if it is there."""
    row = CONFIGURATIONS[name]
    key = hashlib.sha256(repr((name, row, medyan_py.__version__)).encode()).hexdigest()[:16]
    path = CACHE / f"{key}.pickle"
    if not path.exists():
        CACHE.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(pickle.dumps(simulate(*row)))
    settings, moments = pickle.loads(path.read_bytes())
    return MechanicalModel(**settings), moments


def describe(model: MechanicalModel, moment: dict) -> str:
    """How large a moment is."""
    model.load(**moment)
    return (
        f"{len(moment['rest_length'])} cylinders, {len(moment['bond_k'])} linkers and motors, "
        f"{len(model.pairs)} excluded-volume pairs"
    )


if __name__ == "__main__":
    for name in CONFIGURATIONS:
        model, moments = configuration(name)
        print(f"{name}: {len(moments)} moments; {describe(model, moments[-1])}", flush=True)
