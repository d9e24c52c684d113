"""What goes wrong when results are read."""


class TrajectoryError(Exception):
    """A file of results cannot be read; the text names the file and, where there is one, the line."""
