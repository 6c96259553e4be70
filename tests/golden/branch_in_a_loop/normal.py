# Gradient of energy with respect to x, from source.py

import numpy as np


def energy(x):
    total = 0.0
    for k in range(len(x)):
        if x[k] > 1:
            t_3 = x[k]  # total += np.log(x[k])
            t_4 = np.log(t_3)
            total = total + t_4
        else:
            t = x[k]  # total += np.exp(x[k])
            t_2 = np.exp(t)
            total = total + t_2
    return total
