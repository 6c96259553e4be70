# Gradient of longest_common_subsequence with respect to match, from dynamics.py

import numpy as np


def longest_common_subsequence(match):
    n = len(match)
    row = np.zeros(n + 1)
    for i in range(n):
        diagonal = 0.0
        for j in range(n):
            above = row[j + 1]
            t = row[j]  # row[j + 1] = max(above, row[j], diagonal + match[i, j])
            t_2 = match[i, j]
            t_3 = diagonal + t_2
            t_4 = max(above, t, t_3)
            row[j + 1] = t_4
            diagonal = above
    t_5 = row[n]  # return row[n] ** 2
    t_6 = t_5 ** 2
    return t_6
