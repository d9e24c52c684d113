"""Recorders: what a run leaves on disk."""

from medyan_py.output.books_text import DissipationRecorder, EventRecorder, ForceFieldsRecorder, ReactionsRecorder
from medyan_py.output.directory import claim_directory
from medyan_py.output.errors import OutputError
from medyan_py.output.failure_file import write_failure
from medyan_py.output.hessian_text import HessianMatrixRecorder, ProjectionsRecorder, RockingRecorder, SpectraRecorder
from medyan_py.output.log_file import LogFile, LogRecorder
from medyan_py.output.recorder import Recorder, Recorders
from medyan_py.output.selection import RECORDERS, standard_recorders
from medyan_py.output.trajectory_text import ChemistryRecorder, SnapshotRecorder
from medyan_py.output.vtk_files import VtkRecorder

__all__ = [
    "RECORDERS",
    "ChemistryRecorder",
    "DissipationRecorder",
    "EventRecorder",
    "ForceFieldsRecorder",
    "HessianMatrixRecorder",
    "LogFile",
    "LogRecorder",
    "OutputError",
    "ProjectionsRecorder",
    "ReactionsRecorder",
    "Recorder",
    "Recorders",
    "RockingRecorder",
    "SnapshotRecorder",
    "SpectraRecorder",
    "VtkRecorder",
    "claim_directory",
    "standard_recorders",
    "write_failure",
]
