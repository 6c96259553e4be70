# Value and tangent of chain with respect to x, from source.py

import numpy as np


def chain_jvp(x, x_dot):
    y = x.copy()
    y_dot = np.array(x_dot)
    for k in range(1, len(y)):
        t = y[k]  # y[k] = np.cos(y[k]) * y[k - 1]
        t_2 = np.cos(t)
        t_3 = y[k - 1]
        y[k] = t_2 * t_3
        y_dot[k] = y_dot[k - 1] * t_2 - y_dot[k] * np.sin(t) * t_3
    return y[-1], y_dot[-1]  # return y[-1]
