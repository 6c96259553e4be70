# Gradient of floyd_warshall with respect to paths, from dynamics.py

import numpy as np


def floyd_warshall(paths):
    paths_2 = paths.copy()  # paths = paths.copy()
    n = len(paths_2)  # n = len(paths)
    for k in range(n):
        for i in range(n):
            t = paths_2[i, :]  # paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
            t_2 = paths_2[i, k]
            t_3 = paths_2[k, :]
            t_4 = t_2 + t_3
            t_5 = np.minimum(t, t_4)
            paths_2[i, :] = t_5
    t_6 = paths_2 * paths_2  # return np.sum(paths * paths)
    t_7 = np.sum(t_6)
    return t_7
