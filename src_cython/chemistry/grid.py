"""Compartments of a regular grid and the rates at which molecules pass from one to the next."""

import numpy as np
from scipy.ndimage import distance_transform_edt

MOST_COMPARTMENTS = 2**28


def checked_grid(shape, compartment_size):
    """(nx, ny, nz) and (sx, sy, sz) in nm as plain numbers; ValueError unless all are positive and finite."""
    numbers = tuple(int(n) for n in shape)
    sizes = tuple(float(s) for s in compartment_size)
    good = len(numbers) == len(sizes) == 3 and min(numbers) >= 1 and all(0 < s < float("inf") for s in sizes)
    if not good or numbers[0] * numbers[1] * numbers[2] > MOST_COMPARTMENTS:
        raise ValueError(f"a grid needs positive sizes and at most 2^28 compartments: {shape}, {compartment_size}")
    return numbers, sizes


def checked_space(compartments, active, volume_fraction=None, face_fraction=None):
    """Arrays of a grid's activity and wetness, checked.

    Parameters
    ----------
    compartments : int
    active : (compartments,)
        1 or True for compartments that take part.
    volume_fraction : float (compartments,), optional
        Part of each compartment that lies in the system, in (0, 1] where active; all 1 if not given.
    face_fraction : float (compartments, 6), optional
        Wet part of the faces x−, x+, y−, y+, z−, z+ of each compartment, in [0, 1]; all 1 if not given.

    Returns
    -------
    (uint8 (compartments,), float64 (compartments,), float64 (compartments, 6))

    Raises
    ------
    ValueError
        For arrays of another size, no active compartment, or fractions outside their range.
    """
    flags = (np.asarray(active).reshape(-1) != 0).astype(np.uint8)
    if len(flags) != compartments or not flags.any():
        raise ValueError(f"{compartments} activity flags are needed, one of them set; got {len(flags)}")
    volume = np.ones(compartments) if volume_fraction is None else np.array(volume_fraction, dtype=float).reshape(-1)
    faces = np.ones((compartments, 6)) if face_fraction is None else np.array(face_fraction, dtype=float)
    if len(volume) != compartments or faces.shape != (compartments, 6):
        raise ValueError(
            f"{compartments} volume fractions and ({compartments}, 6) face fractions are needed, "
            f"got {len(volume)} and {faces.shape}"
        )
    wet = volume[flags == 1]
    if not ((wet > 0) & (wet <= 1)).all():
        raise ValueError("volume fractions of active compartments must lie in (0, 1]")
    if not ((faces >= 0) & (faces <= 1)).all():
        raise ValueError("face fractions must lie in [0, 1]")
    return flags, volume, faces


def nearest_active(shape, compartment_size, active):
    """The active compartment whose centre is nearest to that of each compartment, int32 (compartments,)."""
    outside = np.asarray(active).reshape(tuple(shape)[::-1]) == 0
    sizes = tuple(compartment_size)[::-1]
    where = distance_transform_edt(outside, sizes, return_distances=False, return_indices=True)
    return np.ravel_multi_index(tuple(where), outside.shape).reshape(-1).astype(np.int32)


def hop_table(shape, compartment_size, active, volume_fraction, face_fraction):
    """Where a molecule of unit diffusion coefficient goes from each compartment, and how fast.

    The rate through a face of a compartment with volume fraction f is (w₁ + w₂) / (2 L² f), with L the compartment
    size across the face (nm) and w₁, w₂ the wet fractions that the two sides report: Fick's law between the centres
    of full compartments, on a wet area and out of a wet volume. In equilibrium copy numbers are in proportion to f.

    Returns
    -------
    target : int32 (compartments, 6)
        The neighbour behind each face, −1 where there is none that is active.
    rate : float64 (compartments, 6)
        Hop rate per molecule divided by its diffusion coefficient, 1/nm².
    """
    nx, ny, nz = shape
    number = np.arange(nx * ny * nz, dtype=np.int32).reshape(nz, ny, nx)
    target = np.full((number.size, 6), -1, dtype=np.int32)
    rate = np.zeros((number.size, 6))
    for axis in range(3):
        along = np.moveaxis(number, 2 - axis, 0)
        low, high = along[:-1].reshape(-1), along[1:].reshape(-1)
        both = (active[low] == 1) & (active[high] == 1)
        low, high = low[both], high[both]
        wet = 0.5 * (face_fraction[low, 2 * axis + 1] + face_fraction[high, 2 * axis])
        low, high, wet = low[wet > 0], high[wet > 0], wet[wet > 0]
        target[low, 2 * axis + 1], target[high, 2 * axis] = high, low
        rate[low, 2 * axis + 1] = wet / compartment_size[axis] ** 2 / volume_fraction[low]
        rate[high, 2 * axis] = wet / compartment_size[axis] ** 2 / volume_fraction[high]
    return target, rate


def cumulative_faces(rate):
    """Thresholds for drawing a face: running sums of the rates, infinite from the last open face on, (…, 6)."""
    sums = np.cumsum(rate, axis=1)
    last = 5 - np.argmax(rate[:, ::-1] > 0, axis=1)
    sums[np.arange(6)[None, :] >= last[:, None]] = np.inf
    return sums
