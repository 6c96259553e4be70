# Gradient of memory with respect to W and b, from source.py

import numpy as np


def memory(W, b, inputs):
    n = len(b) // 4
    out = np.zeros((len(inputs[0]), n))
    cell = np.zeros_like(out)
    total = 0.0
    for i in range(len(inputs)):  # for x in inputs:
        x = inputs[i]
        t = [x, out]  # z = np.concatenate([x, out], axis=1) @ W + b
        t_2 = np.concatenate(t, axis=1)
        t_3 = t_2 @ W
        z = t_3 + b
        t_4 = z[:, :n]  # keep = logistic(z[:, :n])
        t_5 = -t_4
        t_6 = np.exp(t_5)
        t_7 = 1.0 + t_6
        keep = 1.0 / t_7
        t_8 = z[:, n:2 * n]  # write = logistic(z[:, n : 2 * n])
        t_9 = -t_8
        t_10 = np.exp(t_9)
        t_11 = 1.0 + t_10
        write = 1.0 / t_11
        t_12 = z[:, 2 * n:3 * n]  # read = logistic(z[:, 2 * n : 3 * n])
        t_13 = -t_12
        t_14 = np.exp(t_13)
        t_15 = 1.0 + t_14
        read = 1.0 / t_15
        t_16 = z[:, 3 * n:]  # new = np.tanh(z[:, 3 * n :])
        new = np.tanh(t_16)
        t_17 = cell * keep  # cell = cell * keep + write * new
        t_18 = write * new
        cell = t_17 + t_18
        t_19 = np.tanh(cell)  # out = read * np.tanh(cell)
        out = read * t_19
        t_20 = out ** 2  # total += np.sum(out**2)
        t_21 = np.sum(t_20)
        total = total + t_21
    return total
