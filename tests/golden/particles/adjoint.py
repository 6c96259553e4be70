# Gradient of field_energy with respect to places and charges, from source.py

import numpy as np


def field_energy_grad(places, charges, n):
    grid = np.zeros(n)
    left = np.floor(places).astype(int)
    share = places - left
    t_2 = 1.0 - share  # np.add.at(grid, left, charges * (1.0 - share))
    np.add.at(grid, left, charges * t_2)
    t_4 = left + 1  # np.add.at(grid, left + 1, charges * share)
    np.add.at(grid, t_4, charges * share)
    grid_bar = 2.0 * grid  # return np.sum(grid * grid)
    t_5_bar = grid_bar[t_4]  # np.add.at(grid, left + 1, charges * share)
    charges_bar = t_5_bar * share
    share_bar = t_5_bar * charges
    t_3_bar = grid_bar[left]  # np.add.at(grid, left, charges * (1.0 - share))
    charges_bar += t_3_bar * t_2
    share_bar -= t_3_bar * charges
    return share_bar, charges_bar
