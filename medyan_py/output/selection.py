"""Which files a run writes: every recorder by name."""

from collections.abc import Iterable
from pathlib import Path

from medyan_py.arguments import checked_names, unknown
from medyan_py.output.books_text import DissipationRecorder, EventRecorder, ForceFieldsRecorder, ReactionsRecorder
from medyan_py.output.dump_text import DumpRecorder
from medyan_py.output.graph_text import LinkGraphRecorder, TensionGraphRecorder
from medyan_py.output.hessian_text import HessianMatrixRecorder, ProjectionsRecorder, RockingRecorder, SpectraRecorder
from medyan_py.output.layout import EVENT_KINDS
from medyan_py.output.log_file import LogRecorder
from medyan_py.output.network_text import (
    BirthTimesRecorder,
    ForcesRecorder,
    MonomersRecorder,
    PlusEndRecorder,
    RepulsionRecorder,
    TensionsRecorder,
)
from medyan_py.output.recorder import Recorder, Recorders
from medyan_py.output.trajectory_text import ChemistryRecorder, ConcentrationRecorder, SnapshotRecorder
from medyan_py.output.vtk_files import VtkRecorder


def _hdf5(directory: Path) -> list[Recorder]:
    # h5py takes some 0.1 s to load, which those who do without the file need not wait for.
    from medyan_py.output.hdf5_file import Hdf5Recorder

    return [Hdf5Recorder(directory)]


RECORDERS = {  # in the order in which a frame is written
    "snapshot": lambda directory: [SnapshotRecorder(directory)],
    "birthtimes": lambda directory: [BirthTimesRecorder(directory)],
    "forces": lambda directory: [ForcesRecorder(directory)],
    "tensions": lambda directory: [TensionsRecorder(directory)],
    "plusend": lambda directory: [PlusEndRecorder(directory)],
    "monomers": lambda directory: [MonomersRecorder(directory)],
    "repulsion": lambda directory: [RepulsionRecorder(directory)],
    "chemistry": lambda directory: [ChemistryRecorder(directory)],
    "concentration": lambda directory: [ConcentrationRecorder(directory)],
    "dissipation": lambda directory: [
        DissipationRecorder(directory),
        ReactionsRecorder(directory),
        ForceFieldsRecorder(directory),
    ],
    "events": lambda directory: [EventRecorder(directory, kind) for kind in EVENT_KINDS],
    "hessian": lambda directory: [
        HessianMatrixRecorder(directory),
        SpectraRecorder(directory),
        ProjectionsRecorder(directory),
        RockingRecorder(directory),
    ],
    "CMGraph": lambda directory: [LinkGraphRecorder(directory)],
    "TMGraph": lambda directory: [TensionGraphRecorder(directory)],
    "datadump": lambda directory: [DumpRecorder(directory)],
    "h5": _hdf5,
    "vtk": lambda directory: [VtkRecorder(directory)],
}
"""Name → recorders of a directory. Some write only what the deck asks the simulation to keep books of."""


def standard_recorders(
    directory: str | Path, which: Iterable[str] = tuple(RECORDERS), *, vtk: bool = True
) -> Recorders:
    """The recorders of an ordinary run, and a line in the log for every frame.

    Parameters
    ----------
    directory : path
        Output directory, claimed before (``claim_directory``).
    which : iterable of str
        Names from ``RECORDERS``; all by default.
    vtk : bool
        Without it no files for ParaView, whatever ``which`` says.

    Raises
    ------
    ValueError
        For a name that is not known, and for a text instead of a list of names.
    """
    names = checked_names("which", which)
    for name in names:
        if name not in RECORDERS:
            raise ValueError(unknown("recorder", name, RECORDERS))
    wanted = set(names) - (set() if vtk else {"vtk"})
    names = [name for name in RECORDERS if name in wanted]
    files = [recorder for name in names for recorder in RECORDERS[name](Path(directory))]
    return Recorders([*files, LogRecorder()])
