"""A run that starts from a frame of a trajectory: filaments, and what is bound to them as far as its places tell.

A frame does not tell which kinds monomers are of, how many heads motors have, the rest lengths of linkers and motors,
nor copy numbers. End cylinders hold as many monomers as their lengths suggest, the others are full; monomers are of the
first kinds, motors have their mean number of heads, links are at rest, and molecules are those of the deck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medyan_py.analysis.snapshot import BondSet, Frame
from medyan_py.deck import Deck, DeckError, Diagnostic
from medyan_py.deck.dump_file import Dump, DumpRow

_NEAR = 0.01  # nm; links end on the line of their cylinder but for the digits of the file
_WHOLE = 0.02  # monomers; by which the place of a site along its cylinder may be off


def choose_frame(frames: Sequence[Frame], number: int | None) -> Frame | None:
    """The frame of a number, or the last one; negative numbers count from the end. None if there is none."""
    if number is None or number < 0:
        number = -1 if number is None else number
        return frames[number] if -number <= len(frames) else None
    if 0 <= number < len(frames) and frames[number].frame == number:  # but not in files that were joined
        return frames[number]
    return next((frame for frame in frames if frame.frame == number), None)


def start_from_frame(deck: Deck, frame: Frame, file: str) -> Deck:
    """The deck with the network of a frame at t = 0 in place of its own.

    Raises
    ------
    DeckError
        When the frame does not fit the deck: another grid, other filament types, links that end between binding sites.
    """
    dump = _Conversion(deck, frame, file).dump()
    return replace(deck, initial=replace(deck.initial, dump=dump, own_copies=True))


def what_is_lost(frame: Frame) -> str:
    """What a frame does not tell, for a message."""
    lost = ["kinds of monomers", "copy numbers (those of the deck are taken)"]
    links = len(frame.linkers.ids) + len(frame.motors.ids)
    if links:
        lost.append("rest lengths of linkers and motors (their present lengths are taken)")
    if len(frame.motors.ids):
        lost.append("heads of motors (the mean number is taken)")
    if frame.membranes:
        lost.append("membranes (those of the deck are taken)")
    return "not in a frame: " + ", ".join(lost)


class _Conversion:
    def __init__(self, deck: Deck, frame: Frame, file: str):
        self._deck, self._frame, self._file = deck, frame, file
        self._dump = Dump(file, 0.0)
        start = frame.filaments.start
        self._first_cylinder = start[:-1] - np.arange(len(start) - 1)

    def dump(self) -> Dump:
        """The frame as a restart dump."""
        filaments = self._frame.filaments
        self._check_kinds()
        self._check(filaments.beads)
        for number, place in enumerate(filaments.beads.tolist()):
            self._add("BEAD", index=number, x=place[0], y=place[1], z=place[2])
        for f, (ident, kind) in enumerate(zip(filaments.ids.tolist(), filaments.types.tolist(), strict=True)):
            self._add_filament(f, ident, kind)
        rows = self._dump.rows["CYLINDER"]
        self._kinds = np.array([row["type"] for row in rows], dtype=int)
        self._beads_of = np.array([(row["minus_bead"], row["plus_bead"]) for row in rows], dtype=int).reshape(-1, 2)
        for section, links in (("LINKER", self._frame.linkers), ("MOTOR", self._frame.motors)):
            self._add_links(section, links)
        self._add_branchers(self._frame.branchers)
        return replace(self._dump, bubbles=self._bubbles())

    def _bubbles(self) -> tuple[tuple[float, float, float], ...] | None:
        """Centres of the bubbles; None if the frame has none, as old ones do not."""
        found, bubbles = self._frame.bubbles, self._deck.bubbles
        types = [line.type for line in bubbles.from_file] + [bubbles.type] * bubbles.count
        types += [anchor.bubble_type for anchor in bubbles.anchors]
        if not len(found.ids):
            return None
        if found.types.tolist() != types:
            raise self._refusal(f"its bubbles are of the types {_listed(found.types.tolist())}", _listed(types))
        return tuple(tuple(centre) for centre in found.coords.tolist())

    def _add(self, section: str, **values) -> None:
        self._dump.rows[section].append(DumpRow(0, values))

    def _misfit(self, message: str, allowed: str = "") -> Diagnostic:
        text = f"frame {self._frame.frame} does not fit the deck: {message}"
        return Diagnostic("error", self._file, None, "", text, allowed=allowed)

    def _refusal(self, message: str, allowed: str = "") -> DeckError:
        return DeckError([self._misfit(message, allowed)])

    def _check_kinds(self) -> None:
        """Refuse objects of types that the deck does not have, all at once."""
        deck, frame = self._deck, self._frame
        misfits = []
        for things, types, known in (
            ("filaments", frame.filaments.types, dict.fromkeys(range(len(deck.filament_types)), "")),
            ("linkers", frame.linkers.types, {r.index: r.species[0] for r in deck.linkers}),
            ("motors", frame.motors.types, {r.index: r.species[0] for r in deck.motors}),
            ("branchers", frame.branchers.types, {r.index: r.species for r in deck.branchings}),
        ):
            listed = ", ".join(f"{i} ({name})" if name else str(i) for i, name in sorted(known.items()))
            has = f"those of the deck are of type {listed}" if listed else "the deck has none"
            for kind, n in Counter(types.tolist()).items():
                if kind not in known:
                    some = things if n > 1 else things.removesuffix("s")
                    misfits.append(self._misfit(f"it has {n} {some} of type {kind}, and {has}"))
        if misfits:
            raise DeckError(misfits)

    def _check(self, beads: np.ndarray) -> None:
        size = np.array(self._deck.geometry.size)
        outside = ~((beads >= 0) & (beads <= size)).all(axis=1)
        if outside.any():
            place = " ".join(f"{x:g}" for x in beads[np.argmax(outside)])
            raise self._refusal(f"a bead at {place}", " ".join(f"0 … {x:g}" for x in size) + " (nm)")

    def _add_filament(self, f: int, ident: int, kind: int) -> None:
        filaments, t = self._frame.filaments, self._deck.filament_types[kind]
        slots, start, end = t.monomers_per_cylinder, int(filaments.start[f]), int(filaments.start[f + 1])
        lengths = np.linalg.norm(np.diff(filaments.beads[start:end], axis=0), axis=1)
        count = end - start - 1
        for place in range(count):
            at_end = place in (0, count - 1)
            n = min(slots, max(1, round(lengths[place] / t.monomer_size))) if at_end else slots
            first = slots - n if place == 0 and count > 1 else 0
            self._add(
                "CYLINDER",
                index=int(self._first_cylinder[f]) + place,
                filament=ident,
                type=kind,
                position=place,
                minus_bead=start + place,
                plus_bead=start + place + 1,
                minus_kind=0,
                plus_kind=0,
                first_slot=first,
                last_slot=first + n - 1,
                rest_length=n * t.monomer_size,
            )
        cylinders = tuple(int(self._first_cylinder[f]) + place for place in range(count))
        self._add("FILAMENT", id=ident, type=kind, cylinders=cylinders)

    def _add_links(self, section: str, links: BondSet) -> None:
        for ident, kind, ends in zip(links.ids.tolist(), links.types.tolist(), links.coords, strict=True):
            first, second = (self._site(f"{section.lower()} {ident}", point) for point in ends)
            self._add(
                section,
                id=ident,
                type=kind,
                first=first[0],
                second=second[0],
                first_slot=first[1],
                second_slot=second[1],
                rest_length=float(np.linalg.norm(ends[1] - ends[0])),
                heads=0,
                bound_heads=0.0,
            )

    def _add_branchers(self, branchers: BondSet) -> None:
        filaments = self._frame.filaments
        starts = filaments.beads[filaments.start[:-1]]
        for ident, kind, (site, bead) in zip(
            branchers.ids.tolist(), branchers.types.tolist(), branchers.coords, strict=True
        ):
            away = np.linalg.norm(starts - bead, axis=1)
            if not len(away) or not away.min() <= _NEAR:
                raise self._refusal(f"no filament starts at the second point of brancher {ident}")
            cylinder, slot = self._site(f"brancher {ident}", site)
            daughter = int(self._first_cylinder[int(np.argmin(away))])
            self._add("BRANCHING", id=ident, type=kind, first=cylinder, second=daughter, first_slot=slot)

    def _site(self, name: str, point: np.ndarray) -> tuple[int, int]:
        """Cylinder and monomer of the binding site at a point.

        MEDYAN 5.4 places monomers of partly filled cylinders as if these were full, this program by what is there.
        """
        beads = self._frame.filaments.beads
        a, b = beads[self._beads_of[:, 0]], beads[self._beads_of[:, 1]]
        step = b - a
        along = np.clip(((point - a) * step).sum(axis=1) / (step * step).sum(axis=1), 0.0, 1.0)
        away = np.linalg.norm(a + along[:, None] * step - point, axis=1)
        for cylinder in np.flatnonzero(away <= _NEAR).tolist():
            t = self._deck.filament_types[self._kinds[cylinder]]
            row = self._dump.rows["CYLINDER"][cylinder]
            first, n = row["first_slot"], row["last_slot"] - row["first_slot"] + 1
            for place in (first + along[cylinder] * n, along[cylinder] * t.monomers_per_cylinder):
                slot = round(place)
                if abs(place - slot) <= _WHOLE and slot in t.binding_sites:
                    return cylinder, slot
        place = " ".join(f"{x:g}" for x in point)
        raise self._refusal(f"{name} ends at {place}, where no binding site is")


def _listed(types: list[int]) -> str:
    return ", ".join(map(str, types)) or "none"
