"""Programs that show what one core can do, compiled here and run next to ours."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent / "yardsticks"
NUMBER = r"([0-9.eE+-]+)"


def compile_yardstick(name: str) -> Path:
    """Compile ``yardsticks/<name>.c`` with the C compiler of the environment; returns the program."""
    compiler = os.environ.get("CC", "cc")
    if shutil.which(compiler) is None:
        raise SystemExit(f"the yardsticks need a C compiler; {compiler!r} is not there (set CC)")
    program = Path(tempfile.gettempdir()) / f"medyan_py_{name}_{os.getuid()}"
    subprocess.run([compiler, "-O3", "-march=native", SOURCES / f"{name}.c", "-o", program, "-lm"], check=True)
    return program


def run_yardstick(program: Path, arguments, pattern: str) -> float:
    """Run a yardstick; the number that ``pattern`` finds in what it prints."""
    printed = subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout
    return float(re.search(pattern, printed).group(1))


def diffusion_events_per_second(shape, species: int, copies: int, events: int) -> float:
    """Events per second of exact lattice diffusion in plain C."""
    program = compile_yardstick("diffusion_limit")
    return 1e6 * run_yardstick(program, (*shape, species, copies, events), NUMBER + " Mevents/s")


def force_ns_per_cylinder(filaments: int, cylinders: int, evaluations: int) -> float:
    """Nanoseconds per cylinder of one energy and gradient pass in plain C."""
    program = compile_yardstick("force_limit")
    return run_yardstick(program, (filaments, cylinders, evaluations), NUMBER + " ns per cylinder")
