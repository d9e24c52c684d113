"""What exists: filaments with their cylinders, beads and monomers; linkers and motors."""
