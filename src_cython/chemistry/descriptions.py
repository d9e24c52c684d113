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


class FreeEnergy(NamedTuple):
    """Constant part (kT) of the free energy that one firing of a reaction changes, and the account it is entered to."""

    value: float
    account: str


class Reaction(NamedTuple):
    """Reaction of free species with rate ``rate`` (stochastic constant of one full compartment, 1/s).

    Reactants and products list a species as often as it takes part. ``everywhere`` places the reaction in every
    active compartment, otherwise it exists once and may use bulk species only. The propensity is rate × Π N!/(N−m)!.
    """

    reactants: tuple[Pool, ...]
    products: tuple[Pool, ...]
    rate: float
    everywhere: bool
    free_energy: FreeEnergy | None = None


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
    free_energy: FreeEnergy | None = None


class Shrinkage(NamedTuple):
    """Depolymerisation: the inverse of ``Growth``, possible while the next monomer has kind ``inside`` and is free."""

    filament_type: int
    side: int
    free: Pool
    end: int
    inside: int
    new_end: int
    rate: float
    free_energy: FreeEnergy | None = None


class Aging(NamedTuple):
    """Monomers of kind ``kind`` turn into ``new_kind``.

    ``part`` is -1 for the inner monomers of filaments, 0 for minus ends, 1 for plus ends.
    """

    filament_type: int
    part: int
    kind: int
    new_kind: int
    rate: float
    free_energy: FreeEnergy | None = None


class Destruction(NamedTuple):
    """A filament of just a minus end (kind ``minus``) and a plus end (kind ``plus``) falls apart into two molecules."""

    filament_type: int
    minus: int
    plus: int
    products: tuple[Pool, Pool]
    rate: float


class Severing(NamedTuple):
    """A filament is cut at the junction next to a free binding site whose monomer has kind ``kind``.

    ``minus_side`` cuts at the minus side of the site's cylinder, as MEDYAN 5.4 does, instead of at the nearer side.
    """

    filament_type: int
    kind: int
    rate: float
    minus_side: bool = False


class Nucleation(NamedTuple):
    """Free molecules form a filament of three monomers: minus end, filament, plus end of the kinds given."""

    filament_type: int
    reactants: tuple[Pool, ...]
    minus: int
    inside: int
    plus: int
    rate: float


class Branching(NamedTuple):
    """A brancher and a monomer start a daughter filament at a free site; the brancher may let go again.

    ``brancher`` and ``monomer`` are consumed; unbinding returns the brancher, and the monomer if the daughter is a
    lone plus end. ``on`` (1/s) per site and pair of molecules, ``off`` (1/s) per brancher. Sites count inside
    ``zone`` ('ALL', 'BOUNDARY', 'TOPBOUNDARY', 'SIDEBOUNDARY', 'RIGHTBOUNDARY', or 'BELOW' for those near a wall and
    with a z below the distance) with its ``distance`` (nm), or inside the membranes ('MEMBRANE'). The daughter starts
    ``length`` nm off the mother at ``angle`` (rad) to it. ``unbinding_law`` is None, 'SLIP' (with a parameter in nm)
    or 'SLIPF' (in pN).
    """

    type: int
    filament_type: int
    flag: int
    brancher: Pool
    monomer: Pool
    plus: int
    on: float
    off: float
    zone: str = "ALL"
    distance: float = 0.0
    length: float = 10.0
    angle: float = 1.22
    unbinding_law: str | None = None
    unbinding_parameter: float = 0.0


class Binding(NamedTuple):
    """Binding and unbinding of a linker or motor between two sites.

    ``on`` (1/s) per candidate pair and free molecule (motors: per head); ``off`` (1/s) per bond (motors: per head);
    ``r_min``, ``r_max`` in nm; ``stiffness`` in pN/nm (motors: per bound head). ``filament_types`` and ``flags``
    (numbers of the binding-site species) belong to the two legs; ``stride``: every how-manieth site of a cylinder may
    be used. ``distinct_legs``: the legs are not alike although on filaments of one type, so it is drawn which site gets
    which leg. ``walking`` and ``walking_back`` hold the rate (1/s) of steps to the plus and minus end for each leg,
    None for a leg that does not walk; with ``walking_law`` the rate follows from the law. ``lengths`` (nm) and
    ``amplitudes`` belong to the unbinding laws of linkers, ``unbinding_forces`` (pN) to those of motors: one, or catch
    and slip.

    ``free_energy`` of a linker belongs to its binding; unbinding has the opposite one and an account whose name ends in
    "off". For a motor its value is the ratio r > 1 of rates of a head (on + off) / off: binding costs −ln(rⁿ − 1) with
    n the mean of the least and the largest number of heads, unbinding ln(rⁿ − 1) with the motor's own n (Floyd, Papoian
    & Jarzynski 2019). ``walking_energy`` and ``walking_back_energy`` are per step, of each leg.
    """

    motor: bool
    type: int
    filament_types: tuple[int, int]
    flags: tuple[int, int]
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
    unbinding_forces: tuple[float, ...] = ()
    walking_law: str | None = None
    walking_force: float = 0.0
    step_fraction: float = 0.0
    walking: tuple[float | None, float | None] = (None, None)
    walking_back: tuple[float | None, float | None] = (None, None)
    distinct_legs: bool = False
    free_energy: FreeEnergy | None = None
    walking_energy: tuple[FreeEnergy | None, FreeEnergy | None] = (None, None)
    walking_back_energy: tuple[FreeEnergy | None, FreeEnergy | None] = (None, None)


class Emission(NamedTuple):
    """Molecules held by a bubble go free where it is, and return.

    ``held`` is the bulk species that counts those on the bubble, ``free`` the one they become. ``emission`` (1/s) is
    per molecule held, times a factor that is set as the run goes; ``absorption`` (1/s) per free molecule in a full
    compartment, or in the whole volume if it is a bulk species. ``free_energy`` belongs to emission, ``back_energy``
    to absorption.
    """

    held: Pool
    free: Pool
    emission: float
    absorption: float
    free_energy: FreeEnergy | None = None
    back_energy: FreeEnergy | None = None


class SurfaceSpecies(NamedTuple):
    """A species of membranes: ``coefficient`` of diffusion (nm²/s), ``area`` (nm²) that a molecule covers.

    ``energy`` tells whether its molecules have an energy that depends on where they are; ``stored``, whether that is
    part of the mechanical energy of the membrane, so that it is not entered in the ledger of free energies as well.
    """

    name: str
    coefficient: float
    area: float = 0.0
    energy: bool = False
    stored: bool = False


class SurfaceReaction(NamedTuple):
    """Reaction of molecules at one vertex of a membrane, of any order m, at rate × A^(1−m) × Π N!/(N − n)!.

    ``reactants`` and ``products`` are numbers of surface species, repeated as often as they take part; ``rate`` in
    nm^(2(m−1))/s. ``free`` is a molecule of the volume that is set free, too. ``leaves``: the first reactant goes away,
    the more readily the higher its energy, by exp(E/kT). ``free_energy`` is at one molecule per nm².
    """

    reactants: tuple[int, ...]
    products: tuple[int, ...]
    rate: float
    free: Pool | None = None
    leaves: bool = False
    free_energy: FreeEnergy | None = None


class Adsorption(NamedTuple):
    """Free molecules go onto membranes and come off.

    ``on`` (nm/s) × N/V × the area of a vertex that nothing covers, with N copies in the volume V of the vertex's
    compartment (of the whole system for a bulk species); ``off`` (1/s) per molecule of the surface species number
    ``bound``, times exp(E/kT). ``free_energy`` belongs to adsorption, ``back_energy`` to desorption.
    """

    free: Pool
    bound: int
    on: float
    off: float
    free_energy: FreeEnergy | None = None
    back_energy: FreeEnergy | None = None


class SurfaceChemistry(NamedTuple):
    """What happens on membranes: ``mesh`` (MembraneMesh), its species, their reactions.

    Rules of MEDYAN 5.4: ``whole_grid`` spreads bulk species over all compartments, not over what lies in the system;
    ``through`` lets molecules hop to vertices that others cover.
    """

    mesh: object
    species: tuple[SurfaceSpecies, ...]
    reactions: tuple[SurfaceReaction, ...] = ()
    adsorptions: tuple[Adsorption, ...] = ()
    whole_grid: bool = False
    through: bool = False


class SeedRule(NamedTuple):
    """Where new filaments may form: both ends more than ``margin`` nm inside the walls; ``flat``: only directions in
    the xy plane; only in compartments with at least the volume fraction ``least_volume``.
    """

    margin: float = 0.0
    flat: bool = False
    least_volume: float = 0.0


class Walls(NamedTuple):
    """Walls of the volume: ``planes`` rows (point, inward unit normal) in nm, and round ones (``shape``, as for
    ``medyan_py.core.mechanics.surfaces.Surfaces``).

    Ends within ``cutoff`` (nm) of a wall feel its repulsion: ``strength`` (pN nm, 0: none), ``screening`` (nm); the
    repelling wall lies ``shift`` nm inside.
    """

    planes: tuple[tuple[float, ...], ...] = ()
    strength: float = 0.0
    screening: float = 1.0
    cutoff: float = 0.0
    shape: tuple | None = None
    shift: float = 0.0
    seeds: SeedRule = SeedRule()


class Spheres(NamedTuple):
    """Bubbles that filament ends feel; arrays with one row each.

    ``x`` (n, 3) centres and ``radius`` (nm); ``strength`` (pN nm, 0: none) and ``screening`` (nm) of the repulsion,
    which is felt nearer than ``cutoff`` (nm) to the surface. With ``rises`` False the repulsion at the tip keeps its
    magnitude while the end grows, as in MEDYAN 5.4.
    """

    x: object = ()
    radius: object = ()
    strength: object = ()
    screening: object = ()
    cutoff: float = float("inf")
    rises: bool = True
