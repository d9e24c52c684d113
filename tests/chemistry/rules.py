"""A slow model of the chemistry's rules, written from their definitions: what the engine must always agree with."""

import itertools
import math

import numpy as np

from medyan_py.core.chemistry import rate_laws

FILAMENT, PLUS_END, MINUS_END = 1, 64, 128
BETA = {"LOWDUTYCATCH": 2.0, "HIGHDUTYCATCH": 1.0}
ALPHA = {"LOWDUTYSTALL": 0.2, "HIGHDUTYSTALL": 0.3}


class Picture:
    """Everything about the structure of a FilamentChemistry, as plain Python objects."""

    def __init__(self, chemistry):
        self.chemistry = chemistry
        self.cylinders = chemistry.filaments.cylinders
        self.table = chemistry.filaments.table
        self.x = chemistry.filaments.beads.columns["x"]
        self.max_sites = chemistry.filaments.max_sites
        self.columns = self.cylinders.columns
        self.filaments = {int(f): self.chain(f) for f in self.table.rows}

    def chain(self, filament):
        chain, c = [], int(self.table["tip"][filament, 0])
        while c >= 0:
            chain.append(c)
            c = int(self.columns["neighbour"][c, 1])
        return chain

    def kinds(self, filament):
        return self.chemistry.filaments.kinds[self.table["type"][filament]]

    def monomers(self, filament):
        """[(cylinder, slot, state)] from the minus to the plus end."""
        return [
            (c, slot, int(self.columns["kind"][c, slot]))
            for c in self.filaments[filament]
            for slot in range(self.columns["kind"].shape[1])
            if self.columns["kind"][c, slot]
        ]

    def occupants(self, cylinder, ordinal):
        return self.columns["occupant"][cylinder, 3 * ordinal : 3 * ordinal + 3]

    def sites(self, filament):
        """[(site, cylinder, ordinal)] of the existing binding sites from the minus to the plus end."""
        slots = self.kinds(filament)[3]
        return [
            (c * self.max_sites + o, c, o)
            for c in self.filaments[filament]
            for o, slot in enumerate(slots)
            if FILAMENT <= self.columns["kind"][c, slot] < PLUS_END
        ]

    def site_point(self, cylinder, ordinal, filament):
        slot = self.kinds(filament)[3][ordinal]
        a, b = self.columns["bead"][cylinder]
        s = (slot - self.columns["first"][cylinder]) / self.columns["monomers"][cylinder]
        return (1 - s) * self.x[a] + s * self.x[b]

    def invariants(self):
        """Chains are consistent: beads shared, slots contiguous, ends where they belong, rest lengths right."""
        for f, chain in self.filaments.items():
            assert len(chain) == self.table["cylinders"][f]
            size, _, slots, _ = self.kinds(f)
            states = [s for _, _, s in self.monomers(f)]
            if self.attached(f):
                states.insert(0, MINUS_END)
            assert states[0] >= MINUS_END and PLUS_END <= states[-1] < MINUS_END
            assert all(FILAMENT <= s < PLUS_END for s in states[1:-1])
            for k, c in enumerate(chain):
                present = np.flatnonzero(self.columns["kind"][c])
                n = self.columns["monomers"][c]
                assert list(present) == list(range(self.columns["first"][c], self.columns["first"][c] + n))
                assert abs(self.columns["rest_length"][c] - n * size) < 1e-6
                assert self.columns["filament"][c] == f
                if 0 < k < len(chain) - 1:
                    assert n == slots
                if k:
                    previous = chain[k - 1]
                    assert self.columns["bead"][previous, 1] == self.columns["bead"][c, 0]
                    assert self.columns["position"][c] == self.columns["position"][previous] + 1
                    assert present[0] == 0
                if k < len(chain) - 1:
                    assert present[-1] == slots - 1

    def attached(self, filament):
        """Whether a brancher holds the minus end."""
        return self.table["brancher"][filament] >= 0

    def branchers(self):
        b = self.chemistry.branchers
        return {int(r): {name: b[name][r] for name in b.columns} for r in b.rows}

    def flag_of(self, rule, cylinder):
        """The flag a binding rule uses on a cylinder, None if it does not bind there."""
        b, t = self.chemistry.bindings[rule], self.table["type"][self.columns["filament"][cylinder]]
        return dict(zip(b.filament_types, b.flags, strict=True)).get(t)

    def bonds(self):
        b = self.chemistry.bonds
        return {int(r): {name: b[name][r] for name in b.columns} for r in b.rows}

    def check_occupancy(self):
        held = {}
        for row, bond in self.bonds().items():
            binding = self.chemistry.bindings[bond["reaction"]]
            for leg, site in enumerate(bond["site"]):
                type_here = self.table["type"][self.columns["filament"][site // self.max_sites]]
                assert type_here == binding.filament_types[leg]
                assert (int(site), binding.flags[leg]) not in held
                held[int(site), binding.flags[leg]] = row
        for row, brancher in self.branchers().items():
            flag = self.chemistry.branchings[brancher["reaction"]].flag
            assert (int(brancher["site"]), flag) not in held
            held[int(brancher["site"]), flag] = row
            assert self.table["brancher"][brancher["daughter"]] == row
        assert sum(self.attached(f) for f in self.filaments) == len(self.branchers())
        existing = {s for f in self.filaments for s, _, _ in self.sites(f)}
        found = {
            (c * self.max_sites + o, flag): int(self.occupants(c, o)[flag])
            for f in self.filaments
            for c in self.filaments[f]
            for o in range(self.max_sites)
            for flag in range(3)
            if self.occupants(c, o)[flag] >= 0
        }
        assert held == found
        assert {s for s, _ in held} <= existing

    def candidate_pairs(self, rule):
        binding = self.chemistry.bindings[rule]
        where = self.chemistry.candidates.positions
        free = [
            (site, c, f)
            for f in self.filaments
            for site, c, o in self.sites(f)
            if o % binding.stride == 0
            and self.flag_of(rule, c) is not None
            and self.occupants(c, o)[self.flag_of(rule, c)] < 0
        ]
        pairs = set()
        for (a, ca, fa), (b, cb, fb) in itertools.combinations(free, 2):
            gap = abs(self.columns["position"][ca] - self.columns["position"][cb])
            if sorted((self.table["type"][fa], self.table["type"][fb])) != sorted(binding.filament_types):
                continue
            if fa == fb and not (self.chemistry.candidates.same_filament and gap >= 3):
                continue
            if binding.r_min < np.linalg.norm(where[a] - where[b]) < binding.r_max:
                pairs.add((min(a, b), max(a, b)))
        return pairs

    # ---- weights of members, from the definitions

    def end_state(self, filament, side):
        monomers = self.monomers(filament)
        return monomers[-1 if side else 0]

    def inner_kind(self, filament, side):
        monomers = self.monomers(filament)
        if len(monomers) < 2:
            return None
        cylinder, slot, state = monomers[-2 if side else 1]
        if not FILAMENT <= state < PLUS_END:
            return None
        slots = self.kinds(filament)[3]
        if slot in slots and (self.occupants(cylinder, slots.index(slot)) >= 0).any():
            return None
        return state - FILAMENT

    def ratchet(self, filament, side):
        length = self.ratchet_lengths[self.table["type"][filament]]
        if length is None:
            return 1.0
        end = 2 * filament + side
        return rate_laws.brownian_ratchet(self.chemistry.end_load(end, int(self.chemistry.loads[end])), length)

    def unbinding(self, bond):
        binding = self.chemistry.bindings[bond["reaction"]]
        force = max(0.0, bond["tension"])
        if binding.unbinding_law == "SLIP":
            return binding.off * math.exp(force * binding.lengths[0] / 4.1)
        if binding.unbinding_law == "CATCHSLIP":
            return binding.off * rate_laws.catch_slip(force, binding.amplitudes, binding.lengths)
        if binding.unbinding_law in BETA:
            beta = BETA[binding.unbinding_law]
            return rate_laws.duty_catch(
                float(bond["heads"]), force, binding.on, binding.off, binding.unbinding_force, beta
            )
        return binding.off

    def unbranching(self, brancher):
        branching = self.chemistry.branchings[brancher["reaction"]]
        if branching.unbinding_law == "SLIP":
            return branching.off * math.exp(brancher["force"] * branching.unbinding_parameter / 4.1)
        if branching.unbinding_law == "SLIPF":
            return branching.off * math.exp(brancher["force"] / branching.unbinding_parameter)
        return branching.off

    def next_free_site(self, site, filament, flag, direction):
        sites = self.sites(filament)
        numbers = [s for s, _, _ in sites]
        at = numbers.index(site) + (1 if direction else -1)
        if not 0 <= at < len(numbers):
            return None
        following, c, o = sites[at]
        return None if self.occupants(c, o)[flag] >= 0 else following

    def walking(self, bond, leg, direction):
        """Stepping rate of a head towards the plus (1) or minus (0) end, None if it cannot step."""
        binding = self.chemistry.bindings[bond["reaction"]]
        rate = (binding.walking if direction else binding.walking_back)[leg]
        if rate is None:
            return None
        here, there = int(bond["site"][leg]), int(bond["site"][1 - leg])
        ch, ct = here // self.max_sites, there // self.max_sites
        f, g = int(self.columns["filament"][ch]), int(self.columns["filament"][ct])
        to = self.next_free_site(here, f, binding.flags[leg], direction)
        if to is None:
            return None
        if f == g:
            gap = (self.columns["position"][ct] - self.columns["position"][ch]) * (1 if direction else -1)
            if 0 <= gap <= 3 and to // self.max_sites != ch:
                return None
        if binding.walking_law is None:
            return rate
        e = self.site_point(ct, there % self.max_sites, g) - self.site_point(ch, here % self.max_sites, f)
        a, b = self.x[self.columns["bead"][ch]]
        against = (a - b if direction else b - a) / np.linalg.norm(a - b)
        force = max(0.0, max(0.0, bond["tension"]) * (e / np.linalg.norm(e)) @ against)
        return rate_laws.duty_stall(
            binding.off, binding.step_fraction, force, binding.walking_force, ALPHA[binding.walking_law]
        )

    # ---- propensities, from the definitions

    def free(self, pool, compartment):
        return self.chemistry.bulk_counts[pool.index] if pool.bulk else self.chemistry.counts[compartment, pool.index]

    def combinations(self, pools, compartment):
        """Ordered choices of one molecule for each pool: N!/(N − m)! for m equal ones."""
        return math.prod(self.free(pool, compartment) - pools[:i].count(pool) for i, pool in enumerate(pools))

    def compartment_of(self, point):
        shape, size = self.chemistry.shape, self.chemistry.compartment_size
        i = [min(max(math.floor(point[k] / size[k]), 0), shape[k] - 1) for k in range(3)]
        return i[0] + shape[0] * (i[1] + shape[1] * i[2])

    def has_end(self, filament, side):
        return side == 1 or not self.attached(filament)

    def aging_weight(self, aging):
        states = [
            (f, state)
            for f in self.filaments
            if self.table["type"][f] == aging.filament_type
            for state in (
                [s for _, _, s in self.monomers(f)]
                if aging.part < 0
                else [self.end_state(f, aging.part)[2]] * self.has_end(f, aging.part)
            )
        ]
        base = FILAMENT if aging.part < 0 else PLUS_END if aging.part else MINUS_END
        return sum(state == base + aging.kind for _, state in states)

    def severing_weight(self, severing):
        return sum(
            self.columns["kind"][c, self.kinds(f)[3][o]] == FILAMENT + severing.kind
            and (self.occupants(c, o) < 0).all()
            for f in self.filaments
            if self.table["type"][f] == severing.filament_type
            for _, c, o in self.sites(f)
        )

    def destruction_weight(self, d):
        return sum(
            [s for _, _, s in self.monomers(f)] == [MINUS_END + d.minus, PLUS_END + d.plus]
            for f in self.filaments
            if self.table["type"][f] == d.filament_type
        )

    def branching_weight(self, branching, compartment):
        where = self.chemistry.candidates.positions
        return sum(
            self.occupants(c, o)[branching.flag] < 0 and self.in_zone(branching, where[site])
            for f in self.filaments
            if self.table["type"][f] == branching.filament_type
            for site, c, o in self.sites(f)
            if compartment < 0 or self.columns["compartment"][c] == compartment
        )

    def in_zone(self, branching, r):
        distances = [np.dot(r - np.array(p[:3]), p[3:]) for p in self.chemistry.walls.planes]
        near = not distances or min(distances) < branching.distance
        top = r[2] >= self.chemistry.shape[2] * self.chemistry.compartment_size[2] / 2
        return {"ALL": True, "BOUNDARY": near, "TOPBOUNDARY": near and top}[branching.zone]

    def growth_weight(self, growth, compartment):
        return sum(
            self.ratchet(f, growth.side)
            for f in self.filaments
            if self.table["type"][f] == growth.filament_type
            and self.has_end(f, growth.side)
            and self.end_state(f, growth.side)[2] == (PLUS_END if growth.side else MINUS_END) + growth.end
            and (growth.free.bulk or self.columns["compartment"][self.end_state(f, growth.side)[0]] == compartment)
        )

    def shrink_weight(self, s):
        return sum(
            1
            for f in self.filaments
            if self.table["type"][f] == s.filament_type
            and self.has_end(f, s.side)
            and self.end_state(f, s.side)[2] == (PLUS_END if s.side else MINUS_END) + s.end
            and self.inner_kind(f, s.side) == s.inside
        )

    def pair_weight(self, rule, compartment):
        where = self.chemistry.candidates.positions
        return sum(
            1
            for a, b in self.candidate_pairs(rule)
            if self.chemistry.bindings[rule].free.bulk or self.compartment_of((where[a] + where[b]) / 2) == compartment
        )

    def propensity(self, action, argument, compartment):
        chemistry = self.chemistry
        if action == "grow":
            g = chemistry.growths[argument]
            return g.rate * self.free(g.free, compartment) * self.growth_weight(g, compartment)
        if action == "bind":
            b = chemistry.bindings[argument]
            heads = (b.heads_min + b.heads_max) / 2 if b.motor else 1
            return b.on * heads * self.free(b.free, compartment) * self.pair_weight(argument, compartment)
        if action == "shrink":
            return chemistry.shrinkages[argument].rate * self.shrink_weight(chemistry.shrinkages[argument])
        if action in ("age", "age end"):
            return chemistry.agings[argument].rate * self.aging_weight(chemistry.agings[argument])
        if action == "sever":
            return chemistry.severings[argument].rate * self.severing_weight(chemistry.severings[argument])
        if action == "destroy":
            return chemistry.destructions[argument].rate * self.destruction_weight(chemistry.destructions[argument])
        if action == "nucleate":
            n = chemistry.nucleations[argument]
            return n.rate * self.combinations(n.reactants, compartment)
        if action == "branch":
            b = chemistry.branchings[argument]
            return (
                b.on * self.combinations((b.brancher, b.monomer), compartment) * self.branching_weight(b, compartment)
            )
        if action == "unbranch":
            return sum(self.unbranching(b) for b in self.branchers().values() if b["reaction"] == argument)
        mine = [b for b in self.bonds().values() if b["reaction"] == argument]
        if action == "unbind":
            return sum(self.unbinding(b) for b in mine)
        if action in ("walk", "walk back"):
            return sum(self.walking(b, leg, int(action == "walk")) or 0.0 for b in mine for leg in range(2))
        raise AssertionError(action)

    def check(self, ratchet_lengths):
        self.ratchet_lengths = ratchet_lengths
        self.invariants()
        self.check_occupancy()
        for rule in range(len(self.chemistry.bindings)):
            listed = self.chemistry.candidates.pairs(rule)
            assert len({(a, b) for a, b, _ in listed}) == len(listed)
            assert {(int(a), int(b)) for a, b, _ in listed} == self.candidate_pairs(rule)
        local, whole = self.chemistry.channel_propensities
        species = self.chemistry.diffusing
        for k, (action, argument) in enumerate(self.chemistry.local_templates):
            for c in range(self.chemistry.compartments):
                expected = self.propensity(action, argument, c)
                assert math.isclose(local[c, species + k], expected, rel_tol=1e-9), (action, argument, c)
        for k, (action, argument) in enumerate(self.chemistry.whole_templates):
            expected = self.propensity(action, argument, -1)
            assert math.isclose(whole[k], expected, rel_tol=1e-9, abs_tol=1e-300), (action, argument)
