import numpy as np


def longest_common_subsequence(match):
    n = len(match)
    row = np.zeros(n + 1)
    for i in range(n):
        diagonal = 0.0
        for j in range(n):
            above = row[j + 1]
            row[j + 1] = max(above, row[j], diagonal + match[i, j])
            diagonal = above
    return row[n] ** 2
