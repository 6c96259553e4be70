"""Reading by index: slices, fancy indices with repeats, masks, newaxis, ellipsis, negative indices, mixtures."""

import numpy as np

from .registry import program


@program(lambda r: (r.vec(5),))
def negative_indices(x):
    return x[-1] * x[-2] + x[len(x) - 1] + x[~0] * x[0]


@program(lambda r: (r.vec(6),))
def slices(x):
    return (
        np.sum(x[1:4] * x[::2]) + np.sum(x[::-1] * x) + np.sum(x[-3:-1]) * x[:1][0] + np.sum(x[10:]) + np.sum(x[5:0:-2])
    )


@program(lambda r: (r.vec(3, 4),))
def slices_of_matrices(x):
    return np.sum(x[1] * x[:2]) + np.sum(x[:, 1] ** 2) + np.sum(x[1:, ::2] * x[:-1, 1::2]) + x[2, 3] * x[-1][-1]


@program(lambda r: (r.vec(3),))
def repeated_indices(x):
    return np.sum(x[[0, 0, 1]] ** 2) + np.sum(x[np.array([2, 2, 2, 0])] * np.arange(4.0))


@program(lambda r: (r.vec(4), np.array([3, 1, 1, 0, 3])))
def index_array_argument(x, index):
    y = x[index]
    return np.sum(y * y * np.arange(1.0, 6.0))


@program(lambda r: (r.vec(4),))
def two_dimensional_index(x):
    i = np.array([[0, 1], [1, 3]])
    return np.sum(x[i] @ x[i])


@program(lambda r: (r.vec(5),))
def boolean_mask(x):
    y = x[x > 0]
    return np.sum(y**2) + np.sum(x[~(x > 0)]) * len(y)


@program(lambda r: (r.vec(3, 3),))
def boolean_mask_of_a_matrix(x):
    return np.sum(x[x > -0.2] ** 2) + np.sum(x[np.eye(3, dtype=bool)]) + np.sum(x[np.array([True, False, True])])


@program(lambda r: (r.vec(3, 4),))
def paired_indices(x):
    rows, columns = np.array([0, 2, 0]), np.array([1, 1, 1])
    return np.sum(x[rows, columns] ** 2) + np.sum(x[rows] * x[:, columns][:3, :1]) + np.sum(x[np.arange(3), [3, 0, 2]])


@program(lambda r: (r.vec(3, 4),))
def mixed_indices(x):
    return np.sum(x[[0, 0, 2], 1:3] ** 2) + np.sum(x[1:, [0, 0]] ** 3) + np.sum(x[np.ix_([0, 2], [1, 1, 3])] ** 2)


@program(lambda r: (r.vec(2, 3, 4),))
def separated_indices(x):
    return np.sum(x[[0, 1], :, [2, 2]] ** 2) + np.sum(x[:, [0, 0], 1:2] ** 2) + np.sum(x[0, ..., 1] ** 2)


@program(lambda r: (r.vec(3, 2),))
def newaxis_and_ellipsis(x):
    return np.sum(x[:, None] * x[None]) + np.sum(x[..., np.newaxis, 0] ** 2) + np.sum(x[...] * x) + np.sum(x[..., 0])


@program(lambda r: (r.vec(4),))
def slice_objects(x):
    window = slice(1, 3)
    key = (slice(None), 0)
    return np.sum(x[window] ** 2) + np.sum(x.reshape(2, 2)[key]) ** 2


@program(lambda r: (r.vec(3, 4),))
def index_of_an_index(x):
    y = x[1:]
    z = y[:, 2:]
    w = z[0]
    return w[0] * w[1] + np.sum(z[1]) * x[1][2]


@program(lambda r: (r.vec(4),))
def index_from_active_comparison(x):
    i = np.argmax(x)
    j = int(x[0] > 0)
    k = np.where(x > -100)[0]
    n = np.nonzero(x > -100)
    return x[i] ** 2 + x[j] + np.sum(x[k] ** 2) + np.sum(x[n]) + x[np.searchsorted(np.arange(3.0), 1.5)]


@program(lambda r: (r.vec(5),))
def gather_in_a_loop(x):
    s = 0.0
    for i in range(len(x)):
        s += x[[i, (i + 1) % 5]] @ x[[i, i]]
    return s


@program(lambda r: (r.vec(3, 3),))
def element_by_two_brackets(x):
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += x[i][j] * x[j][i]
    return s


@program(lambda r: (r.vec(4, 4),))
def window_sums(x):
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += np.prod(x[i : i + 2, j : j + 2])
    return s


@program(lambda r: (r.vec(4),))
def index_with_a_tuple_variable(x):
    m = x.reshape(2, 2)
    where = (1, 0)
    s = 0.0
    for key in [(0, 0), (1, 1), where]:
        s = s * m[key] + m[key]
    return s


@program(lambda r: (r.vec(3), 2))
def index_overwritten_after_use(x, i):
    a = x[i] * x[i - 1]
    i = 0
    return a * x[i]


@program(lambda r: (r.vec(3),))
def index_array_changed_after_use(x):
    index = np.array([0, 1, 2])
    a = x[index] * x
    index[0] = 2
    b = x[index]
    return np.sum(a * b)


@program(lambda r: (r.vec(3), [2, 0, 1]))
def permutation(x, order):
    y = x[order]
    z = y[order]
    return y @ np.array([1.0, 2.0, 3.0]) + z[0] ** 2


@program(lambda r: (r.vec(2, 3),))
def embedding_lookup(table):
    tokens = [0, 1, 1, 0, 1]
    h = np.zeros(3)
    for t in tokens:
        h = np.tanh(h + table[t])
    return np.sum(h)


@program(lambda r: (r.vec(1, 3),))
def unpack_after_indexing(x):
    (a, b, c) = x[0]
    ((d, *_),) = x
    return a * b * c + d


@program(lambda r: (np.array(0.8),))
def index_of_zero_dimensions(x):
    return x[()] * x[...] + x[None][0]


@program(lambda d: (d.vec(2, 3),))
def a_flat_iterator_takes_values_again_and_again(x):
    y = x.copy()
    y.flat = x[0]
    y.flat[::2] *= x[1]
    y.flat[1:4] = x
    y.flat[[0, 5]] = [x[0, 0], 2.0, 3.0]
    y.flat[y.ravel() > 1] = x[1, :2]
    y.flat[4] = x[0, 1]
    z = np.zeros(())
    z.flat = x[0]
    return np.sum(y * np.arange(6.0).reshape(2, 3)) + z[()]
