# Gradient of root with respect to a, from source.py


def root_grad(a):
    x = a
    x_saved = []
    for _ in range(60):
        change = (x - a / x) / 2.0
        x_saved.append(x)
        x = x - change
        if abs(change) < 1e-12:
            break
    x_bar = 1.0  # return x
    a_bar = 0.0  # for _ in range(60):
    while x_saved:
        x = x_saved.pop()  # x = x - change
        t_2_bar = -x_bar / 2.0  # change = (x - a / x) / 2.0
        t_bar = -t_2_bar
        x_bar += t_2_bar
        a_bar += t_bar / x
        x_bar -= t_bar * (a / x) / x
    a_bar += x_bar  # x = a
    return a_bar
