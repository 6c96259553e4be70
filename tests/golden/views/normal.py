# Gradient of gather with respect to x, from source.py

import numpy as np


def gather(x, index):
    y = x * x
    t_3 = y[:3]  # first *= 3.0
    t_4 = t_3 * 3.0
    y[:3] = t_4
    z = y[index]
    t = z * z  # return np.sum(z * z)
    t_2 = np.sum(t)
    return t_2
