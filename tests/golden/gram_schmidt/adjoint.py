# Gradient of gram_schmidt with respect to a, from linear_algebra.py

import numpy as np
import srcgrad_runtime as rt


def gram_schmidt_grad(a):
    a_2 = a.copy()  # a = a.copy()
    t = a_2.shape  # m, n = a.shape
    m = t[0]
    n = t[1]
    q = np.zeros((m, n))
    r = np.zeros((n, n))
    a_2_saved = []
    t_8_saved = []
    for k in range(n):
        r[k, k] = np.sqrt(a_2[:, k] @ a_2[:, k])  # r[k, k] = np.sqrt(a[:, k] @ a[:, k])
        t_8 = a_2[:, k] / r[k, k]  # q[:, k] = a[:, k] / r[k, k]
        q[:, k] = t_8
        for j in range(k + 1, n):
            r[k, j] = q[:, k] @ a_2[:, j]  # r[k, j] = q[:, k] @ a[:, j]
            a_2_saved.append(a_2[:, j].copy())  # a[:, j] -= q[:, k] * r[k, j]
            a_2[:, j] -= q[:, k] * r[k, j]
        t_8_saved.append(t_8)  # for j in range(k + 1, n):
    q_bar = rt.zeros_like(q)  # return np.sum(r * r * r) + np.sum(q[:, 0] * q[:, n - 1])
    q_bar[:, n - 1] += q[:, 0]
    q_bar[:, 0] += q[:, n - 1]
    r_bar = r * r + 2.0 * r * r
    a_2_bar = rt.zeros_like(a_2)  # for k in range(n):
    for k in reversed(range(n)):
        t_8_2 = t_8_saved.pop()  # for j in range(k + 1, n):
        for j in reversed(range(k + 1, n)):
            a_2[:, j] = a_2_saved.pop()  # a[:, j] -= q[:, k] * r[k, j]
            t_14_bar = -a_2_bar[:, j]
            r_bar[k, j] += t_14_bar @ q[:, k]
            q_bar[:, k] += t_14_bar * r[k, j]
            t_11_bar = r_bar[k, j]  # r[k, j] = q[:, k] @ a[:, j]
            r_bar[k, j] = 0.0
            a_2_bar[:, j] += t_11_bar * q[:, k]
            q_bar[:, k] += t_11_bar * a_2[:, j]
        t_8_bar = q_bar[:, k].copy()  # q[:, k] = a[:, k] / r[k, k]
        q_bar[:, k] = 0.0
        t_7_2 = r[k, k]
        r_bar[k, k] -= (t_8_bar * t_8_2 / t_7_2).sum()
        a_2_bar[:, k] += t_8_bar / t_7_2
        t_5_bar = r_bar[k, k]  # r[k, k] = np.sqrt(a[:, k] @ a[:, k])
        r_bar[k, k] = 0.0
        a_2_bar[:, k] += 2.0 * (t_5_bar * 0.5 / r[k, k]) * a_2[:, k]
    return a_2_bar
