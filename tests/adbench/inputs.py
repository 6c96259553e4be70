"""The files of ADBench (its `data/` folder); `README.md` of the shared data describes their formats."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np


def gmm(path: Path) -> tuple:
    words = path.read_text().split()
    d, k, n = map(int, words[:3])
    numbers = np.array(words[3:], float)
    sizes = [k, k * d, k * d * (d + 1) // 2, n * d]
    alphas, means, icf, x, (gamma, m) = np.split(numbers, np.cumsum(sizes))
    return alphas, means.reshape(k, d), icf.reshape(k, -1), x.reshape(n, d), float(gamma), int(m)


def ba(path: Path) -> tuple:
    words = path.read_text().split()
    n, m, p = map(int, words[:3])
    camera, point, weight, feature = np.split(np.array(words[3:], float), [11, 14, 15])
    return np.tile(camera, (n, 1)), np.tile(point, (m, 1)), np.tile(weight, p), np.tile(feature, (p, 1))


def lstm(path: Path) -> tuple:
    words = path.read_text().split()
    layers, _, b = map(int, words[:3])
    sizes = np.cumsum([2 * layers * 4 * b, 3 * b, 2 * layers * b])
    main, extra, state, sequence = np.split(np.array(words[3:], float), sizes)
    return main.reshape(2 * layers, 4 * b), extra.reshape(3, b), state.reshape(2 * layers, b), sequence.reshape(-1, b)


def hand_model(folder: Path) -> SimpleNamespace:
    bones = [line.split(":") for line in (folder / "bones.txt").read_text().split()]
    vertices = [line.split(":") for line in (folder / "vertices.txt").read_text().split()]
    weights = np.zeros((len(bones), len(vertices)))
    for i, fields in enumerate(vertices):
        for j in range(int(fields[8])):
            weights[int(fields[9 + 2 * j]), i] = float(fields[10 + 2 * j])
    return SimpleNamespace(
        parents=[int(fields[1]) for fields in bones],
        base_relatives=np.array([fields[2:18] for fields in bones], float).reshape(-1, 4, 4),
        inverse_base_absolutes=np.array([fields[18:34] for fields in bones], float).reshape(-1, 4, 4),
        base_positions=np.array([[*fields[:3], 1.0] for fields in vertices], float),
        weights=weights,
        triangles=np.array([line.split(":") for line in (folder / "triangles.txt").read_text().split()], int),
    )


def hand(path: Path, *, triangles: bool = False) -> tuple:
    words = path.read_text().split()
    n, size = int(words[0]), int(words[1])
    numbers = np.array(words[2:], float)
    marks, rest = numbers[: 4 * n].reshape(n, 4), numbers[4 * n :]
    us, theta = rest[:-size].reshape(-1, 2), rest[-size:]
    assert len(us) == (n if triangles else 0)
    return us, theta, marks[:, 0].astype(int), marks[:, 1:]
