"""Algorithms of many fields, as they are written down: tables that are filled, sweeps, searches, small simulations."""

import bisect
import cmath
import collections
import copy
import enum
import heapq
import itertools
import math
import statistics

import numpy as np

from .registry import program


@program(lambda r: (r.vec(5, 4), [0, 2, 1]))
def alignment_of_labels_with_blanks(scores, labels):
    steps, blank = scores.shape[0], scores.shape[1] - 1
    path = [blank]
    for label in labels:
        path += [label, blank]
    logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    alpha = np.full((steps, len(path)), -1e30)
    alpha[0, 0] = logs[0, path[0]]
    alpha[0, 1] = logs[0, path[1]]
    for t in range(1, steps):
        for s in range(len(path)):
            terms = [alpha[t - 1, s]]
            if s >= 1:
                terms.append(alpha[t - 1, s - 1])
            if s >= 2 and path[s] != blank and path[s] != path[s - 2]:
                terms.append(alpha[t - 1, s - 2])
            top = max(terms)
            if top < -1e29:
                continue
            alpha[t, s] = top + math.log(sum(math.exp(q - top) for q in terms)) + logs[t, path[s]]
    return -np.logaddexp(alpha[-1, -1], alpha[-1, -2])


@program(lambda r: (r.pos(3, 3), r.pos(3, 4), r.pos(3)), (0, 1, 2))
def one_step_of_baum_and_welch(a, b, start):
    seen = [0, 1, 3, 2, 1]
    a = a / a.sum(1, keepdims=True)
    b = b / b.sum(axis=1)[:, None]
    alpha, beta, scale = np.zeros((5, 3)), np.ones((5, 3)), np.zeros(5)
    alpha[0] = start * b[:, seen[0]]
    scale[0] = alpha[0].sum()
    alpha[0] /= scale[0]
    for t in range(1, 5):
        alpha[t] = (alpha[t - 1] @ a) * b[:, seen[t]]
        scale[t] = alpha[t].sum()
        alpha[t] /= scale[t]
    for t in reversed(range(4)):
        beta[t] = a @ (b[:, seen[t + 1]] * beta[t + 1]) / scale[t + 1]
    moves = np.zeros((3, 3))
    for t in range(4):
        moves += np.outer(alpha[t], b[:, seen[t + 1]] * beta[t + 1]) * a / scale[t + 1]
    moves /= moves.sum(1)[:, np.newaxis]
    return np.log(scale).sum() + np.sum(moves**2) + (alpha * beta)[2, 1]


@program(lambda r: (r.pos(9, 3, 3), r.num(0.6, 0.9)), (0, 1))
def lattice_boltzmann(f, tau):
    moves = [(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)]
    weights = np.array([4 / 9] + [1 / 9] * 4 + [1 / 36] * 4)
    f = f.copy()
    for _ in range(2):
        for i, (cx, cy) in enumerate(moves):
            f[i] = np.roll(np.roll(f[i], cx, axis=0), cy, axis=1)
        rho = f.sum(0)
        ux = sum(f[i] * cx for i, (cx, _) in enumerate(moves)) / rho
        uy = sum(f[i] * cy for i, (_, cy) in enumerate(moves)) / rho
        rest = np.zeros_like(f)
        for i, (cx, cy) in enumerate(moves):
            along = 3 * (cx * ux + cy * uy)
            rest[i] = rho * weights[i] * (1 + along + 0.5 * along**2 - 1.5 * (ux**2 + uy**2))
        f -= (f - rest) / tau
    return np.sum(ux**2) + rho[0, 1]


@program(lambda r: (r.vec(3), r.vec(3), r.num(0.02, 0.05)), (0, 1, 2))
def rigid_body_with_a_quaternion(w, torque, dt):
    inertia = np.diag([1.0, 2.0, 3.0])
    inverse = np.linalg.inv(inertia)
    q = np.array([1.0, 0, 0, 0])
    w = w.copy()
    for _ in range(4):
        w += dt * inverse @ (torque - np.cross(w, inertia @ w))
        x, y, z = w
        turn = np.array([[0, -x, -y, -z], [x, 0, z, -y], [y, -z, 0, x], [z, y, -x, 0]])
        q = q + 0.5 * dt * turn @ q
        q /= np.linalg.norm(q)
    return q[1] + 2 * q[3] + w.dot(inertia.dot(w))


@program(lambda r: (r.vec(5, 5), r.num(0.1, 0.4), r.num(0.1, 0.4)), (0, 1, 2))
def picture_moved_by_parts_of_a_pixel(picture, dx, dy):
    height, width = picture.shape
    out = np.zeros_like(picture)
    for y in range(height):
        for x in range(width):
            sx, sy = min(max(x + dx, 0), width - 1.001), min(max(y + dy, 0), height - 1.001)
            x0, y0 = int(np.floor(sx)), int(sy)
            fx, fy = sx - x0, sy - y0
            above = (1 - fx) * picture[y0, x0] + fx * picture[y0, x0 + 1]
            below = (1 - fx) * picture[y0 + 1, x0] + fx * picture[y0 + 1, x0 + 1]
            out[y, x] = (1 - fy) * above + fy * below
    return np.sum(out**2 * np.arange(25).reshape(5, 5))


@program(lambda r: (r.pos(5),))
def weights_merged_by_a_heap(w):
    heap = [(v, i) for i, v in enumerate(w)]
    heapq.heapify(heap)
    number, cost = len(heap), 0
    while len(heap) > 1:
        a, _ = heapq.heappop(heap)
        b, _ = heapq.heappop(heap)
        cost += (a + b) ** 1.5
        heapq.heappush(heap, (a + b, number))
        number += 1
    return cost


@program(lambda r: (r.vec(4, 3), 2))
def the_best_of_some_sequences(scores, width):
    beams = [((), 0.0)]
    for step in scores:
        longer = [(s + (k,), score + step[k] - 0.1 * len(s)) for s, score in beams for k in range(len(step))]
        longer.sort(key=lambda pair: -pair[1])
        beams = longer[:width]
    return beams[0][1] - np.exp(beams[-1][1])


@program(lambda r: (sorted(r.pos(5).tolist()), r.vec(5), r.num(0.9, 1.3)), (0, 1, 2))
def place_found_by_bisection(xs, ys, q):
    i = min(max(bisect.bisect_right(xs, q), 1), len(xs) - 1)
    t = (q - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] * (1 - t) + ys[i] * t * t


Node = collections.namedtuple("Node", "value left right")


@program(lambda r: (r.vec(7),))
def tree_of_tuples(x):
    def build(low, high):
        if low >= high:
            return None
        middle = (low + high) // 2
        return Node(x[middle], build(low, middle), build(middle + 1, high))

    def fold(node):
        return 1.0 if node is None else np.tanh(node.value * fold(node.left) + fold(node.right))

    return fold(build(0, len(x)))


@program(lambda r: (r.vec(8),))
def sums_of_ranges_in_a_tree(x):
    n = len(x)
    tree = [0.0] * n + list(x)
    for i in range(n - 1, 0, -1):
        tree[i] = tree[2 * i] * 0.5 + tree[2 * i + 1]

    def query(low, high):
        low, high, total = low + n, high + n, 0.0
        while low < high:
            if low & 1:
                total += tree[low]
                low += 1
            if high & 1:
                high -= 1
                total += tree[high]
            low >>= 1
            high >>= 1
        return total

    a = query(1, 6)
    i = 3 + n
    tree[i] = a * x[0]
    while i > 1:
        i //= 2
        tree[i] = tree[2 * i] * 0.5 + tree[2 * i + 1]
    return query(0, 5) * a


@program(lambda r: (r.vec(5, 2),))
def polygon_cut_by_a_line(corners):
    def cut(a, b):
        t = (-0.5 - a[0]) / (b[0] - a[0])
        return a + t * (b - a)

    kept, previous = [], corners[-1]
    for corner in corners:
        if corner[0] > -0.5:
            if not previous[0] > -0.5:
                kept.append(cut(previous, corner))
            kept.append(corner)
        elif previous[0] > -0.5:
            kept.append(cut(previous, corner))
        previous = corner
    area = 0.0
    for (x1, y1), (x2, y2) in zip(kept, kept[1:] + kept[:1], strict=True):
        area += x1 * y2 - x2 * y1
    return area / 2


@program(lambda r: (r.vec(5, 5), r.num(0.2, 0.5)), (0, 1))
def alternating_directions(u, alpha):
    u = u.copy()
    v, p, q = np.zeros((5, 5)), np.zeros((5, 5)), np.zeros((5, 5))
    a, b = -alpha, 1 + 2 * alpha
    for _ in range(2):
        v[0, 1:4] = 1.0
        p[1:4, 0] = 0.0
        q[1:4, 0] = v[0, 1:4]
        for j in range(1, 4):
            below = a * p[1:4, j - 1] + b
            p[1:4, j] = -a / below
            q[1:4, j] = (-a * u[j, 0:3] + (1 + 2 * a) * u[j, 1:4] - a * u[j, 2:5] - a * q[1:4, j - 1]) / below
        v[4, 1:4] = 1.0
        for j in range(3, 0, -1):
            v[j, 1:4] = p[1:4, j] * v[j + 1, 1:4] + q[1:4, j]
        u[1:4, 1:4] = 0.5 * u[1:4, 1:4] + 0.5 * v[1:4, 1:4]
    return u.ravel() @ np.arange(25.0)


@program(lambda r: (r.pos(5), r.pos(5, 3)), (0, 1))
def pairings_of_a_chain(w, bonds):
    n = 5
    table = np.zeros((n, n))
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            best = np.logaddexp(table[i, j], table[i, j - 1])
            if i + 1 < n:
                best = np.logaddexp(best, table[i + 1, j])
                if i < j - 1:
                    best = np.logaddexp(best, table[i + 1, j - 1] + w[i] * bonds[j, i % 3])
                else:
                    best = max(best, table[i + 1, j - 1])
            for k in range(i + 1, j):
                best = np.logaddexp(best, table[i, k] + table[k + 1, j])
            table[i, j] = best
    return table[0, n - 1]


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def extended_kalman_filter(x, sizes):
    p, loglik = np.diag([1.0 + sizes[0] ** 2, 1.5, 1.0]), 0.0
    for z in [(0.3, 0.2), (0.1, -0.4)]:
        x = np.array([x[0] + 0.1 * np.cos(x[2]), x[1] + 0.1 * np.sin(x[2]), x[2]])
        f = np.eye(3)
        f[0, 2], f[1, 2] = -0.1 * np.sin(x[2]), 0.1 * np.cos(x[2])
        p = f @ p @ f.T + 0.01 * np.eye(3)
        range_ = np.hypot(x[0], x[1])
        h = np.zeros((2, 3))
        h[0, :2] = x[:2] / range_
        h[1] = [-x[1] / range_**2, x[0] / range_**2, 0]
        s = h @ p @ h.T + (0.1 + sizes[1] ** 2) * np.eye(2)
        off = np.array(z) - np.array([range_, np.arctan2(x[1], x[0])])
        k = np.linalg.solve(s, h @ p).T
        x = x + k @ off
        p = (np.eye(3) - k @ h) @ p
        loglik -= 0.5 * (off @ np.linalg.solve(s, off) + np.linalg.slogdet(s)[1])
    return loglik + x.sum()


@program(lambda r: (r.vec(3, 2), r.pos(3)), (0, 1))
def particles_drawn_again(p, w):
    w = w / w.sum()
    random = np.random.RandomState(0)
    for _ in range(2):
        p = p + random.randn(*p.shape) * 0.1
        w = w * np.exp(-np.sum(p**2, 1))
        w /= w.sum()
        if 1 / np.sum(w**2) < 2.5:
            p = p[np.searchsorted(np.cumsum(w), (np.arange(3) + 0.5) / 3)]
            w = np.full(3, 1 / 3)
    return w @ p[:, 0] + np.sum(w * p[:, 1] ** 2)


@program(lambda r: (r.vec(8),))
def spectrum_by_halving(x):
    def transform(a):
        if len(a) == 1:
            return a
        even, odd = transform(a[::2]), transform(a[1::2])
        turned = np.exp(-2j * np.pi * np.arange(len(a) // 2) / len(a)) * odd
        return np.concatenate([even + turned, even - turned])

    spectrum = transform(x.astype(complex))
    return np.sum(np.abs(spectrum) ** 2 * np.arange(8)) + spectrum[1].imag


@program(lambda r: (r.pos(8),))
def filter_in_frequencies(x):
    spectrum = np.fft.rfft(x)
    frequencies = np.fft.rfftfreq(len(x))
    answer = 1 / (1 + 1j * frequencies / 0.1)
    answer[frequencies > 0.4] = 0
    spectrum *= answer
    return np.sum(np.fft.irfft(spectrum, n=len(x)) ** 2) + np.abs(spectrum[1]) + np.angle(spectrum[2])


class Shape(enum.Enum):
    LINEAR = 1
    SQUARE = 2

    def apply(self, x):
        match self:
            case Shape.LINEAR:
                return x
            case Shape.SQUARE:
                return x * x


@program(lambda r: (r.vec(4),))
def methods_of_an_enumeration(x):
    total = 0
    for i, v in enumerate(x):
        total += (Shape.LINEAR if i % 2 else Shape.SQUARE).apply(v)
    for shape in Shape:
        total = total + shape.value * shape.apply(x[0])
    return total


@program(lambda r: (r.vec(6).tolist(),))
def several_statistics_of_a_list(v):
    return statistics.mean(v) ** 2 + statistics.stdev(v) + statistics.pvariance(v) + statistics.median(v)


@program(lambda r: (r.vec(3, 3),))
def functions_of_numpy_are_mapped(x):
    lengths = list(map(np.linalg.norm, x))
    total = np.sin(*[x[0, 0]]) + sum(map(np.mean, x.T)) + lengths[1] * list(map(np.ndarray.sum, x))[0]
    return total + max(map(np.max, x)) + sorted(map(np.prod, x))[0] + min(x, key=np.sum) @ x[2]


@program(lambda r: (r.vec(2, 3), r.vec(3)), (0, 1))
def functions_of_numpy_among_stars(x, y):
    a, *rest = x
    pair = (a, y)
    return np.dot(*pair) + sum(map(np.sum, rest)) + max(*a, *y) + math.prod(itertools.accumulate(y, np.maximum))


@program(lambda r: (r.vec(5),))
def mean_of_what_is_sent(x):
    def averager():
        total, count, mean = 0.0, 0, None
        while True:
            v = yield mean
            if v is None:
                return total
            total += v
            count += 1
            mean = total / count

    means = averager()
    next(means)
    out = 0.0
    for v in x:
        out += means.send(v) ** 2
    try:
        means.send(None)
    except StopIteration as end:
        out += end.value
    return out


@program(lambda r: (r.vec(5),))
def changes_taken_back(x):
    state, before = x.copy(), []

    def do(i, f):
        before.append((i, state[i]))
        state[i] = f(state[i])

    def undo():
        i, v = before.pop()
        state[i] = v

    do(0, np.sin)
    do(1, lambda v: v * x[0])
    do(0, np.exp)
    undo()
    do(2, lambda v: v**2)
    return np.sum(state**2)


@program(lambda r: (r.num(), r.num()), (0, 1))
def complex_number_of_python(a, b):
    z = complex(a * np.cos(b), b * a)
    w = cmath.exp(z) / (1 + z**2)
    r, phi = cmath.polar(cmath.sqrt(z))
    return abs(w) + z.imag * w.real + z.conjugate().imag + r * phi + cmath.phase(z) * cmath.rect(a, b).imag


@program(lambda r: (r.num(), r.num()), (0, 1))
def functions_of_cmath(a, b):
    z = complex(a, b) * 0.4
    circular = (cmath.sin, cmath.cos, cmath.tan, cmath.asin, cmath.acos, cmath.atan)
    hyperbolic = (cmath.sinh, cmath.cosh, cmath.tanh, cmath.asinh, cmath.acosh, cmath.atanh)
    s = sum(f(z) for f in circular + hyperbolic)
    t = cmath.log(z) + cmath.log(z, 3) + cmath.log10(z) + cmath.exp(1j * a)
    return (s * t).real + (s / t).imag + (a if cmath.isfinite(s) else 0.0)


@program(lambda r: (r.num(), r.num(), r.num()), (0, 1, 2))
def complex_roots_of_a_quadratic(a, b, c):
    d = cmath.sqrt(b * b - 4 * a * c)
    first, second = (-b + d) / (2 * a), (-b - d) / (2 * a)
    return abs(first) * abs(second - 1) + max(first.imag, second.imag)


@program(lambda r: (r.vec(4),))
def shallow_and_deep_copies(x):
    kept = copy.deepcopy({"a": [x, x[0]], "b": (x[1],)})
    other = copy.copy(kept)
    other["a"] = [kept["a"][0] * 2, 3.0]
    kept["a"][0][0] = 7 * x[1]
    last = x.__deepcopy__({})
    last[1] = 0.0
    return kept["a"][0] @ x + kept["a"][1] * kept["b"][0] + other["a"][0] @ last
