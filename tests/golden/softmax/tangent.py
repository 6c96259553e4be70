# Value and tangent of cross_entropy with respect to w and b, from source.py

import numpy as np


def cross_entropy_jvp(w, b, x, labels, w_dot, b_dot):
    scores = x @ w + b
    scores_dot = x @ w_dot + b_dot
    # scores = scores - np.max(scores, axis=1, keepdims=True)
    scores_2 = scores - np.max(scores, axis=1, keepdims=True)
    t_3 = np.exp(scores_2)  # logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    t_4 = np.sum(t_3, axis=1, keepdims=True)
    logs = scores_2 - np.log(t_4)
    logs_dot = scores_dot - np.sum(scores_dot * t_3, axis=1, keepdims=True) / t_4
    t_9 = len(labels)  # return -np.sum(labels * logs) / len(labels)
    return -np.sum(labels * logs) / t_9, -np.sum(logs_dot * labels) / t_9
