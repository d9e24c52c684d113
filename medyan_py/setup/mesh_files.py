"""Surfaces from files: the blocks of MEDYAN 5.4, and .obj, .off, .ply and .stl."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from medyan_py.core.membrane.errors import MeshError
from medyan_py.setup.surface_files import READERS, read_surface


def read_meshes(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Vertices (n, 3), nm, and triangles (m, 3) of every surface in a file.

    A file ``.obj``, ``.off``, ``.ply`` or ``.stl`` holds one surface. Any other is text: per membrane a line with the
    number of vertices, one line ``x y z`` per vertex, one line ``i j k`` per triangle with numbers from 0; blank
    lines, and lines with a ``#``, between membranes.

    Raises
    ------
    MeshError
        With the line, for a file that cannot be read.
    """
    if not path.is_file():
        raise MeshError(f"{path} is not there")
    if path.suffix.lower() in READERS:
        return [read_surface(path)]
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MeshError(f"{path} cannot be read: {error}") from None
    found, block = [], []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip() and "#" not in line:
            block.append((number, line.split()))
        elif block:
            found.append(_block(path, block))
            block = []
    if not found:
        raise MeshError(f"{path} holds no surface")
    return found


def _block(path: Path, block: list[tuple[int, list[str]]]) -> tuple[np.ndarray, np.ndarray]:
    """One membrane of a text file."""

    def numbers(entry: tuple[int, list[str]], count: int, kind: type) -> list:
        line, words = entry
        try:
            if len(words) != count:
                raise ValueError
            return [kind(word) for word in words]
        except ValueError:
            what = "whole numbers" if kind is int else "numbers"
            raise MeshError(f"{path}:{line}: found {' '.join(words)!r}, expected {count} {what}") from None

    (count,) = numbers(block[0], 1, int)
    if not 3 <= count < len(block):
        raise MeshError(
            f"{path}:{block[0][0]}: {count} vertices announced, but the block has {len(block) - 1} more lines; "
            "a blank line or one with '#' ends a block"
        )
    x = [numbers(entry, 3, float) for entry in block[1 : count + 1]]
    triangles = [numbers(entry, 3, int) for entry in block[count + 1 :]]
    return np.array(x), np.array(triangles).reshape(-1, 3)
