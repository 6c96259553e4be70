# Gradient of log_likelihood with respect to centres, from source.py

import numpy as np
import srcgrad_runtime as rt


def log_likelihood_grad(centres, points):
    centres_bar = rt.zeros_like(centres)
    for k in range(len(points)):
        away = points[k] - centres
        score = -0.5 * np.sum(away * away, axis=1)
        best = np.max(score)
        t_5 = np.exp(score - best)  # total += best + np.log(np.sum(np.exp(score - best)))
        t_6_2 = np.sum(t_5)
        # score = -0.5 * np.sum(away * away, axis=1)
        t_2_bar = np.expand_dims(-1.0 / t_6_2 * t_5 * 0.5, 1)
        centres_bar -= 2.0 * t_2_bar * away  # away = points[k] - centres
    return centres_bar
