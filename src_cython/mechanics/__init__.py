"""Interactions, neighbour search, the minimiser."""

import os

# Threads that wait for others sleep instead of spinning: on a machine with other work a spinning thread keeps the one
# it waits for from running, which makes evaluations tens of times slower. Read when OpenMP is first loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
