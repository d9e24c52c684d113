from medyan_py.core.common.random import RandomStream


def test_state_can_be_saved_and_restored():
    first, second = RandomStream(5), RandomStream(6)
    second.state = first.state
    assert second.state == first.state
