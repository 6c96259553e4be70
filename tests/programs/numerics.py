"""Numerical methods as they are written in a first course: iterations, quadrature, integration, factorisations."""

import math

import numpy as np

from .registry import program


def rk4(f, y, t, dt):
    k1 = f(t, y)
    k2 = f(t + dt / 2, y + dt / 2 * k1)
    k3 = f(t + dt / 2, y + dt / 2 * k2)
    k4 = f(t + dt, y + dt * k3)
    return y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def trapezoid(f, a, b, n):
    h = (b - a) / n
    s = 0.5 * (f(a) + f(b))
    for i in range(1, n):
        s += f(a + i * h)
    return s * h


@program(lambda r: (r.num(1.5, 3.0),))
def newton_square_root(a):
    x = a
    for _ in range(20):
        step = (x * x - a) / (2 * x)
        x = x - step
        if abs(step) < 1e-15:
            break
    return x


@program(lambda r: (r.vec(2),))
def newton_for_a_system(p):
    x = np.array([1.0, 1.0])
    for _ in range(12):
        f = np.array([x[0] ** 2 + x[1] - 3 - 0.1 * p[0], x[0] + x[1] ** 2 - 3 - 0.1 * p[1]])
        jacobian = np.array([[2 * x[0], 1.0], [1.0, 2 * x[1]]])
        x = x - np.linalg.solve(jacobian, f)
    return x[0] * x[1]


@program(lambda r: (r.num(), r.num()), (0, 1))
def secant_method(a, b):
    def f(z):
        return z**3 + a * z - b

    z0, z1 = 0.0, 1.0
    for _ in range(12):
        f0, f1 = f(z0), f(z1)
        if abs(f1 - f0) < 1e-14:
            break
        z0, z1 = z1, z1 - f1 * (z1 - z0) / (f1 - f0)
    return z1


@program(lambda r: (r.num(0.4, 0.9),))
def fixed_point(a):
    x = 0.5
    for _ in range(200):
        new = np.cos(a * x)
        if abs(new - x) < 1e-15:
            break
        x = new
    return x


@program(lambda r: (r.num(), r.num()), (0, 1))
def trapezoidal_rule(a, b):
    return trapezoid(lambda t: np.exp(-a * t) * np.sin(b * t), 0.0, b, 16)


@program(lambda r: (r.num(),))
def simpson_rule(a):
    n, h = 10, 0.2
    s = 0.0
    for i in range(n + 1):
        w = 1 if i in (0, n) else 4 if i % 2 else 2
        s += w * math.exp(-a * (i * h) ** 2)
    return s * h / 3


@program(lambda r: (r.num(),))
def gauss_legendre(a):
    nodes, weights = np.polynomial.legendre.leggauss(5)
    return np.sum(weights * np.exp(a * nodes))


@program(lambda r: (r.num(), r.num()), (0, 1))
def adaptive_quadrature(a, b):
    def f(t):
        return math.exp(-a * t) + b * t * t

    def adapt(left, right, depth):
        middle = 0.5 * (left + right)
        coarse = 0.5 * (right - left) * (f(left) + f(right))
        fine = 0.25 * (right - left) * (f(left) + 2 * f(middle) + f(right))
        if depth == 0 or abs(fine - coarse) < 1e-3:
            return fine
        return adapt(left, middle, depth - 1) + adapt(middle, right, depth - 1)

    return adapt(0.0, 1.0, 4)


@program(lambda r: (r.vec(2), r.num()), (0, 1))
def runge_kutta_pendulum(y, g):
    def rhs(t, s):
        return np.array([s[1], -g * np.sin(s[0]) + 0.1 * np.cos(t)])

    t = 0.0
    for _ in range(8):
        y = rk4(rhs, y, t, 0.1)
        t += 0.1
    return y[0] ** 2 + y[1]


@program(lambda r: (r.num(), r.num()), (0, 1))
def euler_with_scalars(x, v):
    for k in range(20):
        a = -4.0 * x - 0.3 * v + 0.1 * math.sin(0.05 * k)
        v += 0.05 * a
        x += 0.05 * v
    return x * x + v * v


@program(lambda r: (r.num(),), step=1e-5, seed=1)
def adaptive_step_integration(a):
    t, y, h = 0.0, 1.0, 0.1
    while t < 1.0 - 1e-9:
        h = min(h, 1.0 - t)
        full = y + h * (-a * y)
        half = y + h / 2 * (-a * y)
        two = half + h / 2 * (-a * half)
        if abs(two - full) > 1e-2:
            h = h * 0.5
            continue
        t, y = t + h, two
        h = h * 1.2
    return y


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def verlet_integration(x, v):
    a = -x
    for _ in range(6):
        x = x + 0.1 * v + 0.005 * a
        new = -x - 0.1 * x**3
        v = v + 0.05 * (a + new)
        a = new
    return np.sum(x * x) + np.sum(v * v)


@program(lambda r: (r.spd(4), r.vec(4)), (0, 1))
def conjugate_gradients(a, b):
    x = np.zeros(4)
    r = b - a @ x
    p = r.copy()
    rr = r @ r
    for _ in range(4):
        ap = a @ p
        alpha = rr / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        if new < 1e-28:
            break
        p = r + new / rr * p
        rr = new
    return x @ b


@program(lambda r: (r.dominant(4), r.vec(4)), (0, 1))
def jacobi_iteration(a, b):
    x = np.zeros(4)
    d = np.diag(a)
    for _ in range(25):
        x = (b - (a @ x - d * x)) / d
    return np.sum(x**2)


@program(lambda r: (r.dominant(4), r.vec(4)), (0, 1))
def gaussian_elimination_with_pivoting(a, b):
    a, b = a.copy(), b.copy()
    n = len(b)
    for k in range(n):
        p = k + np.argmax(np.abs(a[k:, k]))
        if p != k:
            a[[k, p]] = a[[p, k]]
            b[[k, p]] = b[[p, k]]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k:] -= factor * a[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x * x)


@program(lambda r: (r.spd(3),))
def power_method_eigenvalue(a):
    v = np.ones(3)
    for _ in range(60):
        w = a @ v
        v = w / np.linalg.norm(w)
    return v @ a @ v


@program(lambda r: (r.vec(4, 3),))
def modified_gram_schmidt(a):
    q = a.copy()
    for j in range(3):
        for i in range(j):
            q[:, j] -= (q[:, i] @ q[:, j]) * q[:, i]
        q[:, j] /= np.sqrt(q[:, j] @ q[:, j])
    return np.sum(q[:, 2] * np.arange(4.0)) + q[0, 0] * q[1, 1]


@program(lambda r: (r.small(3, 3),))
def matrix_exponential_series(a):
    term = np.eye(3)
    total = np.eye(3)
    for k in range(1, 15):
        term = term @ a / k
        total = total + term
    return np.sum(total)


@program(lambda r: (r.vec(5),))
def horner_evaluation(c):
    y = 0.0
    for k in reversed(range(5)):
        y = y * 0.7 + c[k]
    dy = 0.0
    for k in range(4, 0, -1):
        dy = dy * 0.7 + k * c[k]
    return y * dy


@program(lambda r: (np.sort(r.pos(5)) + np.arange(5.0), r.vec(5)), (0, 1))
def lagrange_interpolation(xs, ys):
    t = 2.5
    total = 0.0
    for i in range(len(xs)):
        term = ys[i]
        for j in range(len(xs)):
            if j != i:
                term *= (t - xs[j]) / (xs[i] - xs[j])
        total += term
    return total


@program(lambda r: (r.vec(6),))
def natural_cubic_spline(y):
    n = len(y) - 1
    a = np.zeros(n + 1)
    c = np.zeros(n + 1)
    m = np.zeros(n + 1)
    for i in range(1, n):
        rhs = 6.0 * (y[i + 1] - 2 * y[i] + y[i - 1])
        low = 4.0 - a[i - 1]
        a[i] = 1.0 / low
        c[i] = (rhs - c[i - 1]) / low
    for i in range(n - 1, 0, -1):
        m[i] = c[i] - a[i] * m[i + 1]
    s = 0.0
    for t in (0.5, 1.25, 3.75):
        k = int(t)
        u = t - k
        v = 1 - u
        s += v * y[k] + u * y[k + 1] + ((v**3 - v) * m[k] + (u**3 - u) * m[k + 1]) / 6
    return s * s


@program(lambda r: (r.vec(3, 2), r.vec(2)), (0, 1))
def barycentric_de_casteljau(points, shift):
    p = points + shift
    t = 0.3
    while len(p) > 1:
        p = (1 - t) * p[:-1] + t * p[1:]
    return p[0, 0] * p[0, 1]


@program(lambda r: (r.num(),))
def continued_fraction(x):
    y = 0.0
    for k in range(8, 0, -1):
        y = k * x / (1.0 + y)
    return 1.0 / (1.0 + y)


@program(lambda r: (r.num(0.2, 0.6),))
def arithmetic_geometric_mean(k):
    a, b = 1.0, math.sqrt(1 - k * k)
    while abs(a - b) > 1e-15:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return math.pi / (2 * a)


@program(lambda r: (r.vec(5),))
def gradient_descent_inside(c):
    x = np.zeros(5)
    for _ in range(10):
        g = 2 * (x - c) + 0.2 * x**3
        x = x - 0.1 * g
    return np.sum((x - 1.0) ** 2)


@program(lambda r: (r.vec(4),))
def haar_wavelet(x):
    y = x.copy()
    n = len(y)
    while n > 1:
        half = n // 2
        a = (y[0:n:2] + y[1:n:2]) / 2
        d = (y[0:n:2] - y[1:n:2]) / 2
        y[:half] = a
        y[half:n] = d
        n = half
    return np.sum(y**3)


@program(lambda r: (r.vec(3, 3),))
def determinant_by_minors(a):
    def det(m):
        n = len(m)
        if n == 1:
            return m[0][0]
        s = 0.0
        for j in range(n):
            minor = [[m[i][k] for k in range(n) if k != j] for i in range(1, n)]
            s += (-1) ** j * m[0][j] * det(minor)
        return s

    return det([list(row) for row in a])


@program(lambda r: (r.num(),))
def richardson_extrapolation(x):
    def d(h):
        return (math.sin(x * (1 + h)) - math.sin(x * (1 - h))) / (2 * h)

    table = [[d(0.2)]]
    for i in range(1, 4):
        row = [d(0.2 / 2**i)]
        for j in range(1, i + 1):
            row.append(row[j - 1] + (row[j - 1] - table[i - 1][j - 1]) / (4**j - 1))
        table.append(row)
    return table[-1][-1]


@program(lambda r: (1.5,), expected=lambda x: 2 / 3)
def three_equal_numbers_share_evenly(x):
    return max(x, 3.0 - x, 2.0 * x - 1.5)


@program(lambda r: (r.num(1.0, 2.0), r.num(1.0, 2.0)), (0, 1))
def the_best_of_three_numbers_in_a_loop(x, y):
    best, total = 0.1, 0.0
    for i in range(4):
        best = max(best * 0.9, x * i - y, y * 0.5)
        total += min(best, y, 1.3 * x) + max(x * y, 2.0, best)
    return total + best


@program(lambda r: (2.0,), expected=lambda x: 0.0)
def a_tie_with_a_constant_among_three_goes_to_the_constant(x):
    return max(x * x - 2.0, x, 2.0)


@program(lambda r: (np.array([0.2, 0.4, 0.9]),))
def root_where_there_is_one(x):
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(x > 0.5, np.sqrt(x - 0.5), x))


@program(lambda r: (np.array([-0.2, 0.4, 0.9]),))
def quotients_where_they_are_finite(x):
    with np.errstate(all="ignore"):
        y = np.log(x)
        z = y * y / (x + 0.2)
        return np.sum(np.where(x > 0, z, 2.0 * x) * x)


@program(lambda r: (np.array([2.0, 30.0, -0.5]),))
def exponential_where_it_does_not_overflow(x):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.sum(np.where(x > 0, x, np.exp(100.0 * x) - 1.0))


@program(lambda r: (np.array([0.3, 0.4]), np.array([0.0, 2.0])))
def quotients_by_zero_are_not_taken(x, y):
    with np.errstate(divide="ignore"):
        return np.sum(np.where(y > 0, x[:, None] / y, 0.0))


@program(lambda r: (np.array([0.3, 0.4, 0.5]),), step=1e-6)
def text_of_a_number_and_back(x, form="%.2f"):
    return float("%.2f" % (10.0 * x[0])) * x[1] + float(form % x[2]) * x[0]


@program(lambda r: (r.vec(6),))
def high_frequencies_are_cut_off_in_place(x):
    f = np.fft.rfft(x)
    f[2:] = 0
    return np.sum(np.fft.irfft(f, len(x)) ** 3)


@program(lambda r: (r.vec(4),))
def complex_entries_come_from_their_neighbours(x):
    z = x * np.exp(1j * x)
    for i in range(1, 4):
        z[i] = z[i] * z[i - 1] + 1j * x[i] - 0.5j
    return np.sum(z.real * z.imag)


@program(lambda r: (r.vec(4),))
def a_complex_number_grows_in_a_loop(x):
    z, total = 1.0 + 0.5j, 0.0
    for v in x:
        z = z * (v - 0.3j) + 2j
        total += abs(z) ** 2
    return total + z.real


@program(lambda r: (r.vec(4).astype(np.float32),), tolerance=2e-3)
def single_precision_meets_a_complex_constant(x):
    z = x * 1j + 2.0
    z[0] *= 1 - 1j
    z[1:] = z[1:] * np.conj(z[:-1])
    return np.sum(z.real * z.imag)
