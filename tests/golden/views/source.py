import numpy as np


def gather(x, index):
    y = x * x
    first = y[:3]
    first *= 3.0
    z = y[index]
    return np.sum(z * z)
