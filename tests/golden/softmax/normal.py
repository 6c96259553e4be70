# Gradient of cross_entropy with respect to w and b, from source.py

import numpy as np


def cross_entropy(w, b, x, labels):
    t = x @ w  # scores = x @ w + b
    scores = t + b
    # scores = scores - np.max(scores, axis=1, keepdims=True)
    t_2 = np.max(scores, axis=1, keepdims=True)
    scores_2 = scores - t_2
    t_3 = np.exp(scores_2)  # logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    t_4 = np.sum(t_3, axis=1, keepdims=True)
    t_5 = np.log(t_4)
    logs = scores_2 - t_5
    t_6 = labels * logs  # return -np.sum(labels * logs) / len(labels)
    t_7 = np.sum(t_6)
    t_8 = -t_7
    t_9 = len(labels)
    t_10 = t_8 / t_9
    return t_10
