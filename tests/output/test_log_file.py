"""medyan.log."""

import io
import logging
import resource

import pytest
from fake_simulation import make_sim

import medyan_py
from medyan_py.output import LogFile, LogRecorder, OutputError


@pytest.fixture
def logger():
    return logging.getLogger("medyan_py.test_log")


def test_prefixes_and_banner(tmp_path, logger):
    with LogFile(tmp_path, logger=logger):
        logger.info("seed %d", 5)
        logger.warning("first\nsecond")
        logger.error("lost")
    lines = (tmp_path / "medyan.log").read_text().splitlines()
    assert lines[0].startswith(f"[info] medyan_py {medyan_py.__version__}")
    assert lines[-4:] == ["[info] seed 5", "[warning] first", "[warning] second", "[error] lost"]


def test_old_log_is_replaced(tmp_path, logger):
    (tmp_path / "medyan.log").write_text("old")
    LogFile(tmp_path, logger=logger).close()
    assert "old" not in (tmp_path / "medyan.log").read_text().splitlines()


def test_logger_is_left_as_it_was(tmp_path, logger):
    before = (logger.level, list(logger.handlers))
    with LogFile(tmp_path, logger=logger):
        assert logger.handlers != before[1]
    assert (logger.level, list(logger.handlers)) == before
    logger.error("nobody listens")
    assert "nobody" not in (tmp_path / "medyan.log").read_text()


def test_console_shows_the_same(tmp_path, logger):
    console = io.StringIO()
    with LogFile(tmp_path, console=console, logger=logger):
        logger.warning("careful")
    assert console.getvalue() == (tmp_path / "medyan.log").read_text()


def test_two_runs_two_logs(tmp_path, logger):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = logger.getChild("a"), logger.getChild("b")
    with LogFile(tmp_path / "a", logger=first), LogFile(tmp_path / "b", logger=second):
        first.info("one")
        second.info("two")
    assert (tmp_path / "a" / "medyan.log").read_text().splitlines()[-1] == "[info] one"
    assert (tmp_path / "b" / "medyan.log").read_text().splitlines()[-1] == "[info] two"


def test_frames_are_announced(tmp_path, logger, network):
    with LogFile(tmp_path, logger=logger):
        recorder = LogRecorder(logger)
        recorder.open(network)
        recorder.record(network)
        recorder.record(make_sim(frame=4, minimisation=None))
        recorder.close(network)
    lines = (tmp_path / "medyan.log").read_text().splitlines()
    assert lines[-4:] == [
        "[info] grid: 2×2×1 compartments of 500×500×500 nm, 4 active",
        "[info] frame 20, t = 10 s: 30 filaments, 40 linkers, 12 motors, 9 branchers; energy 6 pN nm; "
        "minimisation converged after 12 iterations, 15 evaluations, largest force 0.25 pN",
        "[info] frame 4, t = 0.15 s: 0 filaments, 0 linkers, 0 motors, 0 branchers; energy 6 pN nm",
        "[info] recording ended after 20 frames, t = 10 s",
    ]


def test_log_that_cannot_be_written(tmp_path, logger):
    with pytest.raises(OutputError, match=r"medyan\.log cannot be created"):
        LogFile(tmp_path / "nowhere", logger=logger)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with LogFile(tmp_path, logger=logger):
        resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "medyan.log").stat().st_size, hard))
        try:
            with pytest.raises(OutputError, match=r"medyan\.log cannot be written"):
                logger.info("too much")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
