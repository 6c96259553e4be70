# Gradient of heat_1d_elements with respect to u, from stencils.py

import srcgrad_runtime as rt


def heat_1d_elements_grad(u, steps):
    v = u.copy()  # v, w = u.copy(), u.copy()
    w = u.copy()
    v_saved = []
    for _ in range(steps):
        for i in range(1, len(v) - 1):
            # w[i] = v[i] + 0.1 * (v[i + 1] - 2.0 * v[i] + v[i - 1])
            t_10 = 0.1 * (v[i + 1] - 2.0 * v[i] + v[i - 1])
            w[i] = v[i] + t_10
        t_12 = v  # v, w = w, v
        v_saved.append(v)
        v = w
        w = t_12
    v_bar = 2.0 * v  # return np.sum(v**2)
    w_bar = rt.zeros_like(w)  # for _ in range(steps):
    for _ in reversed(range(steps)):
        t_12_bar = w_bar  # v, w = w, v
        v = v_saved.pop()
        w_bar = v_bar
        v_bar = t_12_bar
        for i in reversed(range(1, len(v) - 1)):  # for i in range(1, len(v) - 1):
            t_11_bar = w_bar[i]  # w[i] = v[i] + 0.1 * (v[i + 1] - 2.0 * v[i] + v[i - 1])
            w_bar[i] = 0.0
            t_9_bar = t_11_bar * 0.1
            v_bar[i - 1] += t_9_bar
            v_bar[i] -= t_9_bar * 2.0
            v_bar[i + 1] += t_9_bar
            v_bar[i] += t_11_bar
    return w_bar + v_bar
