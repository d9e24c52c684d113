"""How one energy minimisation went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MinimisationRecord:
    """Outcome of one minimisation. Energies in pN nm, forces in pN, lengths in nm.

    ``status`` is ``'converged'`` (largest force component below the tolerance and predicted decrease small),
    ``'stalled'`` (the energy cannot be lowered any more in double precision, or only by a negligible fraction),
    ``'limit'`` (out of evaluations) or ``'no descent'`` (no lower energy found although one is predicted).
    ``predicted_decrease`` is ½ gᵀP⁻¹g with the gradient g and the preconditioner P: how much a quadratic model with
    that matrix would still gain. ``energies_before`` and ``energies_after`` are per interaction, each with the
    neighbour lists valid at that time; before means after ``separated`` touching pairs were moved apart.
    """

    status: str
    iterations: int
    evaluations: int
    energies_before: dict[str, float]
    energies_after: dict[str, float]
    residual: float
    predicted_decrease: float
    largest_displacement: float
    rebuilds: int
    separated: int

    @property
    def energy_before(self) -> float:
        """Sum of ``energies_before``, pN nm."""
        return sum(self.energies_before.values())

    @property
    def energy_after(self) -> float:
        """Sum of ``energies_after``, pN nm."""
        return sum(self.energies_after.values())

    @property
    def converged(self) -> bool:
        """Whether ``status`` is ``'converged'``."""
        return self.status == "converged"
