"""Building blocks shared by the rooms: random stream, growing tables, heap, samplers."""
