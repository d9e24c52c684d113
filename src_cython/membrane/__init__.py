"""Triangulated membranes: the mesh, its geometry, energies and remeshing."""
