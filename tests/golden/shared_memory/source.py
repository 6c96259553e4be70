import numpy as np


def relaxed(x, steps):
    field = x.copy()
    grid = field.reshape(-1, 4)
    columns = grid.T
    for _ in range(steps):
        grid[0] += 0.5 * grid[1]
        columns[0] = columns[3] ** 2
    return np.sum(field * x)
