def root(a):
    x = a
    for _ in range(60):
        change = (x - a / x) / 2.0
        x = x - change
        if abs(change) < 1e-12:
            break
    return x
