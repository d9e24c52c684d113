"""What commands say of trajectories that hold no frame, or end within one."""

import sys

from medyan_py.analysis.trajectory import TextTrajectory, Trajectory
from medyan_py.cli.console import say


def no_frame(trajectory: Trajectory) -> str:
    """What to say of a trajectory without a frame."""
    return f"{trajectory.path}: there is no complete frame in it{_ends(trajectory)}"


def warn_of_incomplete(trajectory: Trajectory) -> None:
    """Say it if the file ends within a frame."""
    if trajectory.incomplete:
        text = f"medyan: warning: {trajectory.path}: the last frame is incomplete and is left out{_ends(trajectory)}"
        say(text, sys.stderr)


def _ends(trajectory: Trajectory) -> str:
    """How frames end, for who has made or changed a file."""
    return " (a blank line ends a frame)" if trajectory.incomplete and isinstance(trajectory, TextTrajectory) else ""


def counted(n: int, things: str) -> str:
    """A number of things, such as '1 frame' of 'frames'."""
    return f"{n} {things.removesuffix('s') if n == 1 else things}"
