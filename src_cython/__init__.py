"""Compiled core: random streams, structure, chemistry and mechanics."""
