# Gradient of longest_common_subsequence with respect to match, from dynamics.py

import numpy as np
import srcgrad_runtime as rt


def longest_common_subsequence_grad(match):
    n = len(match)
    row = np.zeros(n + 1)
    row_saved = []
    diagonal_saved = []
    for i in range(n):
        diagonal = 0.0
        for j in range(n):
            above = row[j + 1]
            row_saved.append(row[j + 1])
            row[j + 1] = max(above, row[j], diagonal + match[i, j])
            diagonal_saved.append(diagonal)
            diagonal = above
    row_bar = rt.zeros_like(row)  # return row[n] ** 2
    row_bar[n] += 2.0 * row[n]
    match_bar = rt.zeros_like(match)  # for i in range(n):
    for i in reversed(range(n)):
        diagonal_bar = 0.0  # for j in range(n):
        for j in reversed(range(n)):
            diagonal = diagonal_saved.pop()  # diagonal = above
            above_bar = diagonal_bar
            t_4_2 = row[j + 1]  # row[j + 1] = max(above, row[j], diagonal + match[i, j])
            row[j + 1] = row_saved.pop()
            above = row[j + 1]
            t_7 = row[j]  # row[j + 1] = max(above, row[j], diagonal + match[i, j])
            t_3_2 = diagonal + match[i, j]
            share = row_bar[j + 1] / rt.ties(t_4_2, above, t_7, t_3_2)
            above_bar += share if above == t_4_2 else 0.0
            diagonal_bar = share if t_3_2 == t_4_2 else 0.0
            match_bar[i, j] += diagonal_bar
            row_bar[j + 1] = above_bar  # above = row[j + 1]
            # row[j + 1] = max(above, row[j], diagonal + match[i, j])
            row_bar[j] += share if t_7 == t_4_2 else 0.0
    return match_bar
