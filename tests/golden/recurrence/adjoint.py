# Gradient of chain with respect to x, from source.py

import numpy as np
import srcgrad_runtime as rt


def chain_grad(x):
    y = x.copy()
    y_saved = []
    for k in range(1, len(y)):
        y_saved.append(y[k])
        y[k] = np.cos(y[k]) * y[k - 1]
    y_bar = rt.zeros_like(y)  # return y[-1]
    y_bar[-1] += 1.0
    for k in reversed(range(1, len(y))):  # for k in range(1, len(y)):
        y[k] = y_saved.pop()  # y[k] = np.cos(y[k]) * y[k - 1]
        t_4_bar = y_bar[k]
        y_bar[k] = 0.0
        t_6 = y[k]
        y_bar[k - 1] += t_4_bar * np.cos(t_6)
        y_bar[k] -= t_4_bar * y[k - 1] * np.sin(t_6)
    return y_bar
