"""Normal modes of the network: eigenvalues and eigenvectors of the second derivatives of its energy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, identity
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh, splu

from medyan_py.deck import HessianTracking
from medyan_py.rocking import Still
from medyan_py.setup.mechanics import Mechanics

SOFTEST = 100  # modes that are looked for when the deck does not ask for all


@dataclass(frozen=True)
class Modes:
    """Eigenpairs of a Hessian, softest first.

    Attributes
    ----------
    eigenvalues : (m,) float64, pN/nm
    vectors : (n, m) float64
        Unit eigenvectors in columns; rows are x, y, z of every moving point.
    """

    eigenvalues: np.ndarray
    vectors: np.ndarray

    @property
    def participation(self) -> np.ndarray:
        """(m,) Σ v⁴ over components: 1 for a single coordinate, 1/n if all take part equally."""
        return (self.vectors**4).sum(axis=0)

    @property
    def point_participation(self) -> np.ndarray:
        """(m,) Σ |v|⁴ over points."""
        points = self.vectors.reshape(len(self.vectors) // 3, 3, len(self.eigenvalues))
        return ((points**2).sum(axis=1) ** 2).sum(axis=0)


def normal_modes(hessian, count: int | None = None) -> Modes:
    """The softest normal modes.

    Parameters
    ----------
    hessian : (n, n) symmetric sparse matrix, pN/nm
    count : int, optional
        How many modes; by default all n.

    Returns
    -------
    Modes

    Notes
    -----
    Parts of the network that nothing couples are solved one by one. A part of which more than a twentieth of the modes
    is wanted goes to the dense solver, which is then the faster one, the others to Lanczos iterations with the shifted
    and inverted matrix.
    """
    n = hessian.shape[0]
    count = n if count is None else min(count, n)
    parts, part_of = connected_components(hessian, directed=False)
    found = []
    for part in range(parts):
        rows = np.flatnonzero(part_of == part)
        own = _solve(hessian[rows][:, rows], min(count, len(rows)))
        found.append((own.eigenvalues, rows, own.vectors))
    values = np.concatenate([own for own, _, _ in found] or [np.zeros(0)])
    order = np.argsort(values, kind="stable")[:count]
    place = np.full(len(values), -1)
    place[order] = np.arange(count)
    vectors, first = np.zeros((n, count)), 0
    for own, rows, columns in found:
        to = place[first : first + len(own)]
        vectors[np.ix_(rows, to[to >= 0])] = columns[:, to >= 0]
        first += len(own)
    return Modes(values[order], vectors)


def _solve(hessian, count: int) -> Modes:
    """The softest modes of a part; what Lanczos iterations miss, copies of a degenerate eigenvalue, the inertia of the
    shifted matrix tells (Sylvester), and a larger basis or the dense solver finds."""
    n = hessian.shape[0]
    if 20 * count < n:
        shift, factors = _below_spectrum(hessian)
        inverse = LinearOperator((n, n), factors.solve, dtype=float)
        start = np.random.default_rng(0).normal(size=n)
        for basis in (2 * count + 20, 4 * count + 40):
            try:
                values, vectors = eigsh(
                    hessian, count, sigma=shift, which="LM", v0=start, OPinv=inverse, ncv=basis, tol=1e-11
                )
            except ArpackNoConvergence:
                continue
            order = np.argsort(values)
            if _complete(hessian, values[order]):
                return Modes(values[order], vectors[:, order])
    values, vectors = np.linalg.eigh(hessian.toarray())
    return Modes(values[:count], vectors[:, :count])


def _factors(hessian, shift: float):
    """Sparse factors of hessian − shift · 1, and how many eigenvalues lie below the shift (None if unknown)."""
    matrix = (hessian - shift * identity(hessian.shape[0])).tocsc()
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    symmetric = np.array_equal(factors.perm_r, factors.perm_c)
    return factors, int((factors.U.diagonal() < 0).sum()) if symmetric else None


def _below_spectrum(hessian) -> tuple[float, object]:
    """A shift below all eigenvalues but not far below, and the factors there."""
    scale = max(abs(hessian.diagonal()).mean(), 1e-300)
    shift = -1e-4 * scale
    while True:
        factors, below = _factors(hessian, shift)
        if below == 0:
            return shift, factors
        shift *= 4


def _complete(hessian, values: np.ndarray) -> bool:
    """Whether no eigenvalue is missing below the widest gap in the upper half of those found."""
    half = len(values) // 2
    gaps = np.diff(values[half:])
    if len(gaps) == 0 or gaps.max() <= 0:
        return False
    last = half + int(gaps.argmax())
    return _factors(hessian, 0.5 * (values[last] + values[last + 1]))[1] == last + 1


@dataclass(frozen=True)
class HessianRecord:
    """Second derivatives of the energy at one moment and what follows from them.

    Attributes
    ----------
    time : float, s
    matrix : (n, n) csr_matrix, pN/nm
        Rows are x, y, z of every moving point: beads filament by filament, then movable bubbles.
    modes : Modes or None
        None if the deck does not want eigenvalues.
    projections : (m,) float64 or None
        Unit vector of the displacement since the record before on every mode. Points that were not there then count
        as unmoved. None in the first record.
    """

    time: float
    matrix: csr_matrix
    modes: Modes | None
    projections: np.ndarray | None


class HessianTracker:
    """Takes the Hessian after every SKIP-th minimisation, beginning with the first.

    Attributes
    ----------
    wishes : HessianTracking
    records : list of HessianRecord
        Those since ``forget`` was last called.
    last : (Still, Modes) or None
        The network at the last record and its modes, if the deck wants films of them.
    """

    def __init__(self, wishes: HessianTracking, mechanics: Mechanics, still: Callable[[], Still], *, all_modes: bool):
        """``still``: the network as it is; ``all_modes``: all but the stiffest one without DENSE as well, as in MEDYAN
        5.4."""
        self._still = still
        self.last: tuple[Still, Modes] | None = None
        self.wishes = wishes
        self._mechanics = mechanics
        self._all_modes = all_modes
        self._minimisations = 0
        self._before: tuple[np.ndarray, np.ndarray] | None = None
        self.records: list[HessianRecord] = []

    def look(self, time: float, keep: bool = True) -> None:
        """To be called after every minimisation; ``keep`` the records there are beside a new one."""
        due = self._minimisations % self.wishes.skip == 0
        self._minimisations += 1
        if not due:
            return
        model = self._mechanics.model
        matrix = model.hessian()
        keys, places = self._mechanics.point_keys(), model.moving_positions
        modes = projections = None
        if self.wishes.eigenvalues:
            n = matrix.shape[0]
            softest = n - 1 if self._all_modes else min(n - 1, SOFTEST)
            modes = normal_modes(matrix, None if self.wishes.dense else max(softest, 0))
            if self._before is not None:
                projections = modes.vectors.T @ _direction(*self._before, keys, places)
        self._before = keys, places
        if self.wishes.rock:
            self.last = self._still(), modes
        if not keep:
            self.forget()
        self.records.append(HessianRecord(time, matrix, modes, projections))

    def state(self) -> dict:
        """How many minimisations there were, where points were, records not yet written, what films are made of."""
        keys, places = (np.zeros(0, np.int64), np.zeros((0, 3))) if self._before is None else self._before
        saved = {
            "minimisations": self._minimisations,
            "keys": keys,
            "places": places,
            "before": self._before is not None,
        }
        saved["records"] = {str(number): _record_state(record) for number, record in enumerate(self.records)}
        if self.last is not None:
            still, modes = self.last
            saved["last"] = {"still": still.state(), "modes": _modes_state(modes)}
        return saved

    def restore(self, saved: dict) -> None:
        """Take over the state of the tracker of the same deck."""
        self._minimisations = saved["minimisations"]
        self._before = (saved["keys"].copy(), saved["places"].copy()) if saved["before"] else None
        self.records = [_record_from(saved["records"][str(n)]) for n in range(len(saved["records"]))]
        if "last" in saved:
            self.last = Still.from_state(saved["last"]["still"]), _modes_from(saved["last"]["modes"])

    def forget(self) -> None:
        """Drop the records that have been written."""
        self.records = []


def _modes_state(modes: Modes | None) -> dict:
    return {} if modes is None else {"eigenvalues": modes.eigenvalues, "vectors": modes.vectors}


def _modes_from(saved: dict) -> Modes | None:
    return Modes(saved["eigenvalues"], saved["vectors"]) if saved else None


def _record_state(record: HessianRecord) -> dict:
    matrix = csr_matrix(record.matrix)
    projections = {} if record.projections is None else {"projections": record.projections}
    return {
        "time": float(record.time),
        "rows": int(matrix.shape[0]),
        **{name: getattr(matrix, name) for name in ("data", "indices", "indptr")},
        "modes": _modes_state(record.modes),
        **projections,
    }


def _record_from(saved: dict) -> HessianRecord:
    shape = saved["rows"], saved["rows"]
    matrix = csr_matrix((saved["data"], saved["indices"], saved["indptr"]), shape=shape)
    return HessianRecord(saved["time"], matrix, _modes_from(saved["modes"]), saved.get("projections"))


def _direction(keys_before, before, keys, places) -> np.ndarray:
    """(3 n,) displacement divided by its length (zero if nothing moved)."""
    moved = np.zeros_like(places)
    _, old, new = np.intersect1d(keys_before, keys, return_indices=True)
    moved[new] = places[new] - before[old]
    length = np.linalg.norm(moved)
    return moved.ravel() / (length if length > 0 else 1.0)
