# Gradient of diffuse with respect to u, from source.py

import numpy as np


def diffuse(u, steps):
    now = u.copy()
    then = u.copy()
    for _ in range(steps):
        t = now[1:-1]  # then[1:-1] = now[1:-1] + 0.2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        t_2 = now[2:]
        t_3 = now[1:-1]
        t_4 = 2.0 * t_3
        t_5 = t_2 - t_4
        t_6 = now[:-2]
        t_7 = t_5 + t_6
        t_8 = 0.2 * t_7
        t_9 = t + t_8
        then[1:-1] = t_9
        t_10 = now  # now, then = then, now
        now = then
        then = t_10
    t_11 = now ** 2  # return np.sum(now**2)
    t_12 = np.sum(t_11)
    return t_12
