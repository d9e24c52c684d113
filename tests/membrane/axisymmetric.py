"""Axisymmetric membranes by their own means: curves instead of meshes, to compare with.

Lengths and energies are in units of the tube radius r₀ = √(κ/2σ) and of κ, forces in those of f₀ = 2π√(2κσ).
"""

import numpy as np
from scipy.integrate import cumulative_simpson, simpson, solve_bvp
from scipy.optimize import minimize
from scipy.special import i1, k1


def tether_force(heights, radius=6.0, tip=0.2):
    """Force at which the middle of a flat membrane, held at a ring of ``radius``, is lifted to each of ``heights``.

    The middle is a disc of radius ``tip``. Boundary value problem of the shape equations for the angle ψ of the
    contour, the moment, r, the multiplier γ of dr = cos ψ ds, and z along the contour (Seifert, Berndl & Lipowsky 1991,
    Phys Rev A 44:1182; Derényi, Jülicher & Prost 2002, Phys Rev Lett 88:238101). ``heights`` rise in small steps.
    """
    sigma = 0.5

    def slopes(t, y, p):
        psi, moment, r, gamma, _ = y
        s, c = np.sin(psi), np.cos(psi)
        twice_h = moment / r
        change = twice_h * c + gamma * s + p[1] * c
        return p[0] * np.array([twice_h - s / r, change, c, 0.5 * twice_h**2 - twice_h * s / r + sigma, s])

    t = np.linspace(0, 1, 300)
    r, q = tip + (radius - tip) * t, np.sqrt(sigma)
    ends = np.array([[k1(q * e), i1(q * e)] for e in (tip, radius)])
    a, b = np.linalg.solve(ends, [1 / (sigma * tip), 1 / (sigma * radius)])
    psi = -1 / (sigma * r) + a * k1(q * r) + b * i1(q * r)  # weak forces, for one of 2πκ/r₀
    z = np.concatenate([[0], np.cumsum(0.5 * (psi[1:] + psi[:-1]) * np.diff(r))])
    share = heights[0] / (z[0] - z[-1])
    y = np.array([share * psi, share * (r * np.gradient(psi, r) + psi), r, sigma * r, share * (z - z[-1])])
    p, found = np.array([radius - tip, share]), []
    for height in heights:

        def ends(a, b, p, height=height):
            psi, moment, r, gamma, _ = a
            bent = moment / r - np.sin(psi) / r
            energy = (
                0.5 * r * bent**2 - np.sin(psi) ** 2 / (2 * r) - sigma * r + gamma * np.cos(psi) - p[1] * np.sin(psi)
            )
            return np.array([psi, r - tip, a[4] - height, b[0], b[2] - radius, b[4], energy])

        solution = solve_bvp(slopes, ends, t, y, p=p, max_nodes=5000, tol=1e-3)
        assert solution.success, solution.message
        t, y, p = solution.x, solution.y, solution.p
        found.append(p[1])
    return np.array(found)


def vesicle_energy(reduced_volume, oblate=True, modes=10):
    """Least bending energy, over 8πκ, of a closed shape with an axis and a mirror plane, and its contour (r, z).

    The angle of the contour is that of a circle plus sines; what is found depends on whether the start is flattened.
    """
    s, k = np.linspace(0, np.pi / 2, 601), np.arange(1, modes + 1)
    sines, cosines = np.sin(2 * np.outer(s, k)), 2 * k * np.cos(2 * np.outer(s, k))

    def shape(a):
        psi, bent = s + sines @ a, 1 + cosines @ a
        r = cumulative_simpson(np.cos(psi), x=s, initial=0)
        across = np.where(r > 1e-12, np.sin(psi) / np.where(r > 1e-12, r, 1), bent)
        area, volume = 4 * np.pi * simpson(r, x=s), 2 * np.pi * simpson(r**2 * np.sin(psi), x=s)
        return simpson((bent + across) ** 2 * r, x=s) / 4, volume * 6 * np.pi**0.5 / area**1.5, r, psi

    a = np.zeros(modes)
    a[0] = -0.3 if oblate else 0.3
    for v in [*np.arange(0.9, reduced_volume, -0.1).tolist(), reduced_volume]:
        rule = {"type": "eq", "fun": lambda a, v=v: shape(a)[1] - v}
        a = minimize(lambda a: shape(a)[0], a, constraints=rule, method="SLSQP", options={"ftol": 1e-8}).x
    energy, _, r, psi = shape(a)
    z = cumulative_simpson(np.sin(psi), x=s, initial=0)
    return energy, np.stack([r, z[-1] - z], axis=1)
