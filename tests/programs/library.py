"""Python code of the standard library and of NumPy that works on what it is given."""

import collections
import dataclasses
import functools
import heapq
import logging
import operator
import random
import statistics
from dataclasses import dataclass, field

import numpy as np

from .registry import program

Point = collections.namedtuple("Point", "x y z")


@program(lambda d: (d.vec(6),))
def heap_functions(x):
    heap = [(v * v, i, v) for i, v in enumerate(x)]
    heapq.heapify(heap)
    smallest = heapq.heappop(heap)
    return smallest[0] * heap[0][2] + heapq.nsmallest(1, x)[0] ** 2 + sum(heapq.nlargest(2, x))


@program(lambda d: (d.vec(3),))
def counters_and_chained_maps(x):
    c = collections.Counter()
    c["a"] += x[0]
    c.update({"b": x[1], "a": x[2]})
    maps = collections.ChainMap({"u": x[0]}, {"u": 1.0, "v": x[2]})
    items = collections.UserList(x)
    items.append(x[0] * 2)
    return c["a"] * c["b"] + c["missing"] + maps["u"] * maps["v"] + sum(items) + c.most_common(1)[0][1]


@program(lambda d: (d.vec(3),))
def named_tuple_from_an_array(x):
    p = Point._make(x)
    return p.x * p.y + p._replace(z=p.x).z + sum(p._asdict().values())


@program(lambda d: (d.num(),))
def dictionary_of_equal_values(x):
    d = dict.fromkeys("abc", x)
    e = collections.OrderedDict.fromkeys([1, 2], x * 2)
    d["a"] *= 2
    return sum(d.values()) * e[1]


@dataclass
class Item:
    v: float
    tags: list = field(default_factory=list)
    sub: "Item" = None


@program(lambda d: (d.num(),))
def dataclass_functions(x):
    item = Item(x, [x * 2], Item(x**2))
    d, t = dataclasses.asdict(item), dataclasses.astuple(item)
    item.tags.append(5.0)
    made = dataclasses.make_dataclass("Made", ["a", ("b", float, 1.0)])(x)
    return d["v"] * d["tags"][0] + d["sub"]["v"] + t[2][0] + len(d["tags"]) + made.a * made.b


@dataclass(frozen=True, order=True)
class Frozen:
    x: float
    y: float = field(compare=False, default=1.0)

    def __post_init__(self):
        object.__setattr__(self, "z", self.x * self.y)


@program(lambda d: (d.num(), d.num()), argnums=(0, 1))
def frozen_with_a_computed_field(a, b):
    p = Frozen(a, b)
    q = dataclasses.replace(p, x=b)
    return p.z + q.z**2 + max(p, q).x


@program(lambda d: (d.vec(4),))
def draws_from_a_list(x):
    r = random.Random(3)
    items = list(x)
    r.shuffle(items)
    a, b = r.sample(items, 2)
    return items[0] * 2 + r.choice(items) ** 2 + a * b * r.uniform(0, 1) + r.choice(x)


@program(lambda d: (d.vec(5),))
def draws_from_an_array(x):
    r = np.random.default_rng(0)
    y = x.copy()
    r.shuffle(y)
    z = r.permutation(x)
    return np.sum(y * np.arange(5)) + z[0] * z[1] ** 2 + np.sum(r.choice(x, 3) * [1, 2, 3]) + np.sum(r.normal(x, 0.5))


@program(lambda d: (d.vec(4),))
def parts_chosen_by_conditions(x):
    cubes = np.piecewise(x, [x < 0, x >= 0], [lambda v: v**2, lambda v: v**3])
    rows = np.apply_along_axis(lambda r: r * r[0], 0, x.reshape(2, 2))
    return (
        np.sum(cubes) + np.sum(rows) + np.sum(np.fromiter((v * v for v in x), float) * np.fromiter(x, float, count=4))
    )


@program(lambda d: (d.num(),))
def logged_values(x):
    log = logging.getLogger("srcgrad.tests")
    log.setLevel(logging.CRITICAL)
    y = x * x
    log.info("y %s", y)
    log.debug(f"{x}")
    return y * x


@program(lambda d: (d.vec(3),))
def callables_that_keep_arrays(x):
    dot, times = operator.methodcaller("dot", x), functools.partial(np.multiply, x)
    return dot(x) + np.sum(times(2.0)) + functools.reduce(operator.mul, x) * operator.iadd(x[1], 2)


@program(lambda d: (d.num(),))
def normal_distribution(x):
    n = statistics.NormalDist(x, 2.0)
    return n.cdf(1.0) * n.pdf(0.5) + n.mean


@program(lambda d: (d.num(),))
def cached_by_value(x):
    @functools.lru_cache
    def power(n):
        return x if n == 0 else power(n - 1) * x + 1

    return power(4) + power(3)


@program(lambda d: (d.vec(8),))
def list_of_arrays_backwards(x):
    parts = []
    a = x
    while len(a) > 1:
        parts.append(a[::2] - a[1::2])
        a = a[::2] + a[1::2]
    return sum(np.sum(c**2) * (i + 1) for i, c in enumerate(reversed(parts)))
