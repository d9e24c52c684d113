"""What the rules need of the past: where sites were at the last rebuild, loads of ends, factors on rates.

An ``Observer`` watches a chemistry event by event, says which rule explains each event and compares lists and
propensities with their definitions.
"""

from collections import Counter

import numpy as np
from rules import MINUS, PLUS, Picture, Rules
from seats import check_seats
from verbs import State, explain


class History:
    """The past of a chemistry, told by an ``Observer``."""

    def __init__(self, chemistry, ratchet_lengths, end_kinds=None, constants=()):
        types = len(chemistry.filaments.kinds)
        self.chemistry = chemistry
        self.ratchet_lengths = ratchet_lengths
        self.end_kinds = end_kinds or [(1, 1)] * types  # per filament type: minus ends, plus ends
        self.constants = frozenset(constants)  # pools that no reaction changes
        self.where = {}  # site: position (nm) of the last rebuild, or of its appearance after that
        self.ends = {}  # (filament id, side): (tip, growth direction, walls in reach, serial of the tip)
        self.factors = {}  # (action, argument): {cause: factor}
        self.end_factors = {}  # (filament id, side): factor on its growth
        self.cylinders = {}  # compartment of each cylinder at the last update, or at its creation
        self.houses = {}  # ("bonds" or "branchers", id): compartment at the last update, or at its creation

    # ---- told

    def rebuilt(self, picture):
        self.where = {}
        self.observe_sites(picture)

    def observe_sites(self, picture):
        """Sites that appeared take their present position, those that vanished lose it."""
        present = {site for sites in picture.sites.values() for site, _, _ in sites}
        for site in self.where.keys() - present:
            del self.where[site]
        for site in present - self.where.keys():
            self.where[site] = picture.site_point(site)

    def snapshot_ends(self, picture, filaments):
        """Loads of ends refer to where they are now."""
        walls = self.chemistry.walls
        for f in filaments:
            ident = picture.table["ident"][f]
            for side in (MINUS, PLUS):
                c = picture.end_cylinder(f, side)
                tip = picture.end_bead(f, side)
                middle = picture.x[picture.columns["bead"][c]].mean(axis=0)
                reach = [p for p in walls.planes if np.dot(middle - p[:3], p[3:]) < walls.cutoff]
                serial = int(picture.serial[tip])
                self.ends[ident, side] = (picture.x[tip].copy(), picture.outward(c, side), reach, serial)

    def house_bound(self, picture, anew):
        """Bonds and branchers belong to the compartment of their middle, or of their site."""
        found = {}
        for bond in picture.bonds.values():
            middle = (picture.site_point(bond["site"][0]) + picture.site_point(bond["site"][1])) / 2
            found["bonds", (bond["motor"], bond["ident"])] = middle
        for brancher in picture.branchers.values():
            found["branchers", brancher["ident"]] = picture.site_point(brancher["site"])
        middles = {c: picture.x[picture.columns["bead"][c]].mean(axis=0) for f in picture.filaments.values() for c in f}
        self.cylinders = {
            c: self.cylinders[c] if c in self.cylinders and not anew else picture.compartment_of(middle)
            for c, middle in middles.items()
        }
        for key in self.houses.keys() - found.keys():
            del self.houses[key]
        for key, point in found.items():
            if anew or key not in self.houses:
                self.houses[key] = picture.compartment_of(point)

    # ---- asked

    def load(self, picture, filament, side):
        """Load (pN) on an end: wall repulsion at its tip, moved on by the monomers won since the snapshot."""
        walls, (size, _, slots, _) = self.chemistry.walls, picture.kinds(filament)
        tip, direction, reach, serial = self.ends[picture.table["ident"][filament], side]
        won = (int(picture.serial[picture.end_bead(filament, side)]) - serial) * (1 if side else -1)
        at = tip + min(max(won, 0), slots - 1) * size * direction
        load = 0.0
        for plane in reach:
            facing = -np.dot(plane[3:], direction)
            if facing > 0.0:
                distance = np.dot(at - plane[:3], plane[3:])
                load += facing * walls.strength / walls.screening * np.exp(-(distance - walls.shift) / walls.screening)
        return load

    def grid_compartment(self, point):
        shape, size = np.array(self.chemistry.shape), np.array(self.chemistry.compartment_size)
        i, j, k = np.minimum(np.floor(point / size).astype(int), shape - 1).tolist()
        return i + shape[0] * (j + shape[1] * k)

    def house(self, state, kind, key):
        """Compartment of a bond or brancher, from where it was at the last update or at its creation."""
        return self.houses[kind, key]

    def end_factor(self, picture, filament, side):
        return self.end_factors.get((picture.table["ident"][filament], side), 1.0)


class Observer:
    """Runs a chemistry that has been started, with its candidates up to date."""

    def __init__(self, chemistry, ratchet_lengths, **known):
        self.chemistry = chemistry
        self.history = History(chemistry, ratchet_lengths, **known)
        self.verbs = Counter()
        self.look()
        self.history.rebuilt(self.picture)
        self.updated()

    def updated(self):
        self.history.snapshot_ends(self.picture, self.picture.filaments)
        self.history.house_bound(self.picture, anew=True)

    def look(self):
        self.picture = Picture(self.chemistry)
        self.state = State(self.picture)

    def fire(self):
        """Let molecules hop until something else happens, and explain it; False if nothing can happen."""
        chemistry = self.chemistry
        reactions = chemistry.events - chemistry.hops
        while chemistry.events - chemistry.hops == reactions:
            before = chemistry.counts.copy()
            if chemistry.run_events(1) == 0:
                return False
        # the last hops changed copy numbers alone: what happened now is seen against those before the event
        old = self.state
        old.free.update({(False, s, c): int(n) for (c, s), n in np.ndenumerate(before)})
        self.look()
        verb, concerned = explain(old, self.state, self.history)
        self.verbs[verb] += 1
        self.history.observe_sites(self.picture)
        self.history.house_bound(self.picture, anew=False)
        self.history.snapshot_ends(self.picture, [f for f in concerned if f in self.picture.filaments])
        if verb == "sever":  # both parts begin anew
            idents = {self.picture.table["ident"][f] for f in concerned}
            self.history.end_factors = {k: v for k, v in self.history.end_factors.items() if k[0] not in idents}
        return True

    def check(self):
        self.picture.check_structure()
        self.picture.check_occupancy()
        assert self.history.cylinders == {c: self.picture.compartment(c) for c in self.history.cylinders}
        rules = Rules(self.picture, self.history)
        rules.check()
        check_seats(rules)

    # ---- what happens between events

    def update(self):
        """To be called after positions or forces have changed."""
        self.chemistry.update()
        self.look()
        self.updated()

    def rebuild(self):
        self.chemistry.rebuild_candidates()
        self.look()
        self.history.rebuilt(self.picture)

    def scale(self, action, factor, cause="test"):
        self.chemistry.scale(cause, action, factor)
        for templates in (self.chemistry.local_templates, self.chemistry.whole_templates):
            for key in templates:
                if key[0] == action:
                    self.history.factors.setdefault(key, {})[cause] = factor

    def scale_growth(self, filaments, side, factor):
        self.chemistry.scale_growth(filaments, side, factor)
        idents = {f: self.picture.table["ident"][f] for f in self.picture.filaments}
        for f, ident in idents.items():
            self.history.end_factors[ident, side] = factor if f in filaments else 1.0

    def set_copies(self, species, copies):
        for c, n in enumerate(copies):
            self.chemistry.set_count(c, species, int(n))
        self.look()
