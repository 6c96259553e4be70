"""Several features in one program: managers and exceptions, generators of generators, views in containers, protocols."""

import contextlib
import copy
from dataclasses import dataclass, field

import numpy as np

from .registry import program


@dataclass
class Acc:
    total: np.ndarray
    n: int = 0
    parts: dict = field(default_factory=dict)

    def __iadd__(self, v):
        self.total += v
        self.n += 1
        return self

    def __enter__(self):
        self.n += 10
        return self

    def __exit__(self, *a):
        self.total *= 2
        return False


@program(lambda d: (d.vec(3),))
def acc_ctx(x):
    a = Acc(np.zeros(3))
    try:
        with a as b:
            for k, v in enumerate(x):
                b += v * x
                b.parts[k] = b.total.copy()
                if k == 1:
                    return b.n * np.sum(b.total) + sum(np.sum(p) for p in b.parts.values())
    finally:
        x = None


@program(lambda d: (Acc(d.vec(2), 0, {"u": d.num()}),))
def acc_arg(a):
    a += np.ones(2)
    a.parts["u"] *= a.total[0]
    return np.sum(a.total**2) * a.parts["u"]


@program(lambda d: (d.vec(4),))
def views_in_containers(x):
    buf = np.zeros((2, 4))
    rows = [buf[0], buf[1]]
    d = {"a": buf[:, 1:3]}
    rows[0][:] = x
    d["a"][1] = rows[0][::2]
    rows[1] += x
    buf.T[0] *= 2
    v = buf.reshape(-1)[::3]
    v[...] = v**2
    return np.sum(buf * np.arange(8).reshape(2, 4)) + np.sum(d["a"])


@program(lambda d: (d.vec(4),))
def swap_buffers(x):
    a, b = x.copy(), np.empty_like(x)
    for _k in range(3):
        for i in range(len(a)):
            b[i] = 0.5 * a[i - 1] + a[i] ** 2 * 0.1
        a, b = b, a
    return np.sum(a) + b[0]


@program(lambda d: (d.vec(5),))
def ring(x):
    r = [0.0] * 3
    out = []
    for i, v in enumerate(x):
        r[i % 3] = v * v
        out.append(sum(r) / 3)
    return sum(o * o for o in out)


@program(lambda d: (d.vec(3, 3),))
def rows_inplace(x):
    y = x.copy()
    for r in y:
        r /= np.linalg.norm(r)
    for i, (a, b, c) in enumerate(y):
        y[i, 0] = a * b - c
    for c in y.T:
        c -= c.mean()
    y[[0, 2]] = y[[2, 0]]
    return np.sum(y**3) + y[0, 1]


@program(lambda d: (d.vec(6),))
def fancy_repeat(x):
    y = x[[0, 0, 2, 5]]
    z = np.zeros(4)
    np.add.at(z, [0, 1, 1, 3], y)
    z[[1, 1]] += x[0]
    m = z > 0
    z[m] *= 2
    z[~m] = x[1]
    return np.sum(z**2)


@program(lambda d: (d.num(),))
def exception_chain_values(x):
    class E1(Exception):
        pass

    def f(v):
        try:
            return g(v)
        except E1 as e:
            return e.args[0] * 2

    def g(v):
        try:
            if v > 0.1:
                raise E1(v * v)
            return v
        finally:
            stack.append(v * 3)

    stack = []
    return f(x) + sum(stack) + f(0.01 * x)


@program(lambda d: (d.vec(3),))
def iterator_class_state(x):
    class Count:
        def __init__(self, a):
            self.a = a
            self.i = 0
            self.seen = 0.0

        def __iter__(self):
            return self

        def __next__(self):
            if self.i >= len(self.a):
                raise StopIteration
            self.i += 1
            self.seen += self.a[self.i - 1]
            return self.a[self.i - 1] * self.seen

    c = Count(x)
    a = next(c)
    b = sum(c)
    return a * b + c.seen


@program(lambda d: (d.num(),))
def context_reenter(x):
    hist = []

    @contextlib.contextmanager
    def level(n):
        hist.append(x * n)
        yield n + 1
        hist.append(-x)

    with level(1) as a, level(a) as b:
        with level(b):
            pass
    return sum(h * k for k, h in enumerate(hist))


@program(lambda d: (d.num(),))
def operator_fallbacks(x):
    class L:
        def __init__(self, v):
            self.v = v

        def __add__(self, o):
            return NotImplemented

        def __eq__(self, o):
            return NotImplemented

    class R:
        def __init__(self, v):
            self.v = v

        def __radd__(self, o):
            return self.v * o.v

        def __eq__(self, o):
            return True

    return (L(x) + R(x)) * (2 if L(x) == R(1) else 1)


@program(lambda d: (d.num(),))
def getattr_proxy(x):
    class Proxy:
        def __init__(self, t):
            object.__setattr__(self, "_t", t)

        def __getattr__(self, n):
            return getattr(self._t, n)

        def __setattr__(self, n, v):
            setattr(self._t, n, v * 2)

    class T:
        a = 1.0

    t = T()
    p = Proxy(t)
    p.a = x
    p.b = p.a * x
    return t.a * t.b


@program(lambda d: (d.num(),))
def class_state(x):
    class C:
        count = 0
        total = 0.0
        items = []

        def __init__(self):
            type(self).count += 1
            C.total = C.total + x
            C.items.append(x * C.count)

        @classmethod
        def mean(cls):
            return cls.total / cls.count

    C()
    C()
    C()
    return C.mean() * sum(C.items)


@program(lambda d: (d.num(),))
def slots_inherit(x):
    class A:
        __slots__ = ("a",)

        def __init__(self, a):
            self.a = a

    class B(A):
        __slots__ = ("b", "__dict__")

        def __init__(self, a, b):
            super().__init__(a)
            self.b = b
            self.c = a * b

    o = B(x, x * 2)
    o.a *= 3
    q = copy.copy(o)
    q.a = 1.0
    r = copy.deepcopy(o)
    r.c += x
    return o.a * o.b + o.c + q.a * q.c + r.c * r.a


@program(lambda d: (d.vec(3),))
def nested_gens(x):
    def a(it):
        for v in it:
            yield v
            yield v * v

    def b(it):
        prev = 0.0
        for v in it:
            yield v - prev
            prev = v

    return sum(w * i for i, w in enumerate(b(a(b(x)))))


@program(lambda d: (d.num(),))
def while_else_try(x):
    n = 0
    y = x
    while n < 10:
        n += 1
        try:
            if n % 2:
                continue
            if n == 6:
                break
            y *= x
            if n == 4:
                raise ValueError
        except ValueError:
            y += x
        finally:
            y = y * 1.01
    else:
        y = 0.0
    return y


@program(lambda d: (d.num(),))
def star_kwargs_forward(x):
    def inner(*a, scale=1.0, **k):
        return sum(a) * scale + k.get("off", 0.0)

    def outer(*a, **k):
        k.setdefault("off", x)
        return inner(*a[::-1], **k)

    return outer(x, x * x, scale=x) + outer(*[1.0, x], **{"off": 2.0})


@program(lambda d: (d.vec(4),))
def sort_stable(x):
    r = sorted(((v, i) for i, v in enumerate(x)), key=lambda t: (t[1] % 2, t[0]), reverse=True)
    i, j = np.argsort(x)[:2]
    l = list(x)
    l.sort(reverse=True)
    return (
        sum(v * k for k, (v, _) in enumerate(r))
        + x[i] * x[j]
        + l[0] ** 2
        + np.sort(x)[1] * np.median(x)
        + np.partition(x, 1)[0]
    )


@program(lambda d: (d.num(),))
def number_methods(x):
    return (
        x.real
        + x.conjugate() * 2
        + float(x).__mul__(3.0)
        + x.__add__(1.0)
        + (x).__rsub__(2.0)
        + x.is_integer() * x
        + abs(x).__pow__(2)
        + np.float64(x).item()
    )


@program(lambda d: (d.vec(3),))
def array_dunders(x):
    return (
        x.__mul__(2).sum()
        + x.__getitem__(0)
        + (x.__matmul__(x))
        + len(x) * x.__len__()
        + np.sum(x.__neg__())
        + x.__iter__().__next__()
    )


@program(lambda d: (d.vec(3),))
def global_np_alias(x):
    import numpy as xp
    from numpy import linalg
    from numpy import sin as s

    f = xp.cos
    mod = xp
    return xp.sum(s(x) * f(x)) + linalg.norm(x) + mod.dot(x, x) + mod.linalg.det(mod.diag(x))


@program(lambda d: (d.num(),))
def complex_obj(x):
    z = complex(x, 1.0)
    zs = [z, z * z]
    d = {"z": zs[1].conjugate()}
    return sum(abs(v) for v in zs) + d["z"].imag * d["z"].real
