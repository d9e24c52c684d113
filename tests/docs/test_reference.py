"""The reference pages are made from the tables of the program and leave nothing out."""

import re
from pathlib import Path

import h5py
import pytest
from deck_reference import EXAMPLES, TABLES, directive_reference, keyword_reference
from output_reference import recorder_reference

from medyan_py import read_deck
from medyan_py.deck.chemistry_lines import read_lines
from medyan_py.deck.chemistry_table import DIRECTIVES
from medyan_py.deck.diagnostics import Report
from medyan_py.deck.grammar import parse
from medyan_py.deck.tables import KEYWORDS
from medyan_py.output.hdf5_file import Hdf5Recorder
from medyan_py.output.selection import RECORDERS
from medyan_py.simulation import Simulation

VESICLE = """
membrane-bending-ff-type: HELFRICH
(membrane p)
(init-membrane p (mesh ELLIPSOID 500 500 250 200 200 200))
"""
DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_keyword_has_its_row_and_help():
    rows = [line.split(" | ") for line in keyword_reference().splitlines() if line.startswith("| `")]
    first = [row[0].strip("| `") for row in rows]
    for name, keyword in KEYWORDS.items():
        assert first.count(name) >= 1, name
        assert keyword.help, name


def test_rows_tell_unit_range_and_default():
    rows = {line.split("`")[1]: line for line in keyword_reference().splitlines() if line.startswith("| `")}
    assert "| a number > 0 (pN) | 1 |" in rows["GRADIENTTOLERANCE"]
    assert "| 1 per filament type |" in rows["CYLINDERSIZE"]
    assert "| ON, OFF | OFF |" in rows["EVENTTRACKING"]


@pytest.mark.parametrize("name", DIRECTIVES)
def test_the_example_of_a_directive_is_read_without_remark(name):
    report = Report()
    groups, whole = parse(EXAMPLES[name], "example", report)
    assert whole
    lines = read_lines(groups, "example", report, tracked=False)
    assert [statement.directive.name for statement in lines.statements] == [name]
    assert not report.errors and not report.warnings
    assert EXAMPLES[name] in directive_reference()


def test_every_recorder_is_described():
    text = recorder_reference()
    for name in RECORDERS:
        assert f"### {name}\n" in text
    assert "forces.traj" in text and "pN" in text


def test_the_pages_take_the_tables():
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md")).splitlines()
    for line in (*TABLES, "% recorders"):
        assert pages.count(line) == 1


def documented_datasets():
    """Paths in the table of traj.h5; several in one cell share the group of the first."""
    found = set()
    for line in (DOCS / "outputs.md").read_text(encoding="utf-8").splitlines():
        cell = line.split(" | ")[0]
        if cell.startswith("| `/") and " attribute" not in cell:
            first, *others = re.findall(r"`([^`]+)`", cell)
            found |= {first, *(f"{first.rpartition('/')[0]}/{word}" for word in others)}
    return found


def datasets(group):
    """Paths of all datasets, every name of a shared one included; numbers and file names as the page writes them."""
    for item in group.values():
        if isinstance(item, h5py.Group):
            yield from datasets(item)
        else:
            path = item.name if item.name.startswith(group.name) else f"{group.name}/{item.name}"
            path = re.sub(r"/snapshots/\d+", "/snapshots/N", path)
            path = re.sub(r"/membranes/\d+", "/membranes/M", path)
            path = re.sub(r"/linkers/\d+", "/linkers/L", re.sub(r"/bubbles/\d+", "/bubbles/B", path))
            yield re.sub(r"/provenance/.*", "/provenance/FILE", re.sub(r"/filaments/\d+", "/filaments/F", path))


def test_the_table_of_the_hdf5_file_is_that_of_a_file(tmp_path):
    written = set()
    inputs = DOCS.parent / "inputs"
    system = (
        (inputs / "actomyosin/systeminput.txt").read_text().replace("NUMFILAMENTS:           30", "NUMFILAMENTS: 2")
    )
    (tmp_path / "vesicle.txt").write_text(system + VESICLE)
    decks = {deck: inputs / deck / "systeminput.txt" for deck in ("actomyosin", "afm")}
    for deck, path in {**decks, "vesicle": tmp_path / "vesicle.txt"}.items():
        simulation = Simulation(read_deck(path, inputs / "actomyosin" if deck == "vesicle" else None), seed=1)
        (tmp_path / deck).mkdir()
        recorder = Hdf5Recorder(tmp_path / deck)
        recorder.open(simulation)
        if deck == "actomyosin":
            simulation.run(0.3)  # until something is bound
        recorder.record(simulation)
        recorder.close(simulation)
        with h5py.File(recorder.path) as file:
            written |= set(datasets(file))
    assert written == documented_datasets()
