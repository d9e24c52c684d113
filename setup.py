"""Compile ``src_cython/`` into the package ``medyan_py.core``.

Environment variables read here:

``MEDYAN_DEBUG=1``
    Bounds and initialisation checks in every Cython module, debug symbols, no optimisation.
``MEDYAN_CFLAGS``
    Extra compiler flags, for example ``-march=native``.
``MEDYAN_OPENMP=0``
    Leave OpenMP out also where the compiler has it; forces are then computed on one thread.

Results do not depend on the instruction set: floating-point contraction is switched off and no
flag that reorders arithmetic is used.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src_cython"
PACKAGE = "medyan_py.core"
SHARED = f"{PACKAGE}._shared"  # code that Cython would otherwise repeat in every module
THREADED = {f"{PACKAGE}.mechanics.energy", f"{PACKAGE}.mechanics.preconditioner"}  # modules with parallel loops
OPENMP = ["-fopenmp"]
DEBUG = os.environ.get("MEDYAN_DEBUG", "") not in ("", "0")


def mirror_declarations() -> Path:
    """Copy the ``.pxd`` files to a tree named like the package, where Cython looks for them."""
    include = ROOT / "build" / "declarations"
    target = include / PACKAGE.replace(".", "/")
    shutil.rmtree(include, ignore_errors=True)
    for pxd in SOURCES.rglob("*.pxd"):
        copy = target / pxd.relative_to(SOURCES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(pxd, copy)  # keeps the time stamp, so unchanged files trigger no rebuild
    for folder in (include / "medyan_py", target, *(p for p in target.rglob("*") if p.is_dir())):
        (folder / "__init__.pxd").touch()
    return include


def openmp_flags() -> list[str]:
    """Flags that switch OpenMP on, none where the compiler cannot build and link a program with it."""
    if os.environ.get("MEDYAN_OPENMP", "") == "0":
        return []
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text("#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n")
        command = [*compiler, *OPENMP, str(source), "-o", str(Path(folder, "probe"))]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return []
    return OPENMP


def extensions() -> list[Extension]:
    """One extension module per ``.pyx`` file, named after its place in ``src_cython``."""
    flags = ["-O0", "-g"] if DEBUG else ["-O3"]
    # neither of the last two changes a value: no errno, and no floating-point traps that would forbid vector selects
    flags += ["-Wno-unused-function", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
    flags += os.environ.get("MEDYAN_CFLAGS", "").split()
    libraries = Path(numpy.get_include()).parents[1] / "random" / "lib"
    openmp = openmp_flags()
    modules = []
    for pyx in sorted(SOURCES.rglob("*.pyx")):
        name = ".".join([PACKAGE, *pyx.relative_to(SOURCES).with_suffix("").parts])
        modules.append(
            Extension(
                name,
                [str(pyx.relative_to(ROOT))],
                include_dirs=[numpy.get_include()],
                library_dirs=[str(libraries)],
                libraries=["npyrandom", "m"],
                define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
                extra_compile_args=flags + openmp * (name in THREADED),
                extra_link_args=openmp * (name in THREADED),
            )
        )
    modules.append(Extension(SHARED, [f"src_cython/{SHARED.rsplit('.', 1)[1]}.c"], extra_compile_args=flags))
    return modules


def compiled() -> list[Extension]:
    os.chdir(ROOT)
    return cythonize(
        extensions(),
        build_dir="build/cython",
        shared_utility_qualified_name=SHARED,
        include_path=[str(mirror_declarations())],
        nthreads=os.cpu_count() if sys.platform.startswith("linux") else 0,
        annotate=os.environ.get("MEDYAN_ANNOTATE", "") not in ("", "0"),
        compiler_directives={
            "language_level": 3,
            "boundscheck": DEBUG,
            "wraparound": False,
            "initializedcheck": DEBUG,
            "cdivision": True,
            "freethreading_compatible": False,
        },
    )


rooms = sorted(p.parent.name for p in SOURCES.glob("*/__init__.py"))
packages = ["medyan_py", *(f"medyan_py.{p.parent.name}" for p in (ROOT / "medyan_py").glob("*/__init__.py"))]
packages += [PACKAGE, *(f"{PACKAGE}.{room}" for room in rooms)]

setup(
    packages=packages,
    package_dir={"medyan_py": "medyan_py", PACKAGE: "src_cython"},
    ext_modules=compiled(),
    options={"build_ext": {"parallel": os.cpu_count()}},
    zip_safe=False,
)
