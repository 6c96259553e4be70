# Gradient of relaxed with respect to x, from source.py

import srcgrad_runtime as rt


def relaxed_grad(x, steps):
    field = x.copy()
    field_bar = rt.zeros_like(field)
    grid = field.reshape(-1, 4)
    grid_bar = field_bar.reshape(-1, 4)
    columns = grid.T
    columns_bar = grid_bar.T
    grid_saved = []
    for _ in range(steps):
        grid_saved.append(grid[0].copy())
        grid[0] += 0.5 * grid[1]
        columns[0] = columns[3] ** 2
    field_bar += x  # return np.sum(field * x)
    x_bar = 1.0 * field
    for _ in reversed(range(steps)):  # for _ in range(steps):
        t_4_bar = columns_bar[0].copy()  # columns[0] = columns[3] ** 2
        columns_bar[0] = 0.0
        columns_bar[3] += 2 * t_4_bar * columns[3]
        grid[0] = grid_saved.pop()  # grid[0] += 0.5 * grid[1]
        grid_bar[1] += grid_bar[0] * 0.5
    x_bar += field_bar  # field = x.copy()
    return x_bar
