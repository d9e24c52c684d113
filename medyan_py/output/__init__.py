"""Recorders: what a run leaves on disk."""

from medyan_py.output.books_text import DissipationRecorder, EventRecorder, ForceFieldsRecorder, ReactionsRecorder
from medyan_py.output.directory import claim_directory
from medyan_py.output.errors import OutputError
from medyan_py.output.failure_file import write_failure
from medyan_py.output.log_file import LogFile, LogRecorder
from medyan_py.output.recorder import Recorder, Recorders, standard_recorders
from medyan_py.output.trajectory_text import ChemistryRecorder, SnapshotRecorder
from medyan_py.output.vtk_files import VtkRecorder

__all__ = [
    "ChemistryRecorder",
    "DissipationRecorder",
    "EventRecorder",
    "ForceFieldsRecorder",
    "LogFile",
    "LogRecorder",
    "OutputError",
    "ReactionsRecorder",
    "Recorder",
    "Recorders",
    "SnapshotRecorder",
    "VtkRecorder",
    "claim_directory",
    "standard_recorders",
    "write_failure",
]
