"""Checks of what Python hands in: arrays are copied into buffers, mistakes are ValueErrors naming the argument."""

from libc.math cimport isfinite

import numpy as np
cimport numpy as cnp

from medyan_py.core.mechanics.buffers cimport Doubles, Ints

cnp.import_array()


cdef int take_doubles(str name, object values, tuple shape, Doubles out, double low, double high) except -1:
    """Copy float64 values of the given shape that lie in [low, high] and are finite."""
    try:
        values = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: cannot be read as numbers: {error}") from None
    if values.shape != shape and not (values.size == 0 and 0 in shape):
        raise ValueError(f"{name}: shape {values.shape}, expected {shape}")
    cdef const double *source = <const double *> cnp.PyArray_DATA(<cnp.ndarray> values)
    cdef Py_ssize_t i, n = values.size
    out.resize(n)
    for i in range(n):
        if not (isfinite(source[i]) and low <= source[i] <= high):
            out.resize(0)
            raise ValueError(f"{name}: element {i} is {source[i]}, must be finite and in [{low:g}, {high:g}]")
        out.data[i] = source[i]
    return 0


cdef int take_ints(str name, object values, tuple shape, Ints out, long long low, long long high) except -1:
    """Copy integers of the given shape that lie in [low, high]."""
    values = np.asarray(values)
    if values.size == 0:
        values = values.astype(np.int64)
    if values.dtype.kind not in "iub":
        raise ValueError(f"{name}: dtype {values.dtype}, expected integers")
    if values.shape != shape and not (values.size == 0 and 0 in shape):
        raise ValueError(f"{name}: shape {values.shape}, expected {shape}")
    values = np.ascontiguousarray(values, dtype=np.int64)
    cdef const long long *source = <const long long *> cnp.PyArray_DATA(<cnp.ndarray> values)
    cdef Py_ssize_t i, n = values.size
    out.resize(n)
    for i in range(n):
        if not low <= source[i] <= high:
            out.resize(0)
            raise ValueError(f"{name}: element {i} is {source[i]}, must be in [{low}, {high}]")
        out.data[i] = <int> source[i]
    return 0


cdef double positive(str name, object value, bint infinite=False) except -1:
    """A positive number; infinity only where it is allowed."""
    cdef double number
    try:
        number = value
    except TypeError:
        raise ValueError(f"{name}: {value!r}, must be a number") from None
    if not number > 0 or not (infinite or isfinite(number)):
        raise ValueError(f"{name}: {number}, must be positive{'' if infinite else ' and finite'}")
    return number


cdef object one_of(str name, object value, tuple allowed):
    """``value`` if it is one of ``allowed``."""
    if value is not None and not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name}: {value!r}, must be one of {', '.join(map(repr, allowed))}")
    return value


cdef dict columns(str name, object table, tuple required, dict optional):
    """A mapping with all the required keys and no unknown ones; optional keys that are missing get their default."""
    if not hasattr(table, "keys"):
        raise ValueError(f"{name}: {type(table).__name__}, expected a mapping with the keys {', '.join(required)}")
    missing = [key for key in required if key not in table]
    unknown = [str(key) for key in table.keys() if key not in required and key not in optional]
    if missing:
        raise ValueError(f"{name}: {missing[0]!r} is missing")
    if unknown:
        raise ValueError(f"{name}: unknown key {unknown[0]!r}, known are {', '.join((*required, *optional))}")
    return {**optional, **{key: table[key] for key in table.keys()}}


cdef Py_ssize_t rows(str name, object table, str column) except -1:
    """Length of one column."""
    shape = np.shape(table[column])
    if len(shape) == 0:
        raise ValueError(f"{name}['{column}']: a single value, expected an array")
    return shape[0]
