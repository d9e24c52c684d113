"""Restart dumps: what a run writes, and a run that starts from one."""

import re
from pathlib import Path

import numpy as np
import pytest

from medyan_py import DeckError, Simulation
from medyan_py.output.dump_text import dump_text

INPUTS = Path(__file__).parents[2] / "inputs"
# Two filaments with a linker between them, written by hand: 40 monomers of 2.7 nm a cylinder.
DUMP = """\
0 0.15
NFIL NCYL NBEAD NLINK NMOTOR NBRANCH NBUBBLE
2 3 5 1 0 0 0
BEAD DATA: BEADIDX(STABLE) FID FPOS COORDX COORDY COORDZ FORCEAUXX FORCEAUXY FORCEAUXZ
3 7 0 500 535 500 0.04 0 0
0 4 0 500 500 500 0.05 0 0
1 4 1 608 500 500 0 0.12 0
2 4 2 716 500 500 0.03 0 0
4 7 1 597.2 535 500 0 0.02 0

CYLINDER DATA: CYLIDX(STABLE) FID FTYPE FPOS B1_IDX B2_IDX MINUSENDSTATUS PLUSENDSTATUS MINUSENDTYPE PLUSENDTYPE
0 4 0 0 0 1 1 0 0 -1 0 39 40 108
1 4 0 1 1 2 0 1 -1 0 0 39 40 108
2 7 0 0 3 4 1 1 0 0 0 35 36 97.2

FILAMENT DATA: FILID FTYPE CYLIDvec
4 0 0 1_
7 0 2_

LINKER DATA: LINKERID LINKERTYPE CYL1_IDX CYL2_IDX POS1 POS2 EQLEN DIFFUSINGSPECIESNAME
12 0 0 2 16 16 34 LD

MOTOR DATA: MOTORID MOTORTYPE CYL1_IDX CYL2_IDX POS1 POS2 EQLEN DIFFUSINGSPECIESNAME NUMHEADS NUMBOUNDHEADS

BRANCHING DATA: BRANCHID BRANCHTYPE CYL1_IDX CYL2_IDX POS1 EQLEN DIFFUSINGBRNACHSPECIESNAME DIFFUSINGACTINSPECIESNAME

COMPARTMENT DATA: CMPID DIFFUSINGSPECIES COPYNUM
0 A 40 LD 3_
7 A 2 LD 1_

BULKSPECIES: BULKSPECIES COPYNUM
B 17_
TALLY OF SPECIES: SPECIESNAME COPYNUM
A:DIFFUSING 42

ENERGYDATA_
FilamentStretching 0
""".replace("_\n", " \n")  # blanks at the ends of lines
CHEMISTRY = """\
SPECIESDIFFUSING: LD 500 2e6 0.5 0 REG
SPECIESBULK: B 5 0 0 REG
SPECIESLINKER: LA 0
LINKERBINDINGSITE: EA 0
LINKERREACTION: 0 EA:BOUND:1 + EA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0 0 30 40
"""
LINKED = {"LSTRETCHINGFFTYPE": "HARMONIC", "LSTRETCHINGK": "8", "FILAMENTFILE": "dump.txt", "RESTARTPHASE": ""}


@pytest.fixture
def begin(runner):
    """A simulation that starts from the dump above with words exchanged."""

    def start(changes=None, old="", new="", chemistry=CHEMISTRY):
        assert old in DUMP
        (runner.path / "dump.txt").write_text(DUMP.replace(old, new, 1) if old else DUMP)
        return runner.start(chemistry, {**LINKED, **(changes or {})})

    return start


def test_a_dump_written_by_hand(begin):
    simulation = begin()
    assert simulation.time == 0.15 and simulation.frame == 0
    filaments, linkers = simulation.filaments, simulation.linkers
    assert filaments.ids.tolist() == [4, 7] and filaments.start.tolist() == [0, 3, 5]
    assert filaments.monomers.tolist() == [40, 40, 36]
    assert filaments.rest_lengths == pytest.approx([108, 108, 97.2])
    assert linkers.ids.tolist() == [12] and linkers.rest_lengths.tolist() == [34]
    assert linkers.filaments.tolist() == [[4, 7]]
    # stretched by 1 nm: at rest after the minimisation but for its tolerance
    assert abs(np.linalg.norm(np.diff(linkers.coords[0], axis=0)) - 34) < 0.3
    counts = simulation.diffusing_counts
    assert counts[0].tolist() == [40, 3] and counts[7].tolist() == [2, 1] and counts.sum() == 46
    assert simulation.copy_numbers("B") == 17


def test_times_go_on_from_the_dump(begin):
    simulation = begin({"INITIALSLOWDOWNTIME": "0.02"})
    times = []
    simulation.run(0.25, on_cycle=lambda s: times.append(s.time))
    assert times == pytest.approx([0.16, 0.17, 0.27, 0.37, 0.4], abs=1e-12)
    assert times[-2] == 0.37 and simulation.diffusing_counts[:, 1].sum() == 4


def test_later_releases_are_not_forgotten(begin):
    simulation = begin()
    simulation.run(0.4)
    assert simulation.diffusing_counts[:, 1].sum() == 504
    new = begin()  # the next ids are above those of the dump
    assert new.chemistry.bonds.state()["next_ident"].tolist() == [13, 0]
    assert new.chemistry.filaments.next_ident == 8


def test_copy_numbers_of_the_chemistry_deck(begin):
    simulation = begin({"RESTARTPHASE": "USECHEMCOPYNUM"})
    assert simulation.diffusing_counts.sum(axis=0).tolist() == [400, 0]
    assert simulation.copy_numbers("B") == 17


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("0 0.15", "FILAMENT 0 1", 1, "this is no restart dump"),
        ("2 3 5 1", "2 3 5 2", 3, "1 lines of LINKER DATA: the file is cut short or was changed"),
        ("608 500 500 0", "608 5oo 500 0", 7, "BEAD: y, found '5oo', allowed: a number"),
        ("2 4 2 716 500 500 0.03 0 0", "2 4 2 716", 8, "the line is too short, found 4 values, allowed: 6"),
        ("0 4 0 0 0 1 1 0 0 -1 0 39", "0 4 0 0 0 9 1 0 0 -1 0 39", 12, "its beads are not those of BEAD DATA"),
        ("1 4 0 1 1 2", "1 4 0 1 0 2", 13, "it does not begin at the bead where the one before ends"),
        ("1 4 0 1 1 2 0 1 -1 0 0 39", "1 4 0 1 1 2 0 1 -1 0 0 40", 13, "first and last monomer"),
        ("40 108\n2", "40 0\n2", 13, "EQLEN, found 0.0, allowed: above 0 nm"),
        ("4 0 0 1 \n7 0 2 ", "4 0 0 1 \n7 0 1 ", 13, "two filaments have this cylinder"),
        ("4 0 0 1 ", "4 1 0 1 ", 17, "no such filament type, found 1, allowed: 0 … 0"),
        (
            "12 0 0 2 16 16",
            "12 0 0 2 17 16",
            21,
            "no binding site there on cylinder 0, found 17, allowed: monomers 6, 16",
        ),
        ("12 0 0 2 16 16", "12 1 0 2 16 16", 21, "the deck has no linker of this type, found 1, allowed: 0"),
        ("12 0 0 2 16 16", "12 0 0 0 16 16", 21, "the site at monomer 16 of cylinder 0 is taken already"),
        ("7 A 2", "8 A 2", 29, "the deck has another grid, found 8, allowed: 0 … 7"),
        ("7 A 2", "7 Arp 2", 29, "the deck has no such species, found 'Arp', allowed: A, LD"),
        ("0 A 40 LD 3 ", "0 A 40 LD ", 28, "a number of copies is missing"),
        ("B 17", "C 17", 32, "the deck has no such species, found 'C', allowed: B"),
    ],
)
def test_dumps_that_do_not_fit(begin, old, new, line, message):
    with pytest.raises(DeckError) as caught:
        begin(None, old, new)
    assert f"dump.txt:{line}: " in str(caught.value) and message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"FILAMENTFILE": ""}, "RESTARTPHASE: there is no restart dump"),
        ({"FILAMENTFILE": "nothing.txt"}, "no such file"),
        ({"RUNTIME": "0.1"}, "RUNTIME: found 0.1, allowed: later than 0.15 s"),
        (
            {"PINRESTARTFILE": "pins.txt", "SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 1 50 0"},
            "PINRESTARTFILE: cannot read",
        ),
    ],
)
def test_decks_that_do_not_fit(begin, changes, message):
    with pytest.raises(DeckError) as caught:
        begin({k: v for k, v in changes.items() if v} if changes.get("FILAMENTFILE") != "" else changes)
    assert message in str(caught.value)


PINNED = {"PINRESTARTFILE": "pins.txt", "SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 50 600 0"}


def test_pins_of_a_file_hold_ends_where_it_tells(begin, runner):
    # the minus end of filament 4, 2 nm off its place, and the plus end of filament 7; the other two ends are free
    text = "# comment\nFILAMENT 4: 500 502 500 0 0 0\nFILAMENT 7: 0 1 1 597.2 535 500\n"
    (runner.path / "pins.txt").write_text(text)
    simulation = begin(PINNED)
    table = simulation._pins.table(simulation.chemistry.filaments.ordered()["bead"])
    assert table["bead"].tolist() == [0, 4] and table["k"].tolist() == [50, 50]
    assert table["place"].tolist() == [[500, 502, 500], [597.2, 535, 500]]
    assert simulation.filaments.beads[0] == pytest.approx([500, 502, 500], abs=0.5)
    simulation.run(0.2)  # all ends are nearer to the wall than 600 nm, but the file has told which to pin
    assert len(simulation._pins) == 2


@pytest.mark.parametrize("pins", ["", "FILAMENT 4: 0 0 0 0 0 0\n"])
def test_without_pins_in_the_file_the_protocol_looks_for_ends(begin, runner, pins):
    (runner.path / "pins.txt").write_text(pins)
    assert len(begin(PINNED)._pins) == 4
    # at the time of the dump, 0.15 s, the protocol has begun
    assert len(begin(PINNED | {"SPECIALPROTOCOL": "PINBOUNDARYFILAMENTS 50 600 0.1"})._pins) == 4


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("FILAMENT 5: 1 2 3 4 5 6", "pins.txt:1: FILAMENT: the restart dump has no such filament, found 5"),
        ("FILAMENT 4: 1 2 3 4 5", "found 7 words, allowed: FILAMENT id: x1 y1 z1 x2 y2 z2 (nm)"),
        ("PIN 4: 1 2 3 4 5 6", "found 'PIN', allowed: FILAMENT id:"),
        ("FILAMENT 4: 1 2 3 4 5 six", "found 'six'"),
        ("FILAMENT 4: 1 2 3 4 5 nan", "found 'nan'"),
        ("FILAMENT 4.5: 1 2 3 4 5 6", "found '4.5:', allowed: the id of a filament, a whole number"),
        ("FILAMENT 4: 1 2 3 4 5 6\nFILAMENT 4: 1 2 3 4 5 6", "pins.txt:2: FILAMENT: the same filament as in line 1"),
    ],
)
def test_pin_files_that_do_not_fit(begin, runner, line, message):
    (runner.path / "pins.txt").write_text(line + "\n")
    with pytest.raises(DeckError) as caught:
        begin(PINNED)
    assert message in str(caught.value)


def test_a_pin_file_needs_the_protocol(begin, runner):
    (runner.path / "pins.txt").write_text("FILAMENT 4: 1 2 3 4 5 6\n")
    simulation = begin({"PINRESTARTFILE": "pins.txt"})
    assert len(simulation._pins) == 0
    assert "it serves RESTARTPHASE together with SPECIALPROTOCOL PINBOUNDARYFILAMENTS" in str(simulation.deck.warnings)


@pytest.mark.parametrize("name", ["actomyosin", "branching"])
def test_a_dump_of_a_run_gives_the_same_dump(tmp_path, name):
    """Network with linkers and motors, or branches: what starts from a dump is that network, and so is its dump."""
    first = Simulation.from_deck(INPUTS / name / "systeminput.txt", seed=3)
    first.run(1.0)
    text = dump_text(first)
    kinds = {"actomyosin": (first.linkers, first.motors), "branching": (first.branchers,)}[name]
    assert all(len(kind) > 5 for kind in kinds)
    (tmp_path / "dump.txt").write_text(text)
    deck = (INPUTS / name / "systeminput.txt").read_text()
    deck = re.sub(r"^FILAMENTFILE.*$", "", deck, flags=re.M) + "\nRESTARTPHASE\nFILAMENTFILE: dump.txt\n"
    (tmp_path / "systeminput.txt").write_text(deck)
    (tmp_path / "chemistryinput.txt").write_text((INPUTS / name / "chemistryinput.txt").read_text())
    second = Simulation.from_deck(tmp_path / "systeminput.txt", seed=4)
    again = dump_text(second)
    assert second.minimisation.largest_displacement < 0.5
    assert _without_numbers(again) == _without_numbers(text)
    assert np.array_equal(first.diffusing_counts, second.diffusing_counts)
    assert np.abs(first.filaments.beads - second.filaments.beads).max() < 0.5
    second.run(0.2)


def _without_numbers(text):
    """A dump without coordinates, forces, energies and bound heads, and states of monomers that it does not tell."""
    network, copies = text.split("TALLY OF")[0].split("CYLINDER DATA")
    return re.sub(r"( MD \d+) \S+$", r"\1", copies, flags=re.M), len(network.splitlines())


HEADINGS = """\
NFIL NCYL NBEAD NLINK NMOTOR NBRANCH NBUBBLE
BEAD DATA: BEADIDX(STABLE) FID FPOS COORDX COORDY COORDZ FORCEAUXX FORCEAUXY FORCEAUXZ
CYLINDER DATA: CYLIDX(STABLE) FID FTYPE FPOS B1_IDX B2_IDX MINUSENDSTATUS PLUSENDSTATUS MINUSENDTYPE PLUSENDTYPE \
MINUSENDMONOMER PLUSENDMONOMER TOTALMONOMERS EQLEN
FILAMENT DATA: FILID FTYPE CYLIDvec
LINKER DATA: LINKERID LINKERTYPE CYL1_IDX CYL2_IDX POS1 POS2 EQLEN DIFFUSINGSPECIESNAME
MOTOR DATA: MOTORID MOTORTYPE CYL1_IDX CYL2_IDX POS1 POS2 EQLEN DIFFUSINGSPECIESNAME NUMHEADS NUMBOUNDHEADS
BRANCHING DATA: BRANCHID BRANCHTYPE CYL1_IDX CYL2_IDX POS1 EQLEN DIFFUSINGBRNACHSPECIESNAME DIFFUSINGACTINSPECIESNAME
COMPARTMENT DATA: CMPID DIFFUSINGSPECIES COPYNUM
BULKSPECIES: BULKSPECIES COPYNUM
TALLY OF SPECIES: SPECIESNAME COPYNUM
""".splitlines()


def test_a_dump_to_the_letter(begin):
    """The network written by hand, at rest: its dump is that text but for numbers of beads and what has relaxed."""
    lines = begin().restart_dump().splitlines()
    assert [line for line in lines if " DATA:" in line or "SPECIES:" in line or line.startswith("NFIL")] == HEADINGS
    at = {line.split(" ")[0]: number for number, line in enumerate(lines)}
    assert lines[0] == "0 0.15" and lines[2] == "2 3 5 1 0 0 0"
    beads = [line.split(" ") for line in lines[at["BEAD"] + 1 : at["CYLINDER"]]]
    assert [row[:3] for row in beads] == [w.split() for w in ("0 4 0", "1 4 1", "2 4 2", "3 7 0", "4 7 1")] + [[""]]
    assert all(len(row) == 9 for row in beads[:-1])
    same = "\n".join(lines[at["CYLINDER"] + 1 : at["BULKSPECIES:"] + 2])
    assert [line for line in same.splitlines() if line not in HEADINGS and " A 0 LD 0 " not in line] == [
        *("0 4 0 0 0 1 1 0 0 -1 0 39 40 108", "1 4 0 1 1 2 0 1 -1 0 0 39 40 108", "2 7 0 0 3 4 1 1 0 0 0 35 36 97.2"),
        *("", "4 0 0 1 ", "7 0 2 ", "", "12 0 0 2 16 16 34 LD", "", "", "", "0 A 40 LD 3 ", "7 A 2 LD 1 ", "", "B 17 "),
    ]
    tally = lines[at["TALLY"] + 1 : at["ENERGYDATA"]]
    assert tally[:3] == ["A:DIFFUSING 42", "LD:DIFFUSING 4", "B:BULK 17"] and tally[-1] == ""
    assert lines[at["ENERGYDATA"]] == "ENERGYDATA " and lines[-1] == ""
    assert all(len(line.split(" ")) == 2 for line in lines[at["ENERGYDATA"] + 1 : -1])


def test_bubbles_are_counted():
    simulation = Simulation.from_deck(INPUTS / "afm/systeminput.txt", seed=1)
    assert len(simulation.bubbles.ids) > 0
    assert simulation.restart_dump().splitlines()[2].split()[-1] == str(len(simulation.bubbles.ids))
