# Gradient of cross_entropy with respect to w and b, from source.py

import numpy as np


def cross_entropy_grad(w, b, x, labels):
    scores = x @ w + b
    # scores = scores - np.max(scores, axis=1, keepdims=True)
    scores_2 = scores - np.max(scores, axis=1, keepdims=True)
    t_3 = np.exp(scores_2)  # logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    logs_bar = -1.0 / len(labels) * labels  # return -np.sum(labels * logs) / len(labels)
    # logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    scores_2_bar = logs_bar - np.sum(
        logs_bar, axis=1, keepdims=True
    ) / np.sum(t_3, axis=1, keepdims=True) * t_3
    return x.T @ scores_2_bar, np.sum(scores_2_bar, axis=0)
