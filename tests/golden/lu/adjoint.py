# Gradient of lu with respect to a, from linear_algebra.py


def lu_grad(a):
    a_2 = a.copy()  # a = a.copy()
    n = len(a_2)  # n = len(a)
    for i in range(n):
        for j in range(i):
            # a[i, j] = (a[i, j] - a[i, :j] @ a[:j, j]) / a[j, j]
            a_2[i, j] = (a_2[i, j] - a_2[i, :j] @ a_2[:j, j]) / a_2[j, j]
        for j_2 in range(i, n):  # for j in range(i, n):
            a_2[i, j_2] -= a_2[i, :i] @ a_2[:i, j_2]  # a[i, j] -= a[i, :i] @ a[:i, j]
    a_2_bar = 2.0 * a_2  # return np.sum(a * a)
    for i in reversed(range(n)):  # for i in range(n):
        for j_2 in reversed(range(i, n)):  # for j in range(i, n):
            t_10_bar = -a_2_bar[i, j_2]  # a[i, j] -= a[i, :i] @ a[:i, j]
            a_2_bar[:i, j_2] += t_10_bar * a_2[i, :i]
            a_2_bar[i, :i] += t_10_bar * a_2[:i, j_2]
        for j in reversed(range(i)):  # for j in range(i):
            t_7_bar = a_2_bar[i, j]  # a[i, j] = (a[i, j] - a[i, :j] @ a[:j, j]) / a[j, j]
            t_6_2 = a_2[j, j]
            t_5_bar = t_7_bar / t_6_2
            a_2_bar[i, j] = t_5_bar
            a_2_bar[j, j] -= t_7_bar * a_2[i, j] / t_6_2
            t_4_bar = -t_5_bar
            a_2_bar[:j, j] += t_4_bar * a_2[i, :j]
            a_2_bar[i, :j] += t_4_bar * a_2[:j, j]
    return a_2_bar
