"""The four objectives of ADBench as a scientist would write them with NumPy; the formulas are those of its documentation.

`gmm` and `gmm_by_loops` are one function: over whole arrays, and element by element with stores.
"""

from __future__ import annotations

import math

import numpy as np

BONES = 22


# Gaussian mixture: d dimensions, k components, n points; icf holds the factor of the inverse covariance of each
# component: the logarithms of its diagonal, then the triangle below, column by column


def log_wishart_prior(d, k, sum_qs, q_diagonal, lower, gamma, m):
    n = d + m + 1
    normal = n * d * (math.log(gamma) - 0.5 * math.log(2)) - log_gamma_of(0.5 * n, d)
    return 0.5 * gamma**2 * (np.sum(q_diagonal**2) + np.sum(lower**2)) - m * np.sum(sum_qs) - k * normal


def log_gamma_of(a, d):
    """The logarithm of the multivariate gamma function."""
    value = 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(1, d + 1):
        value += math.lgamma(a + 0.5 * (1 - j))
    return value


def logsumexp(x, axis=None):
    top = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)), axis=axis)


def gmm(alphas, means, icf, x, gamma, m):
    n, d = x.shape
    k = alphas.size
    logs, lower = icf[:, :d], icf[:, d:]
    q_diagonal = np.exp(logs)
    sum_qs = np.sum(logs, axis=1)
    factor = np.zeros((k, d, d))
    columns, rows = np.triu_indices(d, 1)
    factor[:, rows, columns] = lower
    centered = x[:, None, :] - means
    products = q_diagonal * centered + np.einsum("kij,nkj->nki", factor, centered)
    terms = alphas + sum_qs - 0.5 * np.sum(products**2, axis=2)
    likelihood = np.sum(logsumexp(terms, axis=1)) - n * logsumexp(alphas)
    return (
        -n * d * 0.5 * math.log(2 * math.pi) + likelihood + log_wishart_prior(d, k, sum_qs, q_diagonal, lower, gamma, m)
    )


def gmm_by_loops(alphas, means, icf, x, gamma, m):
    n, d = x.shape
    k = alphas.size
    q_diagonal = np.exp(icf[:, :d])
    sum_qs = np.sum(icf[:, :d], axis=1)
    total = 0.0
    terms = np.empty(k)
    product = np.empty(d)
    for i in range(n):
        for j in range(k):
            centered = x[i] - means[j]
            for a in range(d):
                product[a] = q_diagonal[j, a] * centered[a]
            p = d
            for a in range(d):
                for b in range(a + 1, d):
                    product[b] += icf[j, p] * centered[a]
                    p += 1
            square = 0.0
            for a in range(d):
                square += product[a] * product[a]
            terms[j] = alphas[j] + sum_qs[j] - 0.5 * square
        total += logsumexp(terms)
    prior = log_wishart_prior(d, k, sum_qs, q_diagonal, icf[:, d:], gamma, m)
    return -n * d * 0.5 * math.log(2 * math.pi) + total - n * logsumexp(alphas) + prior


# Bundle adjustment: a camera is a rotation (3), a centre (3), a focal length, a principal point (2) and a radial distortion (2)


def rotate(r, x):
    """Rodrigues' formula."""
    square = np.sum(r * r)
    if square == 0.0:
        return x + np.cross(r, x)
    angle = np.sqrt(square)
    axis = r / angle
    return x * np.cos(angle) + np.cross(axis, x) * np.sin(angle) + axis * (axis @ x) * (1 - np.cos(angle))


def project(camera, x):
    seen = rotate(camera[:3], x - camera[3:6])
    p = seen[:2] / seen[2]
    square = p[0] ** 2 + p[1] ** 2
    p *= 1 + camera[9] * square + camera[10] * square**2
    p *= camera[6]
    p += camera[7:9]
    return p


def reprojection_errors(cameras, points, weights, features):
    errors = np.empty((len(weights), 2))
    for i, w in enumerate(weights):
        errors[i] = w * (project(cameras[i % len(cameras)], points[i % len(points)]) - features[i])
    return errors, 1 - weights**2


def bundle_adjustment(cameras, points, weights, features):
    errors, zaches = reprojection_errors(cameras, points, weights, features)
    return 0.5 * np.sum(errors**2) + 0.5 * np.sum(zaches**2)


def reprojection_error(camera, x, w, feature):
    return w * (project(camera, x) - feature)


# Hand tracking: a skeleton of 22 bones moves the vertices of a hand


def pose_of(theta):
    pose = np.zeros((3, BONES + 3))
    pose[:, 0] = theta[:3]
    pose[:, 1] = 1.0
    pose[:, 2] = theta[3:6]
    taken, column = 6, 5
    for _ in range(5):
        for joint in 2, 3, 4:
            pose[0, column] = theta[taken]
            taken += 1
            if joint == 2:
                pose[1, column] = theta[taken]
                taken += 1
            column += 1
        column += 1
    return pose


def rotation_by_angles(angles):
    (cx, cy, cz), (sx, sy, sz) = np.cos(angles[[0, 2, 1]]), np.sin(angles[[0, 2, 1]])
    x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return z @ y @ x


def rotation_about_an_axis(r):
    norm = np.sqrt(np.sum(r * r))
    if norm < 1e-4:
        return np.eye(3)
    x, y, z = r / norm
    c, s = np.cos(norm), np.sin(norm)
    return np.array(
        [
            [x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s],
            [x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s],
            [x * z * (1 - c) - y * s, z * y * (1 - c) + x * s, z * z + (1 - z * z) * c],
        ]
    )


def vertices_of(theta, model):
    pose = pose_of(theta)
    absolute = []
    transforms = np.empty((BONES, 4, 4))
    for i, parent in enumerate(model.parents):
        turn = np.eye(4)
        turn[:3, :3] = rotation_by_angles(pose[:, i + 3])
        relative = model.base_relatives[i] @ turn
        absolute.append(relative if parent < 0 else absolute[parent] @ relative)
        transforms[i] = absolute[i] @ model.inverse_base_absolutes[i]
    places = np.einsum("bij,vj->bvi", transforms[:, :3], model.base_positions)
    vertices = np.sum(model.weights[:, :, None] * places, axis=0)
    turn = rotation_about_an_axis(pose[:, 0]) * pose[:, 1]
    return vertices @ turn.T + pose[:, 2]


def hand(theta, model, correspondences, points):
    return (points - vertices_of(theta, model)[correspondences]).ravel()


def hand_on_triangles(us, theta, model, correspondences, points):
    vertices = vertices_of(theta, model)
    a, b, c = model.triangles[correspondences].T
    u, v = us[:, :1], us[:, 1:]
    return (points - (u * vertices[a] + v * vertices[b] + (1 - u - v) * vertices[c])).ravel()


# A recurrent network whose cells see one number each


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cell_step(weight, bias, hidden, cell, x):
    forget = sigmoid(x * weight[0] + bias[0])
    ingate = sigmoid(hidden * weight[1] + bias[1])
    outgate = sigmoid(x * weight[2] + bias[2])
    change = np.tanh(hidden * weight[3] + bias[3])
    cell = cell * forget + ingate * change
    return outgate * np.tanh(cell), cell


def predict(main, extra, state, x):
    x = x * extra[0]
    for layer in range(0, len(main), 2):
        weight, bias = main[layer].reshape(4, -1), main[layer + 1].reshape(4, -1)
        state[layer], state[layer + 1] = cell_step(weight, bias, state[layer], state[layer + 1], x)
        x = state[layer]
    return x * extra[1] + extra[2]


def lstm(main, extra, state, sequence):
    total = 0.0
    for t in range(len(sequence) - 1):
        y = predict(main, extra, state, sequence[t])
        total += np.sum(sequence[t + 1] * (y - np.log(2 + np.sum(np.exp(y)))))
    return -total / ((len(sequence) - 1) * len(sequence[0]))
