"""What expressions become that are written more simply."""

import numpy as np

import srcgrad


def whole(x, a):
    a = 1.0 * a
    if a[-3, 0] > 0.21:
        x = 1.0
    else:
        for j in range(len(x)):
            x[j] = 1.0
    return np.sum(a)


def test_a_gradient_that_is_one_number_everywhere_can_be_written_to():
    gradient = srcgrad.grad(whole, 1)(np.ones(4), np.zeros((3, 4)))
    gradient[0, 0] = 2.0
    assert gradient[0, 0] == 2.0 and gradient.sum() == 13.0
