"""What goes wrong when results are written."""


class OutputError(Exception):
    """Results cannot be written, or must not be written here; the text says which file and why."""
