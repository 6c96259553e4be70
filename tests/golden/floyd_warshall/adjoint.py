# Gradient of floyd_warshall with respect to paths, from dynamics.py

import numpy as np
import srcgrad_runtime as rt


def floyd_warshall_grad(paths):
    paths_2 = paths.copy()  # paths = paths.copy()
    n = len(paths_2)  # n = len(paths)
    paths_2_saved = []
    for k in range(n):
        for i in range(n):
            # paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
            paths_2_saved.append(paths_2[i, :].copy())
            paths_2[i, :] = np.minimum(paths_2[i, :], paths_2[i, k] + paths_2[k, :])
    paths_2_bar = 2.0 * paths_2  # return np.sum(paths * paths)
    for k in reversed(range(n)):  # for k in range(n):
        for i in reversed(range(n)):  # for i in range(n):
            # paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
            paths_2[i, :] = paths_2_saved.pop()
            t_5_bar = paths_2_bar[i, :].copy()
            t_8 = paths_2[i, :]
            t_4_2 = paths_2[i, k] + paths_2[k, :]
            paths_2_bar[i, :] = t_5_bar * rt.minimum_partial(t_8, t_4_2)
            t_4_bar = t_5_bar * rt.minimum_partial(t_4_2, t_8)
            paths_2_bar[k, :] += t_4_bar
            paths_2_bar[i, k] += np.sum(t_4_bar)
    return paths_2_bar
