"""What the trajectories of running simulations say about one another."""

from itertools import pairwise

import numpy as np
import pytest

from medyan_py import claim_directory, standard_recorders

TURNOVER = """\
POLYMERIZATIONREACTION: 0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.5
POLYMERIZATIONREACTION: 0 A:DIFFUSING + MA:MINUSEND -> AF:FILAMENT + MA:MINUSEND 0.1
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 40
DEPOLYMERIZATIONREACTION: 0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 20
"""
NUCLEATION = "NUCLEATIONREACTION: 0 A:DIFFUSING + A:DIFFUSING -> PA:PLUSEND + AF:FILAMENT + MA:MINUSEND 2e-4\n"
SEVERING = "SEVERINGREACTION: 0 AT AF:FILAMENT 0.05\n"
LINKERS = """\
SPECIESDIFFUSING: LD 200 2e6 0 0 REG
SPECIESBOUND: LEA 0
LINKERBINDINGSITE: LEA 0
SPECIESLINKER: LA 0
LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.1 0.3 30 60
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Words of every line, frame by frame, of each trajectory of a run with turnover, nucleation, severing, linkers."""
    from small_run import Runner

    folder = tmp_path_factory.mktemp("trajectories")
    changes = {"NUMFILAMENTS": 25, "FILAMENTLENGTH": 2, "FILAMENTTYPE": 0, "LSTRETCHINGFFTYPE": "HARMONIC"}
    changes |= {"LSTRETCHINGK": 8, "LSTRETCHINGL": 45, "PROJECTIONTYPE": "STRAIGHT"}
    simulation = Runner(folder).start(TURNOVER + NUCLEATION + SEVERING + LINKERS, changes)
    recorders = standard_recorders(claim_directory(folder / "out"), vtk=False)
    recorders.open(simulation)
    simulation.run(4.0, recorders=recorders)
    recorders.close(simulation)
    assert len(simulation.linkers) > 3
    return {path.stem: frames(path.read_text(), path.stem) for path in (folder / "out").glob("*.traj")}


def frames(text, name):
    lines = [line.split() for line in text.splitlines()]
    if name == "repulsion":  # has no empty lines
        starts = [i for i, words in enumerate(lines) if words[0].isdigit() and len(words) == 7] + [len(lines)]
        starts = [i for i in starts if i == len(lines) or lines[i + 1][:1] in (["FILAMENT"], [])]
        return [lines[a:b] for a, b in pairwise(starts)]
    result, frame = [], []
    for words in lines:
        if words:
            frame.append(words)
        elif frame:
            result.append(frame)
            frame = []
    return result


def filament_numbers(frame, lines_each):
    """Filament id → the lines that follow its own."""
    return {int(words[1]): frame[i + 1 : i + lines_each] for i, words in enumerate(frame) if words[0] == "FILAMENT"}


def test_every_file_has_every_frame(files):
    times = [frame[0][:2] for frame in files["snapshot"]]
    assert len(times) == 41
    for name in ("birthtimes", "forces", "tensions", "plusend", "monomers", "repulsion", "CMGraph", "TMGraph"):
        assert [frame[0][:2] for frame in files[name]] == times, name
        if "Graph" not in name:
            assert [frame[0][:7] for frame in files[name]] == [frame[0][:7] for frame in files["snapshot"]], name


def test_monomers_are_accounted_for(files):
    """A filament that is neither new nor cut has what it had, and what it won, less what it lost."""
    old, checked, nucleated, cut, turnover = {}, 0, 0, 0, 0
    for frame in files["monomers"]:
        now = {}
        pieces = {i for lines in filament_numbers(frame, 4).values() for i in map(int, lines[2]) if i >= 0}
        for number, (counts, severing, ids) in filament_numbers(frame, 4).items():
            d_minus, d_plus, won_minus, won_plus, lost_minus, lost_plus, new, total = map(int, counts)
            now[number] = total
            nucleated += new
            cut += int(severing[1])
            assert (severing[1] == "0") == (ids == ["-1"])
            assert not new or number not in old
            change = d_minus + d_plus + won_minus + won_plus - lost_minus - lost_plus
            turnover += won_minus + won_plus + lost_minus + lost_plus
            if number in old and severing[1] == "0" and number not in pieces:
                # a piece cut off that is gone again by now is not told of
                assert total <= old[number] + change
                checked += total == old[number] + change
        assert not old or set(now) - set(old) >= pieces
        old = now
    assert checked > 800 and nucleated > 10 and cut > 5 and turnover > 2000


def test_tensions_are_those_of_the_beads(files):
    """Stretching constant · (length − rest length), the rest length being that of its monomers."""
    last, monomers = files["snapshot"][-1], filament_numbers(files["monomers"][-1], 4)
    tensions = filament_numbers(files["tensions"][-1], 2)
    for number, [coordinates] in filament_numbers(last, 2).items():
        beads = np.array(coordinates, dtype=float).reshape(-1, 3)
        values = np.array(tensions[number][0], dtype=float)
        assert len(values) == len(beads) and values[-1] == values[-2]
        rest = 2.7 * int(monomers[number][0][-1])
        if len(beads) == 2:
            length = np.linalg.norm(beads[1] - beads[0])
            # an initial cylinder is at rest with the length it was made with
            assert values[0] == pytest.approx(100 * 108 / rest * (length - rest), abs=0.05)


def test_links_join_the_filaments_they_lie_on(files):
    for snapshot, graph in zip(files["snapshot"], files["CMGraph"], strict=True):
        words = [int(word) for line in graph[1:] for word in line]
        rows = np.array(words).reshape(-1, 5)
        assert rows[:, 2].sum() == int(snapshot[0][3])
        assert (rows[:, 0] <= rows[:, 1]).all() and rows[:, 3:].sum() == 0
        ids = set(filament_numbers(snapshot, 2))
        assert set(rows[:, :2].ravel().tolist()) <= ids
    tension = [float(word) for line in files["TMGraph"][-1][1:] for word in line][2::3]
    single = [abs(float(words[0])) for label, words in pairwise(files["tensions"][-1]) if label[0] == "LINKER"]
    assert sum(tension) == pytest.approx(sum(single), rel=1e-4) and sum(single) > 0


def test_births_lie_in_the_past(files):
    for frame in files["birthtimes"]:
        time = float(frame[0][1])
        births = [float(b) for label, words in pairwise(frame) if label[0] in ("FILAMENT", "LINKER") for b in words]
        assert births and min(births) >= 0 and max(births) <= time


def test_concentrations_sum_up_to_the_totals(files):
    for concentration, chemistry in zip(files["concentration"], files["chemistry"], strict=True):
        totals = {words[0]: int(words[1]) for words in chemistry[1:]}
        for name in ("A:DIFFUSING", "LD:DIFFUSING"):
            counts = [int(words[1]) for words in concentration if words[0] == name]
            assert len(counts) == 8 and sum(counts) == totals[name]
