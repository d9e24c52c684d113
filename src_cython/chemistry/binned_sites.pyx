"""Free binding sites in bins by position, for each rule of binding that may find them.

Bins are no smaller than the reach of their rule, so that only neighbouring ones need to be searched, and keep the
positions of their sites side by side. Positions are those of the last rebuild; a site that appears later keeps its
position at that moment until the next rebuild.
"""

from libc.stdlib cimport calloc, free, malloc, realloc

import numpy as np


def extended(old, int rows, int columns):
    """An int32 array (rows, columns) that begins with the old columns; the rest is −1."""
    new = np.full((rows, columns), -1, dtype=np.int32)
    if old is not None:
        new[:, :old.shape[1]] = old
    return new


cdef class BinnedSites:
    """Positions and bins of binding sites; parameters as for ``Candidates``."""

    def __cinit__(self, *args, **kwargs):
        for i in range(16):
            self.bins[i] = NULL

    def __init__(self, Filaments filaments, rules, shape, compartment_size):
        cdef int k
        if len(rules) > 16:
            raise ValueError(f"at most 16 kinds of linkers and motors are possible, got {len(rules)}")
        self.filaments = filaments
        self.rules = len(rules)
        for k, (types, flags, stride, r_min, r_max, whole) in enumerate(rules):
            if not 0 <= r_min <= r_max < float("inf") or stride < 1:
                raise ValueError(f"binding distances must obey 0 ≤ r_min ≤ r_max, got {r_min}, {r_max}")
            self.rule[k].filament_type[0], self.rule[k].filament_type[1] = types
            self.rule[k].flag[0], self.rule[k].flag[1] = flags
            self.rule[k].stride, self.rule[k].r_min, self.rule[k].r_max = stride, r_min, r_max
            self.rule[k].whole = whole
        for k in range(3):
            self.shape[k] = shape[k]
            self.size[k] = compartment_size[k]
        self.where = np.zeros((0, 3))

    def __dealloc__(self):
        cdef int i, k
        for i in range(16):
            for k in range(self.bin_count[i]):
                free(self.bins[i][k].entry)
            free(self.bins[i])

    cdef int room(self) except -1 nogil:
        """Make the per-site arrays as long as the cylinder table needs."""
        cdef int wanted = self.filaments.cylinders.capacity * self.filaments.max_sites
        if wanted <= self.sites:
            return 0
        with gil:
            old = self.sites
            where = np.zeros((wanted, 3))
            where[:old] = self.where[:old]
            self.where = where
            self.bin_of = extended(self.bin_of if old else None, max(1, self.rules), wanted)
            self.place_in_bin = extended(self.place_in_bin if old else None, max(1, self.rules), wanted)
            self.sites = wanted
        return 0

    # ---------------------------------------------------------------- state

    def _arrays(self):
        """Arrays that grow with the cylinders, by name."""
        return {"where": self.where, "bin_of": self.bin_of, "place_in_bin": self.place_in_bin}

    def _saved_bins(self, int rule):
        cdef int i, k, at = 0
        count = np.array([self.bins[rule][i].count for i in range(self.bin_count[rule])], dtype=np.int32)
        entries = np.zeros(count.sum(), dtype=np.int32)
        cdef int[::1] sites = entries
        for i in range(self.bin_count[rule]):
            for k in range(self.bins[rule][i].count):
                sites[at] = self.bins[rule][i].entry[k].site
                at += 1
        shape = np.array([self.bin_shape[rule][k] for k in range(3)], dtype=np.int32)
        return {f"bin shape of rule {rule}": shape, f"bin count of rule {rule}": count, f"bins of rule {rule}": entries}

    def _restore_bins(self, int rule, int[::1] shape, int[::1] count, int[::1] sites):
        cdef int i, k, m, at = 0
        for i in range(self.bin_count[rule]):
            free(self.bins[rule][i].entry)
        free(self.bins[rule])
        self.bins[rule] = <Bin *> calloc(len(count), sizeof(Bin))
        self.bin_count[rule] = len(count) if self.bins[rule] != NULL else 0
        if self.bins[rule] == NULL:
            raise MemoryError(f"{len(count)} bins of binding sites")
        for k in range(3):
            self.bin_shape[rule][k] = shape[k]
            self.bin_size[rule][k] = self.shape[k] * self.size[k] / shape[k]
        for i in range(self.bin_count[rule]):
            self.bins[rule][i].entry = <BinnedSite *> malloc(max(1, count[i]) * sizeof(BinnedSite))
            if self.bins[rule][i].entry == NULL:
                raise MemoryError("a bin of binding sites")
            self.bins[rule][i].count = self.bins[rule][i].capacity = count[i]
            for k in range(count[i]):
                self.bins[rule][i].entry[k].site = sites[at]
                for m in range(3):
                    self.bins[rule][i].entry[k].x[m] = self.where[sites[at], m]
                at += 1

    # ---------------------------------------------------------------- bins

    cdef bint fits(self, int rule, int cylinder, int ordinal) noexcept nogil:
        cdef int type = self.filaments.type_of(cylinder)
        return ((type == self.rule[rule].filament_type[0] or type == self.rule[rule].filament_type[1])
                and ordinal % self.rule[rule].stride == 0)

    cdef int bin_index(self, int rule, int site) noexcept nogil:
        cdef int k, index = 0
        cdef double t
        for k in range(2, -1, -1):
            t = self.where[site, k] / self.bin_size[rule][k]
            index = index * self.bin_shape[rule][k]
            if t > 0.0:
                index += <int> min(t, self.bin_shape[rule][k] - 1.0)
        return index

    cdef int put_in_bin(self, int rule, int site) except -1 nogil:
        cdef int b = self.bin_index(rule, site), k
        cdef Bin *bin = &self.bins[rule][b]
        cdef BinnedSite *longer
        if bin.count == bin.capacity:
            longer = <BinnedSite *> realloc(bin.entry, (2 * bin.capacity + 4) * sizeof(BinnedSite))
            if longer == NULL:
                with gil:
                    raise MemoryError("a bin of binding sites")
            bin.entry = longer
            bin.capacity = 2 * bin.capacity + 4
        for k in range(3):
            bin.entry[bin.count].x[k] = self.where[site, k]
        bin.entry[bin.count].site = site
        self.bin_of[rule, site] = b
        self.place_in_bin[rule, site] = bin.count
        bin.count += 1
        return 0

    cdef void take_from_bin(self, int rule, int site) noexcept nogil:
        cdef Bin *bin = &self.bins[rule][self.bin_of[rule, site]]
        cdef int place = self.place_in_bin[rule, site]
        bin.count -= 1
        bin.entry[place] = bin.entry[bin.count]
        self.place_in_bin[rule, bin.entry[place].site] = place
        self.bin_of[rule, site] = -1

    cdef int lay_bins(self, int rule, int sites) except -1 nogil:
        """Choose bins no smaller than r_max and not many more of them than sites, all empty."""
        cdef int k, most, n = 1
        cdef double length
        most = 4
        while most * most * most < 2 * sites:
            most *= 2
        for k in range(3):
            length = self.shape[k] * self.size[k]
            self.bin_shape[rule][k] = max(1, min(most, <int> min(1024.0, length / max(self.rule[rule].r_max, 1e-3))))
            self.bin_size[rule][k] = length / self.bin_shape[rule][k]
            n *= self.bin_shape[rule][k]
        if n == self.bin_count[rule]:     # their memory serves again
            for k in range(n):
                self.bins[rule][k].count = self.bins[rule][k].passed = 0
            return 0
        for k in range(self.bin_count[rule]):
            free(self.bins[rule][k].entry)
        free(self.bins[rule])
        self.bins[rule] = <Bin *> calloc(n, sizeof(Bin))
        self.bin_count[rule] = n if self.bins[rule] != NULL else 0
        if self.bins[rule] == NULL:
            with gil:
                raise MemoryError(f"{n} bins of binding sites")
        return 0

    cdef void locate(self, int cylinder, int ordinal) noexcept nogil:
        cdef int slot = self.filaments.site_slot[self.filaments.type_of(cylinder), ordinal]
        self.filaments.point(cylinder, slot, &self.where[cylinder * self.filaments.max_sites + ordinal, 0])
