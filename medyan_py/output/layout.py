"""Names of the files of a run."""

SNAPSHOT_FILE = "snapshot.traj"
CHEMISTRY_FILE = "chemistry.traj"
LOG_FILE = "medyan.log"
DISSIPATION_FILE = "dissipation.traj"
REACTIONS_FILE = "HRCD.traj"
FORCE_FIELDS_FILE = "HRMD.traj"
EVENT_KINDS = ("motorwalking", "motorunbinding", "motorbinding", "linkerunbinding", "linkerbinding")

PARAVIEW = "paraview"  # folder
BOX_FILE = "box.vtp"  # in that folder
VTK_KINDS = {  # kind → file extension
    "filaments": "vtp",
    "linkers": "vtp",
    "motors": "vtp",
    "branchers": "vtp",
    "membranes": "vtp",  # only if there are any
    "compartments": "vti",
}

FILES_PER_FOLDER = 1000


def event_file(kind: str) -> str:
    """Name of the file of one kind of events."""
    return f"{kind}events.traj"


def frame_path(kind: str, frame: int) -> str:
    """Where the VTK file of a frame is, relative to the ParaView folder, with forward slashes.

    At most ``FILES_PER_FOLDER`` frames share a folder, because file browsers get slow in larger ones.
    """
    return f"{kind}/{frame // FILES_PER_FOLDER:04d}/{kind}_{frame:06d}.{VTK_KINDS[kind]}"
