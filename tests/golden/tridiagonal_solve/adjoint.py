# Gradient of tridiagonal_solve with respect to a, b, c and d, from linear_algebra.py

import srcgrad_runtime as rt


def tridiagonal_solve_grad(a, b, c, d):
    c_2 = c.copy()  # c, d = c.copy(), d.copy()
    d_2 = d.copy()
    n = len(b)
    t_4 = b[0]  # c[0] = c[0] / b[0]
    t_5 = c_2[0] / t_4
    c_2[0] = t_5
    t_7 = b[0]  # d[0] = d[0] / b[0]
    t_8 = d_2[0] / t_7
    d_2[0] = t_8
    t_11_saved = []
    for i in range(1, n):
        t_11 = c_2[i - 1]  # m = b[i] - a[i] * c[i - 1]
        m = b[i] - a[i] * t_11
        c_2[i] = c_2[i] / m  # c[i] = c[i] / m
        d_2[i] = (d_2[i] - a[i] * d_2[i - 1]) / m  # d[i] = (d[i] - a[i] * d[i - 1]) / m
        t_11_saved.append(t_11)
    d_2_saved = []  # for i in range(n - 2, -1, -1):
    for i_2 in range(n - 2, -1, -1):
        d_2_saved.append(d_2[i_2])  # d[i] -= c[i] * d[i + 1]
        d_2[i_2] -= c_2[i_2] * d_2[i_2 + 1]
    d_2_bar = 2.0 * d_2  # return np.sum(d * d)
    c_2_bar = rt.zeros_like(c_2)  # for i in range(n - 2, -1, -1):
    for i_2 in reversed(range(n - 2, -1, -1)):
        d_2[i_2] = d_2_saved.pop()  # d[i] -= c[i] * d[i + 1]
        t_23_bar = -d_2_bar[i_2]
        d_2_bar[i_2 + 1] += t_23_bar * c_2[i_2]
        c_2_bar[i_2] += t_23_bar * d_2[i_2 + 1]
    a_bar = rt.zeros_like(a)  # for i in range(1, n):
    b_bar = rt.zeros_like(b)
    for i in reversed(range(1, n)):
        t_11_2 = t_11_saved.pop()  # d[i] = (d[i] - a[i] * d[i - 1]) / m
        t_20_bar = d_2_bar[i]
        t_10_2 = a[i]  # m = b[i] - a[i] * c[i - 1]
        m = b[i] - t_10_2 * t_11_2
        t_19_bar = t_20_bar / m  # d[i] = (d[i] - a[i] * d[i - 1]) / m
        m_bar = -t_20_bar * d_2[i] / m
        t_18_bar = -t_19_bar
        d_2_bar[i] = t_19_bar
        d_2_bar[i - 1] += t_18_bar * a[i]
        a_bar[i] += t_18_bar * d_2[i - 1]
        t_14_bar = c_2_bar[i]  # c[i] = c[i] / m
        c_2_bar[i] = t_14_bar / m
        m_bar -= t_14_bar * c_2[i] / m
        t_12_bar = -m_bar  # m = b[i] - a[i] * c[i - 1]
        c_2_bar[i - 1] += t_12_bar * t_10_2
        a_bar[i] += t_12_bar * t_11_2
        b_bar[i] += m_bar
    t_8_bar = d_2_bar[0]  # d[0] = d[0] / b[0]
    d_2_bar[0] = t_8_bar / t_7
    b_bar[0] -= t_8_bar * t_8 / t_7
    t_5_bar = c_2_bar[0]  # c[0] = c[0] / b[0]
    c_2_bar[0] = t_5_bar / t_4
    b_bar[0] -= t_5_bar * t_5 / t_4
    return a_bar, b_bar, c_2_bar, d_2_bar
