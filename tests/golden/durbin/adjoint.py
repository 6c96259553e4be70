# Gradient of durbin with respect to r, from linear_algebra.py

import numpy as np
import srcgrad_runtime as rt


def durbin_grad(r):
    n = len(r)
    y = np.zeros(n)
    y[0] = -r[0]
    alpha = -r[0]  # alpha, beta = -r[0], 1.0
    beta = 1.0
    beta_saved = []
    alpha_saved = []
    y_saved = []
    for k in range(1, n):
        beta_saved.append(beta)  # beta *= 1.0 - alpha * alpha
        beta = beta * (1.0 - alpha * alpha)
        alpha_saved.append(alpha)
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y_saved.append(y[:k].copy())
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    y_bar = 2.0 * y  # return np.sum(y * y)
    alpha_bar = 0.0  # for k in range(1, n):
    beta_bar = 0.0
    r_bar = rt.zeros_like(r)
    for k in reversed(range(1, n)):
        alpha_bar += y_bar[k]  # y[k] = alpha
        y_bar[k] = 0.0
        y[:k] = y_saved.pop()  # y[:k] += alpha * np.flip(y[:k])
        t_15_bar = y_bar[:k]
        alpha_bar += t_15_bar @ np.flip(y[:k])
        y_bar[:k] += np.flip(t_15_bar * alpha)
        # alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        beta_bar -= alpha_bar * alpha / beta
        alpha = alpha_saved.pop()
        t_11_bar = -alpha_bar / beta
        y_bar[:k] += t_11_bar * np.flip(r[:k])
        r_bar[:k] += np.flip(t_11_bar * y[:k])
        r_bar[k] += t_11_bar
        beta = beta_saved.pop()  # beta *= 1.0 - alpha * alpha
        t_5_bar = beta_bar * beta
        beta_bar = beta_bar * (1.0 - alpha * alpha)
        alpha_bar = -2.0 * t_5_bar * alpha
    r_bar[0] -= alpha_bar  # alpha, beta = -r[0], 1.0
    r_bar[0] -= y_bar[0]  # y[0] = -r[0]
    return r_bar
