import numpy as np


def floyd_warshall(paths):
    paths = paths.copy()
    n = len(paths)
    for k in range(n):
        for i in range(n):
            paths[i, :] = np.minimum(paths[i, :], paths[i, k] + paths[k, :])
    return np.sum(paths * paths)
