"""Reading trajectories back and measuring what they show."""

from medyan_py.analysis.chemistry import ChemistryFrame, read_chemistry
from medyan_py.analysis.errors import TrajectoryError
from medyan_py.analysis.observables import (
    concentration,
    contour_lengths,
    end_to_end_distances,
    nematic_order,
    polar_order,
    radius_of_gyration,
    straightness,
)
from medyan_py.analysis.snapshot import Frame, read_snapshot
from medyan_py.analysis.surfaces import enclosed_volume, mean_curvature, reduced_volume, surface_area
from medyan_py.analysis.trajectory import Trajectory, open_trajectory

__all__ = [
    "ChemistryFrame",
    "Frame",
    "Trajectory",
    "TrajectoryError",
    "concentration",
    "contour_lengths",
    "enclosed_volume",
    "end_to_end_distances",
    "mean_curvature",
    "nematic_order",
    "open_trajectory",
    "polar_order",
    "radius_of_gyration",
    "read_chemistry",
    "read_snapshot",
    "reduced_volume",
    "straightness",
    "surface_area",
]
