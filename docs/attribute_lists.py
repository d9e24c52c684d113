"""A Sphinx extension: ``a, b : type`` in a list of attributes becomes an entry for each name.

NumPy's style allows several names in one entry of attributes; napoleon takes only parameters apart.
"""

import re

SEVERAL = re.compile(r"(\w+(?:, \w+)+) : (.+)")


def separate(lines: list[str]) -> list[str]:
    """The lines of a docstring with every such entry repeated for each of its names."""
    out: list[str] = []
    i = 0
    while i < len(lines):
        entry = SEVERAL.fullmatch(lines[i])
        end = i + 1
        if entry is None:
            out.append(lines[i])
        else:
            while end < len(lines) and lines[end].startswith(" "):
                end += 1
            for name in entry[1].split(", "):
                out += [f"{name} : {entry[2]}", *lines[i + 1 : end]]
        i = end
    return out


def rewrite(app, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Apply ``separate`` to the docstring of a class."""
    if what in ("class", "exception"):
        lines[:] = separate(lines)


def setup(app) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", rewrite, priority=400)  # before napoleon, which has 500
    return {"parallel_read_safe": True}
