"""Run ``medyan WORDS`` and be killed at the N-th call to the system that changes a file: dies_at_write.py N WORDS."""

import os
import signal
import sys

from medyan_py.cli import main

CHANGING = ("write", "pwrite", "fsync", "replace", "unlink", "ftruncate")


def count_down(calls):
    """Make the process kill itself right before the call with this number."""
    left = iter(range(calls))

    def counted(function):
        def call(*arguments, **more):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **more)

        return call

    for name in CHANGING:
        setattr(os, name, counted(getattr(os, name)))


if __name__ == "__main__":
    count_down(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
