import pytest
from small_deck import DeckFolder


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return DeckFolder(tmp_path_factory.mktemp("deck"))
