"""Other stochastic simulators, each as a function network → (function (duration, seed) → copies).

``copies`` is the copy number of the network's first species at the end, None where it is not compared.
"""

import importlib.util
import resource
from collections import Counter

MODULES = {"rebop": "rebop", "GillesPy2 C++": "gillespy2", "RoadRunner": "roadrunner", "COPASI": "basico"}
# beyond these their set-up alone takes minutes
MOST_REACTIONS = {"rebop": 50_000, "GillesPy2 C++": 500, "RoadRunner": 4000, "COPASI": 4000}


def installed(name: str) -> bool:
    """Whether a peer can be imported."""
    return importlib.util.find_spec(MODULES[name]) is not None


def seconds(simulate, duration: float) -> float:
    """Processor time of one call and of programs it starts; other work disturbs it less than wall time."""
    begin = _processor_time()
    simulate(duration)
    return _processor_time() - begin


def _processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def rebop(network):
    """Direct method in Rust."""
    import rebop

    system = rebop.Gillespie()
    for reactants, products, rate in network.reactions:
        system.add_reaction(rate, reactants, products)
    # each of its two representations where it is the faster one
    first = next(iter(network.species))
    options = {"nb_steps": 1, "sparse": len(network.species) > 8, "var_names": [first]}
    return lambda duration, seed=1: int(
        system.run(network.species, tmax=duration, rng=seed, **options)[first].values[-1]
    )


def gillespy2(network):
    """Direct method in C++, compiled for the model; compilation is not counted."""
    import gillespy2

    model = gillespy2.Model(name="network")
    model.add_species([gillespy2.Species(name=s, initial_value=n) for s, n in network.species.items()])
    for i, (reactants, products, rate) in enumerate(network.reactions):
        model.add_parameter(gillespy2.Parameter(name=f"k{i}", expression=repr(rate)))
        left, right = Counter(reactants), Counter(products)
        model.add_reaction(
            gillespy2.Reaction(name=f"r{i}", reactants=left, products=right, propensity_function=_law(f"k{i}", left))
        )
    solver = gillespy2.SSACSolver(model, variable=True)

    first = next(iter(network.species))

    def simulate(duration, seed=1):
        solver.model.tspan = None  # left over from the last run, and in the way of another duration
        return solver.run(t=duration, increment=duration, number_of_trajectories=1, seed=seed)[0][first][-1]

    return simulate


def roadrunner(network):
    """Direct method on just-in-time compiled SBML."""
    import roadrunner

    runner = roadrunner.RoadRunner(_sbml(network))
    runner.setIntegrator("gillespie")
    runner.getIntegrator().setValue("variable_step_size", False)

    def simulate(duration, seed=1):
        runner.getIntegrator().setValue("seed", seed)
        runner.reset()
        runner.simulate(0, duration, 2)

    return simulate


def copasi(network):
    """COPASI's next-reaction method."""
    import basico

    model = basico.new_model(name="network", quantity_unit="1", volume_unit="1")
    for name, copies in network.species.items():
        basico.add_species(name, initial_concentration=copies, model=model)
    for i, (reactants, products, rate) in enumerate(network.reactions):
        name = f"r{i}"
        basico.add_reaction(name, f"{' + '.join(reactants)} -> {' + '.join(products)}", model=model)
        parameter = f"({name}).k1" if reactants else f"({name}).v"
        basico.set_reaction_parameters(parameter, value=rate, model=model)
    method = {"name": "Stochastic (Gibson + Bruck)", "Max Internal Steps": 2**31 - 1}
    basico.set_task_settings("Time-Course", {"method": method}, model=model)

    def simulate(duration, seed=1):
        basico.run_time_course(start_time=0, duration=duration, intervals=1, model=model, update_model=False)

    return simulate


def _law(rate: str, reactants: Counter) -> str:
    factors = [rate]
    for name, copies in reactants.items():
        factors += [name if i == 0 else f"({name} - {i})" for i in range(copies)]
    return " * ".join(factors)


def _sbml(network) -> str:
    species = "".join(
        f'<species id="{s}" compartment="c" initialAmount="{n}" hasOnlySubstanceUnits="true" boundaryCondition="false" '
        'constant="false"/>'
        for s, n in network.species.items()
    )
    reactions = "".join(_sbml_reaction(i, *r) for i, r in enumerate(network.reactions))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" '
        'version="1"><model id="network"><listOfCompartments><compartment id="c" size="1" constant="true"/>'
        f"</listOfCompartments><listOfSpecies>{species}</listOfSpecies><listOfReactions>{reactions}"
        "</listOfReactions></model></sbml>"
    )


def _sbml_reaction(i, reactants, products, rate) -> str:
    def listed(tag, names):
        references = "".join(
            f'<speciesReference species="{s}" stoichiometry="{n}" constant="true"/>' for s, n in Counter(names).items()
        )
        return f"<{tag}>{references}</{tag}>" if references else ""

    factors = f"<cn>{rate!r}</cn>"
    for name, copies in Counter(reactants).items():
        for j in range(copies):
            factors += f"<ci>{name}</ci>" if j == 0 else f"<apply><minus/><ci>{name}</ci><cn>{j}</cn></apply>"
    return (
        f'<reaction id="r{i}" reversible="false" fast="false">{listed("listOfReactants", reactants)}'
        f'{listed("listOfProducts", products)}<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply>'
        f"<times/>{factors}</apply></math></kineticLaw></reaction>"
    )


PEERS = {"rebop": rebop, "GillesPy2 C++": gillespy2, "RoadRunner": roadrunner, "COPASI": copasi}
