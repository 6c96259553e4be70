"""NumPy functions in ordinary use: reductions, shapes, joining, linear algebra, ufunc methods, keyword forms."""

import numpy as np
from numpy import exp
from numpy import linalg as la

from .registry import program


@program(lambda r: (r.vec(3, 4),))
def reductions(x):
    a = np.sum(x, axis=0) @ np.mean(x, axis=0)
    b = np.sum(x, axis=(0, 1), keepdims=True)[0, 0] * x.sum(1).mean()
    return a + b + np.prod(x[0]) + x.mean() * x.prod(axis=1).sum()


@program(lambda r: (r.vec(3, 4),))
def extremes(x):
    return np.max(x) * np.min(x) + np.sum(np.max(x, axis=1) ** 2) + np.sum(x.min(axis=0, keepdims=True) * x)


@program(lambda r: (r.vec(3, 4),))
def spread(x):
    return np.std(x) + np.sum(np.var(x, axis=0, ddof=1)) + np.ptp(x) + np.median(x[0])


@program(lambda r: (r.pos(3, 4),))
def cumulative(x):
    return np.sum(np.cumsum(x, axis=1) ** 2) + np.cumprod(x[0])[-1] + np.sum(np.diff(x, axis=1) ** 2)


@program(lambda r: (r.vec(2, 6),))
def shapes(x):
    a = x.reshape(3, 4).T
    b = np.reshape(x, (4, -1))
    c = np.transpose(x.reshape(2, 3, 2), (2, 0, 1))
    return np.sum(a * b) + np.sum(c[0] * c[1]) + np.sum(x.ravel() * x.flatten()) + np.squeeze(x[:1, :1]) ** 2


@program(lambda r: (r.vec(2, 3),))
def axes(x):
    a = np.expand_dims(x, 1) * x[:, :, None]
    b = np.swapaxes(a, 0, 2) + np.moveaxis(a, 0, -1)
    return np.sum(b**2) + np.sum(np.atleast_2d(x[0]) @ x.T)


@program(lambda r: (r.vec(2, 3), r.vec(2, 3)), (0, 1))
def joining(x, y):
    a = np.concatenate([x, y], axis=0)
    b = np.stack((x, y, x), axis=1)
    c = np.hstack([x, y]) @ np.vstack([x.T, y.T])
    return np.sum(a**3) + np.sum(b * b[:, ::-1]) + np.sum(c) + np.sum(np.append(x, y) ** 2)


@program(lambda r: (r.vec(6),))
def splitting(x):
    a, b, c = np.split(x, 3)
    d, e = np.array_split(x, [2])
    return np.sum(a * b * c) + np.sum(d) * np.sum(e * e)


@program(lambda r: (r.vec(4),))
def repeated_and_rolled(x):
    return np.sum(np.tile(x, 2) * np.repeat(x, 2)) + np.sum(np.roll(x, 1) * x) + np.sum(np.flip(x) * x) + x[::-1] @ x


@program(lambda r: (r.vec(5),))
def where_and_friends(x):
    a = np.where(x > 0, x * x, np.exp(x))
    b = np.maximum(x, 0.1) + np.minimum(x, 0.2) + np.clip(x, -0.4, 0.6)
    return np.sum(a * b) + np.sum(np.abs(x)) + np.sum(np.sign(x) * x)


@program(lambda r: (np.array([-1.0, -0.3, 2.0]),))
def where_protects_a_singular_side(x):
    safe = np.where(x > 0, x, 1.0)
    return np.sum(np.where(x > 0, np.log(safe) * x, x * x))


@program(lambda r: (r.pos(4),))
def elementwise_functions(x):
    y = np.exp(-x) + np.log(x) + np.sqrt(x) + np.sin(x) * np.cos(x) + np.tanh(x) + np.arctan(x) + np.log1p(x)
    return np.sum(
        y + np.square(x) + np.reciprocal(x) + np.cbrt(x) + np.expm1(x) + np.hypot(x, 1.0) + np.logaddexp(x, 0)
    )


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def products(x, y):
    return np.dot(x, y) + np.sum(np.outer(x, y) ** 2) + np.inner(x, y) * np.vdot(x, y) + np.sum(np.cross(x, y) ** 2)


@program(lambda r: (r.vec(2, 3), r.vec(3, 2)), (0, 1))
def einsum_and_tensordot(x, y):
    a = np.einsum("ij,jk->ik", x, y)
    b = np.einsum("ij,ji", x, y)
    c = np.tensordot(x, y, axes=([1], [0]))
    return np.sum(a * c) + b + np.einsum("ij->", x * x) + np.trace(a) + np.sum(np.kron(x, y))


@program(lambda r: (r.dominant(3), r.vec(3)), (0, 1))
def linear_algebra(a, b):
    x = np.linalg.solve(a, b)
    return x @ x + np.linalg.det(a) * 0.01 + np.sum(np.linalg.inv(a)) + la.norm(b) + np.linalg.slogdet(a)[1]


@program(lambda r: (r.spd(3), r.vec(3)), (0, 1))
def cholesky_and_log_determinant(a, b):
    s = (a + a.T) / 2
    low = np.linalg.cholesky(s)
    z = np.linalg.solve(low, b)
    return z @ z + 2 * np.sum(np.log(np.diag(low)))


@program(lambda r: (r.spd(3),))
def eigenvalues(a):
    w = np.linalg.eigvalsh((a + a.T) / 2)
    return np.sum(np.log(w)) + w[0] * w[2]


@program(lambda r: (r.vec(3, 3),))
def triangles_and_diagonals(x):
    return np.sum(np.tril(x) @ np.triu(x, 1)) + np.sum(np.diag(x) ** 2) + np.sum(np.diag(x[0]) * x)


@program(lambda r: (r.vec(4),))
def sorting(x):
    order = np.argsort(x)
    s = np.sort(x)
    return s[0] * 2 + s[-1] ** 2 + x[order[1]] * 3 + s @ np.arange(4.0) + np.sum(x[np.argmax(x)] * x[np.argmin(x)])


@program(lambda r: (r.vec(3),))
def creation(x):
    z = np.zeros(3) + x
    o = np.ones_like(x) * x
    f = np.full((3,), x[0]) * x
    e = np.eye(3) @ x
    return (
        np.sum(z * o)
        + np.sum(f * e)
        + np.sum(np.linspace(0, 1, 3) * x)
        + np.sum(np.arange(3) * x)
        + np.sum(np.zeros_like(x))
    )


@program(lambda r: (r.num(),))
def array_of_scalars(x):
    a = np.array([x, x * x, 1.0])
    b = np.asarray([[x, 2.0], [3.0, x]])
    c = np.array((a, a * 2))
    return np.sum(a * a) + np.linalg.det(b) + np.sum(c[1])


@program(lambda r: (r.num(),))
def full_of_an_active_value(x):
    return np.sum(np.full((2, 2), x * x) * np.arange(4.0).reshape(2, 2)) + np.sum(np.full_like(np.ones(2), x))


@program(lambda r: (r.vec(3),))
def imported_under_other_names(x):
    n = np
    f = np.sin
    return n.sum(f(x) * exp(x)) + la.norm(x)


@program(lambda r: (r.vec(3),))
def conversion_functions(x):
    y = np.asarray(x)
    z = np.array(x, copy=True) * np.array(x)
    w = x.astype(np.float64) + x.astype(float)
    return np.sum(y * z * w) + np.sum(np.ascontiguousarray(x)) + sum(x.tolist()) + x.copy()[0]


@program(lambda r: (r.vec(3),), tolerance=1e-4, expected=lambda x: 2 * x)
def through_float32_and_back(x):
    y = x.astype(np.float32)
    return np.sum(y.astype(np.float64) ** 2)


@program(lambda r: (r.vec(3, 2),))
def sizes(x):
    n = x.shape[0] * len(x) + x.size + x.ndim + np.shape(x)[1] + np.size(x) + np.ndim(x)
    return np.sum(x * x) / n


@program(lambda r: (r.vec(3),))
def logic_and_counting(x):
    n = np.count_nonzero(x > 0) + np.sum(x > 0) + np.isfinite(x).sum() + int(np.isnan(x).any())
    keep = np.logical_and(x > -10, np.logical_not(np.isinf(x)))
    return np.sum(x**2 * keep) * n + np.allclose(x, x) * x[0]


@program(lambda r: (r.vec(5),))
def ufunc_methods(x):
    return (
        np.add.reduce(x) * np.multiply.reduce(x) + np.sum(np.add.accumulate(x) ** 2) + np.sum(np.multiply.outer(x, x))
    )


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def ufuncs_by_name(x, y):
    a = np.add(x, np.multiply(x, y)) - np.subtract(x, y) / np.add(np.square(y), 1.0)
    return np.sum(np.negative(a) * np.power(np.abs(x), 1.5) + np.divide(a, 3.0) + np.true_divide(x, y))


@program(lambda r: (r.vec(3),))
def keyword_forms(x):
    a = np.sum(a=x) + np.sum(x, dtype=np.float64) + x.sum(axis=None) + np.sum(x, initial=2.0)
    return a * np.sum(x, where=np.array([True, False, True])) + np.mean(x, axis=-1, keepdims=False)


@program(lambda r: (r.vec(3),))
def methods_of_arrays(x):
    return (
        x.dot(x)
        + x.max() * x.min()
        + x.std()
        + x.clip(-0.3, 0.3).sum()
        + x.cumsum()[-1]
        + x.T.reshape(1, 3)[0, 1]
        + x.item(2)
    )


@program(lambda r: (r.vec(2, 3),))
def iteration_over_flat(x):
    s = 0.0
    for v in x.flat:
        s = s * 0.5 + v * v
    return s + x.flat[4]


@program(lambda r: (r.vec(2, 3),))
def ndenumerate_and_ndindex(x):
    s = 0.0
    for (i, j), v in np.ndenumerate(x):
        s += v * v * (i + 2 * j)
    for index in np.ndindex(2, 3):
        s += x[index] * sum(index)
    return s


@program(lambda r: (r.vec(3), r.vec(2)), (0, 1))
def meshgrid_and_broadcast(x, y):
    a, b = np.meshgrid(x, y)
    c = np.broadcast_to(x, (2, 3))
    return np.sum(a * b * c) + np.sum(np.broadcast_to(y[:, None], (2, 3)) * a)


@program(lambda r: (r.vec(8),))
def convolution_and_interpolation(x):
    return np.sum(np.convolve(x, x[:3]) ** 2) + np.sum(np.correlate(x, np.array([1.0, -1.0])) ** 2)


@program(lambda r: (r.vec(4), r.vec(2)), (0, 1))
def polynomials(c, t):
    return np.sum(np.polyval(c, t))


@program(lambda r: (r.vec(3),))
def take_and_choose(x):
    i = np.array([2, 0, 0])
    return np.sum(np.take(x, i) * x) + np.sum(np.take_along_axis(x, i, 0) ** 2) + np.sum(np.compress(x > -9, x))


@program(lambda r: (r.vec(4),))
def fft_of_a_signal(x):
    f = np.fft.fft(x)
    return np.sum(np.abs(f) ** 2 * np.arange(4.0)) + np.sum(np.real(np.fft.ifft(f)) ** 3)


@program(lambda r: (r.num(), r.num()), (0, 1))
def complex_inside(x, y):
    z = x + 1j * y
    w = z * z + np.exp(z)
    return np.real(w) * np.imag(w) + np.abs(z) ** 2 + (z * np.conj(z)).real


@program(lambda r: (r.vec(3),))
def random_numbers_drawn_once(x):
    noise = np.random.normal(size=3)
    mask = np.random.rand(3) < 0.5
    return np.sum(x * noise + x**2 * mask)


@program(lambda r: (r.vec(3),))
def random_numbers_with_a_generator(x):
    draw = np.random.default_rng(7)
    y = x
    for _ in range(3):
        y = y * draw.uniform(0.5, 1.5, size=3) + draw.normal() * x
    return np.sum(y)


@program(lambda r: (r.vec(2, 3),))
def norms(x):
    return np.linalg.norm(x) + np.sum(np.linalg.norm(x, axis=1)) + np.linalg.norm(x[0], 1) + np.linalg.norm(x, "fro")


@program(lambda r: (r.vec(3, 4), np.array([0, 3, 1])))
def softmax_cross_entropy(x, labels):
    shifted = x - np.max(x, axis=1, keepdims=True)
    logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(3), labels])


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def select_and_piecewise(x, y):
    return np.sum(np.select([x > 1, x > 0], [x * y, x**2], default=y)) + np.sum(np.nan_to_num(x) * y)


@program(lambda r: (r.pos(5), r.vec(3, 4)), (0, 1))
def methods_of_universal_functions(x, m):
    y = np.maximum.accumulate(m, axis=1)[:, -1] @ np.logaddexp.accumulate(x)[:3]
    y += np.subtract.reduce(x) * np.hypot.reduce(m, axis=(0, 1)) + np.hypot.reduce(m, axis=0, keepdims=True)[0, 2]
    return y + np.divide.outer(x, x[:2]).prod() + np.multiply.reduceat(x, [0, 3, 1]) @ x[:3]


@program(lambda r: (r.pos(4), r.pos(5)), (0, 1))
def stores_by_universal_functions(x, v):
    y = x.copy()
    np.multiply.at(y, [0, 0, 2], v[:3])
    np.maximum.at(y, np.array([1, 3]), v[3])
    np.power.at(y, (np.array([2, 2]),), 2)
    np.negative.at(y, [3])
    return np.sum(y * y * y)


@program(lambda r: (r.vec(5),))
def results_stored_where_a_condition_holds(x):
    y = np.zeros(5)
    np.log(x, out=y, where=x > 0)
    np.add(y, x[0], out=y, where=np.array([True, False, True, False, True]))
    return np.sum(y * y) + np.sum(x)


@program(lambda r: (r.vec(6),))
def flatten_is_a_copy_of_a_view(x):
    y = x.copy()
    m = y.reshape(2, 3)
    f = m.flatten()
    f[0] = 0.0
    t = m.T
    t[1] = f[:2] * x[3]
    return np.sum(y * y) + np.sum(f * x) + np.sum(m.clip(-0.3, max=0.8))


@program(lambda r: ([r.num(), r.num()], (r.num(), r.num()), [[r.num(), r.num()], [r.num(), r.num()]]), (0, 1, 2))
def lists_and_tuples_of_numbers_taken_for_arrays(p, q, m):
    y = np.dot(p, q) + np.sum(np.multiply(p, [q[1], p[0]])) + np.linalg.norm(np.dot(m, q))
    return y + np.sum(np.arctan2(p, q)) + np.ones(2) @ p + np.sum(np.arange(4.0).reshape(2, 2) * m - p)


@program(lambda r: ([r.num()],))
def a_list_of_one_number_taken_for_an_array(p):
    return np.sum(np.square(p) * 3.0)


@program(lambda r: ([r.num(), r.num(), r.num()],))
def lists_of_numbers_where_operations_are_recorded(p):
    try:
        windows = np.lib.stride_tricks.sliding_window_view(p, 2)
    finally:
        rows = [np.atleast_1d(p) * 2.0]
    return (
        np.sum(windows * windows) + np.sum(np.einsum("i,i", p, p) * rows[0]) + np.sum(np.interp(p, [0.0, 3.0], [1, 2]))
    )


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def chosen_by_a_list(a, b):
    return np.sum(np.choose([0, 1, 0], [a, b]) * np.arange(1.0, 4.0))


@program(lambda r: (r.vec(2, 3), r.vec(3)), (0, 1))
def dot_as_a_method(a, b):
    return a.dot(b).dot(a.dot(b)) + a[0].dot(b)


@program(lambda r: (r.vec(2, 3),))
def a_lambda_with_a_function_among_its_defaults(x):
    reduced = lambda x, reduction=np.mean, axis=0: reduction(x, axis=axis)  # noqa: E731
    return np.sum(squared_sum(x)) + np.sum(reduced(x) ** 2)


squared_sum = lambda x, function=np.sum, axes=(1,): function(x**2, axis=axes)  # noqa: E731


@program(lambda r: (np.array([0.5, 0.0, -1.5]), r.vec(3)), 1)
def numbers_as_conditions(x, w):
    y = np.where(x * w[0], w**3, x * w)
    return np.sum(y * np.where(w, w, 2.0)) + np.sum(np.extract(x * w, w)) + np.sum(np.compress(w, w * w))
