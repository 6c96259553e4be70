"""Whole-array programs in the plain NumPy style, without element loops."""

import numpy as np

from .registry import program


@program(lambda r: (r.vec(3, 2), r.vec(4, 2)), (0, 1))
def pairwise_distances(x, y):
    d2 = np.sum(x**2, 1)[:, None] + np.sum(y**2, 1) - 2 * x @ y.T
    return np.sum(np.sqrt(d2 + 1.0))


@program(lambda r: (r.vec(5, 3),))
def batch_normalisation(x):
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    z = (x - mean) / np.sqrt(var + 1e-3)
    return np.sum(z**3) + np.sum(z[0])


@program(lambda r: (r.vec(5, 3), r.vec(3), r.vec(3)), (0, 1, 2))
def layer_normalisation(x, gain, bias):
    mean = x.mean(axis=-1, keepdims=True)
    std = x.std(axis=-1, keepdims=True)
    return np.sum(np.tanh((x - mean) / (std + 1e-5) * gain + bias))


@program(lambda r: (r.vec(6, 3), r.vec(3), r.vec(6)), (0, 1, 2))
def least_squares(x, w, y):
    r = x @ w - y
    return 0.5 * r @ r + 0.1 * np.sum(np.abs(w)) + 0.05 * np.sum(w**2)


@program(lambda r: (r.vec(6, 2), r.vec(6)), (0, 1))
def normal_equations(x, y):
    w = np.linalg.solve(x.T @ x + 0.1 * np.eye(2), x.T @ y)
    return np.sum((x @ w - y) ** 2)


@program(lambda r: (r.vec(2, 4, 4),))
def total_variation(image):
    dx = image[:, 1:, :] - image[:, :-1, :]
    dy = image[:, :, 1:] - image[:, :, :-1]
    return np.sum(np.sqrt(dx[:, :, :-1] ** 2 + dy[:, :-1, :] ** 2 + 0.01))


@program(lambda r: (r.vec(5, 5),))
def laplacian_energy(u):
    lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
    return np.sum(lap**2)


@program(lambda r: (r.vec(4, 3),))
def covariance_and_correlation(x):
    z = x - x.mean(axis=0)
    c = z.T @ z / (len(x) - 1)
    s = np.sqrt(np.diag(c))
    return np.sum(c / np.outer(s, s)) + np.trace(c)


@program(lambda r: (r.vec(3, 4),))
def cosine_similarity(x):
    n = x / np.linalg.norm(x, axis=1, keepdims=True)
    return np.sum((n @ n.T) ** 2)


@program(lambda r: (r.vec(4, 3), np.array([0, 2, 1, 1])), 0)
def hinge_loss(scores, y):
    correct = scores[np.arange(len(y)), y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1.0)
    margins = np.where(np.arange(3) == y[:, None], 0.0, margins)
    return np.sum(margins) / len(y)


@program(lambda r: (r.vec(3, 4, 2), r.vec(3, 2, 4)), (0, 1))
def batched_einsum(a, b):
    c = np.einsum("bij,bjk->bik", a, b)
    return np.sum(np.tanh(c)) + np.einsum("bii->", c)


@program(lambda r: (r.vec(8),))
def autocorrelation(x):
    z = x - np.mean(x)
    return sum(np.dot(z[:-k], z[k:]) / np.dot(z, z) for k in (1, 2, 3))


@program(lambda r: (r.pos(4, 3),))
def entropy_and_divergence(x):
    p = x / np.sum(x, axis=1, keepdims=True)
    q = np.mean(p, axis=0)
    return -np.sum(p * np.log(p)) + np.sum(p * np.log(p / q))


@program(lambda r: (r.vec(2, 3), r.vec(3, 3), r.vec(3, 1), r.vec(2, 1)), (1, 2))
def two_layer_network(x, w1, w2, y):
    h = np.maximum(x @ w1, 0)
    out = h @ w2
    return np.mean((out - y) ** 2)


@program(lambda r: (r.vec(6),))
def softplus_gelu_and_friends(x):
    softplus = np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)
    gelu = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    leaky = np.where(x > 0, x, 0.01 * x)
    elu = np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
    return np.sum(softplus * gelu + leaky * elu)


@program(lambda r: (r.vec(4), r.vec(4)), (0, 1))
def circular_convolution(a, b):
    return np.sum(np.array([np.sum(a * np.roll(b[::-1], k + 1)) for k in range(4)]) ** 2)


@program(lambda r: (r.vec(2, 2), r.vec(2, 2), r.vec(2, 2)), (0, 1, 2))
def block_matrices(a, b, c):
    m = np.block([[a, b], [c, a]])
    return np.sum(m @ m) + np.linalg.det(m + 5 * np.eye(4))


@program(lambda r: (r.vec(5),))
def vandermonde_fit(y):
    t = np.linspace(-1, 1, 5)
    v = np.stack([t**k for k in range(3)], axis=1)
    c = np.linalg.solve(v.T @ v, v.T @ y)
    return np.sum((v @ c - y) ** 2) + c[0] * c[2]


@program(lambda r: (r.vec(3, 3),))
def frobenius_and_trace(a):
    return np.sqrt(np.sum(a * a)) + np.trace(a @ a.T) + np.sum(a.T[1:] * a[:, 1:].T)


@program(lambda r: (r.vec(4, 2),))
def moving_average(x):
    kernel = np.ones((3, 1)) / 3
    y = np.stack([np.sum(x[i : i + 3] * kernel, axis=0) for i in range(2)])
    return np.sum(y**2)


@program(lambda r: (r.vec(3),))
def number_broadcast_on_the_tape(x):
    items = [x]
    for item in items:
        if len(items) < 2:
            items.append(item * 2.0)
    x = items.pop()
    return np.sum(np.broadcast_to(x[0], (3,)) * x)


@program(lambda r: (r.vec(3),))
def axes_put_on_a_number(x):
    s = np.sum(x * x)
    return np.sum(s[..., None, None] * np.outer(x, x))


@program(lambda r: (r.vec(3),))
def axes_put_on_a_number_on_the_tape(x):
    items = [x]
    for item in items:
        if len(items) < 2:
            items.append(item * 2.0)
    x = items.pop()
    s = np.sum(x * x)
    return np.sum(s[..., None, None] * np.outer(x, x))


def power_by_halves(x, n):
    if n < 2:
        return x if n else 1.0
    items = [power_by_halves(x, n // 2)]
    items.append(items[0] * power_by_halves(x, n - 2 * (n // 2)))
    return items.pop(0) * items.pop()


@program(lambda r: (r.num(),))
def recursion_on_the_tape(x):
    return power_by_halves(x, 5)


START = np.array([0.5, -1.5, 2.0])


@program(lambda r: (START,), expected=lambda x: x)
def argument_that_is_read_from_outside_as_well(x):
    items = [x]
    for item in items:
        if len(items) < 2:
            items.append(item * START)
    return np.sum(items.pop())
