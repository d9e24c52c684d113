"""A slow model of the chemistry's rules, written from their definitions: what the engine must always agree with.

Of the code under test it reads the state alone: tables of beads, cylinders, filaments, bonds and branchers, copy
numbers, and the descriptions of the reactions. What else a definition needs lies in a ``History``.
"""

import math
from collections import Counter
from functools import cached_property

import numpy as np
from formulas import bond_off_rate, brancher_off_rate, ratchet, walking_rate

FILAMENT, PLUS_END, MINUS_END = 1, 64, 128
MINUS, PLUS = 0, 1
WHOLE = -1  # the "compartment" of what exists once in the system


def is_inner(state):
    return FILAMENT <= state < PLUS_END


class Picture:
    """Everything about the structure of a FilamentChemistry, as plain Python objects."""

    def __init__(self, chemistry):
        filaments = chemistry.filaments
        self.chemistry = chemistry
        self.max_sites = filaments.max_sites
        self.homes = {}  # the active compartment nearest to each one that was asked for
        self.types = filaments.kinds
        self.x = filaments.beads.columns["x"]
        self.columns = {k: v[: filaments.cylinders.top].tolist() for k, v in filaments.cylinders.columns.items()}
        self.table = {k: v[: filaments.table.top].tolist() for k, v in filaments.table.columns.items()}
        self.serial = filaments.beads.columns["serial"]
        self.filaments = {int(f): self._chain(f) for f in filaments.table.rows}
        self.monomers = {f: self._monomers(f) for f in self.filaments}
        self.sites = {f: self._sites(f) for f in self.filaments}
        self.bonds, self.branchers = _rows(chemistry.bonds), _rows(chemistry.branchers)

    def _chain(self, filament):
        chain, c = [], self.table["tip"][filament][MINUS]
        while c >= 0:
            chain.append(c)
            c = self.columns["neighbour"][c][PLUS]
        return chain

    def _monomers(self, filament):
        """[(cylinder, slot, state)] from the minus to the plus end."""
        return [
            (c, slot, state)
            for c in self.filaments[filament]
            for slot, state in enumerate(self.columns["kind"][c])
            if state
        ]

    def _sites(self, filament):
        """[(site, cylinder, ordinal)] of the existing binding sites from the minus to the plus end."""
        slots = self.kinds(filament)[3]
        return [
            (c * self.max_sites + o, c, o)
            for c in self.filaments[filament]
            for o, slot in enumerate(slots)
            if is_inner(self.columns["kind"][c][slot])
        ]

    # ---- parts of the structure

    def kinds(self, filament):
        """(monomer size, cylinder size, monomers of a full cylinder, slots of the binding sites) of its type."""
        return self.types[self.table["type"][filament]]

    def occupants(self, cylinder, ordinal):
        return self.columns["occupant"][cylinder][3 * ordinal : 3 * ordinal + 3]

    def is_free(self, cylinder, ordinal):
        return all(o < 0 for o in self.occupants(cylinder, ordinal))

    def place(self, site):
        """(filament, cylinder, ordinal) of a site."""
        c, o = divmod(int(site), self.max_sites)
        return self.columns["filament"][c], c, o

    def site_point(self, site):
        """Attachment point at the present bead positions (nm): as far along as monomers lie before it."""
        filament, cylinder, ordinal = self.place(site)
        a, b = self.columns["bead"][cylinder]
        before = self.kinds(filament)[3][ordinal] - self.columns["first"][cylinder]
        s = before / self.columns["monomers"][cylinder]
        return (1 - s) * self.x[a] + s * self.x[b]

    def end_cylinder(self, filament, side):
        return self.filaments[filament][-1 if side else 0]

    def end_bead(self, filament, side):
        return self.columns["bead"][self.end_cylinder(filament, side)][side]

    def end_state(self, filament, side):
        return self.monomers[filament][-1 if side else 0][2]

    def outward(self, cylinder, side):
        tip, base = (self.x[self.columns["bead"][cylinder][s]] for s in (side, 1 - side))
        return (tip - base) / np.linalg.norm(tip - base)

    def attached(self, filament):
        """Whether a brancher holds the minus end."""
        return self.table["brancher"][filament] >= 0

    def has_end(self, filament, side):
        return side == PLUS or not self.attached(filament)

    def of_type(self, filament_type):
        return [f for f in self.filaments if self.table["type"][f] == filament_type]

    def compartment(self, cylinder):
        return self.columns["compartment"][cylinder]

    def compartment_of(self, point):
        """Number of the compartment of a point, or of the nearest active one (ties: the lowest number)."""
        shape, size = self.chemistry.shape, self.chemistry.compartment_size
        i = [min(max(math.floor(point[k] / size[k]), 0), shape[k] - 1) for k in range(3)]
        return self._home(i[0] + shape[0] * (i[1] + shape[1] * i[2]))

    def _home(self, compartment):
        if compartment not in self.homes:
            shape = self.chemistry.shape

            def centre(c):
                return np.array([c % shape[0], c // shape[0] % shape[1], c // (shape[0] * shape[1])]) * (
                    self.chemistry.compartment_size
                )

            self.homes[compartment] = min(
                np.flatnonzero(self.chemistry.active_compartments).tolist(),
                key=lambda c: (round(np.linalg.norm(centre(c) - centre(compartment)), 6), c),
            )
        return self.homes[compartment]

    # ---- what the structure must be like

    def check_structure(self):
        """Chains are consistent: beads shared, slots contiguous, ends where they belong, rest lengths right."""
        used = Counter()
        for f, chain in self.filaments.items():
            assert len(chain) == self.table["cylinders"][f]
            assert chain[-1] == self.table["tip"][f][PLUS]
            size, _, slots, _ = self.kinds(f)
            states = [s for _, _, s in self.monomers[f]]
            if self.attached(f):
                states.insert(0, MINUS_END)
            assert states[0] >= MINUS_END and PLUS_END <= states[-1] < MINUS_END
            assert all(is_inner(s) for s in states[1:-1])
            for k, c in enumerate(chain):
                present = [slot for slot, state in enumerate(self.columns["kind"][c]) if state]
                n = self.columns["monomers"][c]
                first = self.columns["first"][c]
                assert present == list(range(first, first + n))
                assert abs(self.columns["rest_length"][c] - n * size) < 1e-6
                assert self.columns["filament"][c] == f
                a, b = self.columns["bead"][c]
                assert self.serial[b] - self.serial[a] == n
                used[b] += 1
                if 0 < k < len(chain) - 1:
                    assert n == slots
                if k == 0:
                    used[a] += 1
                else:
                    previous = chain[k - 1]
                    assert self.columns["neighbour"][c][MINUS] == previous
                    assert self.columns["bead"][previous][1] == a
                    assert self.columns["position"][c] == self.columns["position"][previous] + 1
                    assert first == 0
                if k < len(chain) - 1:
                    assert present[-1] == slots - 1
        filaments = self.chemistry.filaments
        assert set(used) == set(filaments.beads.rows.tolist()) and max(used.values(), default=1) == 1
        assert sum(map(len, self.filaments.values())) == filaments.cylinders.count

    def check_occupancy(self):
        """Every bond and brancher stands at its sites and nothing else does."""
        held = {}
        for row, bond in self.bonds.items():
            binding = self.chemistry.bindings[bond["reaction"]]
            for leg, site in enumerate(bond["site"]):
                assert self.table["type"][self.place(site)[0]] == binding.filament_types[leg]
                assert (site, binding.flags[leg]) not in held
                held[site, binding.flags[leg]] = row
        for row, brancher in self.branchers.items():
            flag = self.chemistry.branchings[brancher["reaction"]].flag
            assert (brancher["site"], flag) not in held
            held[brancher["site"], flag] = row
            assert self.table["brancher"][brancher["daughter"]] == row
        assert sum(map(self.attached, self.filaments)) == len(self.branchers)
        existing = {s for sites in self.sites.values() for s, _, _ in sites}
        found = {
            (c * self.max_sites + o, flag): occupant
            for chain in self.filaments.values()
            for c in chain
            for o in range(self.max_sites)
            for flag, occupant in enumerate(self.occupants(c, o))
            if occupant >= 0
        }
        assert held == found
        assert {s for s, _ in held} <= existing


def _rows(table):
    return {int(r): {name: table[name][r].tolist() for name in table.columns} for r in table.rows}


class Rules:
    """Candidates, weights and propensities of a picture.

    ``history`` knows the positions of sites in use, the loads of ends and the factors on rates.
    """

    def __init__(self, picture, history):
        self.p, self.history, self.chemistry = picture, history, picture.chemistry

    # ---- candidate pairs

    def candidate_pairs(self, rule):
        """{(site, site)} with the lower number first."""
        binding, p = self.chemistry.bindings[rule], self.p
        flag_of = dict(zip(binding.filament_types, binding.flags, strict=True))
        free = [
            (site, f, p.columns["position"][c])
            for f, sites in p.sites.items()
            if p.table["type"][f] in flag_of
            for site, c, o in sites
            if o % binding.stride == 0 and p.occupants(c, o)[flag_of[p.table["type"][f]]] < 0
        ]
        if not free:
            return set()
        site, filament, position = map(np.array, zip(*free, strict=True))
        types = np.array([p.table["type"][f] for f in filament])
        where = np.array([self.history.where[s] for s in site.tolist()])
        distance = np.linalg.norm(where[:, None] - where[None], axis=2)
        good = (binding.r_min < distance) & (distance < binding.r_max) & (site[:, None] < site[None])
        if binding.filament_types[0] != binding.filament_types[1]:
            good &= types[:, None] != types[None]
        same = filament[:, None] == filament[None]
        far = abs(position[:, None] - position[None]) >= 3
        good &= ~same | (far & self.chemistry.candidates.same_filament)
        return {(int(site[i]), int(site[j])) for i, j in np.argwhere(good)}

    def pair_owner(self, rule, pair):
        if self.chemistry.bindings[rule].free.bulk:
            return WHOLE
        a, b = pair
        return self.p.compartment_of((self.history.where[a] + self.history.where[b]) / 2)

    @cached_property
    def pairs(self):
        """Per binding rule {pair: owner}."""
        return [
            {pair: self.pair_owner(rule, pair) for pair in self.candidate_pairs(rule)}
            for rule in range(len(self.chemistry.bindings))
        ]

    # ---- weights of members: {compartment: weight}

    def growths(self, g):
        p, weights = self.p, Counter()
        for f in p.of_type(g.filament_type):
            if p.has_end(f, g.side) and p.end_state(f, g.side) == (PLUS_END if g.side else MINUS_END) + g.end:
                where = WHOLE if g.free.bulk else p.compartment(p.end_cylinder(f, g.side))
                length = self.history.ratchet_lengths[g.filament_type]
                factor = 1.0 if length is None else ratchet(self.history.load(p, f, g.side), length)
                weights[where] += factor * self.history.end_factor(p, f, g.side)
        return weights

    def can_shrink(self, s, filament):
        """Whether an end has the kinds asked for and nothing is bound to the monomer that becomes the end."""
        p, monomers = self.p, self.p.monomers[filament]
        if not p.has_end(filament, s.side) or len(monomers) < 2:
            return False
        cylinder, slot, state = monomers[-2 if s.side else 1]
        slots = p.kinds(filament)[3]
        return (
            p.end_state(filament, s.side) == (PLUS_END if s.side else MINUS_END) + s.end
            and state == FILAMENT + s.inside
            and (slot not in slots or p.is_free(cylinder, slots.index(slot)))
        )

    def shrinkages(self, s):
        return {WHOLE: sum(self.can_shrink(s, f) for f in self.p.of_type(s.filament_type))}

    def agings(self, a):
        p = self.p
        if a.part < 0:
            states = [s for f in p.of_type(a.filament_type) for _, _, s in p.monomers[f]]
        else:
            states = [p.end_state(f, a.part) for f in p.of_type(a.filament_type) if p.has_end(f, a.part)]
        return {WHOLE: states.count((MINUS_END, PLUS_END, FILAMENT)[a.part] + a.kind)}

    def severing_sites(self, s):
        p = self.p
        return [
            (site, c, o)
            for f in p.of_type(s.filament_type)
            for site, c, o in p.sites[f]
            if p.columns["kind"][c][p.kinds(f)[3][o]] == FILAMENT + s.kind and p.is_free(c, o)
        ]

    def destructions(self, d):
        ends = [MINUS_END + d.minus, PLUS_END + d.plus]
        return {WHOLE: sum([s for _, _, s in self.p.monomers[f]] == ends for f in self.p.of_type(d.filament_type))}

    def branching_sites(self, b):
        """[(site, cylinder)] at which a branch may form."""
        return [
            (site, c)
            for f in self.p.of_type(b.filament_type)
            for site, c, o in self.p.sites[f]
            if self.p.occupants(c, o)[b.flag] < 0 and self.in_zone(b, self.history.where[site])
        ]

    def branchings(self, b):
        everywhere = not (b.brancher.bulk and b.monomer.bulk)
        return Counter(self.p.compartment(c) if everywhere else WHOLE for _, c in self.branching_sites(b))

    def in_zone(self, branching, r):
        planes = [(np.dot(r - np.array(p[:3]), p[3:]), p[3:]) for p in self.chemistry.walls.planes]
        if branching.zone == "ALL":
            return True
        near = bool(planes) and min(d for d, _ in planes) < branching.distance
        if branching.zone == "BOUNDARY":
            return near
        if branching.zone == "TOPBOUNDARY":
            return near and r[2] >= self.chemistry.shape[2] * self.chemistry.compartment_size[2] / 2
        if branching.zone == "SIDEBOUNDARY":  # planes that bound z
            return near and any(d < branching.distance for d, n in planes if n[2] == 0.0)
        if branching.zone == "RIGHTBOUNDARY":
            return near and any(0.0 < d < branching.distance for d, n in planes if n[0] < 0.0)
        raise AssertionError(branching.zone)

    def next_site(self, site, direction):
        """The neighbouring site, if it exists."""
        filament, _, _ = self.p.place(site)
        numbers = [s for s, _, _ in self.p.sites[filament]]
        at = numbers.index(site) + (1 if direction else -1)
        return numbers[at] if 0 <= at < len(numbers) else None

    def walking(self, bond, leg, direction):
        """Stepping rate of a head towards the plus (1) or minus (0) end, 0 if it cannot step."""
        p, binding = self.p, self.chemistry.bindings[bond["reaction"]]
        rate = (binding.walking if direction else binding.walking_back)[leg]
        here, there = bond["site"][leg], bond["site"][1 - leg]
        to = self.next_site(here, direction) if rate is not None else None
        if to is None or p.occupants(*p.place(to)[1:])[binding.flags[leg]] >= 0:
            return 0.0
        (f, ch, _), (g, ct, _) = p.place(here), p.place(there)
        if f == g:  # heads on one filament keep three cylinders between them
            gap = (p.columns["position"][ct] - p.columns["position"][ch]) * (1 if direction else -1)
            if 0 <= gap <= 3 and p.place(to)[1] != ch:
                return 0.0
        if binding.walking_law is None:
            return rate
        e = p.site_point(there) - p.site_point(here)
        load = max(0.0, bond["tension"]) * (e / np.linalg.norm(e)) @ p.outward(ch, 1 - direction)
        return walking_rate(binding, max(0.0, load))

    # ---- propensities

    def free(self, pool, compartment):
        return self.chemistry.bulk_counts[pool.index] if pool.bulk else self.chemistry.counts[compartment, pool.index]

    def combinations(self, pools, compartment):
        """Ordered choices of one molecule for each pool: N!/(N − m)! for m equal ones."""
        return math.prod(self.free(pool, compartment) - pools[:i].count(pool) for i, pool in enumerate(pools))

    def template(self, action, argument):
        """(rate, pools read, {compartment: weight} or None without members) of a template."""
        chemistry = self.chemistry
        if action == "grow":
            g = chemistry.growths[argument]
            return g.rate, (g.free,), self.growths(g)
        if action == "shrink":
            return chemistry.shrinkages[argument].rate, (), self.shrinkages(chemistry.shrinkages[argument])
        if action in ("age", "age end"):
            return chemistry.agings[argument].rate, (), self.agings(chemistry.agings[argument])
        if action == "sever":
            s = chemistry.severings[argument]
            return s.rate, (), {WHOLE: len(self.severing_sites(s))}
        if action == "destroy":
            return chemistry.destructions[argument].rate, (), self.destructions(chemistry.destructions[argument])
        if action == "nucleate":
            n = chemistry.nucleations[argument]
            return n.rate, n.reactants, None
        if action == "branch":
            b = chemistry.branchings[argument]
            return b.on, (b.brancher, b.monomer), self.branchings(b)
        if action == "unbranch":
            b = chemistry.branchings[argument]
            mine = [r["force"] for r in self.p.branchers.values() if r["reaction"] == argument]
            return 1.0, (), {WHOLE: sum(brancher_off_rate(b, force) for force in mine)}
        b = chemistry.bindings[argument]
        if action == "bind":
            heads = (b.heads_min + b.heads_max) / 2 if b.motor else 1
            return b.on * heads, (b.free,), Counter(self.pairs[argument].values())
        mine = [bond for bond in self.p.bonds.values() if bond["reaction"] == argument]
        if action == "unbind":
            return 1.0, (), {WHOLE: sum(bond_off_rate(b, bond["heads"], bond["tension"]) for bond in mine)}
        if action in ("walk", "walk back"):
            direction = int(action == "walk")
            return 1.0, (), {WHOLE: sum(self.walking(bond, leg, direction) for bond in mine for leg in range(2))}
        raise AssertionError(action)

    def propensities(self, action, argument, compartments):
        """Propensity (1/s) in each of the compartments; ``WHOLE`` for the system."""
        rate, pools, weights = self.template(action, argument)
        rate *= math.prod(self.history.factors.get((action, argument), {}).values())
        local = sum(not pool.bulk for pool in pools)
        exponent = -local if weights is not None else 1 - local
        return [
            rate
            * self.combinations(pools, c)
            * (1.0 if weights is None else weights.get(c, 0))
            * (1.0 if c == WHOLE else self.chemistry.volume_fractions[c] ** exponent)
            for c in compartments
        ]

    def check(self):
        """Candidates and propensities of the chemistry are those of the definitions."""
        chemistry = self.chemistry
        for rule, expected in enumerate(self.pairs):
            listed = chemistry.candidates.pairs(rule).tolist()
            whole = chemistry.candidates.owners - 1
            assert {(a, b): (WHOLE if owner == whole else owner) for a, b, owner in listed} == expected
            assert len(listed) == len(expected)
        local, whole = chemistry.channel_propensities
        active = np.flatnonzero(chemistry.active_compartments).tolist()
        for k, (action, argument) in enumerate(chemistry.local_templates):
            expected = self.propensities(action, argument, active)
            found = local[active, chemistry.diffusing + k]
            assert close(found, expected), (action, argument, found, expected)
            assert not np.delete(local[:, chemistry.diffusing + k], active).any(), (action, argument)
        for k, (action, argument) in enumerate(chemistry.whole_templates):
            expected = self.propensities(action, argument, [WHOLE])[0]
            assert close(whole[k], expected), (action, argument, whole[k], expected)


def close(found, expected):
    """Equal to 9 digits."""
    expected = np.asarray(expected, dtype=float)
    return bool(np.all(abs(found - expected) <= 1e-9 * abs(expected) + 1e-300))
