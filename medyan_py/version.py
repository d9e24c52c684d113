"""The version of the package."""

from functools import cache
from pathlib import Path

__version__ = "0.1.0"


@cache
def revision() -> str:
    """Git hash of the source tree from which the program runs, empty for an installed one."""
    git = Path(__file__).resolve().parents[1] / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).exists():
            return (git / name).read_text().strip()
        packed = (line.split(" ") for line in (git / "packed-refs").read_text().splitlines())
        return next((words[0] for words in packed if words[-1] == name), "")
    except OSError:
        return ""
