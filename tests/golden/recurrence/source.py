import numpy as np


def chain(x):
    y = x.copy()
    for k in range(1, len(y)):
        y[k] = np.cos(y[k]) * y[k - 1]
    return y[-1]
