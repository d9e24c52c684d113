import pytest
from small_run import Runner


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)
