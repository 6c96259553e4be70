# Gradient of gather with respect to x, from source.py

import srcgrad_runtime as rt


def gather_grad(x, index):
    y = x * x
    y[:3] = y[:3] * 3.0  # first *= 3.0
    z = y[index]
    y_bar = rt.zeros_like(y)
    rt.scatter_add(y_bar, index, 2.0 * z)
    y_bar[:3] = y_bar[:3] * 3.0  # first *= 3.0
    return 2.0 * y_bar * x
