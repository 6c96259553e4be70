# Gradient of log_likelihood with respect to centres, from source.py

import numpy as np


def log_likelihood(centres, points):
    total = 0.0
    for k in range(len(points)):
        t = points[k]  # away = points[k] - centres
        away = t - centres
        t_2 = away * away  # score = -0.5 * np.sum(away * away, axis=1)
        t_3 = np.sum(t_2, axis=1)
        score = -0.5 * t_3
        best = np.max(score)
        t_4 = score - best  # total += best + np.log(np.sum(np.exp(score - best)))
        t_5 = np.exp(t_4)
        t_6 = np.sum(t_5)
        t_7 = np.log(t_6)
        t_8 = best + t_7
        total = total + t_8
    return total
