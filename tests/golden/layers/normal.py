# Gradient of squared_error with respect to params, from source.py

import numpy as np


def squared_error(params, inputs, targets):
    t = network(params, inputs)  # return np.sum((network(params, inputs) - targets) ** 2)
    t_2 = t - targets
    t_3 = t_2 ** 2
    t_4 = np.sum(t_3)
    return t_4
