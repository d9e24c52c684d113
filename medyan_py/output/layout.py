"""Names of the files of a run."""

SNAPSHOT_FILE = "snapshot.traj"
CHEMISTRY_FILE = "chemistry.traj"
CONCENTRATION_FILE = "concentration.traj"
BIRTH_TIMES_FILE = "birthtimes.traj"
FORCES_FILE = "forces.traj"
TENSIONS_FILE = "tensions.traj"
PLUS_END_FILE = "plusend.traj"
MONOMERS_FILE = "monomers.traj"
REPULSION_FILE = "repulsion.traj"
LINK_GRAPH_FILE = "CMGraph.traj"
TENSION_GRAPH_FILE = "TMGraph.traj"
HDF5_FILE = "traj.h5"
LOG_FILE = "medyan.log"
DUMP_FILE = "datadump.traj"
CHECKPOINT_FILE = "checkpoint.h5"
NEW_CHECKPOINT_FILE = "checkpoint.h5.new"  # before it gets its name
OLDER_CHECKPOINT_FILE = "checkpoint-older.h5"
FAILED_STATE_FILE = "failed-state.h5"
FAILURE_FILE = "failed_minimisation.txt"
DISSIPATION_FILE = "dissipation.traj"
REACTIONS_FILE = "HRCD.traj"
FORCE_FIELDS_FILE = "HRMD.traj"
HESSIAN_FILE = "hessianmatrix.traj"
SPECTRA_FILE = "hessianspectra.traj"
PROJECTIONS_FILE = "projections.traj"
EVENT_KINDS = ("motorwalking", "motorunbinding", "motorbinding", "linkerunbinding", "linkerbinding")

PARAVIEW = "paraview"  # folder
BOX_FILE = "box.vtp"  # in that folder
VTK_KINDS = {  # kind → file extension
    "filaments": "vtp",
    "linkers": "vtp",
    "motors": "vtp",
    "branchers": "vtp",
    "bubbles": "vtp",
    "membranes": "vtp",
    "compartments": "vti",
}

FILES_PER_FOLDER = 1000


def event_file(kind: str) -> str:
    """Name of the file of one kind of events."""
    return f"{kind}events.traj"


def rocking_file(mode: int | str) -> str:
    """Name of the file of the film of one normal mode."""
    return f"rockingsnapshot_{mode}.traj"


def frame_path(kind: str, frame: int) -> str:
    """Where the VTK file of a frame is, relative to the ParaView folder, with forward slashes.

    At most ``FILES_PER_FOLDER`` frames share a folder, because file browsers get slow in larger ones.
    """
    return f"{kind}/{frame // FILES_PER_FOLDER:04d}/{kind}_{frame:06d}.{VTK_KINDS[kind]}"
