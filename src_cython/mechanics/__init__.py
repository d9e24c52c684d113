"""Interactions, neighbour search, the minimiser."""
