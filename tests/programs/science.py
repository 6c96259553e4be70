"""Programs as users write them: physics, finance, statistics, control, signal processing, machine learning."""

import math
from dataclasses import dataclass

import numpy as np

from .registry import program


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


@dataclass
class PID:
    kp: float
    ki: float
    kd: float

    def simulate(self, target, steps):
        y, integral, previous, cost = 0.0, 0.0, target, 0.0
        for _ in range(steps):
            error = target - y
            integral += error * 0.1
            u = self.kp * error + self.ki * integral + self.kd * (error - previous) / 0.1
            u = max(-10.0, min(10.0, u))
            previous = error
            y += 0.1 * (-y + u)
            cost += error**2 * 0.1
        return cost


@program(lambda r: (PID(r.num(), r.num(), r.num(0.01, 0.05)),))
def pid_controller(controller):
    return controller.simulate(1.0, 15)


@program(lambda r: (r.num(80, 120), 100.0, r.num(0.5, 1), 0.05, r.num(0.1, 0.3)), (0, 2, 4))
def black_scholes(spot, strike, t, rate, vol):
    d1 = (math.log(spot / strike) + (rate + 0.5 * vol**2) * t) / (vol * math.sqrt(t))
    d2 = d1 - vol * math.sqrt(t)
    return spot * normal_cdf(d1) - strike * math.exp(-rate * t) * normal_cdf(d2)


@program(lambda r: (r.num(95, 105), r.num(0.2, 0.3)), (0, 1), step=1e-4)
def binomial_american_put(spot, vol):
    n, dt, rate, strike = 6, 0.1, 0.05, 101.37
    up = math.exp(vol * math.sqrt(dt))
    p = (math.exp(rate * dt) - 1 / up) / (up - 1 / up)
    values = [max(strike - spot * up ** (2 * j - n), 0.0) for j in range(n + 1)]
    for step in range(n - 1, -1, -1):
        for j in range(step + 1):
            hold = math.exp(-rate * dt) * (p * values[j + 1] + (1 - p) * values[j])
            values[j] = max(hold, strike - spot * up ** (2 * j - step))
    return values[0]


@program(lambda r: (r.num(0.9, 1.1), r.num(0.1, 0.3)), (0, 1))
def monte_carlo_asian_option(spot, vol):
    draw = np.random.default_rng(3)
    total = 0.0
    for _ in range(4):
        s, mean = spot, 0.0
        for z in draw.normal(size=5):
            s = s * np.exp(-0.5 * vol**2 * 0.1 + vol * math.sqrt(0.1) * z)
            mean += s / 5
        total += np.log1p(np.exp(8 * (mean - 1.0))) / 8
    return total / 4


@program(lambda r: (r.vec(5), r.num(), r.num()), (1, 2))
def kalman_filter(ys, q, r):
    x, p, loglik = 0.0, 1.0, 0.0
    for y in ys:
        p = p + q
        s = p + r
        gain = p / s
        innovation = y - x
        loglik += -0.5 * (math.log(2 * math.pi * s) + innovation**2 / s)
        x = x + gain * innovation
        p = (1 - gain) * p
    return loglik


@program(lambda r: (r.small(2, 2) + np.eye(2), r.vec(4, 1), r.num()), (0, 2))
def kalman_filter_matrices(f, ys, q):
    h = np.array([[1.0, 0.5]])
    x, p, loglik = np.zeros(2), np.eye(2), 0.0
    for y in ys:
        x = f @ x
        p = f @ p @ f.T + q * np.eye(2)
        s = h @ p @ h.T + 0.3
        gain = p @ h.T @ np.linalg.inv(s)
        e = y - h @ x
        loglik += -0.5 * (np.log(np.linalg.det(s)) + e @ np.linalg.solve(s, e))
        x = x + gain @ e
        p = p - gain @ h @ p
    return loglik


@program(lambda r: (r.vec(3, 3), r.vec(3, 4), r.vec(3), [0, 2, 1, 3, 3]), (0, 1, 2))
def hidden_markov_forward(transition, emission, start, symbols):
    a = np.exp(transition) / np.sum(np.exp(transition), axis=1, keepdims=True)
    b = np.exp(emission) / np.sum(np.exp(emission), axis=1, keepdims=True)
    alpha = np.exp(start) / np.sum(np.exp(start)) * b[:, symbols[0]]
    loglik = 0.0
    for s in symbols[1:]:
        c = np.sum(alpha)
        loglik += np.log(c)
        alpha = (alpha / c) @ a * b[:, s]
    return loglik + np.log(np.sum(alpha))


@program(lambda r: (r.vec(3, 3), r.vec(3, 4), [0, 2, 1, 3]), (0, 1))
def viterbi_score(transition, emission, symbols):
    score = emission[:, symbols[0]]
    for s in symbols[1:]:
        score = np.max(score[:, None] + transition, axis=0) + emission[:, s]
    return np.max(score)


@program(lambda r: (r.vec(4, 5), r.num()), (0, 1))
def soft_alignment(match, gap):
    n, m = match.shape
    t = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        t[i, 0] = -gap * i
    for j in range(1, m + 1):
        t[0, j] = -gap * j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            options = np.array([t[i - 1, j - 1] + match[i - 1, j - 1], t[i - 1, j] - gap, t[i, j - 1] - gap])
            top = np.max(options)
            t[i, j] = top + np.log(np.sum(np.exp(options - top)))
    return t[n, m]


@program(lambda r: (r.vec(5), r.vec(4)), (0, 1))
def dynamic_time_warping(a, b):
    big = 1e6
    t = [[big] * (len(b) + 1) for _ in range(len(a) + 1)]
    t[0][0] = 0.0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            t[i][j] = cost + min(t[i - 1][j], t[i][j - 1], t[i - 1][j - 1])
    return t[-1][-1]


@program(lambda r: (r.vec(3) * 0.1, r.num(0.8, 1.0)), (0, 1))
def ray_marching(centre, radius):
    origin = np.array([0.0, 0.0, -3.0])
    direction = np.array([0.05, 0.02, 1.0])
    direction = direction / np.linalg.norm(direction)
    t = 0.0
    for _ in range(60):
        p = origin + t * direction
        d = np.sqrt(np.sum((p - centre) ** 2)) - radius
        if d < 1e-13:
            break
        t = t + d
    return t


@program(lambda r: (r.vec(3), r.vec(6, 3), np.array([0, 1, 1, 0, 1, 0])), 0)
def logistic_regression(w, x, y):
    p = sigmoid(x @ w)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + 0.01 * w @ w


@program(lambda r: (r.vec(2, 2) * 3, r.vec(7, 2)), (0, 1))
def k_means_loss(centres, points):
    total = 0.0
    for p in points:
        best = None
        for c in centres:
            d = np.sum((p - c) ** 2)
            if best is None or d < best:
                best = d
        total += best
    return total / len(points)


@program(lambda r: (r.num(), r.num(), r.num(0.3, 0.6), r.vec(5), r.vec(5)), (0, 1, 2))
def gaussian_process_likelihood(length, amplitude, noise, x, y):
    d = x[:, None] - x[None, :]
    k = amplitude**2 * np.exp(-0.5 * (d / length) ** 2) + noise**2 * np.eye(len(x))
    low = np.linalg.cholesky(k)
    alpha = np.linalg.solve(k, y)
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(low))) + 0.5 * len(x) * np.log(2 * np.pi)


@program(lambda r: (r.vec(2), r.vec(2, 2), r.vec(6, 2), r.vec(2)), (0, 1, 3))
def gaussian_mixture(logits, means, points, log_scale):
    logw = logits - np.log(np.sum(np.exp(logits)))
    total = 0.0
    for p in points:
        terms = []
        for k in range(len(means)):
            z = (p - means[k]) / np.exp(log_scale[k])
            terms.append(logw[k] - 0.5 * np.sum(z * z) - 2 * log_scale[k])
        terms = np.array(terms)
        top = np.max(terms)
        total += top + np.log(np.sum(np.exp(terms - top)))
    return total


@program(lambda r: ([r.vec(4, 3) * 0.5, r.vec(4), r.vec(2, 4) * 0.5, r.vec(2)], r.vec(5, 3), np.array([0, 1, 1, 0, 1])))
def multilayer_perceptron(w, x, labels):
    total = 0.0
    for sample, label in zip(x, labels, strict=True):
        h = sample
        for i in range(0, len(w), 2):
            h = w[i] @ h + w[i + 1]
            if i + 2 < len(w):
                h = np.tanh(h)
        h = h - np.max(h)
        total -= h[label] - np.log(np.sum(np.exp(h)))
    return total / len(x)


@program(lambda r: ({"wx": r.vec(8, 2) * 0.5, "wh": r.vec(8, 2) * 0.5, "b": r.vec(8)}, r.vec(4, 2)), (0, 1))
def lstm(p, xs):
    n = p["wh"].shape[1]
    h, c = np.zeros(n), np.zeros(n)
    loss = 0.0
    for x in xs:
        g = p["wx"] @ x + p["wh"] @ h + p["b"]
        i, f, o = sigmoid(g[:n]), sigmoid(g[n : 2 * n]), sigmoid(g[2 * n : 3 * n])
        c = f * c + i * np.tanh(g[3 * n :])
        h = o * np.tanh(c)
        loss += np.sum(h**2)
    return loss


@program(lambda r: (r.vec(4, 3), r.vec(3, 3) * 0.5, r.vec(3, 3) * 0.5, r.vec(3, 3) * 0.5), (0, 1, 2, 3))
def attention(x, wq, wk, wv):
    q, k, v = x @ wq, x @ wk, x @ wv
    scores = q @ k.T / np.sqrt(3.0)
    mask = np.tril(np.ones((4, 4))) == 0
    scores = np.where(mask, -1e9, scores)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    weights = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.sum((weights @ v) ** 2)


@program(lambda r: (r.vec(5, 5), r.vec(2, 2)), (0, 1))
def convolution_by_loops(image, kernel):
    out = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            out[i, j] = np.sum(image[i : i + 2, j : j + 2] * kernel)
    out = np.maximum(out, 0)
    pooled = out.reshape(2, 2, 2, 2).max(axis=(1, 3))
    return np.sum(pooled**2)


@program(lambda r: (r.vec(4, 3), r.pos(4)), (0, 1))
def gravitational_energy(x, m):
    e = 0.0
    for i in range(len(m)):
        for j in range(i):
            d = x[i] - x[j]
            e -= m[i] * m[j] / math.sqrt(d @ d + 0.01)
    return e


@program(lambda r: (r.vec(3, 2), r.vec(3, 2)), (0, 1))
def three_bodies_leapfrog(x, v):
    def force(x):
        a = np.zeros_like(x)
        for i in range(3):
            for j in range(3):
                if i != j:
                    d = x[j] - x[i]
                    a[i] += d / (d @ d + 0.1) ** 1.5
        return a

    dt = 0.05
    v = v + 0.5 * dt * force(x)
    for _ in range(3):
        x = x + dt * v
        v = v + dt * force(x)
    return np.sum(x**2) + np.sum(v**2)


@program(lambda r: (r.pos(6), 0.1), 0)
def burgers_upwind(u, dt):
    u = u.copy()
    for _ in range(4):
        old = u.copy()
        for i in range(1, len(u)):
            u[i] = old[i] - dt * old[i] * (old[i] - old[i - 1])
        u[0] = old[-1]
    return np.sum(u**2)


@program(lambda r: (r.num(), r.num(0.1, 0.3), r.num(0.1, 0.2)), (0, 1, 2))
def epidemic_model(beta, gamma, start):
    s, i, rec = 1.0 - start, start, 0.0
    peak = 0.0
    for _ in range(30):
        new = beta * s * i * 0.2
        out = gamma * i * 0.2
        s, i, rec = s - new, i + new - out, rec + out
        if i > peak:
            peak = i
    return peak + rec**2


@program(lambda r: (r.num(0.3, 0.7), r.num(9.0, 10.0)), (0, 1))
def projectile_with_a_bounce(angle, g):
    x, y = 0.0, 1.0
    vx, vy = 3 * math.cos(angle), 3 * math.sin(angle)
    bounces = 0
    for _ in range(40):
        x += vx * 0.02
        y += vy * 0.02
        vy -= g * 0.02
        if y < 0 and vy < 0:
            y, vy = -y, -0.8 * vy
            bounces += 1
            if bounces > 3:
                break
    return x * x + y


@program(lambda r: (r.vec(4, 2), [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)]), 0)
def spring_network(x, edges):
    energy = 0.0
    for a, b in edges:
        length = np.linalg.norm(x[a] - x[b])
        energy += 0.5 * (length - 1.0) ** 2
    return energy


@program(lambda r: (r.vec(3), r.vec(3, 3)), (0, 1))
def rodrigues_rotation(w, points):
    theta2 = w @ w
    if theta2 > 1e-12:
        theta = np.sqrt(theta2)
        k = w / theta
        c, s = np.cos(theta), np.sin(theta)
        total = 0.0
        for p in points:
            q = p * c + np.cross(k, p) * s + k * (k @ p) * (1 - c)
            total += q[0] * q[1] + q[2] ** 3
        return total
    return np.sum(points + np.cross(w, points))


@program(lambda r: (r.pos(3), {0: [1, 2], 1: [2], 2: [0]}), 0)
def page_rank(w, links):
    rank = np.ones(3) / 3
    for _ in range(8):
        new = np.full(3, 0.05)
        for source, targets in links.items():
            total = sum(w[t] for t in targets)
            for t in targets:
                new[t] += 0.85 * rank[source] * w[t] / total
        rank = new
    return rank @ np.array([1.0, 2.0, 3.0])


@program(lambda r: (r.pos(4),))
def shortest_path_bellman_ford(w):
    edges = [(0, 1, 0), (1, 2, 1), (0, 2, 2), (2, 3, 3)]
    dist = [0.0, math.inf, math.inf, math.inf]
    for _ in range(3):
        for a, b, k in edges:
            if dist[a] + w[k] < dist[b]:
                dist[b] = dist[a] + w[k]
    return dist[3] ** 2


@program(lambda r: (r.num(0.3, 0.5), r.num(0.1, 0.3)), (0, 1))
def value_iteration(p, reward):
    v = [0.0, 0.0, 1.0]
    for _ in range(10):
        v = [max(reward + 0.9 * v[1], 0.9 * v[0]), p * 0.9 * v[2] + (1 - p) * 0.9 * v[0], 1.0]
    return v[0] + v[1]


@program(lambda r: (r.vec(4), r.vec(8)), (0, 1))
def recursive_filter(coefficients, signal):
    b0, b1, a1, a2 = coefficients * 0.3
    y1 = y2 = x1 = 0.0
    energy = 0.0
    for x in signal:
        y = b0 * x + b1 * x1 - a1 * y1 - a2 * y2
        x1, y1, y2 = x, y, y1
        energy += y * y
    return energy


@program(lambda r: (r.vec(3), r.vec(6), r.vec(6)), 0)
def huber_regression(w, x, y):
    total = 0.0
    for a, b in zip(x, y, strict=True):
        e = abs(w[0] + w[1] * a + w[2] * a**2 - b)
        total += 0.5 * e * e if e < 1.0 else e - 0.5
    return total


@program(lambda r: (r.num(1.1, 1.5), r.num()), (0, 1))
def kepler_equation(mean, e):
    e = e * 0.3
    anomaly = mean
    for _ in range(10):
        anomaly -= (anomaly - e * math.sin(anomaly) - mean) / (1 - e * math.cos(anomaly))
    return math.cos(anomaly) - e


@program(lambda r: (r.vec(2), r.vec(2, 2)), (0, 1))
def neural_differential_equation(y, w):
    loss = 0.0
    for k in range(6):
        k1 = np.tanh(w @ y)
        k2 = np.tanh(w @ (y + 0.1 * k1))
        y = y + 0.1 * (k1 + k2)
        loss += (y[0] - math.sin(0.2 * k)) ** 2
    return loss


@program(lambda r: (r.vec(3, 2), np.array([0, 1, 0, 2, 1])), 0)
def matrix_factorisation(u, rows):
    ratings = [1.0, 0.5, -0.3, 0.2, 0.9]
    loss = 0.0
    for k, r in enumerate(rows):
        e = ratings[k] - u[r] @ u[(r + 1) % 3]
        loss += e * e
    return loss + 0.1 * np.sum(u * u)
