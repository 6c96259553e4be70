# Gradient of relaxed with respect to x, from source.py

import numpy as np


def relaxed(x, steps):
    field = x.copy()
    grid = field.reshape(-1, 4)
    columns = grid.T
    for _ in range(steps):
        t = grid[1]  # grid[0] += 0.5 * grid[1]
        t_2 = 0.5 * t
        grid[0] += t_2
        t_3 = columns[3]  # columns[0] = columns[3] ** 2
        t_4 = t_3 ** 2
        columns[0] = t_4
    t_5 = field * x  # return np.sum(field * x)
    t_6 = np.sum(t_5)
    return t_6
