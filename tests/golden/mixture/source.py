import numpy as np


def log_likelihood(centres, points):
    total = 0.0
    for k in range(len(points)):
        away = points[k] - centres
        score = -0.5 * np.sum(away * away, axis=1)
        best = np.max(score)
        total += best + np.log(np.sum(np.exp(score - best)))
    return total
