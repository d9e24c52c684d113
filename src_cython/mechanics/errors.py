"""What goes wrong in mechanics and is not a mistake in an argument."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culprit:
    """One term of one interaction that stands out, in the numbering of the mechanical model.

    ``energy`` is in pN nm; ``force`` is the component of the force, pN, that this term exerts on bead or bubble centre
    ``point`` along the axis of the largest component of the sum of all terms, which is ``total`` (absolute values).
    ``bond`` and ``branch``: index of the linker or motor and of the branch, or None. ``text`` names all that with
    places in nm.
    """

    interaction: str
    energy: float
    force: float
    total: float
    point: int
    cylinders: tuple[int, ...]
    bond: int | None
    branch: int | None
    text: str


class MechanicsError(RuntimeError):
    """A minimisation failed; the message says how, and names the interaction, the objects and where they are.

    ``culprits`` are the terms responsible, a list of ``Culprit``; ``report`` is the state as text, or None.
    """

    def __init__(self, message: str, culprits: list[Culprit] | None = None, report: str | None = None):
        super().__init__(message)
        self.culprits = culprits or []
        self.report = report
