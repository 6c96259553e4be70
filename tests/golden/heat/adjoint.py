# Gradient of diffuse with respect to u, from source.py

import srcgrad_runtime as rt


def diffuse_grad(u, steps):
    now = u.copy()
    then = u.copy()
    for _ in range(steps):
        # then[1:-1] = now[1:-1] + 0.2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        t_8 = 0.2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        then[1:-1] = now[1:-1] + t_8
        now, then = then, now
    now_bar = 2.0 * now  # return np.sum(now**2)
    then_bar = rt.zeros_like(then)  # for _ in range(steps):
    for _ in reversed(range(steps)):
        then_bar, now_bar = now_bar, then_bar  # now, then = then, now
        # then[1:-1] = now[1:-1] + 0.2 * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        t_9_bar = then_bar[1:-1].copy()
        then_bar[1:-1] = 0.0
        t_7_bar = t_9_bar * 0.2
        now_bar[:-2] += t_7_bar
        now_bar[1:-1] -= t_7_bar * 2.0
        now_bar[2:] += t_7_bar
        now_bar[1:-1] += t_9_bar
    return then_bar + now_bar
