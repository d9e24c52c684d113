"""Free energy and events of decks: sums of every cycle, and the files that tell of them."""

import numpy as np
import pytest

from medyan_py import OutputError, claim_directory, standard_recorders
from medyan_py.dissipation import Dissipation

KT = 4.1  # pN nm
BOOKS = {"DISSIPATIONTRACKING": "ON", "EVENTTRACKING": "ON"}
SETTINGS = {
    "RUNTIME": "2",
    "LSTRETCHINGFFTYPE": "HARMONIC",
    "LSTRETCHINGK": "8",
    "MSTRETCHINGFFTYPE": "HARMONIC",
    "MSTRETCHINGK": "2.5",
    "NUMMOTORHEADSMIN": "2",
    "NUMMOTORHEADSMAX": "4",
    "MOTORSTEPSIZE": "6",
    "DMUNBINDINGTYPE": "LOWDUTYCATCH",
    "DMUNBINDINGFORCE": "12.62",
    "DMWALKINGTYPE": "LOWDUTYSTALL",
    "DMWALKINGFORCE": "90",
    "DLUNBINDINGTYPE": "SLIP",
    "DLUNBINDINGLEN": "0.24",
    "VOLUMEFFTYPE": "integral",
    "VOLUMEK": "8.57",
    "VOLUMECUTOFF": "120",
    "NUMFILAMENTS": "12",
    "FILAMENTLENGTH": "3",
    "PROJECTIONTYPE": "STRAIGHT",
}
CHEMISTRY = """\
SPECIESDIFFUSING: LD 100 2e6 0 0 REG
SPECIESDIFFUSING: MD 30 0.2e6 0 0 REG
SPECIESDIFFUSING: T 300 20e6 0 0 REG
SPECIESFILAMENT: DF 0
SPECIESLINKER: LA 0
SPECIESMOTOR: MOA 0
SPECIESBOUND: LEA 0
SPECIESBOUND: MEA 0
LINKERBINDINGSITE: LEA 0
MOTORBINDINGSITE: MEA 0
GENREACTION: {0}-7.451:EXCHANGE {1}T:DIFFUSING -> A:DIFFUSING 0.3
POLYMERIZATIONREACTION: {0}3.21:GROW {1}0 A:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + PA:PLUSEND 0.154
DEPOLYMERIZATIONREACTION: {0}-3.21:SHRINK {1}0 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND 1.4
DEPOLYMERIZATIONREACTION: {0}-1.7: {1}0 AF:FILAMENT + MA:MINUSEND -> A:DIFFUSING + MA:MINUSEND 0.8
AGINGREACTION: {0}-2.5:AGE {1}0 AF:FILAMENT -> DF:FILAMENT 0.05
LINKERREACTION: {0}4.47:L {1}0 LEA:BOUND:1 + LEA:BOUND:2 + LD:DIFFUSING <-> LA:LINKER:1 + LA:LINKER:2 0.1 1.0 20 60
MOTORREACTION: {0}2.117:M {1}0 MEA:BOUND:1 + MEA:BOUND:2 + MD:DIFFUSING <-> MOA:MOTOR:1 + MOA:MOTOR:2 8.0 1.7 20 120
MOTORWALKINGREACTION: {0}-26.810923:W {1}0 MOA:MOTOR:N + MEA:BOUND:N+1 -> MOA:MOTOR:N+1 + MEA:BOUND:N 2.0
"""


def chemistry(tracked=True):
    lines = CHEMISTRY.format("\0", "\1").splitlines()
    parts = [line.partition("\0") for line in lines]
    return "".join(
        f"{head}{rest.replace(chr(1), '') if tracked else rest.partition(chr(1))[2]}\n" for head, _, rest in parts
    )


def start(runner, seed=4, tracked=True, **changes):
    return runner.start(chemistry(tracked), {**SETTINGS, **(BOOKS if tracked else {}), **changes}, seed=seed)


def record(simulation, directory, duration=None):
    recorders = standard_recorders(claim_directory(directory), vtk=False)
    recorders.open(simulation)
    simulation.run(duration, recorders=recorders)
    recorders.close(simulation)


def test_one_cycle():
    d = Dissipation(["F", "L"], {"F": 60.0 * KT, "L": 40.0 * KT})
    d.add_cycle({"R18": -25.0, "DIF_A": -5.0}, {"F": 67.0 * KT, "L": 43.0 * KT}, {"F": 63.0 * KT, "L": 41.0 * KT})
    assert (d.total, d.chemdiss, d.mechdiss, d.chemenergy, d.mechenergy) == pytest.approx((-26, -20, -6, -30, 4))
    assert d.force_fields == {"F": pytest.approx((3, -4)), "L": pytest.approx((1, -2))}
    assert list(d.reactions) == ["R18", "DIF_A"]


def test_sums_of_every_cycle(runner):
    simulation = start(runner)
    d = simulation.dissipation
    first = simulation.minimisation.energy_after
    assert d.total == d.chemdiss == d.mechdiss == 0.0
    expected = np.zeros(5)
    relaxed, chemical = first, 0.0

    def check(sim):
        nonlocal relaxed, chemical
        m = sim.minimisation
        fired = sum(sim.chemistry.ledger.accounts.values()) - chemical
        changes = (
            fired + (m.energy_after - relaxed) / KT,
            fired + (m.energy_before - relaxed) / KT,
            (m.energy_after - m.energy_before) / KT,
            fired,
            (m.energy_after - relaxed) / KT,
        )
        expected[:] += changes
        relaxed, chemical = m.energy_after, chemical + fired
        sums = (d.total, d.chemdiss, d.mechdiss, d.chemenergy, d.mechenergy)
        assert sums == pytest.approx(tuple(expected), abs=1e-6)
        assert sum(d.reactions.values()) == pytest.approx(d.chemenergy)
        assert np.sum(list(d.force_fields.values()), axis=0) == pytest.approx((d.mechenergy, d.mechdiss))

    simulation.run(1.0, on_cycle=check)
    assert simulation.cycles == 10
    assert d.mechenergy == pytest.approx((simulation.minimisation.energy_after - first) / KT)
    names = {"EXCHANGE", "GROW", "SHRINK", "NA", "AGE", "L", "Loff", "M", "Moff", "W"}
    assert d.reactions.keys() == names | {"DIF_A", "DIF_LD", "DIF_MD", "DIF_T"}
    assert tuple(d.force_fields) == simulation.deck.force_fields


def test_steps_and_motors_of_decks(runner):
    simulation = start(runner)
    steps = 0
    for _ in range(10):
        simulation.run(0.1)
    steps = len(simulation.events["motorwalking"])
    assert steps > 0
    assert simulation.dissipation.reactions["W"] == pytest.approx(steps * -26.810923 * 27 / 6)
    bindings = len(simulation.events["motorbinding"])
    assert simulation.dissipation.reactions["M"] == pytest.approx(-np.log(2.117**3 - 1) * bindings)


def test_books_do_not_change_the_course(runner):
    runs = [start(runner, tracked=tracked) for tracked in (True, False)]
    for simulation in runs:
        simulation.run(1.0)
    tracked, plain = runs
    assert plain.dissipation is None and plain.events is None
    assert (tracked.filaments.beads == plain.filaments.beads).all()
    assert (tracked.diffusing_counts == plain.diffusing_counts).all()
    assert (tracked.motors.coords == plain.motors.coords).all() and len(plain.motors)
    assert tracked.chemistry.next_time == plain.chemistry.next_time


def test_files(runner, tmp_path):
    simulation = start(runner, SNAPSHOTTIME="0.5")
    out = tmp_path / "out"
    record(simulation, out)
    d = simulation.dissipation
    rows = (out / "dissipation.traj").read_text().splitlines()
    assert len(rows) == 2 * 5 and rows[:3] == ["0 0", "0     0     0     0     0", "1 0.5"]
    last = [float(value) for value in rows[-1].split("     ")]
    assert last == pytest.approx([d.total, d.chemdiss, d.mechdiss, d.chemenergy, d.mechenergy], rel=1e-14)
    for values in (list(map(float, row.split())) for row in rows[1::2]):
        assert values[0] == pytest.approx(values[1] + values[2]) == pytest.approx(values[3] + values[4])

    text = (out / "HRCD.traj").read_text()
    assert text.startswith("0 0\n\n\n\n1 0.5\n")
    head, names, values, empty = text.splitlines()[-4:]
    assert head == f"4 {simulation.time:.16g}" and empty == ""
    assert names == "".join(f"{name}     " for name in d.reactions)
    assert [float(value) for value in values.split()] == pytest.approx(list(d.reactions.values()), rel=1e-14)
    assert sum(d.reactions.values()) == pytest.approx(last[3])

    text = (out / "HRMD.traj").read_text()
    assert text.startswith("0 0\n\n\n\n\n\n1 0.5\nFilamentStretching     FilamentBending     ")
    _, names, stored, dissipated, *empty = text.splitlines()[-6:]
    assert empty == ["", ""] and names.split() == list(simulation.deck.force_fields)
    assert sum(map(float, stored.split())) == pytest.approx(last[4])
    assert sum(map(float, dissipated.split())) == pytest.approx(last[2])


def test_event_files(runner, tmp_path):
    simulation = start(runner, tracked=False, EVENTTRACKING="ON", SNAPSHOTTIME="0.5")
    counts = dict.fromkeys(simulation.events, 0)

    def count(sim):
        for kind, events in sim.events.items():
            # a cycle that ends with a frame leaves nothing, so only the cycles in between can be seen
            counts[kind] = max(counts[kind], len(events))

    out = tmp_path / "out"
    recorders = standard_recorders(claim_directory(out), vtk=False)
    recorders.open(simulation)
    simulation.run(recorders=recorders, on_cycle=count)
    recorders.close(simulation)
    assert not list(out.glob("*issipation*")) and not list(out.glob("HR*"))
    for kind in counts:
        columns = 5 if kind in ("linkerbinding", "motorbinding") else 6
        rows = [line.split("     ") for line in (out / f"{kind}events.traj").read_text().splitlines()]
        assert len(rows) > counts[kind] > 0
        assert {len(row) for row in rows} == {columns}
        times = np.array([float(row[columns - 4]) for row in rows])
        assert (np.diff(times) >= 0).all() and times[0] > 0 and times[-1] <= 2.0
        assert all(0 < float(x) < 1000 for row in rows for x in row[-3:])
        if columns == 6:
            assert all(float(row[1]) <= float(row[2]) for row in rows)
    bound = len((out / "motorbindingevents.traj").read_text().splitlines())
    gone = len((out / "motorunbindingevents.traj").read_text().splitlines())
    assert bound - gone == len(simulation.motors)


def test_other_runs_leave_no_such_files(runner, tmp_path):
    record(start(runner, tracked=False), tmp_path / "out", 0.1)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "chemistry.traj" in names
    assert not any(name.startswith(("dissipation", "HR")) or "events" in name for name in names)


def test_old_books_are_results(runner, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "motorbindingevents.traj").write_text("0     0.1     1     2     3\n")
    with pytest.raises(OutputError, match=r"motorbindingevents\.traj"):
        claim_directory(out)
    claim_directory(out, overwrite=True)
    assert not list(out.iterdir())
