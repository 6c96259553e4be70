# Gradient of field_energy with respect to places and charges, from source.py

import numpy as np


def field_energy(places, charges, n):
    grid = np.zeros(n)
    t = np.floor(places)  # left = np.floor(places).astype(int)
    left = t.astype(int)
    share = places - left
    t_2 = 1.0 - share  # np.add.at(grid, left, charges * (1.0 - share))
    t_3 = charges * t_2
    np.add.at(grid, left, t_3)
    t_4 = left + 1  # np.add.at(grid, left + 1, charges * share)
    t_5 = charges * share
    np.add.at(grid, t_4, t_5)
    t_6 = grid * grid  # return np.sum(grid * grid)
    t_7 = np.sum(t_6)
    return t_7
