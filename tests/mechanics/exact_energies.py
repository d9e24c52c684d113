"""The energy of every interaction written out once more, from its definition, in numbers of sixty digits.

Points are sequences of three ``mpf``. Gradients by central differences with a step of 1e-20 nm are then exact to about
twenty digits however near a configuration is to a degenerate one, where differences of doubles fail.
"""

from mpmath import acos, atan2, cos, exp, mp, mpf, pi, sin, sqrt

mp.dps = 60
STEP = mpf(10) ** -20
AXIS = mpf("0.05")  # sine of the angle below which a turn about an axis fades out


def plus(a, b):
    return [p + q for p, q in zip(a, b, strict=True)]


def minus(a, b):
    return [p - q for p, q in zip(a, b, strict=True)]


def times(s, a):
    return [s * p for p in a]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def length(a):
    return sqrt(dot(a, a))


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def angle(a, b):
    return atan2(length(cross(a, b)), dot(a, b))


def on(a, b, fraction):
    return plus(times(1 - mpf(fraction), a), times(mpf(fraction), b))


def exact(energy, points):
    """Energy and gradient (n, 3), as floats, of a function of a list of points given in double precision."""
    places = [[mpf(float(c)) for c in point] for point in points]
    gradient = []
    for n in range(len(places)):
        gradient.append([])
        for axis in range(3):
            both = []
            for sign in (1, -1):
                moved = [list(p) for p in places]
                moved[n][axis] += sign * STEP
                both.append(energy(*moved))
            gradient[-1].append(float((both[0] - both[1]) / (2 * STEP)))
    return float(energy(*places)), gradient


def spring(k, rest):
    return lambda a, b: mpf(k) / 2 * (length(minus(b, a)) - mpf(rest)) ** 2


def bond(k, rest, u, v):
    return lambda a, b, c, d: spring(k, rest)(on(a, b, u), on(c, d, v))


def bend(k, theta, form):
    def energy(a, b, c):
        phi = angle(minus(b, a), minus(c, b))
        if form == "ANGLE":
            return mpf(k) / 2 * (phi - mpf(theta)) ** 2
        return mpf(k) * (1 - cos(phi - (mpf(theta) if form == "COSINE" else 0)))

    return energy


def arms(a, b, c, d, p):
    """Axis of the mother, site to daughter, direction of the daughter."""
    return minus(b, a), minus(c, on(a, b, p)), minus(d, c)


def branch_stretching(k, rest, p):
    return lambda a, b, c, d: mpf(k) / 2 * (length(arms(a, b, c, d, p)[1]) - mpf(rest)) ** 2


def branch_bending(k, theta, p):
    def energy(a, b, c, d):
        u, _, w = arms(a, b, c, d, p)
        return mpf(k) * (1 - cos(angle(u, w) - mpf(theta)))

    return energy


def branch_position(k, p):
    def energy(a, b, c, d):
        u, r, _ = arms(a, b, c, d, p)
        return mpf(k) * (1 - sin(angle(u, r)))

    return energy


def off_axis(a, axis):
    t = length(cross(a, axis)) / (length(a) * length(axis)) / AXIS
    return t**3 * (10 - 15 * t + 6 * t * t) if t < 1 else mpf(1)


def branch_dihedral(k, form, p):
    """k (1 − c) or k ψ², c = cos ψ of the planes (u, r), (w, r), or with V2 (w, u), (r, u)."""

    def energy(a, b, c, d):
        u, r, w = arms(a, b, c, d, p)
        one, axis, other = (w, u, r) if form.endswith("V2") else (u, r, w)
        n, m = cross(one, axis), cross(other, axis)
        cosine = dot(n, m) / (length(n) * length(m))
        turn = acos(min(max(cosine, mpf(-1)), mpf(1)))
        quadratic = form.startswith("QUADRATIC")
        value, mean = (turn**2, pi**2 / 3) if quadratic else (1 - cosine, mpf(1))
        weight = off_axis(one, axis) * off_axis(other, axis)
        return mpf(k) * (weight * value + (1 - weight) * mean)

    return energy


def sampled_volume(k, first, second):
    """``first``, ``second``: serials of both beads, interval, monomer size."""

    def samples(a, b, serials, interval, size):
        low, high = serials
        chosen = [m for m in range(low, high) if m % interval == 0]
        return [on(a, b, (mpf(m - low) + mpf("0.5")) / (high - low)) for m in chosen], interval * mpf(size)

    def energy(a, b, c, d):
        (one, weight), (two, other) = samples(a, b, *first), samples(c, d, *second)
        return sum(mpf(k) * weight * other / dot(minus(q, p), minus(q, p)) ** 2 for p in one for q in two)

    return energy


def screened(k, screening, gap):
    """K exp(−gap/λ), continued along its tangent deeper than 30 λ."""
    depth = -gap / mpf(screening)
    return mpf(k) * (exp(depth) if depth <= 30 else exp(mpf(30)) * (1 + depth - 30))


def from_axis(x, centre, radius, half):
    """Distance from the wall around the vertical segment of half height ``half``; rounded off near it."""
    core = mpf(radius) / 100
    z = x[2] - min(max(x[2], mpf(centre[2]) - half), mpf(centre[2]) + half)
    rho = sqrt((x[0] - mpf(centre[0])) ** 2 + (x[1] - mpf(centre[1])) ** 2 + z**2)
    if rho >= core:
        return mpf(radius) - rho
    t = rho / core
    return mpf(radius) - core * (mpf(3) / 8 + t**2 * (mpf(3) / 4 - t**2 / 8))


def wall_distances(shape, x):
    """Distances from all walls of a boundary: a list of planes (point, normal) or a round shape."""
    if not isinstance(shape[0], str):
        return [dot([mpf(float(v)) for v in n], minus(x, [mpf(float(v)) for v in p])) for p, n in shape]
    name, centre, radius, *height = shape
    half = mpf(height[0]) / 2 if height else mpf(0)
    if name == "CYLINDER":
        side = from_axis([x[0], x[1], mpf(0)], [*centre[:2], 0], radius, mpf(0))
        up = x[2] - mpf(centre[2])
        return [side, half + up, half - up]
    return [from_axis(x, centre, radius, half)]


def walls(shape, k, screening, shift=0):
    return lambda *beads: sum(screened(k, screening, d - shift) for x in beads for d in wall_distances(shape, x))


def repulsion(k, screening, contact):
    return lambda a, b: screened(k, screening, length(minus(b, a)) - mpf(contact))
