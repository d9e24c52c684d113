"""Reading chemistry.traj."""

import pytest

from medyan_py.analysis import TrajectoryError, read_chemistry

EXAMPLE = (
    "3 0.15\nA:DIFFUSING 4000\nA:BULK 5\nAF:FILAMENT 116\n\n4 0.2\nA:DIFFUSING 3999\nA:BULK 5\nAF:FILAMENT 117\n\n"
)


def test_counts(tmp_path):
    (tmp_path / "c").write_text(EXAMPLE)
    first, second = read_chemistry(tmp_path / "c")
    assert (first.frame, first.time) == (3, 0.15)
    assert first.species == (("A", "DIFFUSING"), ("A", "BULK"), ("AF", "FILAMENT"))
    assert second.counts.tolist() == [3999, 5, 117]
    assert first.count("A") == 4005
    assert first.count("A", "BULK") == 5
    for absent, text in (
        (("B",), "no species 'B'; there are A, AF"),
        (("AG", "FILAMENT"), "did you mean 'AF:FILAMENT'"),
    ):
        with pytest.raises(KeyError, match=text):
            first.count(*absent)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("3 0.15", "3", 1),
        ("3 0.15", "3.5 0.15", 1),
        ("A:BULK 5", "A:BULK", 3),
        ("A:BULK 5", "ABULK 5", 3),
        ("A:BULK 5", "A:BULK five", 3),
        ("A:BULK 5", "A:BULK 5 6", 3),
    ],
)
def test_mistakes_name_file_and_line(tmp_path, old, new, line):
    (tmp_path / "c").write_text(EXAMPLE.replace(old, new, 1))
    with pytest.raises(TrajectoryError, match=f"/c:{line}: .*expected"):
        list(read_chemistry(tmp_path / "c"))
