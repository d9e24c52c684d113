"""Tables of observables, of one run and of several."""

import numpy as np
import pytest

import medyan_py as md
from medyan_py.analysis import TrajectoryError, contour_lengths, radius_of_gyration
from medyan_py.analysis.distributions import distribution
from medyan_py.analysis.motion import contractile_velocity
from medyan_py.analysis.series import CHANGES, OBSERVABLES, ensemble_series, measurable, time_series


def test_contraction_is_not_guessed_from_files_that_do_not_tell_gains_of_cylinders(run):
    with md.open_trajectory(run / "traj.h5") as trajectory:
        assert np.isnan(contractile_velocity(trajectory[-2], trajectory[-1]))


def test_series(run):
    with md.open_trajectory(run) as trajectory:
        table = time_series(trajectory)
        assert list(table) == ["time_s", *OBSERVABLES, *CHANGES]
        assert table["contraction"][0] == 1 and table["displacement_squared_nm2"][0] == 0
        radii = table["radius_of_gyration_nm"]
        np.testing.assert_allclose(table["contraction"], radii / radii[0])
        assert np.isnan(table["contractile_velocity_nm_per_s"][0]) and np.isnan(table["motor_velocity_nm_per_s"][0])
        speed = contractile_velocity(trajectory[-2], last := trajectory[-1])
        assert table["contractile_velocity_nm_per_s"][-1] == speed
        assert np.isfinite(speed)
        assert table["time_s"].tolist() == trajectory.times.tolist()
        assert table["radius_of_gyration_nm"][-1] == radius_of_gyration(last.filaments)
        assert table["motors"][-1] == len(last.motors.ids) > 0
        assert table["clusters"][0] == table["filaments"][0] == 30
        assert table["largest_cluster_fraction"][-1] > 0.5
        with pytest.raises(KeyError, match="no observable 'nothing'; there are filaments, linkers, "):
            time_series(trajectory, ["nothing"])
        with pytest.raises(
            ValueError, match=r"names must be a list of names, not the text 'motors'; write \['motors'\]"
        ):
            time_series(trajectory, "motors")


def copy_of(run, path, words, frames):
    """A run with other numbers: the first ``frames`` frames, all coordinates scaled."""
    path.mkdir()
    blocks = (run / "snapshot.traj").read_text().split("\n\n")[:frames]
    (path / "snapshot.traj").write_text("\n\n".join(words(block) for block in blocks) + "\n\n")
    return path


def test_ensemble(run, tmp_path):
    def half(block):
        lines = block.splitlines()
        for i, line in enumerate(lines):
            if i and lines[i - 1][0].isalpha():
                lines[i] = " ".join(f"{float(x) / 2:.10g}" for x in line.split())
        return "\n".join(lines)

    other = copy_of(run, tmp_path / "b", half, 3)
    table = ensemble_series([run, other], ["total_length_nm", "filaments"])
    with md.open_trajectory(run) as trajectory:
        single = time_series(trajectory, ["total_length_nm"])["total_length_nm"][:3]
    assert table["time_s"].tolist() == [0, 0.5, 1.0] and table["runs"].tolist() == [2, 2, 2]
    np.testing.assert_allclose(table["total_length_nm_mean"], 0.75 * single, rtol=1e-8)
    np.testing.assert_allclose(table["total_length_nm_sd"], 0.25 * np.sqrt(2) * single, rtol=1e-8)
    assert table["filaments_sd"].tolist() == [0, 0, 0]


def test_nothing_in_common(run, tmp_path):
    def shifted(block):
        head, _, rest = block.partition("\n")
        words = head.split()
        return " ".join([words[0], str(float(words[1]) + 0.1), *words[2:]]) + "\n" + rest

    with pytest.raises(TrajectoryError, match="no time in common"):
        ensemble_series([run, copy_of(run, tmp_path / "c", shifted, 3)], ["filaments"])


TENSIONS = """\
0 0 1 0 0 0 0
FILAMENT 0 0 2 0 0
0 0

1 0.5 2 1 1 0 0
FILAMENT 0 0 3 0 0
1 3 3
FILAMENT 1 0 2 0 0
-1 -1
LINKER 0 0
8 8
MOTOR 2 0 1
-4 -4
BRANCHER 0 0
0

"""
MONOMERS = """\
0 0 1 0 0 0 0
FILAMENT 0 0 2 0 0
0 0 0 0 0 0 0 40
SEVERING 0
-1

1 0.5 2 0 0 0 0
FILAMENT 0 0 3 1 0
1 0 2 3 4 5 0 41
SEVERING 1
1 \n\
FILAMENT 1 0 2 0 0
0 0 0 0 0 6 0 20
SEVERING 0
-1

"""
DISSIPATION = "0 0\n0     0     0     0     0\n1 0.5\n-26     -20     -6     -30     4\n"


@pytest.fixture
def with_files(run, tmp_path):
    """The first two frames of a run, with the other files made by hand."""
    path = copy_of(run, tmp_path / "run", str, 2)
    for name, text in (("tensions", TENSIONS), ("monomers", MONOMERS), ("dissipation", DISSIPATION)):
        (path / f"{name}.traj").write_text(text)
    return path


def test_observables_of_other_files(with_files):
    assert not any("membrane" in name for name in measurable(with_files))  # there are none
    names = [name for name in measurable(with_files) if name not in (*OBSERVABLES, *CHANGES)]
    with md.open_trajectory(with_files) as trajectory:
        table = time_series(trajectory, names)
    expected = {
        "tension_mean_pN": 1,  # of 1, 3, -1
        "tension_sd_pN": np.sqrt(8 / 3),
        "linker_force_mean_pN": 8,
        "motor_force_mean_pN": -4,
        "turnover_per_s": 20,  # 20 monomers, 2 filaments, half a second
        "dissipation_kT_per_s": -52,
        "chemical_dissipation_kT_per_s": -40,
        "mechanical_dissipation_kT_per_s": -12,
    }
    assert {name: float(table[name][1]) for name in names} == pytest.approx(expected)
    (with_files / "tensions.traj").unlink()
    assert "tension_mean_pN" not in measurable(with_files)
    with md.open_trajectory(with_files) as trajectory:
        with pytest.raises(TrajectoryError, match=r"tensions.traj: no such file; it is needed"):
            time_series(trajectory, ["tension_mean_pN"])
        with pytest.raises(TrajectoryError, match="give what open_trajectory returns"):
            time_series(list(trajectory), ["turnover_per_s"])


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tensions", "1 3 3", "1 x 3"),
        ("tensions", "1 0.5 2 1 1 0 0", "1"),
        ("monomers", "0 0 0 0 0 6 0 20", "0 0 6"),
        ("monomers", "FILAMENT 1", "MOTOR 1"),
        ("dissipation", "-26     -20", "-26"),
        ("dissipation", "1 0.5", "1 half"),
    ],
)
def test_other_files_that_are_broken(with_files, name, old, new):
    file = with_files / f"{name}.traj"
    file.write_text(file.read_text().replace(old, new))
    observable = {"tensions": "tension_mean_pN", "monomers": "turnover_per_s", "dissipation": "dissipation_kT_per_s"}
    with md.open_trajectory(with_files) as trajectory, pytest.raises(TrajectoryError, match=rf"{name}.traj:\d+: "):
        time_series(trajectory, [observable[name]])


def test_distributions(run, with_files):
    lengths = distribution([run], "length_nm", 4)
    with md.open_trajectory(run) as trajectory:
        counts, edges = np.histogram(contour_lengths(trajectory[-1].filaments), 4)
    assert lengths["count"].tolist() == counts.tolist() and lengths["low"].tolist() == edges[:-1].tolist()
    assert distribution([with_files], "tension_pN", 2)["count"].tolist() == [1, 2]  # -1 | 1, 3
    both = distribution([run, with_files], "length_nm", 3)
    assert both["fraction_mean"].sum() == pytest.approx(1) and (both["fraction_sd"] > 0).any()
    for name in ("linker_lifetime_s", "motor_force_pN", "degree"):
        assert distribution([run], name)["fraction"].sum() == pytest.approx(1)
    with pytest.raises(TrajectoryError, match="there is no value of motor_lifetime_s"):
        distribution([with_files], "motor_lifetime_s")
    with pytest.raises(ValueError, match="bins must be a whole number from 1, not 0"):
        distribution([run], "length_nm", 0)
    for paths in (str(run), run, [], None):
        for measure in (lambda p: distribution(p, "length_nm"), ensemble_series):
            with pytest.raises(ValueError, match="paths must be a list of paths, not "):
                measure(paths)
    with pytest.raises(KeyError, match="no distribution 'lengths'; did you mean 'length_nm'"):
        distribution([run], "lengths")


def test_a_last_frame_that_is_there_twice(with_files):
    """As MEDYAN 5.4 leaves it: no time passes, so there is no velocity and no rate."""
    for name in ("snapshot", "dissipation", "monomers"):
        path = with_files / f"{name}.traj"
        text = path.read_text()
        last = text[text.index("\n1 0.5") + 1 :].replace("1 0.5", "2 0.5", 1)
        path.write_text(text + last)
    names = ["contractile_velocity_nm_per_s", "motor_velocity_nm_per_s", "turnover_per_s", "dissipation_kT_per_s"]
    with md.open_trajectory(with_files) as trajectory:
        assert len(trajectory) == 3
        table = time_series(trajectory, names)
    assert all(np.isnan(table[name][2]) for name in names)
