"""Every attribute of a compiled class that has a state is in it, or is listed here with the reason why it is none.

A new attribute fails this test until somebody has said which of the two it is.
"""

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src_cython"
MADE = "follows from the description from which the object is made"
WORK = "working memory, filled anew before it is read"
EMPTY = "a list that is worked off at the end of every event, so empty between runs"
VIEW = "typed view of a column"

# attribute → name in the state, if it is another, or several attributes in one
SAVED = {
    "Table": {"alive": "columns", "top": "columns", "count": "columns", "vacancies": "vacant"},
    "Bonds": {"*": "table"},
    "Branchers": {"*": "table"},
    "EventQueue": {"memory": "key", "node": "key", "where": "heap"},
    "MemberSets": {"of": "member", "known": "member", "record": "member"},
    "EventLog": {"event": "events", "count": "events"},
    "Channels": {
        "count_array": "count",
        "bulk_array": "bulk_count",
        "active_array": "active",
        "local": "rates",
        "whole": "rates",
    },
    "BinnedSites": {
        "bins": "bins of rule",
        "bin_shape": "bin shape of rule",
        "bin_size": "bin shape of rule",
        "bin_count": "bin count of rule",
    },
    "Candidates": {"pairs_used": "pair"},
    "Obstacles": {"bubbles": "radius", "planes": "rows"},
    "FilamentPlaces": {"surfaces": "planes", "walls": "planes"},
}
NO_STATE = {
    "Table": {"layout": MADE, "by_row": MADE},
    "Beads": dict.fromkeys(("x", "force", "birth", "serial"), VIEW),
    "Cylinders": {"*": VIEW},
    "FilamentTable": {"*": VIEW},
    "Filaments": dict.fromkeys(
        ("kinds", "kind", "site_slot", "slot_site", "max_slots", "max_sites", "full_cylinder_fractions"), MADE
    ),
    "EventQueue": {"size": MADE},
    "SumTrees": dict.fromkeys(("trees", "leaves", "depth", "stride", "level", "width"), MADE),
    "MemberSets": {"sets": MADE, "equal": MADE},
    "Clock": {"groups": MADE, "method": MADE, "random": "saved by the engine that shares it"},
    "Ledger": {"names": MADE},
    "EventLog": {"capacity": "room for more"},
    "Channels": dict.fromkeys(
        (
            *("compartments", "diffusing", "bulks", "locals", "globals", "shape", "compartment_size", "powers"),
            *("diffusing_names", "bulk_names", "constants", "bulk_constant", "diffusion", "diffuses"),
            *("local_list", "whole_list", "local_classes", "whole_classes", "local_instants", "whole_instants"),
        ),
        MADE,
    )
    | dict.fromkeys(("touched", "is_touched", "touches"), EMPTY),
    "Surface": dict.fromkeys(
        (
            *("species", "reactions", "names", "diffusion", "size", "kind", "order", "lifted", "rate"),
            *("read_start", "change_start", "reader_start", "reader", "read", "change"),
            *("through", "plain_rate", "hop_account", "account", "free_energy", "stored"),
        ),
        MADE,
    )
    | {"vertices": "has a state of its own", "ledger": "that of the engine"},
    "SurfaceChannels": dict.fromkeys(
        (
            *("adsorptions", "whole_grid", "bound", "freed", "freed_bulk", "near_class", "whole_class"),
            *("surface_reactions", "source_bulk", "source", "adsorb_account", "cell_volume"),
        ),
        MADE,
    )
    | dict.fromkeys(
        ("nearest", "nearest_for"), "follows from the active compartments, looked up again when they change"
    ),
    "VertexCells": {"mesh": "has a state of its own", "kinds": MADE},
    "EventLoop": dict.fromkeys(("booking", "hop_account", "mixed"), MADE) | {"halted": "a wish of another thread"},
    "BinnedSites": dict.fromkeys(("rules", "rule", "shape", "size"), MADE)
    | {"filaments": "has a state of its own", "sites": "follows from the capacity of the cylinders"},
    "Candidates": dict.fromkeys(("owners", "same_filament"), MADE)
    | dict.fromkeys(("changed", "is_changed", "changes"), EMPTY)
    | {"pairs_room": "room for more"},
    "Obstacles": dict.fromkeys(
        ("plane_strength", "plane_screening", "plane_cutoff", "plane_shift"), "those of the walls"
    ),
    "FilamentPlaces": dict.fromkeys(
        (
            *("grid", "compartment_edge", "wall_strength", "wall_screening", "wall_cutoff", "wall_shift"),
            *("seed_margin", "seed_volume", "flat_seeds", "axial_k"),
        ),
        MADE,
    )
    | dict.fromkeys(("tip_membranes", "interior"), "placed anew from the meshes"),
    "FilamentMembers": dict.fromkeys(
        (
            "emissions",
            *(
                "local_templates",
                "whole_templates",
                "surface_templates",
                "bindings",
                "growths",
                "shrinkages",
                "agings",
                "destructions",
            ),
            *("severings", "nucleations", "branchings", "local_class_names", "whole_class_names"),
            *("growth", "shrinkage", "end_aging", "cylinder_rule", "cylinder_rules", "aging_rule", "severing"),
            *("destruction", "nucleation", "end_kinds", "binding", "branching", "tallies", "motor_flag"),
            *("grow_class", "grow_whole_class", "aging_class", "shrink_class", "destruction_class"),
            "ratchet_length",
        ),
        MADE,
    ),
    "FilamentBooks": {"logging": MADE},
}
FOLDERS = ("common", "structure", "chemistry")
WITHOUT = {
    "RandomStream": "its state is a property, saved by the engine",
    "Network": "well-mixed systems of their own, not part of a simulation",
    "Bins": "part of a Network",
    "Engine": "adds no attribute",
    "Templates": "made from the description; rates are saved by the channels",
    "EmissionTemplates": "adds emitters, saved by FilamentBooks",
    "FilamentTemplates": "adds factors of rates, saved by FilamentBooks, which has them last",
    "FilamentSeeding": "adds no attribute",
    "FilamentTurnover": "adds no attribute",
    "FilamentChemistry": "adds no attribute",
}


def declared():
    """Class → attributes declared in the .pxd files."""
    classes = {}
    for folder in FOLDERS:
        for path in sorted((SOURCES / folder).glob("*.pxd")):
            name = None
            for line in path.read_text().splitlines():
                head = re.match(r"cdef class (\w+)", line)
                if head:
                    name = head[1]
                    classes[name] = []
                elif line and not line[0].isspace():
                    name = None
                elif name and re.match(r"    cdef (?!inline)[^(]*$", line.split("#")[0].rstrip()):
                    text = re.sub(r"\[[^\]]*\]", "", line.split("#")[0]).replace("cdef", "").replace("readonly", "")
                    first, *others = (part.strip(" *") for part in text.split(","))
                    classes[name] += [first.split()[-1].strip("*"), *others]
    return classes


def state_keys(name):
    """Words in quotes in the methods that make up the state of a class."""
    path = next(
        p for f in FOLDERS for p in sorted((SOURCES / f).glob("*.pyx")) if f"cdef class {name}" in p.read_text()
    )
    body = path.read_text().split(f"cdef class {name}")[1].split("\ncdef class ")[0]
    names = "state|_arrays|_parts|_sets|_arrays_of_ends|_factor_state|_saved_bins"
    methods = re.findall(rf"    def (?:{names})\(self[^)]*\):.*?(?=\n    (?:def|cdef|@|#))", body, re.S)
    return set(re.findall(r'"([^"\n]+?)(?: \{\w+\})?"', "".join(methods)))


def test_the_declarations_are_read():
    classes = declared()
    assert classes["EventQueue"] == ["size", "memory", "node", "where"]
    assert {"time", "events", "hops", "random", "clock", "total"} <= set(classes["EventLoop"])
    assert {"pair", "owned"} <= set(classes["Candidates"])
    assert "key" in state_keys("EventQueue") and "growing" in state_keys("FilamentMembers")


@pytest.mark.parametrize("name", declared())
def test_every_attribute_is_state_or_not(name):
    if name in WITHOUT:
        return
    keys, elsewhere, none = set(), SAVED.get(name, {}), NO_STATE.get(name, {})
    if "*" not in none:
        keys = state_keys(name)
    forgotten = []
    for attribute in declared()[name]:
        saved_as = elsewhere.get(attribute, elsewhere.get("*", attribute))
        if attribute not in none and "*" not in none and saved_as not in keys:
            forgotten.append(attribute)
    assert not forgotten, f"{name}: {forgotten} are neither in state() nor listed here as no state"
