import numpy as np


def energy(x):
    total = 0.0
    for k in range(len(x)):
        if x[k] > 1:
            total += np.log(x[k])
        else:
            total += np.exp(x[k])
    return total
