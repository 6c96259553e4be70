"""Orders "A" and "K" read an array as it lies in memory, which is known when the program runs: the adjoint and the tangent put every entry
back where it came from, whatever the layout of the argument and of its tangent.
"""

import itertools

import numpy as np
import pytest
import srcgrad_runtime as rt

import srcgrad

WEIGHTS = np.arange(1.0, 13.0) ** 1.5


def raveled_k(x):
    return np.sum(np.ravel(np.rot90(x) * x[0, 0], "K") * WEIGHTS[:6])


def raveled_a(x):
    return np.sum(np.sin(x).ravel(order="A") * WEIGHTS[:6])


def flattened_a(x):
    return np.sum(x[::-1].flatten("A") * WEIGHTS[:6])


def flattened_k(x):
    return np.sum((x**2).T.flatten("K") * WEIGHTS[:6])


def reshaped_a(x):
    return np.sum(np.reshape(x, (3, 2), order="A") * WEIGHTS[:6].reshape(3, 2))


def reshaped_f(x):
    return np.sum(x[:, ::-1].reshape(3, 2, order="F") * WEIGHTS[:6].reshape(3, 2))


def broadcast_k(x):
    return np.sum(np.broadcast_to(x[:, None, :], (2, 2, 3)).transpose(2, 0, 1).ravel("K") * WEIGHTS)


def broadcast_flattened(x):
    return np.sum(np.broadcast_to(x[:, None, :], (2, 2, 3)).transpose(2, 1, 0).flatten("K") * WEIGHTS)


def copied(x):
    return np.sum(x.T.copy().ravel("K") * WEIGHTS[:6]) + np.sum(x.copy("F").ravel("A") * WEIGHTS[6:]) ** 2


def converted(x):
    return np.sum(x.astype(float, order="F").ravel("K") * WEIGHTS[:6]) + np.sum(np.array(x, order="C").ravel("A")) ** 2


def stored(x):
    y = x * 1.0
    v = y.ravel("K")
    v[0] = 3.0 * x[1, 0]
    return np.sum(y * WEIGHTS[:6].reshape(2, 3)) + v @ v


def stored_in_a_copy(x):
    y = x.copy("K")
    z = y.swapaxes(0, 1)
    z.ravel("K")[2] *= z[1, 1]
    return y.ravel("A") @ WEIGHTS[:6] * np.sum(y)


def stored_in_fortran_order(x):
    y = np.asfortranarray(x) * 2
    y.ravel("A")[1] = x[0, 0] * x[0, 1]
    return np.sum(y * y * WEIGHTS[:6].reshape(2, 3))


PROGRAMS = [
    raveled_k, raveled_a, flattened_a, flattened_k, reshaped_a, reshaped_f, broadcast_k, broadcast_flattened, copied, converted,
    stored, stored_in_a_copy, stored_in_fortran_order,
]  # fmt: skip
LAYOUTS = {
    "C": lambda: np.zeros((2, 3)),
    "F": lambda: np.zeros((3, 2)).T,
    "steps": lambda: np.zeros((4, 6))[::2, ::2],
    "steps, turned": lambda: np.zeros((3, 2, 2))[..., 0].T,
    "backwards": lambda: np.zeros((2, 3))[::-1, ::-1],
}
VALUES = np.array([[0.3, 1.1, -0.7], [2.1, 0.4, 0.9]])


def laid(values, layout):
    array = LAYOUTS[layout]()
    array[...] = values
    return array


def differences(f, layout):
    """Central differences, in arguments of the same layout."""
    found = np.zeros((2, 3))
    for place in itertools.product(range(2), range(3)):
        ends = []
        for step in (1e-6, -1e-6):
            x = laid(VALUES, layout)
            x[place] += step
            ends.append(f(x))
        found[place] = (ends[0] - ends[1]) / 2e-6
    return found


def kept(f):
    """The function in a form that is recorded."""

    def recorded(x):
        return f(next(iter(list(once(x)))))

    return recorded


def once(x):
    yield x


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_every_entry_goes_back_to_its_place(f, layout):
    expected, x = differences(f, layout), laid(VALUES, layout)
    straight, recorded = srcgrad.value_and_grad(f), srcgrad.value_and_grad(kept(f))
    for gradient in (straight, recorded):
        y, x_bar = gradient(x)
        np.testing.assert_allclose(y, f(x), rtol=1e-12)
        np.testing.assert_allclose(x_bar, expected, rtol=1e-7, atol=1e-7)
    assert "recorded because" in recorded.source.partition("\n")[0]
    for other in LAYOUTS:
        directions = [laid(d, other) for d in np.eye(6).reshape(6, 2, 3)]
        tangents = [srcgrad.jvp(f, (x,), (d,))[1] for d in directions]
        np.testing.assert_allclose(np.reshape(tangents, (2, 3)), expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_second_derivatives_know_the_layout(layout):
    x = laid(VALUES, layout)
    for f in (raveled_k, copied, stored_in_a_copy):
        rows = differences(lambda x, f=f: srcgrad.grad(f)(x)[1, 2], layout)
        np.testing.assert_allclose(srcgrad.hessian(f)(x)[1, 2], rows, rtol=1e-6, atol=1e-6)


def test_axes_are_gone_through_as_numpy_does():
    """Random layouts: steps, axes turned, reversed, of one entry and of stride zero."""
    rng = np.random.default_rng(3)
    for _ in range(600):
        ndim = rng.integers(1, 5)
        shape = rng.integers(1, 4, ndim)
        a = np.arange(float(np.prod(shape * 2))).reshape(shape * 2).transpose(rng.permutation(ndim))
        cuts = (slice(None), slice(None, None, 2), slice(None, None, -1), slice(0, 1))
        a = a[tuple(cuts[k] for k in rng.integers(0, 4, ndim))]
        if rng.integers(2):
            axis = rng.integers(a.ndim + 1)
            a = np.expand_dims(a, axis)
            a = np.broadcast_to(a, [3 if i == axis else n for i, n in enumerate(a.shape)])
        a = a.transpose(rng.permutation(a.ndim))
        for order in "CFAK":
            flat = a.ravel(order)
            assert np.array_equal(rt.raveled(np.array(a, order="C"), a, order), flat), (a.shape, a.strides, order)
            assert np.array_equal(rt.unraveled(flat, a, order), a), (a.shape, a.strides, order)
    empty = np.zeros((2, 0, 3)).T
    assert rt.unraveled(np.zeros(0), empty, "K").shape == (3, 0, 2)
    assert rt.unraveled(np.ones(1), 0.5, "K").shape == ()


def stored_in_the_argument(x):
    v = x.reshape(-1)  # a view or a copy
    v[0] = x[1, 1] ** 2
    x.T[1, 0] *= 2.0
    return np.sum(x * x * WEIGHTS[:6].reshape(2, 3)) + v @ v


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_argument_that_is_stored_into_has_the_views_it_has(layout):
    f, expected = stored_in_the_argument, differences(stored_in_the_argument, layout)
    for gradient in (srcgrad.value_and_grad(f), srcgrad.value_and_grad(kept(f))):
        x, called = laid(VALUES, layout), laid(VALUES, layout)
        y, x_bar = gradient(x)
        assert y == f(called) and np.array_equal(x, called)
        np.testing.assert_allclose(x_bar, expected, rtol=1e-7, atol=1e-7)
        x = np.broadcast_to(VALUES[0], (2, 3))
        x_bar = srcgrad.grad(kept(lambda x: np.sum(x.ravel() * WEIGHTS[:6])))(x)
        assert np.array_equal(x_bar, WEIGHTS[:6].reshape(2, 3))
