"""Simulation of the cytoskeleton, molecule by molecule, with filament mechanics.

Lengths are in nm, times in s, forces in pN, energies in pN nm.
"""

from pkgutil import extend_path

# The compiled package may be installed elsewhere than the sources next to the working directory.
__path__ = extend_path(__path__, __name__)

__version__ = "0.1.0"
