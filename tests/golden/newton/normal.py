# Gradient of root with respect to a, from source.py


def root(a):
    x = a
    for _ in range(60):
        t = a / x  # change = (x - a / x) / 2.0
        t_2 = x - t
        change = t_2 / 2.0
        x = x - change
        if abs(change) < 1e-12:
            break
    return x
