"""Differential equations and quadrature: gradients through the adjoint equation against finite differences and closed forms."""

import numpy as np
import pytest

import srcgrad
from srcgrad import Refused

integrate = pytest.importorskip("scipy.integrate")

TIGHT = {"rtol": 1e-10, "atol": 1e-11}
TIMES = np.array([0.0, 0.3, 0.7, 1.0])
START = np.array([0.5, -1.2, 0.8])


def test_decay_has_the_derivative_of_its_closed_form():
    def last(y0, k):
        return integrate.odeint(lambda y, t: -k * y, y0, TIMES, **TIGHT)[-1, 0]

    y0_bar, k_bar = srcgrad.grad(last, argnums=(0, 1))(np.array([2.0]), 0.7)
    assert np.allclose(y0_bar, np.exp(-0.7), rtol=1e-7) and np.isclose(k_bar, -2 * np.exp(-0.7), rtol=1e-7)


def pendulum(y, t, k):
    return [y[1], -k * np.sin(y[0]) + np.sin(t), 0.1 * y[0] * y[2]]


def test_odeint_by_state_times_and_parameters():
    def f(y0, k, t):
        return integrate.odeint(pendulum, y0, t, args=(k,), **TIGHT)

    assert srcgrad.check_grads(f, (START, 1.3, TIMES)) < 1e-5


def test_odeint_with_the_time_first_and_weights_in_a_closure():
    def f(y0, w):
        return integrate.odeint(lambda t, y: np.tanh(w @ y) * t, y0, TIMES + 0.2, tfirst=True, **TIGHT)[1:]

    assert srcgrad.check_grads(f, (START, np.arange(9.0).reshape(3, 3) / 9)) < 1e-5


@pytest.mark.parametrize("method", ["RK45", "DOP853"])
def test_solve_ivp_at_given_times(method):
    def f(y0, k):
        found = integrate.solve_ivp(
            lambda t, y, k: np.stack(pendulum(y, t, k)), (0.0, 1.0), y0, method, t_eval=TIMES[1:], args=(k,), **TIGHT
        )
        return found.y

    assert srcgrad.check_grads(f, (START, 1.3)) < 1e-5


def test_solve_ivp_at_its_own_times():
    def f(y0, k):
        return integrate.solve_ivp(lambda t, y: -k * y, (0.0, 1.0), y0, **TIGHT).y[:, -1]

    assert srcgrad.check_grads(f, (START, 1.3)) < 1e-5


def test_quad_by_limits_and_parameters():
    def f(a, b, k):
        return integrate.quad(lambda s, power: k * np.exp(k * s) * s**power, a, b, args=(2.0,))[0]

    assert srcgrad.check_grads(f, (0.3, 1.7, 0.8)) < 1e-6


def test_what_is_not_followed_is_refused():
    def f(y0):
        return integrate.solve_ivp(lambda t, y: -y, (0.0, 1.0), y0, dense_output=True).y[0, -1]

    def g(t):
        return integrate.solve_ivp(lambda t, y: -y, (0.0, t), START).y[0, -1]

    with pytest.raises(Refused, match="solve_ivp"):
        srcgrad.grad(f)(START)
    with pytest.raises(Refused, match="solve_ivp"):
        srcgrad.grad(g)(1.0)
