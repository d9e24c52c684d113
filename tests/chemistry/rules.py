"""A slow model of the chemistry's rules, written from their definitions: what the engine must always agree with."""

import itertools
import math

import numpy as np
from medyan_py.core.chemistry import rate_laws

FILAMENT, PLUS_END, MINUS_END = 1, 64, 128


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
            assert states[0] >= MINUS_END and PLUS_END <= states[-1] < MINUS_END
            assert all(FILAMENT <= s < PLUS_END for s in states[1:-1])
            for k, c in enumerate(chain):
                present = np.flatnonzero(self.columns["kind"][c])
                n = self.columns["monomers"][c]
                assert list(present) == list(range(self.columns["first"][c], self.columns["first"][c] + n))
                assert abs(self.columns["rest_length"][c] - n * size) < 1e-6
                if 0 < k < len(chain) - 1:
                    assert n == slots
                if k:
                    previous = chain[k - 1]
                    assert self.columns["bead"][previous, 1] == self.columns["bead"][c, 0]
                    assert self.columns["position"][c] == self.columns["position"][previous] + 1
                    assert present[0] == 0
                if k < len(chain) - 1:
                    assert present[-1] == slots - 1

    def bonds(self):
        b = self.chemistry.bonds
        return {int(r): {name: b[name][r] for name in b.columns} for r in b.rows}

    def check_occupancy(self):
        held = {}
        for row, bond in self.bonds().items():
            flag = self.chemistry.bindings[bond["reaction"]].flag
            for site in bond["site"]:
                assert (int(site), flag) not in held
                held[int(site), flag] = row
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
            if self.table["type"][f] == binding.filament_type
            for site, c, o in self.sites(f)
            if o % binding.stride == 0 and self.occupants(c, o)[binding.flag] < 0
        ]
        pairs = set()
        for (a, ca, fa), (b, cb, fb) in itertools.combinations(free, 2):
            gap = abs(self.columns["position"][ca] - self.columns["position"][cb])
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
        if binding.unbinding_law == "LOWDUTYCATCH":
            return rate_laws.low_duty_catch(
                float(bond["heads"]), force, binding.on, binding.off, binding.unbinding_force
            )
        return binding.off

    def next_free_site(self, site, filament, flag):
        sites = self.sites(filament)
        numbers = [s for s, _, _ in sites]
        if site not in numbers or numbers.index(site) + 1 == len(numbers):
            return None
        following, c, o = sites[numbers.index(site) + 1]
        return None if self.occupants(c, o)[flag] >= 0 else following

    def walking(self, bond, leg):
        """Stepping rate of a head, None if it cannot step."""
        binding = self.chemistry.bindings[bond["reaction"]]
        here, there = int(bond["site"][leg]), int(bond["site"][1 - leg])
        ch, ct = here // self.max_sites, there // self.max_sites
        f, g = int(self.columns["filament"][ch]), int(self.columns["filament"][ct])
        to = self.next_free_site(here, f, binding.flag)
        if to is None:
            return None
        if f == g:
            gap = self.columns["position"][ct] - self.columns["position"][ch]
            if 0 <= gap <= 3 and to // self.max_sites != ch:
                return None
        if binding.walking_law is None:
            return binding.walking_rate
        e = self.site_point(ct, there % self.max_sites, g) - self.site_point(ch, here % self.max_sites, f)
        a, b = self.x[self.columns["bead"][ch]]
        force = max(0.0, bond["tension"]) * (e / np.linalg.norm(e)) @ ((a - b) / np.linalg.norm(a - b))
        return rate_laws.low_duty_stall(binding.off, binding.step_fraction, max(0.0, force), binding.walking_force)

    # ---- propensities, from the definitions

    def free(self, pool, compartment):
        return self.chemistry.bulk_counts[pool.index] if pool.bulk else self.chemistry.counts[compartment, pool.index]

    def compartment_of(self, point):
        shape, size = self.chemistry.shape, self.chemistry.compartment_size
        i = [min(max(math.floor(point[k] / size[k]), 0), shape[k] - 1) for k in range(3)]
        return i[0] + shape[0] * (i[1] + shape[1] * i[2])

    def growth_weight(self, growth, compartment):
        return sum(
            self.ratchet(f, growth.side)
            for f in self.filaments
            if self.table["type"][f] == growth.filament_type
            and self.end_state(f, growth.side)[2] == (PLUS_END if growth.side else MINUS_END) + growth.end
            and (growth.free.bulk or self.columns["compartment"][self.end_state(f, growth.side)[0]] == compartment)
        )

    def shrink_weight(self, s):
        return sum(
            1
            for f in self.filaments
            if self.table["type"][f] == s.filament_type
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
        mine = [b for b in self.bonds().values() if b["reaction"] == argument]
        if action == "unbind":
            return sum(self.unbinding(b) for b in mine)
        if action == "walk":
            return sum(self.walking(b, leg) or 0.0 for b in mine for leg in range(2))
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
