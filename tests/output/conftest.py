"""What the tests of recorders record."""

import pytest
from fake_simulation import make_network, make_pair


@pytest.fixture
def pair():
    """Two filaments of 108 nm cylinders joined by one linker, listed in the wrong order."""
    return make_pair()


@pytest.fixture
def network():
    """A made-up network of 30 filaments, 40 linkers and 12 motors."""
    return make_network()
