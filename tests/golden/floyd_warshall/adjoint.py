# Gradient of floyd_warshall with respect to paths, from dynamics.py

import numpy as np
import srcgrad_runtime as rt


def floyd_warshall_grad(paths):
    paths_2 = paths.copy()  # paths = paths.copy()
    n = len(paths_2)  # n = len(paths)
    chosen_saved = []
    for k in range(n):
        for i in range(n):
            t = paths_2[i, :]  # paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
            t_4 = paths_2[i, k] + paths_2[k, :]
            chosen = rt.minimum_partial(t, t_4)
            paths_2[i, :] = np.minimum(t, t_4)
            chosen_saved.append(chosen)
    paths_2_bar = 2.0 * paths_2  # return np.sum(paths * paths)
    for k in reversed(range(n)):  # for k in range(n):
        for i in reversed(range(n)):  # for i in range(n):
            # paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
            chosen_2 = chosen_saved.pop()
            t_5_bar = paths_2_bar[i, :]
            share = t_5_bar * chosen_2
            t_4_bar = t_5_bar - share
            paths_2_bar[i, :] = share
            paths_2_bar[k, :] += t_4_bar
            paths_2_bar[i, k] += t_4_bar.sum()
    return paths_2_bar
