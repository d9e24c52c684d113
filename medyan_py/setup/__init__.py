"""From a deck to the system at the start: grid and walls, chemistry, mechanics, filaments."""
