"""Events of linkers and motors in the log, against the structure before and after each of them."""

import numpy as np
import pytest
from systems import chain, grow, shrink, step, straight, system

from medyan_py.core.chemistry.descriptions import Aging, Binding, Diffusing, FreeEnergy, Pool

ACTIN, LINKER, MOTOR = Pool(False, 0), Pool(False, 1), Pool(False, 2)
KINDS = {"linkerbinding", "linkerunbinding", "motorbinding", "motorunbinding", "motorwalking"}


def network(seed=1, **books):
    """Four parallel filaments of three cylinders, two each way, with linkers and with motors that walk both ways."""
    free_energy = FreeEnergy(4.0, "X")
    walking = {"walking": (3.0, 3.0), "walking_back": (2.0, 2.0)}
    steps = {"walking_energy": (free_energy,) * 2, "walking_back_energy": (free_energy,) * 2}
    bindings = [
        Binding(False, 0, (0, 0), (0, 0), LINKER, 0.02, 0.8, 30.0, 60.0, 8.0, free_energy=free_energy),
        Binding(
            True, 0, (0, 0), (1, 1), MOTOR, 0.02, 0.5, 30.0, 60.0, 2.5, heads_min=1, heads_max=2,
            free_energy=free_energy, **walking, **steps,
        ),
        Binding(
            True, 1, (0, 0), (1, 1), MOTOR, 0.01, 0.5, 30.0, 60.0, 2.5, heads_min=1, heads_max=2,
            free_energy=free_energy, **walking, **steps,
        ),
    ]  # fmt: skip
    chains = []
    for i, (y, z) in enumerate([(480, 480), (520, 480), (480, 520), (520, 520)]):
        way = 1.0 if i % 2 else -1.0
        chains.append(straight((500 - 162 * way, y, z), (way, 0, 0), 3))
    return system(
        chains,
        shape=(2, 1, 1),
        size=(500.0, 1000.0, 1000.0),
        diffusing=[Diffusing("A", 1e4), Diffusing("LD", 1e4), Diffusing("MD", 1e3)],
        free=[40, 15, 6],
        growths=[grow(1, 0.05, ACTIN)._replace(free_energy=free_energy)],
        shrinkages=[shrink(1, 4.0, ACTIN)._replace(free_energy=free_energy)],
        agings=[Aging(0, -1, 0, 0, 0.01, free_energy)],
        bindings=bindings,
        seed=seed,
        **books,
    )


def bonds(chemistry):
    """(motor, id) → (type, birth, ((filament, cylinder, site) of both legs), middle)."""
    table, filaments = chemistry.bonds, chemistry.filaments
    found = {}
    for b in table.rows:
        places, n = [], filaments.max_sites
        for site in table["site"][b]:
            c = site // n
            filament = filaments.table["ident"][filaments.cylinders["filament"][c]]
            places.append((int(filament), int(filaments.cylinders["position"][c]), int(site % n)))
        middle = chemistry.site_positions(table["site"][b]).mean(axis=0)
        kind = chemistry.bindings[table["reaction"][b]].type
        found[bool(table["motor"][b]), int(table["ident"][b])] = (kind, table["birth"][b], tuple(places), middle)
    return found


def places(event):
    return tuple(zip(event["filaments"].tolist(), event["cylinders"].tolist(), event["sites"].tolist(), strict=True))


def changes(before, after):
    """[(kind of event, (motor, id))] that lead from one state of the bonds to the next."""
    names = {False: "linker", True: "motor"}
    found = [(f"{names[key[0]]}binding", key) for key in after.keys() - before.keys()]
    found += [(f"{names[key[0]]}unbinding", key) for key in before.keys() - after.keys()]
    found += [("motorwalking", k) for k in before.keys() & after.keys() if before[k][2] != after[k][2]]
    return found


def check(name, event, before, after, chemistry):
    """An event of a kind has the participants that the structure shows: `before` and `after` of its bond."""
    kind, birth, legs, middle = after if before is None else before
    assert (event["type"], event["birth_time"], event["time"]) == (kind, birth, chemistry.time)
    assert event["coords"] == pytest.approx(middle)
    if name != "motorwalking":
        assert places(event) == legs
        assert (event["leg"], event["direction"], *event["left"]) == (-1, -1, -1, -1)
        return
    assert places(event) == after[2]
    leg = int(event["leg"])
    assert legs[1 - leg] == after[2][1 - leg]
    assert tuple(event["left"]) == legs[leg][1:]
    along = [4 * cylinder + site for _, cylinder, site in (legs[leg], after[2][leg])]
    assert along[1] - along[0] == (1 if event["direction"] else -1)


def test_every_event_has_its_participants():
    chemistry = network(track_events=True)
    seen = {}
    across = set()
    for _ in range(6000):
        before = bonds(chemistry)
        chemistry.clear_bond_events()
        step(chemistry)
        after = bonds(chemistry)
        logged = [(name, event) for name, events in chemistry.bond_events.items() for event in events]
        expected = changes(before, after)
        assert [(name, (name.startswith("motor"), int(event["id"]))) for name, event in logged] == expected
        for name, event in logged:
            key = name.startswith("motor"), int(event["id"])
            check(name, event, before.get(key), after.get(key), chemistry)
            seen[name] = seen.get(name, 0) + 1
            if name == "motorwalking" and event["left"][0] != event["cylinders"][event["leg"]]:
                across.add(int(event["direction"]))
    assert seen.keys() == KINDS
    assert across == {0, 1}, "no steps across junctions in both directions"


def test_the_log_grows_and_begins_anew():
    chemistry = network(track_events=True)
    chemistry.run(60.0)
    events = chemistry.bond_events
    assert sum(len(e) for e in events.values()) > 1000
    for of_kind in events.values():
        assert (np.diff(of_kind["time"]) >= 0).all() and (of_kind["time"] <= 60.0).all()
    bound = len(events["motorbinding"]) - len(events["motorunbinding"])
    assert bound == chemistry.bonds["motor"][chemistry.bonds.rows].sum()
    chemistry.clear_bond_events()
    assert all(len(e) == 0 for e in chemistry.bond_events.values())
    chemistry.run(61.0)
    assert all((e["time"] > 60.0).all() for e in chemistry.bond_events.values())


def test_no_log_unless_asked_for():
    chemistry = network()
    chemistry.run(5.0)
    assert chemistry.bonds.count and all(len(e) == 0 for e in chemistry.bond_events.values())


@pytest.mark.parametrize("books", [{"track_events": True}, {"track_dissipation": True}])
def test_books_do_not_change_the_course(books):
    one, two = network(3), network(3, **books)
    for chemistry in (one, two):
        chemistry.run(20.0)
    assert (one.events, one.next_time) == (two.events, two.next_time)
    assert (one.counts == two.counts).all()
    for name in ("site", "birth", "ident", "heads"):
        assert (one.bonds[name] == two.bonds[name]).all()
    for f in range(4):
        assert chain(one, f) == chain(two, f)
    for name in ("kind", "monomers", "occupant"):
        assert (one.filaments.cylinders[name] == two.filaments.cylinders[name]).all()
    if "track_dissipation" in books:
        assert {"X", "Xoff", "DIF_A", "DIF_LD"} <= two.ledger.accounts.keys()
