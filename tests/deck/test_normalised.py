"""Decks in normalised form read as the decks they were made from."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from medyan_py.deck import read_deck
from medyan_py.deck.diagnostics import Report
from medyan_py.deck.grammar import parse
from medyan_py.deck.normalised import normalised_deck, normalised_texts
from medyan_py.deck.settings import read_settings

INPUTS = Path(__file__).parents[2] / "inputs"
ABOUT_FILES = ("line", "system_path", "chemistry_path", "input_dir", "texts", "warnings", "source_lines")

RARE = """\
membrane skin (vertex-system general) (area-k 0.1) (eq-curv 1e-9) (vertex-pinning none)
init-membrane skin (mesh ELLIPSOID 500 500 500 100 100.5 33)
mesh-adapter (max-size 45)
SPECIALPROTOCOL MAKELINKERSSTATIC 3.25
SPECIALPROTOCOL: PINBOUNDARYFILAMENTS 10 0.1 2
output (log-simulation-time-each-cycle true)
BOUNDARYMOVE: LEFT
BOUNDARYMOVE: TOP
CHEMISTRYFILE "a name; with (odd) # signs.txt"
HESSIANTRACKING 1 2 1 0
FILAMENTFILE: f.txt
try-to-recover-in-line-search-error false
EIGENTRACKING OFF
MONOMERSIZE 2.7 1.000000000000001
"""


def meaning(thing):
    """A deck without what tells of lines and files."""
    if dataclasses.is_dataclass(thing):
        names = [f.name for f in dataclasses.fields(thing) if f.name not in ABOUT_FILES]
        return {name: meaning(getattr(thing, name)) for name in names}
    if isinstance(thing, tuple):
        return tuple(meaning(item) for item in thing)
    return thing.tolist() if isinstance(thing, np.ndarray) else thing


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in INPUTS.glob("*/systeminput.txt")))
def test_ready_decks(folder, tmp_path):
    shutil.copytree(INPUTS / folder, tmp_path / "deck")
    old, new = (tmp_path / "deck" / name for name in ("systeminput.txt", "new.txt"))
    system, chemistry = normalised_deck(old, chemistry_name="new chemistry.txt")
    new.write_text(system)
    (tmp_path / "deck" / "new chemistry.txt").write_text(chemistry)
    assert meaning(read_deck(new)) == meaning(read_deck(old))
    assert normalised_deck(new) == (system, chemistry)


def values(text):
    def plain(value):
        return [(e.values, e.properties) for e in value] if value and isinstance(value, list) else value

    report = Report()
    settings = read_settings(parse(text, "f", report)[0], "f", report)
    return {name: plain(value) for name, value in settings.values.items()}, report


def test_rare_keywords():
    before, report = values(RARE)
    assert not report.errors
    system, _ = normalised_texts(RARE, "")
    after, clean = values(system)
    assert {name: after[name] for name in before} == before
    assert not clean.errors and not clean.warnings
    assert len(before) == 12
    assert '(CHEMISTRYFILE "a name; with (odd) # signs.txt")\n' in system
