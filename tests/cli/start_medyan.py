"""Starting ``medyan`` as a process of its own, and where the ready decks are."""

import signal
import subprocess
import sys
from pathlib import Path

INPUTS = Path(__file__).resolve().parents[2] / "inputs"


def start(*words, cwd, before=lambda: None, **more):
    """Start ``medyan`` with SIGINT as in a terminal, also where tests run in the background; ``before`` runs there."""

    def prepare():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        before()

    return subprocess.Popen(
        [sys.executable, "-m", "medyan_py", *map(str, words)],
        cwd=cwd,
        preexec_fn=prepare,
        **more,
    )
