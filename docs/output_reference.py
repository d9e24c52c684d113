"""Reference of the output files, made from the docstrings of the recorders that write them.

A Sphinx extension: the line ``% recorders`` of a page is replaced when the page is read.
"""

import inspect
from pathlib import Path

from medyan_py.output import vtk_data
from medyan_py.output.selection import RECORDERS


def _description(recorder: object) -> str:
    """Docstring of a recorder without its parameters."""
    return inspect.getdoc(type(recorder)).split("\nParameters\n")[0].strip()


def recorder_reference() -> str:
    """What every name of ``--record`` writes, as Markdown."""
    parts = []
    for name, make in RECORDERS.items():
        texts = dict.fromkeys(_description(recorder) for recorder in make(Path("DIR")))
        parts += [f"### {name}", *texts]
        if name == "vtk":
            parts.append(inspect.getdoc(vtk_data).split("\n\n", 2)[2])
    return "\n\n".join(parts)


def fill_in(app, docname: str, source: list[str]) -> None:
    """Replace the line in the text of a page."""
    source[0] = source[0].replace("\n% recorders\n", f"\n{recorder_reference()}\n")


def setup(app) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    print(recorder_reference())
