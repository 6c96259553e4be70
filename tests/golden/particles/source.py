import numpy as np


def field_energy(places, charges, n):
    grid = np.zeros(n)
    left = np.floor(places).astype(int)
    share = places - left
    np.add.at(grid, left, charges * (1.0 - share))
    np.add.at(grid, left + 1, charges * share)
    return np.sum(grid * grid)
