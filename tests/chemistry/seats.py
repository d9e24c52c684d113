"""Who can react, member by member: the weights that ends, filaments, bonds, heads, branchers and cylinders must have.

``Rules.check`` compares the sums that propensities are made of; here every single member is compared, which says who is
drawn.
"""

from formulas import bond_off_rate, brancher_off_rate, ratchet
from rules import FILAMENT, MINUS, MINUS_END, PLUS, PLUS_END, close


def check_seats(rules):
    """Members and weights of all sets of a chemistry are those of the definitions."""
    chemistry = rules.chemistry
    expected = {
        **ends(rules),
        "falling_apart": {f: 1.0 for f in rules.p.filaments if falls_apart(rules, f)},
        "unbinding": {
            row: bond_off_rate(chemistry.bindings[b["reaction"]], b["heads"], b["tension"])
            for row, b in rules.p.bonds.items()
        },
        "unbranching": {
            row: brancher_off_rate(chemistry.branchings[b["reaction"]], b["force"])
            for row, b in rules.p.branchers.items()
        },
        "walking": heads(rules, PLUS),
        "walking_back": heads(rules, MINUS),
        **cylinders(rules),
    }
    for name, weights in expected.items():
        found = seated(getattr(chemistry, name))
        weights = {member: weight for member, weight in weights.items() if weight > 0.0}
        assert found.keys() == weights.keys(), (name, found, weights)
        assert all(close(found[member], weight) for member, weight in weights.items()), (name, found, weights)


def seated(sets):
    """{member: weight} over all sets, without those of weight 0."""
    saved = sets.state()
    pairs = zip(saved["member"].tolist(), saved["weight"].tolist(), strict=True)
    return {member: weight for member, weight in pairs if weight > 0.0}


def ends(rules):
    """Weights of ends, which are numbered 2 filament + side."""
    p, chemistry = rules.p, rules.chemistry
    found = {"growing": {}, "growing_whole": {}, "shrinking": {}, "aging_ends": {}}
    for f in p.filaments:
        kind_of = p.table["type"][f]
        for side in (MINUS, PLUS):
            if not p.has_end(f, side):
                continue
            kind = p.end_state(f, side) - (PLUS_END if side else MINUS_END)
            for g in chemistry.growths:
                if (g.filament_type, g.side, g.end) == (kind_of, side, kind):
                    length = rules.history.ratchet_lengths[kind_of]
                    factor = 1.0 if length is None else ratchet(rules.history.load(p, f, side), length)
                    name = "growing_whole" if g.free.bulk else "growing"
                    found[name][2 * f + side] = factor * rules.history.end_factor(p, f, side)
            shrinkages = [s for s in chemistry.shrinkages if s.filament_type == kind_of and s.side == side]
            if any(rules.can_shrink(s, f) for s in shrinkages):
                found["shrinking"][2 * f + side] = 1.0
            if any((a.filament_type, a.part, a.kind) == (kind_of, side, kind) for a in chemistry.agings):
                found["aging_ends"][2 * f + side] = 1.0
    return found


def falls_apart(rules, filament):
    found = rules.p.table["type"][filament], [s for _, _, s in rules.p.monomers[filament]]
    return any(
        found == (d.filament_type, [MINUS_END + d.minus, PLUS_END + d.plus]) for d in rules.chemistry.destructions
    )


def heads(rules, direction):
    """Stepping rates of heads, which are numbered 2 bond + leg."""
    return {
        2 * row + leg: rules.walking(bond, leg, direction) for row, bond in rules.p.bonds.items() for leg in range(2)
    }


def cylinders(rules):
    """How much of a cylinder can age, be cut or branch; it is numbered cylinder · kinds + kind.

    Kinds are agings of inner monomers, severings and branchings, those of one filament type and monomer counted once.
    """
    p, chemistry = rules.p, rules.chemistry
    agings = dict.fromkeys((a.filament_type, a.kind) for a in chemistry.agings if a.part < 0)
    cuts = {(s.filament_type, s.kind): s for s in chemistry.severings}
    kinds = len(agings) + len(cuts) + len(chemistry.branchings)
    found = {"by_cylinder": {}, "by_cylinder_whole": {}}

    def count(name, kind, cylinder):
        member = cylinder * kinds + kind
        found[name][member] = found[name].get(member, 0.0) + 1.0

    for kind, (filament_type, monomer) in enumerate(agings):
        for f in p.of_type(filament_type):
            for c, _, state in p.monomers[f]:
                if state == FILAMENT + monomer:
                    count("by_cylinder_whole", kind, c)
    for kind, severing in enumerate(cuts.values(), len(agings)):
        for _, c, _ in rules.severing_sites(severing):
            count("by_cylinder_whole", kind, c)
    for kind, branching in enumerate(chemistry.branchings, len(agings) + len(cuts)):
        whole = branching.brancher.bulk and branching.monomer.bulk
        for _, c in rules.branching_sites(branching):
            count("by_cylinder_whole" if whole else "by_cylinder", kind, c)
    return found
