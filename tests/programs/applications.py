"""Programs as people write them: models and simulations as objects, small frameworks, parsers, dynamic programming."""

import collections
import enum
import functools
import itertools
import math
import operator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from .registry import program

T = TypeVar("T")


@dataclass
class Param(Generic[T]):
    value: T
    name: str = "p"
    frozen: bool = False


class Module:
    def __init__(self):
        object.__setattr__(self, "_params", {})
        self._mods = {}

    def __setattr__(self, k, v):
        if isinstance(v, Param):
            self._params[k] = v
        elif isinstance(v, Module):
            self._mods[k] = v
        object.__setattr__(self, k, v)

    def parameters(self):
        yield from self._params.values()
        for m in self._mods.values():
            yield from m.parameters()

    def __call__(self, *a, **k):
        return self.forward(*a, **k)


class Dense(Module):
    def __init__(self, W, b, act=None):
        super().__init__()
        self.W = Param(W, "W")
        self.b = Param(b, "b")
        self.act = act

    def forward(self, x):
        z = x @ self.W.value + self.b.value
        return self.act(z) if self.act else z


class Seq(Module):
    def __init__(self, *ls):
        super().__init__()
        for i, l in enumerate(ls):
            setattr(self, f"l{i}", l)
        self.n = len(ls)

    def forward(self, x):
        for i in range(self.n):
            x = getattr(self, f"l{i}")(x)
        return x


@program(lambda d: (d.vec(2, 3), d.vec(3), d.vec(3, 1), d.vec(1), d.vec(4, 2)), argnums=(0, 1, 2, 3))
def torch_like(W, b, V, c, X):
    net = Seq(Dense(W, b, np.tanh), Dense(V, c))
    loss = np.mean(net(X) ** 2)
    return loss + 0.1 * sum(np.sum(p.value**2) for p in net.parameters())


class Particle:
    G = 6.0

    def __init__(self, m, x, v):
        self.m, self.x, self.v = m, np.array(x), np.array(v)

    def kick(self, others, dt):
        a = np.zeros(2)
        for o in others:
            if o is self:
                continue
            r = o.x - self.x
            a += self.G * o.m * r / (np.sum(r**2) + 0.1) ** 1.5
        self.v = self.v + a * dt

    def drift(self, dt):
        self.x = self.x + self.v * dt

    @property
    def energy(self):
        return 0.5 * self.m * np.sum(self.v**2)

    def __repr__(self):
        return f"P({self.m})"


@program(lambda d: (d.pos(3), d.vec(3, 2), d.vec(3, 2)), argnums=(0, 1, 2))
def nbody_objects(m, x, v):
    ps = [Particle(m[i], x[i], v[i]) for i in range(3)]
    for _ in range(3):
        for p in ps:
            p.kick(ps, 0.01)
        for p in ps:
            p.drift(0.01)
    return sum(p.energy for p in ps)


class Var:
    """a student's own autodiff"""

    def __init__(self, v, parents=()):
        self.v = v
        self.parents = parents
        self.g = 0.0

    def __add__(self, o):
        o = o if isinstance(o, Var) else Var(o)
        return Var(self.v + o.v, ((self, 1.0), (o, 1.0)))

    def __mul__(self, o):
        o = o if isinstance(o, Var) else Var(o)
        return Var(self.v * o.v, ((self, o.v), (o, self.v)))

    __radd__ = __add__
    __rmul__ = __mul__

    def sin(self):
        return Var(math.sin(self.v), ((self, math.cos(self.v)),))

    def backward(self):
        order = []
        seen = set()

        def visit(n):
            if id(n) in seen:
                return
            seen.add(id(n))
            for p, _ in n.parents:
                visit(p)
            order.append(n)

        visit(self)
        self.g = 1.0
        for n in reversed(order):
            for p, d in n.parents:
                p.g += n.g * d


@program(lambda d: (d.num(), d.num()), argnums=(0, 1))
def own_autodiff(a, b):
    x, y = Var(a), Var(b)
    z = x * y + (x * x).sin() * 2.0
    z.backward()
    return z.v + x.g * y.g


class Dual:
    __slots__ = ("re", "eps")

    def __init__(self, re, eps=0.0):
        self.re, self.eps = re, eps

    def __mul__(self, o):
        return (
            Dual(self.re * o.re, self.re * o.eps + self.eps * o.re)
            if isinstance(o, Dual)
            else Dual(self.re * o, self.eps * o)
        )

    __rmul__ = __mul__

    def __add__(self, o):
        return Dual(self.re + o.re, self.eps + o.eps) if isinstance(o, Dual) else Dual(self.re + o, self.eps)

    __radd__ = __add__

    def __sub__(self, o):
        return self + (-1) * o

    def __rsub__(self, o):
        return (-1) * self + o

    def __pow__(self, n):
        return Dual(self.re**n, n * self.re ** (n - 1) * self.eps)

    def __truediv__(self, o):
        return self * (o**-1) if isinstance(o, Dual) else Dual(self.re / o, self.eps / o)

    def __lt__(self, o):
        return self.re < (o.re if isinstance(o, Dual) else o)


@program(lambda d: (d.num(),))
def dual_numbers(x):
    def f(t):
        return 3 * t**3 - t / (1 + t * t) + 2

    d = f(Dual(x, 1.0))
    return d.re * d.eps


@dataclass(frozen=True)
class Config:
    lr: float = 0.1
    steps: int = 5
    clip: float | None = None


@program(lambda d: (d.vec(3), d.vec(3)), argnums=(0, 1))
def unrolled_sgd(w, t, cfg=Config(clip=0.5)):
    m = np.zeros_like(w)
    for _k in range(cfg.steps):
        g = 2 * (w - t) * np.cos(w)
        n = np.sqrt(np.sum(g * g))
        if cfg.clip is not None and n > cfg.clip:
            g = g * (cfg.clip / n)
        m = 0.9 * m + g
        w = w - cfg.lr * m
    return np.sum((w - t) ** 2)


class Grid:
    def __init__(self, n, m, fill=0.0):
        self.n, self.m = n, m
        self.data = [[fill] * m for _ in range(n)]

    def __getitem__(self, k):
        i, j = k
        return self.data[i % self.n][j % self.m]

    def __setitem__(self, k, v):
        i, j = k
        self.data[i][j] = v

    def neighbours(self, i, j):
        for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            yield self[i + di, j + dj]

    def __iter__(self):
        return itertools.chain.from_iterable(self.data)


@program(lambda d: (d.vec(3, 3),))
def life_like(x):
    g = Grid(3, 3)
    for i, j in itertools.product(range(3), repeat=2):
        g[i, j] = x[i, j]
    for _ in range(2):
        new = Grid(3, 3)
        for i in range(3):
            for j in range(3):
                new[i, j] = 0.5 * g[i, j] + 0.1 * sum(g.neighbours(i, j)) ** 2
        g = new
    return sum(g) + max(g)


class State(enum.Enum):
    IDLE = "idle"
    RUN = "run"
    DONE = "done"


@program(lambda d: (d.num(0.5, 0.9),))
def state_machine(x):
    st, acc, trace = State.IDLE, 0.0, []
    while st is not State.DONE:
        match st:
            case State.IDLE:
                acc = x
                st = State.RUN
            case State.RUN if acc < 5:
                acc = acc * 1.5 + x
            case State.RUN:
                st = State.DONE
        trace.append((st.value, acc))
    return acc * len(trace) + sum(a for s, a in trace if s == "run")


def rk4(f, y, t, h, *args):
    k1 = f(t, y, *args)
    k2 = f(t + h / 2, [a + h / 2 * b for a, b in zip(y, k1, strict=False)], *args)
    k3 = f(t + h / 2, [a + h / 2 * b for a, b in zip(y, k2, strict=False)], *args)
    k4 = f(t + h, [a + h * b for a, b in zip(y, k3, strict=False)], *args)
    return [a + h / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4, strict=False)]


@program(lambda d: (d.num(), d.num(), d.num()), argnums=(0, 1, 2))
def lotka(a, b, c):
    def rhs(t, y, k=1.0):
        u, v = y
        return [a * u - b * u * v, c * u * v - k * v]

    y = [1.0, 0.5]
    for i in range(4):
        y = rk4(rhs, y, i * 0.1, 0.1, 0.7)
    return y[0] * y[1]


def newton(f, df, x0, tol=1e-12, maxit=50):
    x = x0
    for _k in range(maxit):
        dx = f(x) / df(x)
        x = x - dx
        if abs(dx) < tol:
            break
    else:
        raise RuntimeError("no convergence")
    return x


@program(lambda d: (d.num(),))
def newton_root(a):
    return newton(lambda x: x**3 - a, lambda x: 3 * x**2, 1.0)


@program(lambda d: (d.num(), d.num()), argnums=(0, 1))
def bisect_root(a, b):
    lo, hi = 0.0 * a, 2.0 + b
    while hi - lo > 0.5:
        mid = (lo + hi) / 2
        if mid**2 < 1.7:
            lo = mid
        else:
            hi = mid
    return lo * hi


@program(lambda d: (d.pos(4),))
def viterbi(x):
    T = np.array([[0.7, 0.3], [0.4, 0.6]])
    best = [{0: x[0], 1: x[1]}]
    back = []
    for t in range(1, 4):
        cur, ptr = {}, {}
        for s in (0, 1):
            prev, score = max(((p, best[-1][p] * T[p][s]) for p in (0, 1)), key=lambda q: q[1])
            cur[s] = score * x[t] * (1 + s * 0.1)
            ptr[s] = prev
        best.append(cur)
        back.append(ptr)
    return max(best[-1].values())


@program(lambda d: (d.pos(6),))
def dijkstra(w):
    import heapq

    edges = collections.defaultdict(list)
    for k, (u, v) in enumerate([(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (0, 3)]):
        edges[u].append((v, w[k]))
        edges[v].append((u, w[k]))
    dist = {0: 0.0}
    pq = [(0.0, 0)]
    done = set()
    while pq:
        d, u = heapq.heappop(pq)
        if u in done:
            continue
        done.add(u)
        for v, c in edges[u]:
            nd = d + c
            if nd < dist.get(v, float("inf")):
                dist[v] = nd
                heapq.heappush(pq, (nd, v))
    return sum(dist.values())


@program(lambda d: (d.vec(5),))
def edit_distance_soft(x):
    @functools.cache
    def D(i, j):
        if i == 0 or j == 0:
            return float(i + j)
        c = (x[i - 1] - x[-j]) ** 2
        return c + min(D(i - 1, j), D(i, j - 1), D(i - 1, j - 1))

    return D(4, 4)


@program(lambda d: (d.num(), d.num()), argnums=(0, 1))
def expression_parser(a, b):
    env = {"a": a, "b": b}
    ops = {
        "+": (1, operator.add),
        "-": (1, operator.sub),
        "*": (2, operator.mul),
        "/": (2, operator.truediv),
        "^": (3, operator.pow),
    }
    out, st = [], []
    for tok in "a * b + ( a - b ) ^ 2 / a".split():
        if tok in ops:
            while st and st[-1] != "(" and ops[st[-1]][0] >= ops[tok][0]:
                out.append(st.pop())
            st.append(tok)
        elif tok == "(":
            st.append(tok)
        elif tok == ")":
            while (t := st.pop()) != "(":
                out.append(t)
        else:
            out.append(tok)
    out += st[::-1]
    s = []
    for t in out:
        if t in ops:
            r, l = s.pop(), s.pop()
            s.append(ops[t][1](l, r))
        elif t.isdigit():
            s.append(int(t))
        else:
            s.append(env[t])
    return s.pop()


class LRU(collections.OrderedDict):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def __getitem__(self, k):
        self.move_to_end(k)
        return super().__getitem__(k)

    def __setitem__(self, k, v):
        super().__setitem__(k, v)
        if len(self) > self.n:
            self.popitem(last=False)


@program(lambda d: (d.vec(4),))
def lru_dict(x):
    c = LRU(2)
    for i, v in enumerate(x):
        c[i] = v * v
        if i - 1 in c:
            c[i - 1] += v
    return sum(c.values()) + c[3] * c[2]


class Observable:
    def __init__(self):
        self.cbs = []

    def subscribe(self, f):
        self.cbs.append(f)
        return lambda: self.cbs.remove(f)

    def notify(self, *a):
        return [f(*a) for f in self.cbs]


@program(lambda d: (d.num(),))
def observer(x):
    o = Observable()
    tot = [0.0]

    def add(v):
        tot[0] += v

    un = o.subscribe(add)
    o.subscribe(lambda v: tot.append(v * x))
    o.notify(x)
    un()
    o.notify(x * x)
    return sum(tot)


class Kalman:
    def __init__(self, A, H, Q, R):
        self.A, self.H, self.Q, self.R = A, H, Q, R
        self.x = np.zeros(2)
        self.P = np.eye(2)

    def predict(self):
        self.x = self.A @ self.x
        self.P = self.A @ self.P @ self.A.T + self.Q

    def update(self, z):
        S = self.H @ self.P @ self.H.T + self.R
        K = self.P @ self.H.T @ np.linalg.inv(S)
        y = z - self.H @ self.x
        self.x = self.x + K @ y
        self.P = (np.eye(2) - K @ self.H) @ self.P
        return float(0.5 * (y @ np.linalg.solve(S, y) + np.log(np.linalg.det(S))))


@program(lambda d: (d.vec(3, 1), d.pos(1)), argnums=(0, 1))
def kalman(z, r):
    k = Kalman(np.array([[1.0, 0.1], [0, 1.0]]), np.array([[1.0, 0.0]]), 0.01 * np.eye(2), np.diag(r))
    nll = 0.0
    for o in z:
        k.predict()
        nll += k.update(o)
    return nll


@program(lambda d: (d.vec(8),))
def haar(x):
    coeffs = []
    a = x
    while len(a) > 1:
        coeffs.append((a[::2] - a[1::2]) / np.sqrt(2))
        a = (a[::2] + a[1::2]) / np.sqrt(2)
    coeffs.append(a)
    return sum(np.sum(np.abs(c) ** 1.5) * (i + 1) for i, c in enumerate(reversed(coeffs)))


@program(lambda d: (d.vec(5), d.vec(3)), argnums=(0, 1))
def conv_class(x, k):
    class Conv:
        def __init__(self, k, pad="same"):
            self.k = k
            self.pad = pad

        def __call__(self, x):
            n, m = len(x), len(self.k)
            p = m // 2
            xp = np.concatenate([np.zeros(p), x, np.zeros(p)]) if self.pad == "same" else x
            return np.array([np.dot(xp[i : i + m], self.k) for i in range(n)])

    return np.sum(np.maximum(Conv(k)(x), 0) ** 2)


@program(lambda d: ([d.vec(2) for _ in range(3)],))
def polygon(pts):
    area = 0.0
    for (x1, y1), (x2, y2) in zip(pts, pts[1:] + pts[:1], strict=False):
        area += x1 * y2 - x2 * y1
    per = sum(math.dist(p, q) for p, q in itertools.combinations(pts, 2))
    return 0.5 * area**2 + per


@program(
    lambda d: ({"layers": [{"W": d.vec(2, 2), "b": d.vec(2)}, {"W": d.vec(2, 2), "b": d.vec(2)}], "scale": d.num()},)
)
def pytree_map(p):
    def tmap(f, t):
        if isinstance(t, dict):
            return {k: tmap(f, v) for k, v in t.items()}
        if isinstance(t, (list, tuple)):
            return type(t)(tmap(f, v) for v in t)
        return f(t)

    def leaves(t):
        if isinstance(t, dict):
            return [l for v in t.values() for l in leaves(v)]
        if isinstance(t, list):
            return [l for v in t for l in leaves(v)]
        return [t]

    q = tmap(lambda v: v * 2 + 1, p)
    return sum(np.sum(l**2) for l in leaves(q))


@program(lambda d: (d.vec(3),), observe=lambda: None)
def print_side(x):
    for i, v in enumerate(x):
        print(i, f"{v:.3f}", end=";")
    print(*[round(float(v), 2) for v in x], sep=",")
    return np.sum(x**2)


@program(lambda d: (d.vec(6),))
def matrix_chain(x):
    ms = [x[:2].reshape(1, 2), x[2:6].reshape(2, 2)]
    r = functools.reduce(np.matmul, ms)
    return np.sum(r) + functools.reduce(lambda a, m: a + np.trace(m @ m.T), ms, 0.0)


@program(lambda d: (d.num(),))
def ackermann_ish(x):
    def tak(a, b, n):
        return a if n == 0 else tak(b * 0.9, a + b * x, n - 1)

    def trampoline(f, *a):
        return f(*a)

    return trampoline(tak, x, 1.0, 4)


@program(lambda d: (d.vec(4),))
def string_dispatch(x):
    reg = {}

    def register(name=None):
        def deco(f):
            reg[name or f.__name__] = f
            return f

        return deco

    @register()
    def square(v):
        return v * v

    @register("neg")
    def negate(v):
        return -v

    return sum(reg[n](v) for n, v in zip(itertools.cycle(reg), x))
