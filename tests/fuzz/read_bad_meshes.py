"""Read mutations of files of surfaces; arguments: the folder of good files, how many of each.

Says the name and number of each before it is read, and at the end of how many the fewest were refused.
"""

import random
import signal
import sys
from pathlib import Path

from mutations import mutated, mutated_bytes

from medyan_py.core.membrane.errors import MeshError
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.setup.mesh_files import read_meshes

SECONDS = 30  # then the process is ended: no exception could interrupt the library


def refused(good, n):
    """How many mutations of a file are refused."""
    content, found = good.read_bytes(), 0
    text = None if b"\0" in content else content.decode()
    bad = good.with_name("bad" + good.suffix)
    for number in range(n):
        print(good.name, number, flush=True)
        random_ = random.Random(f"{good.name} {number}")
        bad.write_bytes(mutated(text, random_) if text else mutated_bytes(content, random_))
        signal.alarm(SECONDS)
        try:
            mesh = MembraneMesh(0)
            for surface in read_meshes(bad):
                mesh.add(*surface)
        except MeshError as error:
            found += 1
            assert str(error).strip()
        signal.alarm(0)
    return found


def main(folder, n):
    print(min(refused(good, n) for good in sorted(folder.glob("good.*"))))


main(Path(sys.argv[1]), int(sys.argv[2]))
