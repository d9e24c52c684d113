"""What commands say of trajectories that hold no frame, or end within one."""

import sys

from medyan_py.analysis.trajectory import Trajectory
from medyan_py.cli.console import say


def no_frame(trajectory: Trajectory) -> str:
    """What to say of a trajectory without a frame."""
    return f"{trajectory.path}: there is no complete frame in it"


def warn_of_incomplete(trajectory: Trajectory) -> None:
    """Say it if the file ends within a frame."""
    if trajectory.incomplete:
        say(f"medyan: warning: {trajectory.path}: the last frame is incomplete and is left out", sys.stderr)


def counted(n: int, things: str) -> str:
    """A number of things, such as '1 frame' of 'frames'."""
    return f"{n} {things.removesuffix('s') if n == 1 else things}"
