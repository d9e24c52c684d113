"""Running ``medyan`` as users do, and decks to run."""

import subprocess

import pytest
from start_medyan import INPUTS, start


@pytest.fixture
def medyan(tmp_path):
    """Runs ``medyan WORDS`` in an empty directory; gives exit code, standard output and standard error."""

    def run(*words, **more):
        process = start(*words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    return run


@pytest.fixture
def pair():
    """A deck that costs little: two filaments and three motors."""
    return INPUTS / "two_filaments" / "systeminput.txt"


@pytest.fixture
def network():
    """A deck with all kinds of events."""
    return INPUTS / "actomyosin" / "systeminput.txt"
