"""Read mutations of a traj.h5; arguments: the good file, where to put bad ones, how many.

Says the number of each before it is read, and at the end how many were refused.
"""

import random
import signal
import sys
from pathlib import Path

import h5py
import numpy as np
from mutations import mutated_bytes

from medyan_py.analysis import TrajectoryError, open_trajectory

SECONDS = 30  # then the process is ended: no exception could interrupt the library
VALUES = (
    *(-1, 0, 2**62, 2**64 - 1, float("nan"), "word", b"\xff\xfe", True, [], [1], [[1.0, 2.0]], np.zeros((2, 3, 4))),
    *(np.array([-1, 5, 7]), np.array([0, 0]), np.array([["a"]], dtype=object), h5py.Empty("f8")),
)


def replace_object(path, random_):
    """Remove a random object of the file, or put something else in its place."""
    with h5py.File(path, "r+") as file:
        names = []
        file.visit(names.append)
        for _ in range(random_.choice((1, 1, 2, 4))):
            if not names:
                return
            name = names.pop(random_.randrange(len(names)))
            names = [other for other in names if not other.startswith(name + "/")]
            del file[name]
            kind = random_.randrange(5)
            if kind == 0:
                file.create_group(name)
            elif kind == 1:
                file[name] = h5py.SoftLink("/" + random_.choice(("", "nowhere", name)))
            elif kind > 2:
                file[name] = random_.choice(VALUES)


def main(good, bad, n):
    content, refused = good.read_bytes(), 0
    for number in range(n):
        print(number, flush=True)
        random_ = random.Random(number)
        if number % 2:
            bad.write_bytes(mutated_bytes(content, random_, most=300))
        else:
            bad.write_bytes(content)
            replace_object(bad, random_)
        signal.alarm(SECONDS)
        try:
            with open_trajectory(bad) as trajectory:
                for i in range(len(trajectory)):
                    trajectory[i]
                    if hasattr(trajectory, "energies"):
                        trajectory.energies(i)
                        trajectory.copy_numbers(i)
        except TrajectoryError:
            refused += 1
        signal.alarm(0)
    print(refused)


main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
