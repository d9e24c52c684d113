"""The statistical checks of the chemistry serve here too."""

import sys
from pathlib import Path

import pytest
from membrane_decks import CHEMISTRY, SYSTEM

sys.path.append(str(Path(__file__).parents[1] / "chemistry"))


@pytest.fixture
def write(tmp_path):
    def deck(text, chemistry=CHEMISTRY):
        (tmp_path / "system.txt").write_text(SYSTEM + text)
        (tmp_path / "chemistry.txt").write_text(chemistry)
        return tmp_path / "system.txt"

    return deck
