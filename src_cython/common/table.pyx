"""Columns that grow together: the storage of everything that can be created and deleted.

A row is a slot with a stable number: deleting a row leaves the others where they are, and a later row may take the
vacant slot. Columns are NumPy arrays; when they grow they are replaced, so an array that Python got earlier keeps
its old content and never points to freed memory.

A table may lie in memory by rows: an event reads and writes most columns of an object picked at random, which then
costs a few cache lines instead of one for every column.
"""

import numpy as np

from medyan_py.core.common.state import StateError, copied, fill


cdef enum:
    CACHE_LINE = 64               # bytes


def _columns_by_row(layout, capacity):
    """Uninitialised columns that are fields of one array of rows, which begin with cache lines; name → array."""
    fields = np.dtype([(name, dtype, () if width == 1 else (width,)) for name, (dtype, width, _) in layout.items()],
                      align=True)
    size = -(-fields.itemsize // CACHE_LINE) * CACHE_LINE
    rows = np.dtype({"names": fields.names, "formats": [fields[name] for name in fields.names],
                     "offsets": [fields.fields[name][1] for name in fields.names], "itemsize": size})
    memory = np.empty((capacity + 1) * size, dtype=np.uint8)
    begin = -memory.ctypes.data % CACHE_LINE
    array = memory[begin:begin + capacity * size].view(rows)
    return {name: array[name] for name in rows.names}


cdef class Table:
    """Base of the structure tables.

    Subclasses hand over their columns (name → (dtype, width, fill value)) and take typed views of them in ``bind``,
    which is called again whenever the columns have grown. With ``by_row`` a row lies together in memory, its columns
    in the order given.
    """

    def __init__(self, layout, int rows=64, bint by_row=False):
        self.layout = {"alive": (np.uint8, 1, 0), **layout}
        self.by_row = by_row
        self.columns = {}
        self.vacant = np.zeros(0, dtype=np.int32)
        self.reserve(rows)

    cdef int reserve(self, int rows) except -1:
        """Make room for at least ``rows`` rows; capacity grows geometrically."""
        cdef int capacity = max(self.capacity, 16)
        while capacity < rows:
            capacity *= 2
        if capacity == self.capacity:
            return 0
        if self.by_row:
            columns = _columns_by_row(self.layout, capacity)
        else:
            columns = {name: np.empty(capacity if width == 1 else (capacity, width), dtype=dtype)
                       for name, (dtype, width, _) in self.layout.items()}
        for name, new in columns.items():
            new[self.capacity:] = self.layout[name][2]
            if self.capacity:
                new[:self.capacity] = self.columns[name]
        self.columns = columns
        vacant = np.zeros(capacity, dtype=np.int32)
        vacant[:self.vacancies] = self.vacant[:self.vacancies]
        self.vacant = vacant
        self.alive = self.columns["alive"]
        self.capacity = capacity
        self.bind()
        return 0

    def bind(self):
        """Take typed views of the columns."""
        raise TypeError(f"{type(self).__name__} does not say how to view its columns")

    cdef int take(self) except -1 nogil:
        """A free row, marked alive; its columns hold what the last owner left."""
        cdef int row
        if self.vacancies:
            self.vacancies -= 1
            row = self.vacant[self.vacancies]
        else:
            if self.top == self.capacity:
                with gil:
                    self.reserve(self.top + 1)
            row = self.top
            self.top += 1
        self.alive[row] = 1
        self.count += 1
        return row

    cdef void release(self, int row) noexcept nogil:
        """Give a row back."""
        self.alive[row] = 0
        self.vacant[self.vacancies] = row
        self.vacancies += 1
        self.count -= 1

    def state(self):
        """The columns as far as they have been used, with left-over values, and which rows are vacant."""
        return {
            "capacity": self.capacity,
            "columns": {name: copied(column[:self.top]) for name, column in self.columns.items()},
            "vacant": copied(self.vacant[:self.vacancies]),
        }

    def restore(self, saved):
        """Take a state over; StateError if its columns are others."""
        columns = saved["columns"]
        if columns.keys() != self.columns.keys():
            raise StateError(f"columns {sorted(columns)} were saved where {sorted(self.columns)} are needed")
        self.reserve(saved["capacity"])
        self.top = len(columns["alive"])
        for name, values in columns.items():
            column = self.columns[name]
            if values.dtype != column.dtype or values.shape != (self.top, *column.shape[1:]) or self.top > len(column):
                raise StateError(f"column {name}: {values.dtype} {values.shape} was saved where {column.dtype} "
                                 f"{column.shape} is needed")
            column[:self.top] = values
        self.count = int(np.count_nonzero(columns["alive"]))
        self.vacancies = len(saved["vacant"])
        fill(self.vacant[:self.vacancies], saved["vacant"], "vacant rows")

    @property
    def rows(self):
        """Numbers of the rows in use, int32, ascending."""
        return np.flatnonzero(self.columns["alive"][:self.top]).astype(np.int32)

    def __getitem__(self, name):
        """A column over all slots ever used, a view; rows not alive hold left-over values."""
        return self.columns[name][:self.top]

    def __len__(self):
        return self.count
