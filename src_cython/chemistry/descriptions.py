"""What a chemistry consists of, in plain tuples: the engine's own vocabulary, free of any file format."""

from typing import NamedTuple


class Pool(NamedTuple):
    """A free species: ``bulk`` False for a diffusing one, and its number among its kind."""

    bulk: bool
    index: int


class Diffusing(NamedTuple):
    """A diffusing species; ``coefficient`` in nm²/s. Reactions never change a constant one."""

    name: str
    coefficient: float
    constant: bool = False


class Bulk(NamedTuple):
    """A well-mixed species with one copy number; a constant one is never changed by reactions."""

    name: str
    constant: bool = False


class Reaction(NamedTuple):
    """Reaction of free species with rate ``rate`` (stochastic constant of one full compartment, 1/s).

    Reactants and products list a species as often as it takes part. ``everywhere`` places the reaction in every
    active compartment, otherwise it exists once and may use bulk species only. The propensity is rate × Π N!/(N−m)!.
    """

    reactants: tuple[Pool, ...]
    products: tuple[Pool, ...]
    rate: float
    everywhere: bool


class Growth(NamedTuple):
    """Polymerisation at the ``side`` end (0 minus, 1 plus) of filaments of one type.

    A free monomer joins an end of kind ``end``; the old end monomer becomes filament kind ``inside``, the new one end
    kind ``new_end``. ``rate`` is per free monomer in a full compartment (1/s), times the ratchet factor.
    """

    filament_type: int
    side: int
    free: Pool
    end: int
    inside: int
    new_end: int
    rate: float


class Shrinkage(NamedTuple):
    """Depolymerisation: the inverse of ``Growth``, possible while the next monomer has kind ``inside`` and is free."""

    filament_type: int
    side: int
    free: Pool
    end: int
    inside: int
    new_end: int
    rate: float


class Binding(NamedTuple):
    """Binding and unbinding of a linker or motor between two sites of filaments of one type.

    ``on`` (1/s) per candidate pair and free molecule (motors: per head); ``off`` (1/s) per bond (motors: per head);
    ``r_min``, ``r_max`` in nm; ``stiffness`` in pN/nm (motors: per bound head). ``flag`` numbers the binding-site
    species; ``stride``: every how-manieth site of a cylinder may be used.
    """

    motor: bool
    type: int
    filament_type: int
    flag: int
    free: Pool
    on: float
    off: float
    r_min: float
    r_max: float
    stiffness: float
    stride: int = 1
    heads_min: int = 1
    heads_max: int = 1
    unbinding_law: str | None = None
    lengths: tuple[float, ...] = ()
    amplitudes: tuple[float, ...] = ()
    unbinding_force: float = 0.0
    walking_law: str | None = None
    walking_force: float = 0.0
    step_fraction: float = 0.0
    walking_rate: float | None = None


class Walls(NamedTuple):
    """Planes that repel beads: ``planes`` rows (point, inward unit normal) in nm, strength (pN nm), screening (nm)."""

    planes: tuple[tuple[float, ...], ...] = ()
    strength: float = 0.0
    screening: float = 1.0
    cutoff: float = 0.0
