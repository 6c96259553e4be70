# Gradient of energy with respect to x, from source.py

import numpy as np
import srcgrad_runtime as rt


def energy_grad(x):
    x_bar = rt.zeros_like(x)  # for k in range(len(x)):
    for k in reversed(range(len(x))):
        if x[k] > 1:
            x_bar[k] += 1.0 / x[k]  # total += np.log(x[k])
        else:
            x_bar[k] += np.exp(x[k])  # total += np.exp(x[k])
    return x_bar
