# Gradient of gauss_seidel_2d with respect to a, from stencils.py


def gauss_seidel_2d_grad(a, steps):
    a_2 = a.copy()  # a = a.copy()
    n = len(a_2)  # n = len(a)
    for _ in range(steps):
        for i in range(1, n - 1):
            # a[i, 1:-1] += a[i - 1, :-2] + a[i - 1, 1:-1] + a[i - 1, 2:] + a[i, 2:] + a[i + 1, :-2]
            t_7 = a_2[i - 1, :-2] + a_2[i - 1, 1:-1] + a_2[i - 1, 2:] + a_2[i, 2:]
            a_2[i, 1:-1] += t_7 + a_2[i + 1, :-2]
            # a[i, 1:-1] += a[i + 1, 1:-1] + a[i + 1, 2:]
            a_2[i, 1:-1] += a_2[i + 1, 1:-1] + a_2[i + 1, 2:]
            for j in range(1, n - 1):
                a_2[i, j] += a_2[i, j - 1]  # a[i, j] += a[i, j - 1]
                a_2[i, j] = a_2[i, j] / 9.0  # a[i, j] /= 9.0
    a_2_bar = 2.0 * a_2  # return np.sum(a * a)
    for _ in reversed(range(steps)):  # for _ in range(steps):
        for i in reversed(range(1, n - 1)):  # for i in range(1, n - 1):
            for j in reversed(range(1, n - 1)):  # for j in range(1, n - 1):
                a_2_bar[i, j] = a_2_bar[i, j] / 9.0  # a[i, j] /= 9.0
                a_2_bar[i, j - 1] += a_2_bar[i, j]  # a[i, j] += a[i, j - 1]
            t_12_bar = a_2_bar[i, 1:-1].copy()  # a[i, 1:-1] += a[i + 1, 1:-1] + a[i + 1, 2:]
            a_2_bar[i + 1, 2:] += t_12_bar
            a_2_bar[i + 1, 1:-1] += t_12_bar
            # a[i, 1:-1] += a[i - 1, :-2] + a[i - 1, 1:-1] + a[i - 1, 2:] + a[i, 2:] + a[i + 1, :-2]
            t_9_bar = a_2_bar[i, 1:-1].copy()
            a_2_bar[i + 1, :-2] += t_9_bar
            a_2_bar[i, 2:] += t_9_bar
            a_2_bar[i - 1, 2:] += t_9_bar
            a_2_bar[i - 1, 1:-1] += t_9_bar
            a_2_bar[i - 1, :-2] += t_9_bar
    return a_2_bar
