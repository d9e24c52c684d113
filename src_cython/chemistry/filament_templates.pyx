"""From descriptions of filament reactions to the engine's templates and member classes."""

from math import prod

from libc.math cimport exp, log, log1p

from medyan_py.core.chemistry cimport rate_laws
from medyan_py.core.chemistry.engine cimport Engine
from medyan_py.core.chemistry.event_loop cimport (
    AGE_END,
    AGE_INNER,
    BIND,
    BRANCH_OFF,
    BRANCH_ON,
    DESTROY,
    GROW,
    NOTHING,
    NUCLEATE,
    SEVER_FILAMENT,
    SHRINK,
    UNBIND,
    WALK,
    WALK_BACK,
)
from medyan_py.core.chemistry.filament_members cimport (
    AGE,
    BRANCH,
    MOST_BINDINGS,
    MOST_RULES,
    SEVER,
    BindingKind,
    BranchingKind,
    CylinderRule,
    EndAging,
    EndChange,
    FilamentMembers,
)
from medyan_py.core.chemistry.surface_channels cimport ADSORB
from medyan_py.core.structure.filaments cimport FILAMENT, MINUS_END, PLUS, PLUS_END

import numpy as np

LAWS = {None: rate_laws.CONSTANT, "SLIP": rate_laws.SLIP, "CATCHSLIP": rate_laws.CATCH_SLIP,
        "LOWDUTYCATCH": rate_laws.DUTY_CATCH, "HIGHDUTYCATCH": rate_laws.DUTY_CATCH,
        "LOWDUTYCATCHSLIP": rate_laws.DUTY_CATCH_SLIP, "SLIPF": rate_laws.SLIP_FORCE}
BETA = {"LOWDUTYCATCH": 2.0, "HIGHDUTYCATCH": 1.0, "LOWDUTYCATCHSLIP": 2.0}
ALPHA = {"LOWDUTYSTALL": 0.2, "HIGHDUTYSTALL": 0.3}
ZONES = ("ALL", "BOUNDARY", "TOPBOUNDARY", "SIDEBOUNDARY", "RIGHTBOUNDARY", "BELOW", "MEMBRANE")
ACTIONS = {NOTHING: "react", GROW: "grow", SHRINK: "shrink", BIND: "bind", UNBIND: "unbind", WALK: "walk",
           WALK_BACK: "walk back", AGE_END: "age end", AGE_INNER: "age", DESTROY: "destroy", SEVER_FILAMENT: "sever",
           NUCLEATE: "nucleate", BRANCH_ON: "branch", BRANCH_OFF: "unbranch", ADSORB: "adsorb"}
SURFACE_ACTIONS = ("react on membranes", "desorb")


cdef double log_power_less_one(double ratio, double n) noexcept nogil:
    """ln(ratioⁿ − 1) for a ratio > 1, also where the power would overflow."""
    return n * log(ratio) + log1p(-exp(-n * log(ratio)))


def _end_state(int side, int kind):
    return (PLUS_END if side == PLUS else MINUS_END) + kind


def _law(name):
    if name not in LAWS:
        raise ValueError(f"unbinding law {name!r} is not one of {', '.join(str(k) for k in LAWS)}")
    return LAWS[name]


def _has(descriptions, argument, action, properties):
    """Whether the description of a reaction has the given values."""
    for name, value in properties.items():
        if action in ("react", "react on membranes") or not hasattr(descriptions[argument], name):
            raise ValueError(f"reactions of action {action!r} have no property {name!r}")
        if getattr(descriptions[argument], name) != value:
            return False
    return True


cdef class FilamentTemplates(FilamentMembers):
    """The set-up part of ``FilamentChemistry``."""

    def _templates(self, reactions):
        local, whole, _, _ = Engine._templates(self, reactions)
        self.local_class_names, self.whole_class_names = [], []
        self.factors = {}
        types = len(self.filaments.kinds)
        self.grow_class = np.full((types, 2, 64), -1, dtype=np.int32)
        self.grow_whole_class = np.full((types, 2, 64), -1, dtype=np.int32)
        self.aging_class = np.full((types, 2, 64), -1, dtype=np.int32)
        self.shrink_class = np.full((types, 2, 64, 64), -1, dtype=np.int32)
        self.destruction_class = np.full((types, 64, 64), -1, dtype=np.int32)
        self.cylinder_rules = 0
        for t in range(16):
            self.motor_flag[t] = -1
        for add, descriptions, most in (
            (self._growth, self.growths, MOST_RULES), (self._shrinkage, self.shrinkages, MOST_RULES),
            (self._aging, self.agings, MOST_RULES), (self._destruction, self.destructions, MOST_RULES),
            (self._severing, self.severings, MOST_RULES), (self._nucleation, self.nucleations, MOST_RULES),
            (self._branching, self.branchings, MOST_BINDINGS), (self._binding, self.bindings, MOST_BINDINGS),
            (self._emission, self.emissions, MOST_RULES),
        ):
            if len(descriptions) > most:
                raise ValueError(f"{len(descriptions)} {type(descriptions[0]).__name__} reactions, at most {most}")
            for i, description in enumerate(descriptions):
                add(i, description, local, whole)
        return local, whole, len(self.local_class_names), len(self.whole_class_names)

    def _add_adsorption(self, local, whole, int local_classes, int whole_classes):
        templates = Engine._add_adsorption(self, local, whole, local_classes, whole_classes)
        self.local_templates = tuple((ACTIONS[t["action"]], t["argument"]) for t in local)
        self.whole_templates = tuple((ACTIONS[t["action"]], t["argument"]) for t in whole)
        self.surface_templates = ()
        if self.surface is not None:
            self.surface_templates = (*((SURFACE_ACTIONS[0], i) for i in range(self.surface_reactions)),
                                      *((SURFACE_ACTIONS[1], i) for i in range(len(self.adsorptions))))
        return templates

    def _factor_state(self):
        """Factors of rates by template and cause; what they make of the rates is state of the channels."""
        return {f"{where} {t}": dict(causes) for (where, t), causes in self.factors.items()}

    def _restore_factors(self, saved):
        self.factors = {}
        for name, causes in saved.items():
            where, t = name.split()
            self.factors[where, int(t)] = dict(causes)

    def _descriptions(self):
        """Descriptions of reactions by action, those of ``bindings`` for actions that are not there."""
        return {"grow": self.growths, "shrink": self.shrinkages, "age": self.agings, "age end": self.agings,
                "destroy": self.destructions, "sever": self.severings, "nucleate": self.nucleations,
                "branch": self.branchings, "unbranch": self.branchings, "adsorb": self.adsorptions,
                "desorb": self.adsorptions}

    def described(self, str action):
        """Descriptions of the reactions of an action; none for 'react' and 'react on membranes', which have none."""
        if action in ("react", "react on membranes"):
            return []
        descriptions = self._descriptions().get(action, self.bindings)
        templates = (*self.local_templates, *self.whole_templates, *self.surface_templates)
        return [descriptions[argument] for name, argument in templates if name == action]

    def scale(self, str cause, str action, double factor, **properties):
        """Multiply the rates of reactions by ``factor`` from now on; 0 switches them off.

        Parameters
        ----------
        cause : str
            What the factor is for. Each reaction has one factor per cause, and its rate is its own times all of them: a
            second call with the same cause replaces the factor of the first.
        action : str
            'react', 'grow', 'shrink', 'bind', 'unbind', 'walk', 'walk back', 'age end', 'age', 'destroy', 'sever',
            'nucleate', 'branch', 'unbranch', 'adsorb', 'desorb' or 'react on membranes'.
        **properties
            Only reactions whose description has these values, such as ``side=1`` or ``filament_type=0`` for 'grow',
            ``bound=0`` for 'adsorb' and 'desorb'.

        Raises
        ------
        ValueError
            For an unknown action or property, and a factor that is negative or not finite.
        """
        cdef int t
        described = self._descriptions()
        known = (*ACTIONS.values(), *SURFACE_ACTIONS)
        if action not in known:
            raise ValueError(f"action {action!r} is not one of {', '.join(known)}")
        if not 0.0 <= factor < float("inf"):
            raise ValueError(f"a factor must be finite and not negative, got {factor}")
        for where, templates in (("local", self.local_templates), ("whole", self.whole_templates),
                                 ("surface", self.surface_templates)):
            for t, (name, argument) in enumerate(templates):
                if name != action or not _has(described.get(action, self.bindings), argument, action, properties):
                    continue
                factors = self.factors.setdefault((where, t), {})
                factors[cause] = factor
                if where == "surface":
                    self.scale_surface(t, prod(factors.values()))
                else:
                    self.set_factor(where == "local", t, prod(factors.values()))
        self.settle(-1)

    def _class(self, names, *key):
        if key not in names:
            names.append(key)
        return names.index(key)

    def _add(self, templates, double rate, int members, int action, int argument, reactants=(), entry=None):
        templates.append({"rate": rate, "reactants": tuple(reactants), "products": (), "members": members,
                          "action": action, "argument": argument, **(entry or {})})

    def _account_of(self, free_energy):
        """(account, constant in kT) of what is entered when a member is known; (−1, 0) without a free energy."""
        return (-1, 0.0) if free_energy is None else (self._account(free_energy.account), free_energy.value)

    def _growth(self, int i, g, local, whole):
        key = ("grow", g.filament_type, g.side, g.end)
        if g.free.bulk:
            k = self._class(self.whole_class_names, *key)
            self.grow_whole_class[g.filament_type, g.side, g.end] = k
        else:
            k = self._class(self.local_class_names, *key)
            self.grow_class[g.filament_type, g.side, g.end] = k
        self.growth[i] = EndChange(g.side, k, g.free.bulk, g.free.bulk, g.free.index, FILAMENT + g.inside,
                                   _end_state(g.side, g.new_end), -1, 0.0)
        self._add(whole if g.free.bulk else local, g.rate, k, GROW, i, (g.free,), self._entry(g.free_energy))

    def _shrinkage(self, int i, g, local, whole):
        k = self._class(self.whole_class_names, "shrink", g.filament_type, g.side, g.end, g.inside)
        account, value = self._account_of(g.free_energy)
        self.shrink_class[g.filament_type, g.side, g.end, g.inside] = k
        self.shrinkage[i] = EndChange(g.side, k, True, g.free.bulk, g.free.index, FILAMENT + g.inside,
                                      _end_state(g.side, g.new_end), account, value)
        self._add(whole, g.rate, k, SHRINK, i)

    def _aging(self, int i, a, local, whole):
        account, value = self._account_of(a.free_energy)
        self.tallies = self.tallies or account >= 0
        if a.part < 0:
            k = self._class(self.whole_class_names, "age", a.filament_type, a.kind)
            self.aging_rule[i] = self._cylinder_rule(AGE, a.filament_type, FILAMENT + a.kind, True, k)
            self.end_aging[i] = EndAging(-1, k, FILAMENT + a.kind, FILAMENT + a.new_kind, account, value)
            self._add(whole, a.rate, k, AGE_INNER, i)
            return
        k = self._class(self.whole_class_names, "age end", a.filament_type, a.part, a.kind)
        self.aging_class[a.filament_type, a.part, a.kind] = k
        self.end_aging[i] = EndAging(a.part, k, _end_state(a.part, a.kind), _end_state(a.part, a.new_kind), account,
                                     value)
        self._add(whole, a.rate, k, AGE_END, i)

    def _destruction(self, int i, d, local, whole):
        k = self._class(self.whole_class_names, "destroy", d.filament_type, d.minus, d.plus)
        self.destruction_class[d.filament_type, d.minus, d.plus] = k
        self.destruction[i].member_class = k
        for part in range(2):
            self.destruction[i].bulk[part] = d.products[part].bulk
            self.destruction[i].species[part] = d.products[part].index
        self._add(whole, d.rate, k, DESTROY, i)

    def _severing(self, int i, s, local, whole):
        k = self._class(self.whole_class_names, "sever", s.filament_type, s.kind)
        self.severing[i].cylinder_rule = self._cylinder_rule(SEVER, s.filament_type, FILAMENT + s.kind, True, k)
        self.severing[i].minus_side = s.minus_side
        self._add(whole, s.rate, k, SEVER_FILAMENT, i)

    def _nucleation(self, int i, n, local, whole):
        everywhere = not all(pool.bulk for pool in n.reactants)
        self.nucleation[i].filament_type = n.filament_type
        self.nucleation[i].state[0] = MINUS_END + n.minus
        self.nucleation[i].state[1] = FILAMENT + n.inside
        self.nucleation[i].state[2] = PLUS_END + n.plus
        self._add(local if everywhere else whole, n.rate, -1, NUCLEATE, i, n.reactants)

    def _branching(self, int i, b, local, whole):
        cdef BranchingKind *kind = &self.branching[i]
        if b.zone not in ZONES:
            raise ValueError(f"branching zone {b.zone!r} is not one of {', '.join(ZONES)}")
        everywhere = not (b.brancher.bulk and b.monomer.bulk)
        k = self._class(self.local_class_names if everywhere else self.whole_class_names, "branch", i)
        rule = self._cylinder_rule(BRANCH, b.filament_type, 0, not everywhere, k)
        self.cylinder_rule[rule].flag = b.flag
        self.cylinder_rule[rule].zone = ZONES.index(b.zone)
        self.cylinder_rule[rule].distance = b.distance
        kind.filament_type, kind.flag, kind.cylinder_rule, kind.off = b.filament_type, b.flag, rule, b.off
        for part, pool in enumerate((b.brancher, b.monomer)):
            kind.bulk[part], kind.species[part] = pool.bulk, pool.index
        kind.law, kind.parameter = _law(b.unbinding_law), b.unbinding_parameter
        kind.length, kind.angle, kind.plus_state = b.length, b.angle, PLUS_END + b.plus
        kind.unbind_class = self._class(self.whole_class_names, "unbranch", i)
        self._add(local if everywhere else whole, b.on, k, BRANCH_ON, i, (b.brancher, b.monomer))
        self._add(whole, 1.0, kind.unbind_class, BRANCH_OFF, i)

    def _cylinder_rule(self, int what, int filament_type, int state, bint whole, int member_class):
        """The number of a cylinder rule; agings or severings of one kind share it."""
        cdef int r
        cdef CylinderRule *rule
        for r in range(self.cylinder_rules):
            rule = &self.cylinder_rule[r]
            if rule.whole == whole and rule.member_class == member_class:
                return r
        if self.cylinder_rules == MOST_RULES:
            raise ValueError(f"at most {MOST_RULES} kinds of aging, severing and branching are possible")
        self.cylinder_rule[self.cylinder_rules] = CylinderRule(
            what, filament_type, state, 0, 0, 0.0, whole, member_class)
        self.cylinder_rules += 1
        return self.cylinder_rules - 1

    def _binding(self, int i, b, local, whole):
        cdef BindingKind *kind = &self.binding[i]
        if b.motor and not 1 <= b.heads_min <= b.heads_max:
            raise ValueError(f"motor heads must obey 1 ≤ min ≤ max, got {b.heads_min}, {b.heads_max}")
        one_type = b.filament_types[0] == b.filament_types[1]
        if one_type and b.flags[0] != b.flags[1]:
            raise ValueError(f"both legs are on filament type {b.filament_types[0]} but on sites {b.flags}")
        if one_type and not b.distinct_legs and any(r[0] != r[1] for r in (b.walking, b.walking_back)):
            raise ValueError("legs on filaments of one type that walk differently must be distinct")
        kind.distinct_legs = one_type and b.distinct_legs
        for leg in range(2):
            kind.flag[leg], kind.filament_type[leg] = b.flags[leg], b.filament_types[leg]
            if b.motor:
                if self.motor_flag[b.filament_types[leg]] not in (-1, b.flags[leg]):
                    raise ValueError(f"all motors on filament type {b.filament_types[leg]} must use one kind of site, "
                                     f"got flags {self.motor_flag[b.filament_types[leg]]} and {b.flags[leg]}")
                self.motor_flag[b.filament_types[leg]] = b.flags[leg]
        kind.motor, kind.whole, kind.bulk, kind.species = b.motor, b.free.bulk, b.free.bulk, b.free.index
        self._binding_rates(i, b)
        heads = 0.5 * (b.heads_min + b.heads_max) if b.motor else 1.0
        kind.pair_class = self._class(self.whole_class_names if b.free.bulk else self.local_class_names, "pair", i)
        self._add(whole if b.free.bulk else local, b.on * heads, kind.pair_class, BIND, i, (b.free,),
                  self._binding_entry(i, b, heads))
        kind.unbind_class = self._class(self.whole_class_names, "unbind", i)
        self._add(whole, 1.0, kind.unbind_class, UNBIND, i)
        for direction, rates, action in ((0, b.walking_back, WALK_BACK), (1, b.walking, WALK)):
            kind.walk_class[direction] = -1
            for leg in range(2):
                kind.walking_rate[2 * direction + leg] = -1.0 if rates[leg] is None else rates[leg]
            if rates != (None, None):
                kind.walk_class[direction] = self._class(self.whole_class_names, ACTIONS[action], i)
                self._add(whole, 1.0, kind.walk_class[direction], action, i)

    def _binding_entry(self, int i, b, double heads):
        """Accounts of binding, unbinding and walking; the entry of the binding template."""
        cdef BindingKind *kind = &self.binding[i]
        for direction, energies in ((0, b.walking_back_energy), (1, b.walking_energy)):
            for leg in range(2):
                k = 2 * direction + leg
                kind.walk_account[k], kind.walking_energy[k] = self._account_of(energies[leg])
        kind.unbind_account, kind.free_energy = -1, 0.0
        if b.free_energy is None:
            return {}
        if b.motor and not 1.0 < b.free_energy.value < float("inf"):
            raise ValueError(f"the ratio of rates of a motor head must exceed 1, got {b.free_energy.value}")
        kind.unbind_account, kind.free_energy = self._account(f"{b.free_energy.account}off"), b.free_energy.value
        entry = self._entry(b.free_energy)
        if b.motor:
            entry |= {"free_energy": -log_power_less_one(b.free_energy.value, heads), "ideal": False}
        return entry

    cdef _binding_rates(self, int i, b):
        cdef BindingKind *kind = &self.binding[i]
        kind.on, kind.off, kind.stiffness = b.on, b.off, b.stiffness
        kind.heads_min, kind.heads_max = b.heads_min, b.heads_max
        kind.law, kind.beta = _law(b.unbinding_law), BETA.get(b.unbinding_law, 0.0)
        for k in range(2):
            kind.length[k] = b.lengths[k] if k < len(b.lengths) else 0.0
            kind.amplitude[k] = b.amplitudes[k] if k < len(b.amplitudes) else 0.0
            kind.unbinding_force[k] = b.unbinding_forces[k] if k < len(b.unbinding_forces) else 0.0
        kind.stalls = b.walking_law is not None
        if kind.stalls and b.walking_law not in ALPHA:
            raise ValueError(f"walking law {b.walking_law!r} is not one of {', '.join(ALPHA)}")
        kind.alpha = ALPHA.get(b.walking_law, 0.0)
        kind.walking_force, kind.step_fraction = b.walking_force, b.step_fraction
