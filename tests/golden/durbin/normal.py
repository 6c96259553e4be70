# Gradient of durbin with respect to r, from linear_algebra.py

import numpy as np


def durbin(r):
    n = len(r)
    y = np.zeros(n)
    t = r[0]  # y[0] = -r[0]
    t_2 = -t
    y[0] = t_2
    t_3 = r[0]  # alpha, beta = -r[0], 1.0
    alpha = -t_3
    beta = 1.0
    for k in range(1, n):
        t_4 = alpha * alpha  # beta *= 1.0 - alpha * alpha
        t_5 = 1.0 - t_4
        beta = beta * t_5
        t_6 = r[k]  # alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        t_7 = r[:k]
        t_8 = np.flip(t_7)
        t_9 = y[:k]
        t_10 = np.dot(t_8, t_9)
        t_11 = t_6 + t_10
        t_12 = -t_11
        alpha = t_12 / beta
        t_13 = y[:k]  # y[:k] += alpha * np.flip(y[:k])
        t_14 = np.flip(t_13)
        t_15 = alpha * t_14
        y[:k] += t_15
        y[k] = alpha
    t_16 = y * y  # return np.sum(y * y)
    t_17 = np.sum(t_16)
    return t_17
