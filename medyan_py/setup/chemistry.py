"""Species, reactions and filament chemistry of a deck in the engine's terms."""

from __future__ import annotations

import numpy as np

from medyan_py.core.chemistry.descriptions import (
    Aging,
    Binding,
    Branching,
    Bulk,
    Destruction,
    Diffusing,
    Emission,
    FreeEnergy,
    Growth,
    Nucleation,
    Pool,
    Reaction,
    SeedRule,
    Severing,
    Shrinkage,
    Walls,
)
from medyan_py.core.chemistry.filament_chemistry import FilamentChemistry
from medyan_py.core.membrane.mesh import MembraneMesh
from medyan_py.core.structure.filaments import Filaments
from medyan_py.deck import Deck, LinkerReaction, MotorReaction, SpeciesRef
from medyan_py.deck import model as deck_model
from medyan_py.setup.space import Space, wall_planes, wall_shape
from medyan_py.setup.surface import surface_chemistry

REPULSION_SHIFT = 100.0  # nm; how far inside the boundary the wall of REPULSIONEXPIN repels


def build_chemistry(
    deck: Deck, space: Space, seed: np.random.SeedSequence, mesh: MembraneMesh | None = None
) -> FilamentChemistry:
    """The chemistry of a deck with an empty system: no molecules in the volume, no filaments.

    ``space`` is the one at the start, ``mesh`` that of the membranes.
    """
    types = deck.filament_types
    old_rules = deck.compatibility == "medyan-5.4"
    return FilamentChemistry(
        deck.geometry.shape,
        deck.geometry.compartment_size,
        space.active,
        [Diffusing(s.name, s.diffusion) for s in deck.diffusing],
        [Bulk(s.name, s.constant) for s in deck.bulk] + _held_species(deck),
        _reactions(deck),
        seed,
        filaments=Filaments(
            [(t.monomer_size, t.cylinder_size, t.monomers_per_cylinder, t.binding_sites) for t in types],
            full_cylinder_fractions=old_rules,
        ),
        growths=[Growth(**_end_change(deck, r)) for r in deck.polymerisations],
        shrinkages=[Shrinkage(**_end_change(deck, r)) for r in deck.depolymerisations],
        agings=[_aging(r) for r in deck.agings],
        destructions=[_destruction(deck, r) for r in deck.destructions],
        severings=[Severing(r.filament_type, r.filament, r.rate, minus_side=old_rules) for r in deck.severings],
        nucleations=[_nucleation(deck, r) for r in deck.nucleations],
        branchings=[_branching(deck, r) for r in deck.branchings],
        bindings=[_linker(deck, r) for r in deck.linkers] + [_motor(deck, r) for r in deck.motors],
        emissions=_emissions(deck, space),
        ratchet_lengths=[t.ratchet_length for t in types],
        axial_loads=[t.stretching_k if t.ratchet_axial else None for t in types],
        end_kinds=[(len(t.minus_end_species), len(t.plus_end_species)) for t in types],
        walls=_walls(deck),
        same_filament_pairs=deck.allow_same_filament_pairs,
        powers=old_rules,
        track_dissipation=deck.track_dissipation,
        track_events=deck.track_events,
        volume_fraction=space.volume,
        face_fraction=space.faces,
        algorithm=deck.algorithm,
        surface=None if mesh is None else surface_chemistry(deck, mesh),
    )


def _free_energy(r) -> FreeEnergy | None:
    return None if r.free_energy is None else FreeEnergy(r.free_energy.value, r.free_energy.account)


def _pool(deck: Deck, ref: SpeciesRef) -> Pool:
    species = deck.bulk if ref.kind == "bulk" else deck.diffusing
    return Pool(ref.kind == "bulk", [s.name for s in species].index(ref.name))


def _reactions(deck: Deck) -> list[Reaction]:
    return [
        Reaction(
            tuple(_pool(deck, s) for s in r.reactants),
            tuple(_pool(deck, s) for s in r.products),
            r.rate,
            everywhere,
            _free_energy(r),
        )
        for reactions, everywhere in ((deck.general_reactions, True), (deck.bulk_reactions, False))
        for r in reactions
    ]


def _held_species(deck: Deck) -> list[Bulk]:
    """One bulk species for each emission of each anchor: the molecules that its bubble holds."""
    return [Bulk(e.general, e.constant) for anchor in deck.bubbles.anchors for e in anchor.emissions]


def _emissions(deck: Deck, space: Space) -> list[Emission]:
    """Emissions of all anchors in order; a bulk species is absorbed from the whole volume inside the boundary."""
    compartment = float(np.prod(deck.geometry.compartment_size))
    volume = {"diffusing": compartment, "bulk": compartment * space.volume[space.active == 1].sum()}
    lines = [e for anchor in deck.bubbles.anchors for e in anchor.emissions]
    made = []
    for number, e in enumerate(lines):
        held, free = Pool(True, len(deck.bulk) + number), _pool(deck, e.free)
        rates = e.emission, e.absorption / volume[e.free.kind]
        made.append(Emission(held, free, *rates, *_emission_energies(e.general, *rates)))
    return made


def _emission_energies(name: str, emission: float, absorption: float) -> tuple[FreeEnergy | None, FreeEnergy | None]:
    """Free energy (kT) of emission and absorption, which follows from their rates.

    With it neither way is favoured in equilibrium, where as many molecules go as come. What goes one way only has none.
    """
    if not (emission > 0 and absorption > 0):
        return None, None
    value = float(np.log(absorption / emission))
    return FreeEnergy(value, f"EMI_{name}"), FreeEnergy(-value, f"ABS_{name}")


def _end_change(deck: Deck, r) -> dict:
    return {
        "filament_type": r.filament_type,
        "side": 1 if r.end == "plus" else 0,
        "free": _pool(deck, r.free),
        "end": r.end_before,
        "inside": r.filament,
        "new_end": r.end_after,
        "rate": r.rate,
        "free_energy": _free_energy(r),
    }


def _aging(r: deck_model.Aging) -> Aging:
    part = {"filament": -1, "minus": 0, "plus": 1}[r.part]
    return Aging(r.filament_type, part, r.before, r.after, r.rate, _free_energy(r))


def _destruction(deck: Deck, r: deck_model.Destruction) -> Destruction:
    first, second = r.products
    return Destruction(r.filament_type, r.minus, r.plus, (_pool(deck, first), _pool(deck, second)), r.rate)


def _nucleation(deck: Deck, r: deck_model.Nucleation) -> Nucleation:
    reactants = tuple(_pool(deck, species) for species in r.reactants)
    return Nucleation(r.filament_type, reactants, r.minus, r.filament, r.plus, r.rate)


def _branching(deck: Deck, r: deck_model.Branching) -> Branching:
    """Without a force field that says otherwise a branch starts 10 nm off its mother at 70°, as in MEDYAN 5.4."""
    return Branching(
        type=r.index,
        filament_type=r.filament_type,
        flag=_flag(deck, r.filament_type, r.bound),
        brancher=_pool(deck, r.free),
        monomer=_pool(deck, r.monomer),
        plus=r.plus,
        on=r.on,
        off=r.off,
        zone=_zone(deck, r.zone),
        distance=r.distance,
        length=10.0 if r.stretching_length is None else r.stretching_length,
        angle=1.22 if r.bending_theta is None else r.bending_theta,
        unbinding_law=r.unbinding,
        unbinding_parameter={None: 0.0, "SLIP": r.unbinding_length, "SLIPF": r.unbinding_force}[r.unbinding],
    )


def _zone(deck: Deck, zone: str) -> str:
    """What MEDYAN 5.4 takes for the side of a box is the space above the bottom of the grid."""
    old_box = deck.compatibility == "medyan-5.4" and deck.boundary.shape == "CUBIC"
    return "BELOW" if zone == "SIDEBOUNDARY" and old_box else zone


def _flag(deck: Deck, filament_type: int, site: str) -> int:
    """Number of a binding-site species: brancher, linker and motor sites, those of equal name counted once."""
    t = deck.filament_types[filament_type]
    return list(dict.fromkeys((t.brancher_site, t.linker_site, t.motor_site))).index(site)


def _common(deck: Deck, r: LinkerReaction | MotorReaction) -> dict:
    return {
        "type": r.index,
        "filament_types": r.filament_types,
        "flags": tuple(_flag(deck, t, site) for t, site in zip(r.filament_types, r.bound, strict=True)),
        "free": _pool(deck, r.free),
        "on": r.on,
        "off": r.off,
        "r_min": r.r_min,
        "r_max": r.r_max,
        "stiffness": r.stretching_k or 0.0,
        "unbinding_law": r.unbinding,
        "distinct_legs": r.filament_types[0] == r.filament_types[1] and r.species[0] != r.species[1],
        "free_energy": _free_energy(r),
    }


def _linker(deck: Deck, r: LinkerReaction) -> Binding:
    return Binding(
        motor=False,
        stride=deck.linker_binding_skip - 1,
        lengths=r.unbinding_lengths,
        amplitudes=r.unbinding_amplitudes,
        **_common(deck, r),
    )


def _motor(deck: Deck, r: MotorReaction) -> Binding:
    first = deck.filament_types[0]
    return Binding(
        motor=True,
        heads_min=r.heads_min,
        heads_max=r.heads_max,
        unbinding_forces=r.unbinding_forces,
        walking_law=r.walking,
        walking_force=r.walking_force or 0.0,
        # the spacing of sites that the deck asks for, on filament type 0
        step_fraction=r.step_size / (first.cylinder_size / first.requested_binding_sites),
        walking=_walking(deck, r, "plus"),
        walking_back=_walking(deck, r, "minus"),
        walking_energy=_walking_energy(deck, r, "plus"),
        walking_back_energy=_walking_energy(deck, r, "minus"),
        **_common(deck, r),
    )


def _walking(deck: Deck, r: MotorReaction, direction: str) -> tuple[float | None, float | None]:
    """Rate of steps in one direction for each leg, None for a leg that has no walking reaction."""
    rates = []
    for filament_type, species in zip(r.filament_types, r.species, strict=True):
        found = [
            w.rate
            for w in deck.walking
            if (w.filament_type, w.motor_species, w.direction) == (filament_type, species, direction)
        ]
        rates.append(sum(found) if found else None)
    return rates[0], rates[1]


def _walking_energy(deck: Deck, r: MotorReaction, direction: str) -> tuple[FreeEnergy | None, FreeEnergy | None]:
    """Free energy (kT) of a step of each leg to the next binding site, which is many steps of one head.

    The deck gives that of a head's own step. Steps back to the minus end have none (Floyd, Papoian & Jarzynski 2019).
    """
    energies = []
    for filament_type, species in zip(r.filament_types, r.species, strict=True):
        t = deck.filament_types[filament_type]
        steps = t.cylinder_size / t.requested_binding_sites / r.step_size
        found = [
            FreeEnergy(w.free_energy.value * steps, w.free_energy.account)
            if direction == "plus"
            else FreeEnergy(0.0, f"{w.free_energy.account}m")
            for w in deck.walking
            if (w.filament_type, w.motor_species, w.direction) == (filament_type, species, direction) and w.free_energy
        ]
        energies.append(found[0] if found else None)
    return energies[0], energies[1]


def _walls(deck: Deck) -> Walls:
    """The walls; without a force field they repel nothing, but filaments still form inside only."""
    boundary = deck.boundary
    planes, shape, seeds = tuple(map(tuple, wall_planes(deck))), wall_shape(deck), _seed_rule(deck)
    if boundary.repulsion is None:
        return Walls(planes, shape=shape, seeds=seeds)
    return Walls(
        planes,
        boundary.interaction_k,
        boundary.screening_length,
        boundary.cutoff,
        shape,
        REPULSION_SHIFT if boundary.repulsion == "REPULSIONEXPIN" else 0.0,
        seeds,
    )


def _seed_rule(deck: Deck) -> SeedRule:
    """Filaments form anywhere inside, in any direction; by the rules of MEDYAN 5.4 only in compartments at least half
    inside and, in a cylinder, flat and 125 nm from the walls.
    """
    if deck.compatibility != "medyan-5.4":
        return SeedRule()
    cylinder = deck.boundary.shape == "CYLINDER"
    return SeedRule(margin=125.0 if cylinder else 0.0, flat=cylinder, least_volume=0.5)
