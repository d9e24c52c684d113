"""What can be wrong with a membrane."""


class MeshError(ValueError):
    """Triangles that do not form an oriented surface, or an operation that would leave none."""
