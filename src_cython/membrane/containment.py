"""Which membranes lie inside which."""

from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.interior import Interior


def containment(mesh):
    """The tree of closed membranes, whatever the order in which they were made.

    Parameters
    ----------
    mesh : MembraneMesh

    Returns
    -------
    list of int
        For every membrane the innermost closed one in which it lies, −1 for none. Open membranes contain nothing, and
        count as in none.

    Raises
    ------
    MeshError
        For two closed membranes of which one has vertices on both sides of the other.
    """
    closed = [n for n in range(mesh.membranes) if mesh.is_closed(n)]
    v, around = mesh.vertices, {n: set() for n in closed}
    interior = Interior()
    for outer in closed:
        interior.take(mesh, [outer])
        for inner in closed:
            if inner == outer:
                continue
            inside = interior.inside(v["x"][v.rows[v["membrane"][v.rows] == inner]])
            if inside.any() and not inside.all():
                raise MeshError(f"membranes {outer} and {inner} cross each other")
            if inside.any():
                around[inner].add(outer)
    return [max(around.get(n, ()), key=lambda m: len(around[m]), default=-1) for n in range(mesh.membranes)]
