"""A whole deck: what is read from it, and what is said about a wrong one."""

import dataclasses
import pickle
import re

import pytest
from small_deck import CHEMISTRY, warnings_of

from medyan_py.deck import (
    BulkSpecies,
    DeckError,
    Depolymerisation,
    DiffusingSpecies,
    LinkerReaction,
    MotorReaction,
    Polymerisation,
    Reaction,
    SpeciesRef,
    WalkingReaction,
    linker_sites,
    read_deck,
)
from medyan_py.deck.derived import binding_sites, monomers_per_cylinder
from medyan_py.units import MOLECULES_PER_NM3_UM

FREE_A = SpeciesRef("diffusing", "A")


def test_small_deck_has_no_warnings_and_all_values(folder):
    deck = folder.read()
    assert deck.warnings == ()
    assert deck.geometry.shape == (2, 2, 2) and deck.geometry.size == (1000.0, 1000.0, 1000.0)
    boundary = deck.boundary
    assert (boundary.shape, boundary.repulsion, boundary.inset) == ("CUBIC", "REPULSIONEXP", 25.0)
    assert (boundary.cutoff, boundary.interaction_k, boundary.screening_length) == (300.0, 41.0, 2.7)
    minimisation = deck.minimisation
    assert (minimisation.method, minimisation.lambda_max, minimisation.max_distance) == ("POLAKRIBIERE", 1.0, 1.0)
    assert (minimisation.gradient_tolerance, minimisation.energy_change_relative_tolerance) == (1.0, 1e-9)
    assert (deck.excluded_volume.kind, deck.excluded_volume.cutoff) == ("integral", 135.0)
    assert dataclasses.astuple(deck.schedule) == (100.0, 1.0, 0.05, 0.05, 0.0, 1000.0, 0, 0, 0, 0, 0.0)
    assert deck.algorithm == "NRM" and deck.rate_change is None and not deck.protocols.pinning
    assert (deck.initial.count, deck.initial.cylinders, deck.initial.type) == (30, 1, 0)
    assert deck.initial.projection == "STRAIGHT" and deck.initial.creation_bounds == (0, 0, 0, 1, 1, 1)
    assert deck.linker_binding_skip == 2 and deck.allow_same_filament_pairs is True and deck.log_each_cycle is False
    assert deck.source_lines["NX"] == (str(deck.system_path), 1)
    assert deck.source_lines["LINKERREACTION"] == (str(deck.chemistry_path), 19)


def test_species_and_reactions_of_the_small_deck(folder):
    deck = folder.read()
    assert deck.diffusing[1] == DiffusingSpecies("MD", 50, 0.2e6, 10.0, 0.0)
    assert deck.bulk == (BulkSpecies("S", 7, 0.0, 5.0, True),)
    assert deck.polymerisations[1] == Polymerisation(0, FREE_A, "minus", 0, 0, 0, 0.0173, 16)
    assert deck.depolymerisations[0] == Depolymerisation(0, FREE_A, "plus", 1, 0, 0, 1.4, 17)
    free = SpeciesRef("diffusing", "LD")
    assert deck.linkers == (
        LinkerReaction(
            0, ("LA", "LA"), (0, 0), ("LEA", "LEA"), free, 0.01, 0.3, 30.0, 40.0, 8.0, "SLIP", (0.24,), (), 19
        ),
    )
    free = SpeciesRef("diffusing", "MD")
    assert deck.motors == (
        MotorReaction(
            0,
            ("MOA", "MOA"),
            (0, 0),
            ("MEA", "MEA"),
            free,
            0.2,
            1.7,
            175.0,
            225.0,
            2.5,
            15,
            30,
            6.0,
            "LOWDUTYCATCH",
            (12.62,),
            "LOWDUTYSTALL",
            90.0,
            20,
        ),
    )
    assert deck.walking == (WalkingReaction(0, "MOA", "plus", 0.2, 21),)


def test_filament_type_of_the_small_deck(folder):
    (filament,) = folder.read().filament_types
    assert filament.monomers_per_cylinder == 40 and filament.binding_sites == (6, 16, 26, 36)
    assert filament.plus_end_species == ("PA", "FP") and filament.bound_species == ("MEA", "LEA")
    assert (filament.linker_site, filament.motor_site) == ("LEA", "MEA")
    assert filament.brancher_site == "MEA"  # not declared: the first bound species
    assert (filament.stretching, filament.stretching_k) == ("HARMONIC", 100.0)
    assert (filament.bending, filament.bending_k, filament.bending_theta) == ("COSINE", 672.0, 0.0)
    assert (filament.volume_k, filament.monomer_interval, filament.ratchet_length) == (8.57, None, 2.7)


def test_force_fields_come_in_the_order_of_energy_reports(folder):
    assert folder.read().force_fields == (
        "FilamentStretching",
        "FilamentBending",
        "LinkerStretching",
        "MotorStretching",
        "FixedVertexCoordinates",
        "FixedVertexAttachmentStretching",
        "CylinderExcludeVolume",
        "BoundaryCylinderRepulsion",
        "BoundaryBubbleRepulsion",
        "FixedBubbleCoordinates",
    )


def test_force_fields_that_are_off_are_absent(folder):
    off = {f"{stem}FFTYPE": None for stem in ("FSTRETCHING", "FBENDING", "LSTRETCHING", "MSTRETCHING", "VOLUME")}
    deck = folder.read({**off, "BOUNDARYFFTYPE": None})
    assert deck.excluded_volume.kind is None and deck.boundary.repulsion is None
    assert deck.linkers[0].stretching_k is None and deck.filament_types[0].stretching_k is None
    assert deck.force_fields == (
        "FixedVertexCoordinates",
        "FixedVertexAttachmentStretching",
        "FixedBubbleCoordinates",
    )
    assert "BOUNDARYFFTYPE: not set: nothing keeps filaments inside the boundary" in "\n".join(warnings_of(deck))


def test_three_styles_say_the_same(folder):
    reaction = "(POLYMERIZATIONREACTION\n 0 A:DIFFUSING + PA:PLUSEND\n -> AF:FILAMENT + PA:PLUSEND ; c\n 0.154)\n"
    first = CHEMISTRY.splitlines()[14] + "\n"
    assert first.startswith("POLYMERIZATIONREACTION")
    same = CHEMISTRY.replace(first, reaction).replace("SPECIESDIFFUSING: LD", "SPECIESDIFFUSING LD")
    made, plain = folder.read(chemistry=same), folder.read()
    assert made.diffusing == plain.diffusing
    assert made.polymerisations[0] == plain.polymerisations[0]
    assert made.polymerisations[1] == dataclasses.replace(plain.polymerisations[1], line=19)


def test_deck_can_be_sent_to_another_process(folder):
    deck = folder.read()
    again = pickle.loads(pickle.dumps(deck))
    assert again.motors == deck.motors and again.source_lines == deck.source_lines


def test_error_can_be_sent_to_another_process(folder):
    with pytest.raises(DeckError) as caught:
        folder.read({"NX": "x"})
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value) and again.diagnostics == caught.value.diagnostics


# --- derived quantities


@pytest.mark.parametrize(
    ("monomers", "requested", "sites"),
    [
        (40, 4, (6, 16, 26, 36)),
        (10, 4, (2, 4, 6, 8)),
        (10, 1, (6,)),
        (108, 1, (55,)),
        (40, 7, (3, 8, 13, 18, 23, 28, 33, 38)),
        (40, 3, (7, 20, 33)),
        (37, 4, (5, 14, 23, 32)),
        (40, 8, (3, 8, 13, 18, 23, 28, 33, 38)),
        (40, 10, (3, 7, 11, 15, 19, 23, 27, 31, 35, 39)),
        (40, 16, tuple(range(2, 40, 2))),
        (40, 20, tuple(range(2, 40, 2))),
        (100, 4, (13, 38, 63, 88)),
    ],
)
def test_binding_sites(monomers, requested, sites):
    assert binding_sites(monomers, requested) == sites


def test_linkers_skip_sites():
    assert linker_sites((6, 16, 26, 36), 3) == (6, 26)
    assert linker_sites((6, 16, 26, 36), 2) == (6, 16, 26, 36)


@pytest.mark.parametrize(("per_molar", "stochastic"), [(11.6, 0.154098), (1.3, 0.017270)])
def test_rate_constants_per_concentration(per_molar, stochastic):
    # per µM and second to per molecule and second in a compartment of 500 nm
    assert per_molar / (MOLECULES_PER_NM3_UM * 500.0**3) == pytest.approx(stochastic, abs=5e-7)


@pytest.mark.parametrize(("cylinder", "monomer", "count"), [(27, 2.7, 10), (108, 2.7, 40), (108, 1.0, 108), (8, 3, 2)])
def test_monomers_per_cylinder(cylinder, monomer, count):
    assert monomers_per_cylinder(cylinder, monomer) == count


def test_filament_file(folder):
    text = "FILAMENT 0 500 500 100 500 500 208\n# FILAMENT 9\n\nFILAMENT 0 50 50 50 158 50 50 158 157 50\n"
    deck = folder.read({"FILAMENTFILE": "f.txt", "PROJECTIONTYPE": "PREDEFINED"}, files={"f.txt": text})
    first, second = deck.initial.file_filaments
    assert (first.type, first.line, second.line) == (0, 1, 4)
    assert first.points.tolist() == [[500, 500, 100], [500, 500, 208]] and second.points.shape == (3, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FILAMENT 0 1 2 3 4 5", "f.txt:1: FILAMENT: found 6 values, allowed: FILAMENT type x1"),
        ("\nFILAMENT 0 1 2 3 4 5 6 7", "f.txt:2: FILAMENT: found 7 coordinates, allowed: 3 coordinates"),
        ("FILAMENT 1 1 2 3 4 5 6", "f.txt:1: FILAMENT: no such filament type, found '1', allowed: 0 … 0"),
        ("FILAMENT -1 1 2 3 4 5 6", "no such filament type, found '-1'"),
        ("FILAMENT 0 1 2 3 4 5 x", "f.txt:1: FILAMENT: found 'x', allowed: numbers"),
        ("FILAMENT 0 1 2 3 1 2 3", "two consecutive points coincide"),
        ("FILAMENT 0 1 2 3 4 5 1e300", "a bead lies outside the grid, found 4 5 1e+300"),
        ("FILAMENT 0 950 2 3 960 2 3", "a bead lies outside the grid, found 1058 2 3"),
    ],
)
def test_wrong_filament_file(folder, text, message):
    assert message in folder.error({"FILAMENTFILE": "f.txt"}, files={"f.txt": text})


def test_predefined_points_that_are_no_full_cylinders_apart_are_told(folder):
    text = "FILAMENT 0 50 50 50 150 50 50 150 155 50 200 155 50\n"
    deck = folder.read({"FILAMENTFILE": "f.txt", "PROJECTIONTYPE": "PREDEFINED"}, files={"f.txt": text})
    assert "f.txt:1: FILAMENT: the points are not 108 nm apart" in warnings_of(deck)[0]
    partial = "FILAMENT 0 50 50 50 150 50 50 150 158 50 200 158 50\n"  # only the outer cylinders are not full
    deck = folder.read({"FILAMENTFILE": "f.txt", "PROJECTIONTYPE": "PREDEFINED"}, files={"f.txt": partial})
    assert not any("FILAMENT" in warning for warning in warnings_of(deck))


@pytest.mark.parametrize(
    ("projection", "text", "message"),
    [
        ("PREDEFINED", "FILAMENT 0 50 50 50 52 50 50", "f.txt:1: FILAMENT: 2 nm are too short for a filament"),
        ("ZIGZAG", "\nFILAMENT 0 950 50 50 970 50 50", "f.txt:2: FILAMENT: a bead lies outside the grid, found 1058"),
        ("ARC", "FILAMENT 0 980 980 20 980 980 980", "f.txt:1: FILAMENT: a bead lies outside the grid"),
    ],
)
def test_shapes_that_are_impossible(folder, projection, text, message):
    changes = {"FILAMENTFILE": "f.txt", "PROJECTIONTYPE": projection}
    assert message in folder.error(changes, files={"f.txt": text})


def test_ignored_lines_of_a_filament_file_are_told(folder):
    deck = folder.read({"FILAMENTFILE": "f.txt"}, files={"f.txt": "filament 0 1 2 3 4 5 6\n"})
    assert deck.initial.file_filaments == ()
    assert "f.txt:1: the line is ignored, found 'filament'" in warnings_of(deck)[0]


# --- arguments of read_deck


def test_runtime_argument(folder):
    path = folder.write({"RUNTIME": None})
    assert read_deck(path, runtime=3).schedule.runtime == 3.0
    for nonsense in (0, -1, float("nan"), float("inf"), 10**400, "5", True):
        with pytest.raises(DeckError, match="runtime"):
            read_deck(path, runtime=nonsense)


def test_compatibility_argument(folder):
    path = folder.write(extra="compatibility medyan-5.4\n")
    assert read_deck(path).compatibility == "medyan-5.4"
    assert read_deck(path, compatibility="none").compatibility == "none"
    assert read_deck(folder.write(), compatibility="medyan-5.4").compatibility == "medyan-5.4"
    with pytest.raises(DeckError, match="compatibility: found 'medyan-5'"):
        read_deck(path, compatibility="medyan-5")


def test_input_directory(folder, tmp_path):
    path = folder.write()
    (tmp_path / "chemistry.txt").write_text(CHEMISTRY.replace("5000", "4000"))
    assert read_deck(str(path), str(tmp_path)).diffusing[0].copies == 4000
    with pytest.raises(DeckError, match=r":32: CHEMISTRYFILE: cannot read .*no such file"):
        read_deck(path, tmp_path / "nowhere")


def test_files_that_cannot_be_read(folder, tmp_path):
    with pytest.raises(DeckError, match="no such file"):
        read_deck(tmp_path / "none.txt")
    with pytest.raises(DeckError, match="not a regular file"):
        read_deck(tmp_path)
    assert "CHEMISTRYFILE: cannot read" in folder.error({"CHEMISTRYFILE": "nothing.txt"})
    assert "FILAMENTFILE: cannot read" in folder.error({"FILAMENTFILE": "nothing.txt"})
    assert "CHEMISTRYFILE: found 'a\\x00b'" in folder.error({"CHEMISTRYFILE": "a\0b"})


def test_bytes_that_are_no_text(folder):
    message = folder.error({"BOUNDARYSHAPE": None}, extra=b"BOUNDARYSHAPE: \xff\xfe\x00\x1b[31m\n")
    assert "BOUNDARYSHAPE" in message and message.isprintable()


def test_all_errors_come_together(folder):
    errors = folder.errors(
        {"NX": "0", "BOUNDARYSHAPE": None, "VOLUMECUTOFF": None},
        more_chemistry="GENREACTION: A:DIFFUSING -> Q:DIFFUSING 1\nSPECIESBULK: X 1\n",
    )
    assert len(errors) == 5
    for place in (
        "system.txt:1: NX",
        "system.txt: BOUNDARYSHAPE",
        "VOLUMECUTOFF",
        "22: GENREACTION",
        "23: SPECIESBULK",
    ):
        assert sum(place in error for error in errors) == 1


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "LINKERREACTION: x LEA:BUND:1 + LEA:BOUND:z + LD:DIFFUSING <-> LA:LINKER:1 + LA:MOTOR:2 0.1 -1 5 30",
            ["'x'", "'LEA:BUND:1'", "'LEA:BOUND:z'", "'LA:MOTOR:2'", "'-1'"],
        ),
        ("GENREACTION: A:DIFUSING + LD:DIFFUSING -> A:DIFFUSING + B one", ["'A:DIFUSING'", "'B'", "'one'"]),
        # unknown species beside words that cannot be read, and beside rules that are broken
        ("GENREACTION: Q:DIFFUSING -> A:DIFFUSING + R:BULK -1", ["'Q'", "'R'", "'-1'"]),
        (
            "POLYMERIZATIONREACTION: 0 Q:DIFFUSING + PA:PLUSEND -> AF:FILAMENT + MB:MINUSEND 1",
            ["'Q'", "'MB'", "MINUSEND"],
        ),
        ("DEPOLYMERIZATIONREACTION: 7 AF:FILAMENT + PA:PLUSEND -> A:DIFFUSING + PA:PLUSEND x", ["'x'", "7,"]),
        ("AGINGREACTION: 0 AF:FILAMENT -> XF:PLUSEND 1", ["PLUSEND", "'XF'"]),
        (
            "MOTORWALKINGREACTION: 0 MOA:MOTOR:N + MEA:BOUND:N -> MOB:MOTOR:N+1 + MEA:BOUND:N 0.1",
            ["'MOB'", "'MOB'", "N N N+1 N"],
        ),
        (
            "LINKERREACTION: 0 LEA:BOUND:1 + LEA:BOUND:2 + Q:DIFFUSING <-> LB:LINKER:1 + LA:LINKER:2 0.1 1 50 30",
            ["'Q'", "'LB'", "50 > 30"],
        ),
        # not even an arrow: what follows may be shifted
        ("AGINGREACTION: 0 AF:FILAMENT to AF:FILAMENT fast", ["'to'"]),
    ],
)
def test_all_mistakes_of_a_line_are_told(folder, line, found):
    directive = line.split(":")[0]
    errors = [error for error in folder.errors(more_chemistry=line + "\n") if f": {directive}: " in error]
    assert len(errors) == len(found)
    for word in set(found):
        assert sum(f"found {word}" in error for error in errors) == found.count(word)


def test_line_in_the_wrong_file_is_told(folder):
    deck = folder.read(extra="SPECIESBULK: B 1 0 0 REG\n", more_chemistry="NX: 4\n")
    first, second = warnings_of(deck)
    assert "'SPECIESBULK:': belongs into the chemistry deck, the line is ignored" in first
    assert "'NX:': belongs into the system deck, the line is ignored" in second


def test_general_reactions_of_every_size(folder):
    lines = {
        (1, 1): "A:DIFFUSING -> LD:DIFFUSING",
        (2, 1): "A:DIFFUSING + A:DIFFUSING -> LD:DIFFUSING",
        (0, 1): "-> A:DIFFUSING",
        (0, 2): "-> A:DIFFUSING + LD:DIFFUSING",
        (1, 0): "A:DIFFUSING ->",
        (2, 0): "A:DIFFUSING + S:BULK ->",
        (3, 1): "A:DIFFUSING + A:DIFFUSING + S:BULK -> LD:DIFFUSING",
        (3, 2): "A:DIFFUSING + A:DIFFUSING + S:BULK -> LD:DIFFUSING + S:BULK",
    }
    deck = folder.read(more_chemistry="".join(f"GENREACTION: {line} 2.5\n" for line in lines.values()))
    assert [(len(r.reactants), len(r.products)) for r in deck.general_reactions] == list(lines)
    bulk = SpeciesRef("bulk", "S")
    assert deck.general_reactions[-1] == Reaction(
        (FREE_A, FREE_A, bulk), (SpeciesRef("diffusing", "LD"), bulk), 2.5, len(CHEMISTRY.splitlines()) + 8
    )


@pytest.mark.parametrize("kind", ["SPECIESDIFFUSING: X {} 20e6 0 0 REG\n", "SPECIESBULK: X {} 0 0 REG\n"])
def test_copies_that_a_double_can_count(folder, kind):
    deck = folder.read(more_chemistry=kind.format(2**53))
    assert (deck.diffusing[-1] if "DIFF" in kind else deck.bulk[-1]).copies == 2**53
    with pytest.raises(DeckError, match=re.escape("allowed: a whole number ≥ 0 and ≤ 9.0072e+15")):
        folder.read(more_chemistry=kind.format(2**53 + 2))


def test_whole_numbers_have_an_end(folder):
    with pytest.raises(
        DeckError, match=re.escape("NUMFILAMENTS: found '3000000000', allowed: a whole number ≥ 0 and ≤ 1e+07")
    ):
        folder.read({"NUMFILAMENTS": "3000000000"})


def test_bulk_reactions(folder):
    deck = folder.read(more_chemistry="BULKREACTION: S:BULK -> S:BULK + S:BULK 1\nGENREACTION: S:BULK -> 1\n")
    assert len(deck.bulk_reactions) == 1
    assert "only bulk species" in warnings_of(deck)[0]


STEPS = {"RUNTIME": None, "RUNSTEPS": "1000", "MINIMIZATIONSTEPS": "100", "SNAPSHOTSTEPS": "500"}


def test_step_mode(folder):
    deck = folder.read({**STEPS, "NEIGHBORLISTSTEPS": "200", "CALGORITHM": "GILLESPIE"})
    schedule = deck.schedule
    assert schedule.by_steps and deck.algorithm == "GILLESPIE" and deck.warnings == ()
    steps = (schedule.run_steps, schedule.minimisation_steps, schedule.snapshot_steps, schedule.neighbour_list_steps)
    assert steps == (1000, 100, 500, 200)
    assert not folder.read({"RUNSTEPS": "1000"}).schedule.by_steps, "RUNTIME decides"


def test_steps_that_are_not_whole_cycles(folder):
    deck = folder.read({**STEPS, "NEIGHBORLISTSTEPS": "150"})
    (warning,) = deck.warnings
    assert "NEIGHBORLISTSTEPS: not a multiple of MINIMIZATIONSTEPS, rounded to 200 events" in str(warning)
    assert "NEIGHBORLISTSTEPS" in folder.error(STEPS)


def test_protocols(folder):
    lines = """\
SPECIALPROTOCOL MAKEFILAMENTSSTATIC 1
SPECIALPROTOCOL MAKEFILAMENTSSTATIC 2
SPECIALPROTOCOL MAKELINKERSSTATIC 3
SPECIALPROTOCOL RATEDEPEND 4 5
SPECIALPROTOCOL PINBOUNDARYFILAMENTS 6 70 8
SPECIALPROTOCOL PINLOWERBOUNDARYFILAMENTS 9 10 0.5
SPECIALPROTOCOL pin-initial-filament-below-z 11 12
"""
    protocols = folder.read(extra=lines).protocols
    assert (protocols.static_filaments, protocols.static_linkers) == (2, 3)
    assert dataclasses.astuple(protocols.tension_rule) == (4, 5)
    assert dataclasses.astuple(protocols.pin_ends) == (6, 70, 8)
    assert dataclasses.astuple(protocols.pin_lower) == (9, 10, 0.5, 70)
    assert dataclasses.astuple(protocols.pin_below) == (11, 12)
    only = folder.read(extra="SPECIALPROTOCOL PINLOWERBOUNDARYFILAMENTS 9 10 0.5\n").protocols
    assert only.pin_lower.distance == 250 and only.pinning


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("MAKELINKERSSTATIC -1", "MAKELINKERSSTATIC: value 1"),
        ("RATEDEPEND 1 -2", "RATEDEPEND: value 2"),
        ("PINLOWERBOUNDARYFILAMENTS 1 0 1.5", "a fraction ≤ 1"),
    ],
)
def test_protocols_that_make_no_sense(folder, line, text):
    assert text in folder.error(extra=f"SPECIALPROTOCOL {line}\n")


def test_manual_change_of_rates_needs_no_law(folder):
    extra = "MANUALSTARTTIME: 3\nMANUALPLUSPOLYRATIO: 2\nMANUALMINUSDEPOLYRATIO: 0.5\n"
    deck = folder.read({"DFPOLYMERIZATIONTYPE": None, "DFPOLYMERIZATIONLEN": None}, extra=extra)
    assert dataclasses.astuple(deck.rate_change) == (3.0, 2.0, 1.0, 1.0, 0.5)
