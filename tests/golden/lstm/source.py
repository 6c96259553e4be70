import numpy as np


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def memory(W, b, inputs):
    n = len(b) // 4
    out = np.zeros((len(inputs[0]), n))
    cell = np.zeros_like(out)
    total = 0.0
    for x in inputs:
        z = np.concatenate([x, out], axis=1) @ W + b
        keep = logistic(z[:, :n])
        write = logistic(z[:, n : 2 * n])
        read = logistic(z[:, 2 * n : 3 * n])
        new = np.tanh(z[:, 3 * n :])
        cell = cell * keep + write * new
        out = read * np.tanh(cell)
        total += np.sum(out**2)
    return total
