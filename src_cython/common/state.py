"""What the state of an object is: a dictionary of NumPy arrays, numbers, texts and further dictionaries.

Every class with a state has two methods. ``state()`` copies everything that decides what happens next;
``restore(saved)`` puts that into an object made from the same description, so that it goes on bit for bit like the one
it came from. What follows from the description alone (names, templates, sizes, constants) is no state, nor is working
memory that is filled anew before it is read.
"""

import numpy as np


class StateError(ValueError):
    """A saved state does not fit the object that is to take it over; the text says where."""


def copied(array):
    """A copy of an array or typed memoryview as a NumPy array."""
    return np.array(array)


def fill(target, saved, name):
    """Overwrite an array or typed memoryview with saved values of the same shape and type.

    Raises StateError naming what does not fit.
    """
    array = np.asarray(target)
    saved = np.asarray(saved)
    if array.shape != saved.shape or array.dtype != saved.dtype:
        raise StateError(f"{name}: {saved.dtype} {saved.shape} was saved where {array.dtype} {array.shape} is needed")
    array[...] = saved


def differences(one, other, where=""):
    """Paths (``a/b/c``) at which two states differ in keys, types, shapes or bits; equal NaNs are no difference."""
    if isinstance(one, dict) and isinstance(other, dict):
        paths = [f"{where}{key}" for key in one.keys() ^ other.keys()]
        for key in sorted(one.keys() & other.keys()):
            paths += differences(one[key], other[key], f"{where}{key}/")
        return sorted(paths)
    same = type(one) is type(other)
    if same and isinstance(one, np.ndarray):
        same = one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    elif same and isinstance(one, float):
        same = one.hex() == other.hex()
    elif same:
        same = one == other
    return [] if same else [where.rstrip("/")]
