"""What is said of decks with membranes that are possible but hardly meant, and how."""

import re

import numpy as np
import pytest
from membrane_decks import CHEMISTRY, SHEET, VESICLE, start

from medyan_py import MechanicsError, read_deck
from medyan_py.cli import main
from medyan_py.core.mechanics.errors import Culprit
from medyan_py.core.membrane.shapes import icosphere
from medyan_py.deck import DeckError
from medyan_py.setup.mechanics import Mechanics

TENSE = "membrane-tension-ff-type CONSTANT\n"
BALL = "(init-membrane p (mesh ELLIPSOID 500 500 500 200 200 200))\n"


def said(warnings, word):
    return [str(w) for w in warnings if word in str(w)]


# --- states of rest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TENSE + SHEET.replace("(membrane s)", "(membrane s (tension 0.02) (vertex-pinning none))"), "border1 would"),
        (TENSE + SHEET.replace("(membrane s)", "(membrane s (tension -0.02))"), "the area grows without end"),
        (TENSE + "(membrane p (tension 0.02))\n" + BALL, "shrinks to nothing"),
        (
            TENSE + "volume-conservation-ff-type MEMBRANE\n(membrane p (tension 0.02) (volume-k 0))\n" + BALL,
            "shrinks to nothing",
        ),
    ],
)
def test_membranes_without_a_state_of_rest_are_remarked(write, text, words):
    path = write(text)
    line = next(n for n, row in enumerate(path.read_text().splitlines(), 1) if "init-membrane" in row)
    (warning,) = said(read_deck(path).warnings, "no state of rest")
    assert f"system.txt:{line}: init-membrane: " in warning and words in warning


@pytest.mark.parametrize(
    "text",
    [
        VESICLE,
        TENSE + SHEET.replace("(membrane s)", "(membrane s (tension 0.02))"),
        SHEET.replace("(membrane s)", "(membrane s (tension 0.02) (vertex-pinning none))"),
        TENSE + "(membrane p (tension 0.02) (eq-curv 0.005))\n" + BALL,
        TENSE + "(membrane p (tension 0.02) (has-lipid-reservoir false))\n" + BALL,
        TENSE + "(membrane p)\n" + BALL,
    ],
)
def test_membranes_with_a_state_of_rest_are_not(write, text):
    assert not said(read_deck(write(text)).warnings, "no state of rest")


STIFF = "membrane-stretching-ff-type GLOBAL_HARMONIC\n" + SHEET.replace(
    "(membrane s)", "(membrane s (has-lipid-reservoir false))"
)


@pytest.mark.parametrize(
    ("more", "text", "remarked"),
    [
        ("(eq-area-factor 1.1)", STIFF, True),
        (
            "(eq-area-factor 1.1)",
            STIFF.replace("GLOBAL", "LOCAL").replace("(has-", "(vertex-system material) (has-"),
            True,
        ),
        ("(eq-area-factor 0.9)", STIFF, False),
        ("(eq-area-factor 1.1)", STIFF.replace("(has-", "(vertex-pinning none) (has-"), False),
        ("(eq-area-factor 1.1)", STIFF + "init-fixed-vertex-attachment 500 500 520 40 1\n", False),
    ],
)
def test_flat_sheets_under_compression_are_remarked(write, more, text, remarked):
    found = said(read_deck(write(text.replace("800))", f"800) {more})"))).warnings, "to which side to buckle")
    assert len(found) == remarked


CLOSED = "(has-lipid-reservoir false)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"(membrane p {CLOSED})\n" + BALL, "general without a lipid reservoir needs .* GLOBAL_HARMONIC"),
        (
            f"membrane-stretching-ff-type GLOBAL_HARMONIC\n(membrane p {CLOSED} (vertex-system material))\n" + BALL,
            "material without a lipid reservoir needs .* LOCAL_HARMONIC",
        ),
        (
            f"membrane-stretching-ff-type GLOBAL_HARMONIC\n(membrane p {CLOSED} (tension 0.02))\n" + BALL,
            "tension: without effect: without a lipid reservoir",
        ),
        ("(membrane p (tension 0.02))\n" + BALL, "CONSTANT is not set"),
        ("(membrane p)\n" + BALL.replace("200))", "200) (eq-area-factor 1.1))"), "there is no rest area"),
    ],
)
def test_constants_that_change_nothing_are_remarked(write, text, words):
    (warning,) = said(read_deck(write(text)).warnings, "membrane: ")
    assert re.search(words, warning)


def test_a_membrane_is_told_in_one_line(write):
    (m,) = start(write(VESICLE)).membranes
    assert repr(m).startswith("<MembraneView: closed, ") and "\n" not in repr(m)
    assert f"{len(m.vertices)} vertices, {len(m.triangles)} triangles" in repr(m)


def test_a_mesh_that_cannot_follow_names_the_remedy(write, monkeypatch):
    minimise = Mechanics._minimise
    monkeypatch.setattr(Mechanics, "_minimise", lambda mechanics, evaluations=None: minimise(mechanics, 100))
    text = VESICLE.replace("300 300 300", "300 300 60")
    with pytest.raises(MechanicsError, match=r"MembraneTriangleProtect .* adapt-mesh-during-minimization true"):
        start(write(text))


def test_a_start_that_fails_tells_what_was_noticed_before(write, tmp_path, capsys, monkeypatch):
    def fails(self):
        raise MechanicsError("no way down", [], "")

    monkeypatch.setattr("medyan_py.setup.mechanics.Mechanics.relax", fails)
    deck = write(TENSE + "(membrane p (tension 0.02))\n" + BALL)
    assert main(["run", "-s", str(deck), "-o", str(tmp_path / "out")]) == 3
    err = capsys.readouterr().err
    assert err.index("warning: ") < err.index("shrinks to nothing") < err.index("no way down")


# --- protocols


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SPECIALPROTOCOL scale-membrane-eq-area 1 1\n", "scale-membrane-eq-area: without effect: there is no init"),
        ("SPECIALPROTOCOL scale-membrane-eq-volume 1 1\n", "scale-membrane-eq-volume: without effect: there is no"),
        (SHEET + "SPECIALPROTOCOL scale-membrane-eq-volume 1 1\n", "no volume is conserved"),
        (SHEET + "SPECIALPROTOCOL scale-membrane-eq-area 1 1\n", "every membrane has a lipid reservoir"),
    ],
)
def test_protocols_without_effect_are_remarked(write, text, words):
    path = write(text)
    line = len(path.read_text().splitlines())
    (warning,) = said(read_deck(path).warnings, "SPECIALPROTOCOL")
    assert f"system.txt:{line}: " in warning and words in warning


def test_vesicles_that_a_least_volume_makes_grow_are_remarked(write, capsys):
    path = write(VESICLE + "SPECIALPROTOCOL scale-membrane-eq-volume -1e6 2e8\n")
    lines = path.read_text().splitlines()
    words = (
        f"system.txt:{len(lines)}: SPECIALPROTOCOL: scale-membrane-eq-volume: membrane 0 (init-membrane, line "
        f"{len(lines) - 1}) has a rest volume of 1.131e+08 nm³, which is less than the least one, 2e+08 nm³"
    )
    assert said(start(path).warnings, words)
    assert main(["check", str(path)]) == 0
    assert f"warning: {path.parent}/{words}" in capsys.readouterr().out
    path = write(VESICLE + "SPECIALPROTOCOL scale-membrane-eq-volume -1e6 1e8\n")
    assert not said(start(path).warnings, "SPECIALPROTOCOL")


# --- what is given twice, inside out, outside


def test_membranes_that_reach_out_of_the_grid_are_remarked(write):
    line = "(membrane p)\n" + BALL.replace("500 200", "900 200")
    (warning,) = said(start(write(line)).warnings, "out of the grid")
    assert re.search(
        r"init-membrane: membrane 0 reaches out of the grid: z from 69\S+ to 110\S+ nm \(grid: 0 to 1000\)", warning
    )
    assert not said(start(write("(membrane p)\n" + BALL)).warnings, "out of the grid")


def test_a_species_given_twice_is_refused(write):
    text = VESICLE.replace("300))", "300) (species P 5) (species Q 1) (species P 6))")
    chemistry = CHEMISTRY + "species-membrane-diffusing P 1 1\nspecies-membrane-diffusing Q 1 1\n"
    with pytest.raises(DeckError, match="init-membrane: species P, found 2 numbers of copies, allowed: one"):
        read_deck(write(text, chemistry))


def test_a_mesh_given_inside_out_is_told_as_a_warning(write, tmp_path, capsys, recwarn):
    x, triangles = icosphere(2, 200.0)
    rows = [f"{a!r} {b!r} {c!r}" for a, b, c in (x + 500).tolist()]
    rows += [f"3 {a} {c} {b}" for a, b, c in triangles.tolist()]
    (tmp_path / "ball.off").write_text("\n".join(["OFF", f"{len(x)} {len(triangles)} 0", *rows, ""]))
    path = write("(membrane p)\n(init-membrane p (mesh file ball.off))\n")
    assert main(["run", "-s", str(path), "-o", str(tmp_path / "out"), "--no-vtk"]) == 0
    line = len(path.read_text().splitlines())
    words = f"system.txt:{line}: init-membrane: mesh: {tmp_path / 'ball.off'}: membrane given inside out, its triangles"
    assert words in capsys.readouterr().err.replace("\n", " ")
    assert words in (tmp_path / "out" / "medyan.log").read_text()
    assert not [w for w in recwarn if "inside out" in str(w.message)]


def test_filaments_outside_of_closed_membranes_are_remarked(write, tmp_path):
    (tmp_path / "f.txt").write_text("FILAMENT 0 400 500 500 600 500 500\nFILAMENT 0 50 50 50 150 50 50\n")
    sim = start(write(VESICLE + "FILAMENTFILE: f.txt\n"))
    (warning,) = said(sim.warnings, "outside the closed membranes")
    assert "f.txt:2: FILAMENT: " in warning


# --- help, and messages without empty parts


def test_the_help_of_render_names_all_that_is_drawn(capsys):
    assert main(["render", "-h"]) == 0
    assert "bubbles, membranes and the box" in " ".join(capsys.readouterr().out.split())


def test_culprits_without_filaments_leave_no_empty_part(write):
    from medyan_py.setup.failure import failure

    sim = start(write(VESICLE))
    culprit = Culprit("MembraneBending", 1.0, 2.0, 3.0, 0, (), None, None, "")
    error = failure(sim._mechanics, sim.chemistry, "no way down", [culprit])
    assert str(error) == "no way down"
    assert "  MembraneBending: energy 1, force 2 of 3\n" in error.report
    assert np.all(["; ;" not in row and ", :" not in row for row in error.report.splitlines()])
