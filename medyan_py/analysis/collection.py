"""Which files a ParaView collection (.pvd) lists."""

from pathlib import Path
from xml.etree import ElementTree

from medyan_py.analysis.errors import TrajectoryError


def read_collection(path: str | Path) -> list[tuple[float, Path]]:
    """The frames of a .pvd in the order of the file: time in s, path of the file.

    Raises
    ------
    TrajectoryError
        The file cannot be read or is no collection.
    """
    path = Path(path)
    try:
        root = ElementTree.parse(path).getroot()
        return [(float(d.attrib["timestep"]), path.parent / d.attrib["file"]) for d in root.iter("DataSet")]
    except OSError as error:
        raise TrajectoryError(f"{path}: cannot be read: {error.strerror}") from error
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise TrajectoryError(f"{path}: this is not a ParaView collection: {error}") from error
