"""What a time loop that stores into an array saves: nothing if it is linear, and each piece that it overwrites once if it is not."""

import tracemalloc

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

CELLS, FEW, MANY = 2000, 10, 60


def linear(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = 0.5 * u[1:-1] + 0.25 * (u[2:] + u[:-2])
    return np.sum(u * u)


def linear_in_elements(u, steps):
    u = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * u[i] + 0.2 * u[i - 1] + 0.3 * u[i + 1]
    return np.sum(u * u)


def two_buffers(u, steps):
    now, then = u.copy(), u.copy()
    for _ in range(steps):
        then[1:-1] = now[1:-1] + 0.1 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        now, then = then, now
    return np.sum(now * now)


def growth(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + 0.1 * u[1:-1] * (1.0 - u[1:-1])
    return np.sum(u)


def transport(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] -= 0.1 * u[1:-1] * (u[2:] - u[:-2])
    return np.sum(u * u)


def with_named_fluxes(u, steps):
    u = u.copy()
    for _ in range(steps):
        k = 0.05 * (u[1:] + u[:-1])
        flux = k * (u[1:] - u[:-1])
        u[1:-1] += flux[1:] - flux[:-1]
    return np.sum(u * u)


def products_of_elements(u, steps):
    u = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] = u[i] * (0.4 * u[i - 1] + 0.5 * u[i + 1])
    return np.sum(u * u)


LINEAR = [linear, linear_in_elements, two_buffers]
NONLINEAR = [growth, transport, with_named_fluxes]


def bytes_of_a_call(gradient, u, steps):
    for _ in range(2):  # the second call writes down how to tell further ones
        gradient(u, steps)
    tracemalloc.start()
    try:
        gradient(u, steps)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("function", LINEAR + NONLINEAR + [products_of_elements], ids=lambda f: f.__name__)
def test_the_gradient_is_right(function):
    check_grads(function, (np.linspace(0.2, 0.9, 7) ** 2, 3), argnums=0)


@pytest.mark.parametrize("function", LINEAR, ids=lambda f: f.__name__)
def test_a_linear_loop_saves_nothing(function):
    gradient = srcgrad.grad(function)
    u = np.linspace(0.0, 1.0, 50 if function is linear_in_elements else CELLS)
    more = bytes_of_a_call(gradient, u, MANY) - bytes_of_a_call(gradient, u, FEW)
    assert more < u.nbytes
    assert "append" not in gradient.source


@pytest.mark.parametrize("function", NONLINEAR, ids=lambda f: f.__name__)
def test_a_nonlinear_loop_saves_what_it_overwrites_once(function):
    u = np.linspace(0.0, 1.0, CELLS)
    gradient = srcgrad.grad(function)
    more = bytes_of_a_call(gradient, u, MANY) - bytes_of_a_call(gradient, u, FEW)
    overwritten = (MANY - FEW) * (CELLS - 2) * 8
    assert 0.95 * overwritten < more < 1.1 * overwritten


def test_a_loop_over_elements_saves_each_once():
    gradient = srcgrad.grad(products_of_elements)
    gradient(np.linspace(0.0, 1.0, 6), 2)
    assert gradient.source.count(".append(") == 1
