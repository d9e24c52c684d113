"""Reaction templates: what each reaction reads and changes, and which others must be looked at when it fires.

Everything lies in three flat blocks, so a firing follows pointers into neighbouring memory and a million templates
cost about 150 bytes each.
"""

from libc.stdlib cimport calloc, free

import numpy as np


def index_lists(lists):
    """Lists of integers as (start, values) int32 arrays; list i is values[start[i]:start[i + 1]]."""
    start = np.zeros(len(lists) + 1, dtype=np.int32)
    start[1:] = np.cumsum([len(x) for x in lists])
    return start, np.array([v for x in lists for v in x] or [0], dtype=np.int32)


def _amounts(template, constant):
    """What a template reads and what it changes, as {pool: amount}; constant species are never changed."""
    read, changed = {}, {}
    for pool in template["reactants"]:
        read[pool] = read.get(pool, 0) + 1
        changed[pool] = changed.get(pool, 0) - 1
    for pool in template["products"]:
        changed[pool] = changed.get(pool, 0) + 1
    return read, {p: d for p, d in changed.items() if d and p not in constant}


cdef class Templates:
    """The templates of one kind: those of every compartment, or those of the whole system.

    Parameters
    ----------
    templates : sequence of dict
        ``rate`` (1/s, may be infinite), ``reactants``, ``products`` (pools, repeated as often as they take part),
        ``members`` (member class or −1), ``action``, ``argument``; ``account``, ``free_energy`` (kT) and ``ideal`` for
        the ledger of free energies, without an account by default.
    in_compartment : bool
    diffusing, bulks, classes : int
        Numbers of diffusing species, of bulk species and of member classes.
    constant : set of Pool
        Species that no reaction changes.
    powers : bool
        Volume rule of MEDYAN 5.4: any reaction that reads e diffusing molecules is sped up by f^−e. Otherwise that
        holds only for reactions with members, and reactions of free molecules alone by f^(1−e).

    Raises
    ------
    ValueError
        For negative rates or NaN and unknown species.
    """

    def __init__(self, templates, bint in_compartment, int diffusing, int bulks, int classes, constant, bint powers):
        amounts = [_amounts(t, constant) for t in templates]
        self.count = len(templates)
        for template in templates:
            self._check(template, in_compartment, diffusing, bulks)
        readers = {}
        for i, (read, _) in enumerate(amounts):
            for pool in read:
                readers.setdefault(pool, []).append(i)
        self.reader_start, self.reader = index_lists([readers.get((False, s), ()) for s in range(diffusing)])
        self.bulk_start, self.bulk = index_lists([readers.get((True, s), ()) for s in range(bulks)])
        of_class = [[] for _ in range(classes)]
        for i, template in enumerate(templates):
            if template["members"] >= 0:
                of_class[template["members"]].append(i)
        self.class_start, self.class_reader = index_lists(of_class)
        self._fill(templates, amounts, readers)
        self._volume_rule(templates if in_compartment else (), powers)

    def __dealloc__(self):
        free(self.at)
        free(self.parts)
        free(self.concerns)

    def _check(self, template, bint in_compartment, int diffusing, int bulks):
        if not template["rate"] >= 0.0:
            raise ValueError(f"a rate must not be negative, got {template['rate']}")
        for pool in (*template["reactants"], *template["products"]):
            if not 0 <= pool.index < (bulks if pool.bulk else diffusing):
                raise ValueError(f"unknown species {pool}")
            if not pool.bulk and not in_compartment:
                raise ValueError("a reaction of the whole system cannot use diffusing species")

    def _fill(self, templates, amounts, readers):
        cdef Template *t
        cdef Py_ssize_t part = 0, at = 0, i, parts, concerns
        concerned = [sorted({j for pool in changed for j in readers.get(pool, ())}) for _, changed in amounts]
        parts = sum(len(read) + len(changed) for read, changed in amounts)
        concerns = sum(len(x) for x in concerned)
        self.at = <Template *> calloc(max(1, self.count), sizeof(Template))
        self.parts = <Part *> calloc(max(1, parts), sizeof(Part))
        self.concerns = <int *> calloc(max(1, concerns), sizeof(int))
        if self.at == NULL or self.parts == NULL or self.concerns == NULL:
            raise MemoryError(f"{self.count} reaction templates")
        instant = []
        for i, source in enumerate(templates):
            t = &self.at[i]
            read, changed = amounts[i]
            t.members, t.action, t.argument = source["members"], source["action"], source["argument"]
            t.rate, t.instant = source["rate"], -1
            t.account, t.free_energy = source.get("account", -1), source.get("free_energy", 0.0)
            t.ideal = source.get("ideal", True)
            if t.rate == float("inf"):
                t.rate, t.instant = 0.0, len(instant)
                instant.append(i)
            t.plain_rate, t.off = t.rate, False
            t.reads, t.changes, t.concerns = len(read), len(changed), len(concerned[i])
            t.read = &self.parts[part]
            t.change = &self.parts[part + t.reads]
            t.concern = &self.concerns[at]
            for pool, amount in (*read.items(), *changed.items()):
                self.parts[part] = Part(pool.index, amount, pool.bulk)
                part += 1
            for j in concerned[i]:
                self.concerns[at] = j
                at += 1
        self.instants = len(instant)
        self.instant_templates = np.array(instant or [0], dtype=np.int32)

    def _volume_rule(self, templates, bint powers):
        """Powers of the volume fraction; what exists once in the system has none."""
        exponents = []
        for i in range(self.count):
            self.at[i].power = -1
        for i, source in enumerate(templates):
            e = sum(not p.bulk for p in source["reactants"])
            exponent = -e if powers or source["members"] >= 0 else 1 - e
            if exponent and exponent not in exponents:
                exponents.append(exponent)
            self.at[i].power = exponents.index(exponent) if exponent else -1
        self.volume_exponents = tuple(exponents)
