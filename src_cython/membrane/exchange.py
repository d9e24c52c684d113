"""The passage of a mesh's state into the mechanical model and back."""

import numpy as np

PINNINGS = ("none", "border1", "border2")


def model_arrays(mesh, pinning):
    """What ``MechanicalModel.load`` needs to know of a mesh.

    Parameters
    ----------
    mesh : MembraneMesh
    pinning : sequence of {'none', 'border1', 'border2'}
        Per membrane which vertices stay where they are: none, those on a border, or their neighbours too.

    Returns
    -------
    arrays : dict
        ``x``, ``triangles``, ``membrane``, ``triangle_rest_area`` and ``fixed`` of ``membranes``.
    vertices, triangles : int32 (n,), (m,)
        Rows of the mesh in the order of these arrays.

    Raises
    ------
    ValueError
        For an unknown pinning or another number of them than of membranes.
    """
    unknown = [name for name in pinning if name not in PINNINGS]
    if unknown or len(pinning) != mesh.membranes:
        raise ValueError(f"pinning: {list(pinning)}, must be {mesh.membranes} of {', '.join(PINNINGS)}")
    v, t = mesh.vertices, mesh.triangles
    rows = t.rows[np.argsort(t["membrane"][t.rows], kind="stable")]
    own = v.rows
    number = np.zeros(v.top, dtype=np.int32)
    number[own] = np.arange(len(own), dtype=np.int32)
    corners = number[t["corner"][rows]]
    border = v["border"][own] != 0
    level = np.array([PINNINGS.index(name) for name in pinning], dtype=np.int64)[v["membrane"][own]]
    beside = np.zeros(len(own), dtype=bool)
    beside[corners[border[corners].any(axis=1)].ravel()] = True
    arrays = {
        "x": v["x"][own],
        "triangles": corners,
        "membrane": t["membrane"][rows],
        "triangle_rest_area": t["rest_area"][rows],
        "fixed": (border & (level > 0)) | (beside & (level > 1)),
    }
    return arrays, own, rows
