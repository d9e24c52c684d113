"""What each event may do to the structure: a second, slow statement of every structural verb.

A ``State`` names monomers by (filament id, serial number), so it can be compared from event to event. ``explain`` finds
the verb that leads from one state to the next: it applies every rule that might have done it to the old state and
demands that one of the outcomes is the new state, in every respect.
"""

from collections import namedtuple
from copy import copy

import numpy as np
from rules import FILAMENT, MINUS, MINUS_END, PLUS, PLUS_END, WHOLE, Rules, is_inner

Chain = namedtuple("Chain", "type start states sizes first brancher")
Bond = namedtuple("Bond", "reaction sites heads rest_length birth")
Brancher = namedtuple("Brancher", "reaction site daughter birth")
PARTS = ("chains", "bonds", "branchers", "free")


class State:
    """Filaments, bonds, branchers and free molecules, named by ids."""

    def __init__(self, picture):
        p, chemistry = picture, picture.chemistry
        ident = self.ident = {f: p.table["ident"][f] for f in p.filaments}
        self.row = {i: f for f, i in ident.items()}
        self.picture, self.time = picture, chemistry.time
        self.free = {(False, s, c): int(n) for (c, s), n in np.ndenumerate(chemistry.counts)}
        self.free |= {(True, s, WHOLE): int(n) for s, n in enumerate(chemistry.bulk_counts)}
        self.chains, self.beads = {}, {}
        for f, i in ident.items():
            chain = p.filaments[f]
            rows = [p.columns["bead"][chain[0]][MINUS]] + [p.columns["bead"][c][PLUS] for c in chain]
            brancher = p.table["brancher"][f]
            self.chains[i] = Chain(
                p.table["type"][f],
                int(p.serial[rows[0]]),
                tuple(s for _, _, s in p.monomers[f]),
                tuple(p.columns["monomers"][c] for c in chain),
                p.columns["first"][chain[0]],
                p.branchers[brancher]["ident"] if brancher >= 0 else -1,
            )
            self.beads[i] = p.x[rows]
        self.bonds = {
            (b["motor"], b["ident"]): Bond(
                b["reaction"], tuple(map(self.monomer, b["site"])), b["heads"], b["rest_length"], b["birth"]
            )
            for b in p.bonds.values()
        }
        self.branchers = {
            b["ident"]: Brancher(b["reaction"], self.monomer(b["site"]), ident[b["daughter"]], b["birth"])
            for b in p.branchers.values()
        }

    def monomer(self, site):
        """(filament id, serial number) of the monomer of a site."""
        f, c, o = self.picture.place(site)
        slot = self.picture.kinds(f)[3][o]
        bead = self.picture.columns["bead"][c][MINUS]
        return self.ident[f], int(self.picture.serial[bead]) + slot - self.picture.columns["first"][c]

    def compartment(self, ident, side):
        """Compartment of an end cylinder."""
        return self.picture.compartment(self.picture.end_cylinder(self.row[ident], side))

    def changed(self, beads=None, free=(), constants=frozenset(), **parts):
        """The state after a change: ``parts`` and ``beads`` map ids to their new values, None for what is gone.

        ``free``: (pool, compartment, number) that is added.
        """
        new = copy(self)
        for name, changes in ({"beads": beads or {}} | parts).items():
            setattr(new, name, {k: v for k, v in (getattr(self, name) | changes).items() if v is not None})
        new.free = dict(self.free)
        for pool, compartment, number in free:
            if pool not in constants:
                new.free[pool.bulk, pool.index, WHOLE if pool.bulk else compartment] += number
        return new

    def occupied(self, ident, serial):
        held = [s for b in self.bonds.values() for s in b.sites] + [b.site for b in self.branchers.values()]
        return (ident, serial) in held

    def differences(self, other):
        """Names of what differs."""
        found = [name for name in PARTS if getattr(self, name) != getattr(other, name)]
        if self.beads.keys() != other.beads.keys() or any(
            a.shape != other.beads[i].shape or not np.allclose(a, other.beads[i], rtol=0, atol=1e-6)
            for i, a in self.beads.items()
        ):
            found.append("beads")
        return found


def explain(old, new, history):
    """(verb, rows of filaments whose ends are taken anew) of the event that led from ``old`` to ``new``."""
    verbs = Verbs(old, new, history)
    candidates = list(verbs.outcomes())
    misfits = []
    for verb, outcome, concerned in candidates:
        differences = outcome.differences(new)
        if not differences:
            return verb, [new.row[i] for i in concerned if i in new.row]
        misfits.append((verb, differences))
    raise AssertionError(f"no rule explains the event at {new.time} s; nearest: {misfits[:5]}")


def unit(a, b):
    return (b - a) / np.linalg.norm(b - a)


class Verbs:
    """The outcomes that the rules allow for an event that is known by what appeared and vanished."""

    def __init__(self, old, new, history):
        self.old, self.new, self.history, self.constants = old, new, history, history.constants
        self.chemistry = history.chemistry
        self.rules = Rules(old.picture, history)

    def after(self, **changes):
        return self.old.changed(constants=self.constants, **changes)

    def outcomes(self):
        """(verb, state, ids of filaments that begin anew) of whatever may have happened."""
        old, new = self.old, self.new
        born, gone = new.chains.keys() - old.chains.keys(), old.chains.keys() - new.chains.keys()
        branched, unbranched = new.branchers.keys() - old.branchers.keys(), old.branchers.keys() - new.branchers.keys()
        bound, unbound = new.bonds.keys() - old.bonds.keys(), old.bonds.keys() - new.bonds.keys()
        assert len(born) + len(gone) <= 1 and len(branched) + len(unbranched) <= 1 and len(bound) + len(unbound) <= 1
        if branched:
            yield from self.branch(*branched, *born)
        elif unbranched:
            yield from self.unbranch(*unbranched)
        elif born:
            yield from self.nucleate(*born) if len(new.chains[min(born)].states) == 3 else ()
            yield from self.sever(*born)
        elif gone:
            yield from self.destroy(*gone)
        elif bound:
            yield from self.bind(*bound)
        elif unbound:
            yield from self.unbind(*unbound)
        else:
            for key in old.bonds:
                if old.bonds[key] != new.bonds[key]:
                    yield from self.walk(key)
            for i, chain in old.chains.items():
                if chain != new.chains[i]:
                    yield from self.turn_over(i)
            if self.chemistry.severings or self.chemistry.nucleations or self.chemistry.branchings:
                yield "called off", old, ()

    # ---- ends and monomers

    def turn_over(self, i):
        before, after = self.old.chains[i], self.new.chains[i]
        change = len(after.states) - len(before.states)
        if change == 0:
            yield from self.age(i)
        for side in (MINUS, PLUS):
            if change == 1:
                yield from self.grow(i, side)
            elif change == -1:
                yield from self.shrink(i, side)

    def grow(self, i, side):
        chain, beads = self.old.chains[i], self.old.beads[i]
        size, _, slots, _ = self.chemistry.filaments.kinds[chain.type]
        step = size * (unit(*beads[-2:]) if side else unit(*beads[1::-1]))
        last = chain.sizes[-1] + (chain.first if len(chain.sizes) == 1 else 0)  # slots used up to the plus end
        full = last == slots if side else chain.first == 0
        tip = (beads[-1] if side else beads[0]) + step
        for g in self.chemistry.growths:
            if g.side != side or g.filament_type != chain.type or (side == MINUS and chain.brancher >= 0):
                continue
            base = PLUS_END if side else MINUS_END
            inner, sizes = list(chain.states), list(chain.sizes)
            if inner[-1 if side else 0] != base + g.end:
                continue
            inner[-1 if side else 0] = FILAMENT + g.inside
            states = [*inner, base + g.new_end] if side else [base + g.new_end, *inner]
            if full:
                sizes = [*sizes, 1] if side else [1, *sizes]
                points = np.vstack([beads, tip] if side else [tip, beads])
            else:
                sizes[-1 if side else 0] += 1
                points = np.vstack([beads[:-1], tip] if side else [tip, beads[1:]])
            first = chain.first if side else (slots if full else chain.first) - 1
            grown = Chain(chain.type, chain.start - (not side), tuple(states), tuple(sizes), first, chain.brancher)
            free = [(g.free, self.old.compartment(i, side), -1)]
            verb = f"{'extend' if full else 'polymerise'} {'plus' if side else 'minus'}"
            yield verb, self.after(chains={i: grown}, beads={i: points}, free=free), ()

    def shrink(self, i, side):
        chain, beads = self.old.chains[i], self.old.beads[i]
        size = self.chemistry.filaments.kinds[chain.type][0]
        retract = chain.sizes[-1 if side else 0] == 1
        step = size * (unit(*beads[-2:]) if side else unit(*beads[1::-1]))
        tip = (beads[-1] if side else beads[0]) - step
        for s in self.chemistry.shrinkages:
            if s.side != side or s.filament_type != chain.type or not self.rules.can_shrink(s, self.old.row[i]):
                continue
            states, sizes = list(chain.states), list(chain.sizes)
            states.pop(-1 if side else 0)
            states[-1 if side else 0] = (PLUS_END if side else MINUS_END) + s.new_end
            if retract:
                sizes.pop(-1 if side else 0)
                points = beads[:-1] if side else beads[1:]
            else:
                sizes[-1 if side else 0] -= 1
                points = np.vstack([beads[:-1], tip] if side else [tip, beads[1:]])
            first = chain.first if side else (0 if retract else chain.first + 1)
            shrunk = Chain(chain.type, chain.start + (not side), tuple(states), tuple(sizes), first, chain.brancher)
            free = [(s.free, self.old.compartment(i, side), 1)]
            verb = f"{'retract' if retract else 'depolymerise'} {'plus' if side else 'minus'}"
            yield verb, self.after(chains={i: shrunk}, beads={i: points}, free=free), ()

    def age(self, i):
        chain, wanted = self.old.chains[i], self.new.chains[i].states
        at = [k for k, (a, b) in enumerate(zip(chain.states, wanted, strict=True)) if a != b]
        for a in self.chemistry.agings:
            base = (MINUS_END, PLUS_END, FILAMENT)[a.part]
            if a.filament_type == chain.type and len(at) == 1 and chain.states[at[0]] == base + a.kind:
                states = list(chain.states)
                states[at[0]] = base + a.new_kind
                yield (
                    ("age" if a.part < 0 else "age end"),
                    self.after(chains={i: chain._replace(states=tuple(states))}),
                    (),
                )

    # ---- whole filaments

    def destroy(self, i):
        chain = self.old.chains[i]
        compartments = [self.old.compartment(i, side) for side in (PLUS, MINUS)]
        for d in self.chemistry.destructions:
            if (d.filament_type, chain.states) == (chain.type, (MINUS_END + d.minus, PLUS_END + d.plus)):
                free = [(pool, c, 1) for pool, c in zip(d.products, compartments, strict=True)]
                yield "destroy", self.after(chains={i: None}, beads={i: None}, free=free), ()

    def sever(self, new_id):
        """The minus-side part is the new filament; the monomers at the cut become ends of the same kind."""
        old_id = next((i for i, c in self.old.chains.items() if c != self.new.chains[i]), None)
        if old_id is None:
            return
        chain, beads = self.old.chains[old_id], self.old.beads[old_id]
        k = len(self.new.chains[new_id].sizes)
        if not 0 < k < len(chain.sizes) or not self.may_cut(old_id, k):
            return
        n = sum(chain.sizes[:k])
        minus, plus = self.history.end_kinds[chain.type]
        states = list(chain.states)
        if not (is_inner(states[n - 1]) and is_inner(states[n])):
            return
        for at, base, kinds in ((n - 1, PLUS_END, plus), (n, MINUS_END, minus)):
            kind = states[at] - FILAMENT
            states[at] = base + (kind if kind < kinds else 0)
        half = self.chemistry.filaments.kinds[chain.type][0] / 2
        before, behind = beads[: k + 1].copy(), beads[k:].copy()
        before[-1] -= half * unit(beads[k - 1], beads[k])
        behind[0] += half * unit(beads[k], beads[k + 1])
        lower = chain._replace(states=tuple(states[:n]), sizes=chain.sizes[:k])
        upper = Chain(chain.type, chain.start + n, tuple(states[n:]), chain.sizes[k:], 0, -1)

        def moved(site):
            return (new_id, site[1]) if site[0] == old_id and site[1] < chain.start + n else site

        yield (
            "sever",
            self.after(
                chains={new_id: lower, old_id: upper},
                beads={new_id: before, old_id: behind},
                bonds={key: b._replace(sites=tuple(map(moved, b.sites))) for key, b in self.old.bonds.items()},
                branchers={
                    key: b._replace(site=moved(b.site), daughter=new_id if chain.brancher == key else b.daughter)
                    for key, b in self.old.branchers.items()
                },
            ),
            (new_id, old_id),
        )

    def may_cut(self, i, k):
        """Whether the junction before cylinder ``k`` is the one a free site calls for, and nothing is bound there."""
        p, f = self.old.picture, self.old.row[i]
        chain = self.old.chains[i]
        n = chain.start + sum(chain.sizes[:k])
        if self.old.occupied(i, n - 1) or self.old.occupied(i, n):
            return False
        for s in self.chemistry.severings:
            for site, c, o in self.rules.severing_sites(s):
                if p.place(site)[0] != f:
                    continue
                at, slot = p.filaments[f].index(c), p.kinds(f)[3][o]
                behind = slot - p.columns["first"][c]
                ahead = p.columns["first"][c] + p.columns["monomers"][c] - 1 - slot
                if k == (at if s.minus_side or behind <= ahead else at + 1):
                    return True
        return False

    def nucleate(self, i):
        chain, beads = self.new.chains[i], self.new.beads[i]
        size, _, slots, _ = self.chemistry.filaments.kinds[chain.type]
        compartment = self.history.grid_compartment(beads[0])
        for n in self.chemistry.nucleations:
            if n.filament_type != chain.type:
                continue
            states = (MINUS_END + n.minus, FILAMENT + n.inside, PLUS_END + n.plus)
            born = Chain(chain.type, 0, states, (3,), min(slots // 2, slots - 3), -1)
            points = np.vstack([beads[0], beads[0] + 3 * size * unit(*beads)])
            free = [(pool, compartment, -1) for pool in n.reactants]
            if self.inside(beads):
                yield "nucleate", self.after(chains={i: born}, beads={i: points}, free=free), (i,)

    def inside(self, points):
        planes = self.chemistry.walls.planes
        return all(np.dot(x - p[:3], p[3:]) > 0 for x in points for p in planes)

    def branch(self, key, i):
        new = self.new.branchers[key]
        b = self.chemistry.branchings[new.reaction]
        sites = {self.old.monomer(site): (site, c) for site, c in self.rules.branching_sites(b)}
        if new.site not in sites:
            return
        site, c = sites[new.site]
        size = self.chemistry.filaments.kinds[b.filament_type][0]
        point, along = self.old.picture.site_point(site), self.old.picture.outward(c, PLUS)
        beads = self.new.beads[i]
        across = beads[0] - point
        assert abs(across @ along) < 1e-6 and abs(np.linalg.norm(across) - b.length) < 1e-6 and self.inside(beads)
        direction = np.cos(b.angle) * along + np.sin(b.angle) * across / b.length
        points = np.vstack([beads[0], beads[0] + size * direction])
        daughter = Chain(b.filament_type, 0, (PLUS_END + b.plus,), (1,), 0, key)
        free = [(pool, self.old.picture.compartment(c), -1) for pool in (b.brancher, b.monomer)]
        made = Brancher(new.reaction, new.site, i, self.new.time)
        yield "branch", self.after(chains={i: daughter}, beads={i: points}, branchers={key: made}, free=free), (i,)

    def unbranch(self, key):
        old = self.old.branchers[key]
        b, i = self.chemistry.branchings[old.reaction], old.daughter
        chain = self.old.chains[i]
        here = self.history.house(self.old, "branchers", key)
        if len(chain.states) == 1:
            free = [(b.brancher, here, 1), (b.monomer, here, 1)]
            yield "unbranch lone", self.after(chains={i: None}, beads={i: None}, branchers={key: None}, free=free), ()
            return
        kind = chain.states[0] - FILAMENT
        states = (MINUS_END + (kind if kind < self.history.end_kinds[chain.type][MINUS] else 0), *chain.states[1:])
        loose = chain._replace(states=states, brancher=-1)
        yield "unbranch", self.after(chains={i: loose}, branchers={key: None}, free=[(b.brancher, here, 1)]), (i,)

    # ---- bonds

    def bind(self, key):
        new = self.new.bonds[key]
        b, p = self.chemistry.bindings[new.reaction], self.old.picture
        name = "motor" if b.motor else "linker"
        for pair in self.rules.candidate_pairs(new.reaction):
            if {self.old.monomer(s) for s in pair} != set(new.sites):
                continue
            legs = [p.table["type"][self.old.row[i]] for i, _ in new.sites]
            length = np.linalg.norm(p.site_point(pair[0]) - p.site_point(pair[1]))
            heads = range(b.heads_min, b.heads_max + 1) if b.motor else (0,)
            assert key[0] == b.motor and legs == list(b.filament_types) and new.heads in heads
            assert abs(new.rest_length - length) < 1e-6
            made = new._replace(birth=self.new.time)
            yield (
                f"bind {name}",
                self.after(bonds={key: made}, free=[(b.free, self.rules.pair_owner(new.reaction, pair), -1)]),
                (),
            )

    def unbind(self, key):
        b = self.chemistry.bindings[self.old.bonds[key].reaction]
        free = [(b.free, self.history.house(self.old, "bonds", key), 1)]
        yield f"unbind {'motor' if b.motor else 'linker'}", self.after(bonds={key: None}, free=free), ()

    def walk(self, key):
        bond, stepped = self.old.bonds[key], self.new.bonds[key]
        row = next(b for b in self.old.picture.bonds.values() if (b["motor"], b["ident"]) == key)
        for leg in range(2):
            for direction, verb in ((MINUS, "walk backward"), (PLUS, "walk forward")):
                if stepped.sites[leg] == bond.sites[leg] or self.rules.walking(row, leg, direction) <= 0.0:
                    continue
                sites = list(bond.sites)
                sites[leg] = self.old.monomer(self.rules.next_site(row["site"][leg], direction))
                across = row["site"][leg] // self.old.picture.max_sites
                to = self.rules.next_site(row["site"][leg], direction) // self.old.picture.max_sites
                name = verb if across == to else f"{verb} across"
                yield name, self.after(bonds={key: bond._replace(sites=tuple(sites))}), ()
