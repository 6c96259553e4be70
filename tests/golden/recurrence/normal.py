# Gradient of chain with respect to x, from source.py

import numpy as np


def chain(x):
    y = x.copy()
    for k in range(1, len(y)):
        t = y[k]  # y[k] = np.cos(y[k]) * y[k - 1]
        t_2 = np.cos(t)
        t_3 = y[k - 1]
        t_4 = t_2 * t_3
        y[k] = t_4
    t_5 = y[-1]  # return y[-1]
    return t_5
