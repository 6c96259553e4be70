# Value and tangent of diffuse with respect to u, from source.py

import numpy as np


def diffuse_jvp(u, steps, u_dot):
    now = u.copy()
    now_dot = np.array(u_dot)
    then = u.copy()
    then_dot = np.array(u_dot)
    for _ in range(steps):
        # then[1:-1] = now[1:-1] + 0.2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        t_8 = 0.2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        t_8_dot = (now_dot[2:] - now_dot[1:-1] * 2.0 + now_dot[:-2]) * 0.2
        then[1:-1] = now[1:-1] + t_8
        then_dot[1:-1] = now_dot[1:-1] + t_8_dot
        now, now_dot, then, then_dot = then, then_dot, now, now_dot  # now, then = then, now
    return np.sum(now ** 2), np.sum(2 * now_dot * now)  # return np.sum(now**2)
