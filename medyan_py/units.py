"""Conversions between units in use; inside the program everything is nm, s, pN, pN nm and numbers of molecules."""

KT = 4.1  # thermal energy at room temperature, pN nm
MOLECULES_PER_NM3_UM = 6.02214076e-7  # molecules in 1 nm³ at 1 µM (Avogadro constant, SI 2019)
NM2_PER_UM2 = 1e6
