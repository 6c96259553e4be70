# Gradient of memory with respect to W and b, from source.py

import numpy as np
import srcgrad_runtime as rt


def memory_grad(W, b, inputs):
    n = len(b) // 4
    out = np.zeros((len(inputs[0]), n))
    cell = np.zeros_like(out)
    cell_saved = []
    saved = []
    for x in inputs:
        t_2 = np.concatenate([x, out], axis=1)  # z = np.concatenate([x, out], axis=1) @ W + b
        z = t_2 @ W + b
        keep = 1.0 / (1.0 + np.exp(-z[:, :n]))  # keep = logistic(z[:, :n])
        write = 1.0 / (1.0 + np.exp(-z[:, n:2 * n]))  # write = logistic(z[:, n : 2 * n])
        read = 1.0 / (1.0 + np.exp(-z[:, 2 * n:3 * n]))  # read = logistic(z[:, 2 * n : 3 * n])
        new = np.tanh(z[:, 3 * n:])
        cell_saved.append(cell)
        cell = cell * keep + write * new
        t_19 = np.tanh(cell)  # out = read * np.tanh(cell)
        out = read * t_19
        saved.append((out, t_2, z, keep, write, read, new, t_19))  # total += np.sum(out**2)
    W_bar = rt.zeros_like(W)  # for x in inputs:
    b_bar = rt.zeros_like(b)
    cell_bar = rt.zeros_like(cell)
    out_bar = rt.zeros_like(out)
    for x in reversed(inputs):
        out, t_2_2, z, keep, write, read, new, t_19_2 = saved.pop()  # total += np.sum(out**2)
        out_bar = out_bar + 2.0 * out
        # out = read * np.tanh(cell)
        cell_bar = cell_bar + rt.unbroadcast(out_bar * read, t_19_2.shape) * (1 - t_19_2 * t_19_2)
        cell = cell_saved.pop()  # cell = cell * keep + write * new
        write_bar = rt.unbroadcast(cell_bar * new, write.shape)
        new_bar = rt.unbroadcast(cell_bar * write, new.shape)
        keep_bar = rt.unbroadcast(cell_bar * cell, keep.shape)
        cell_bar = rt.unbroadcast(cell_bar * keep, cell.shape)
        z_bar = rt.zeros_like(z)  # new = np.tanh(z[:, 3 * n :])
        z_bar[:, 3 * n:] += new_bar * (1 - new * new)
        # read = logistic(z[:, 2 * n : 3 * n])
        z_bar[:, 2 * n:3 * n] += rt.unbroadcast(out_bar * t_19_2, read.shape) * (read * (1 - read))
        z_bar[:, n:2 * n] += write_bar * (write * (1 - write))  # write = logistic(z[:, n : 2 * n])
        z_bar[:, :n] += keep_bar * (keep * (1 - keep))  # keep = logistic(z[:, :n])
        b_bar += np.sum(z_bar, axis=0)  # z = np.concatenate([x, out], axis=1) @ W + b
        W_bar += t_2_2.T @ z_bar
        out_bar = (z_bar @ W.T)[:, x.shape[1]:]
    return W_bar, b_bar
