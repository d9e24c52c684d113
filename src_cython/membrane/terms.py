"""Which energies the membranes of a model have."""

from dataclasses import dataclass

POLICIES = ("with-sign", "squared", "mem3dg", "mixed-voronoi")


@dataclass(frozen=True, slots=True)
class MembraneTerms:
    """Energies of membranes; None switches one off.

    Attributes
    ----------
    stretching : {'LOCAL_HARMONIC', 'GLOBAL_HARMONIC', None}
        Of every triangle, or of the area of every membrane.
    tension : {'CONSTANT', None}
    bending : {'HELFRICH', None}
    curvature_policy : {'with-sign', 'squared', 'mem3dg', 'mixed-voronoi'}
        How mean curvature is measured, see ``helfrich.pyx``.
    volume : {'MEMBRANE', None}
        Elasticity of the enclosed volume.
    protection : bool or None
        Energy of triangles that become very small; None: with global stretching or tension.
    attachments : bool
        Whether vertices may be tied to places.
    bead_repulsion : {'REPULSION', None}
        Repulsion of beads by triangles.
    bead_repulsion_k : float
        Its strength, pN nm³.
    bead_repulsion_cutoff : float
        Largest distance (nm, exclusive) of a bead from a triangle that repels it.

    Raises
    ------
    ValueError
        Naming the argument with a value that is not allowed.
    """

    stretching: str | None = None
    tension: str | None = None
    bending: str | None = "HELFRICH"
    curvature_policy: str = "with-sign"
    volume: str | None = None
    protection: bool | None = None
    attachments: bool = True
    bead_repulsion: str | None = None
    bead_repulsion_k: float = 0.0
    bead_repulsion_cutoff: float = 0.0

    def __post_init__(self):
        allowed = {
            "stretching": ("LOCAL_HARMONIC", "GLOBAL_HARMONIC", None),
            "tension": ("CONSTANT", None),
            "bending": ("HELFRICH", None),
            "curvature_policy": POLICIES,
            "volume": ("MEMBRANE", None),
            "protection": (True, False, None),
            "bead_repulsion": ("REPULSION", None),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                words = ", ".join(map(repr, values))
                raise ValueError(f"{name}: {getattr(self, name)!r}, must be one of {words}")
        if self.bead_repulsion:
            for name in ("bead_repulsion_k", "bead_repulsion_cutoff"):
                if not 0 < getattr(self, name) < float("inf"):
                    raise ValueError(f"{name}: {getattr(self, name)!r}, must be positive and finite")

    @property
    def protects(self) -> bool:
        """Whether small triangles are protected."""
        if self.protection is None:
            return self.stretching == "GLOBAL_HARMONIC" or self.tension is not None
        return self.protection
