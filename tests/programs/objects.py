"""Classes: methods, calls, properties, inheritance, operators, dataclasses, attributes that change."""

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace

import numpy as np

from .registry import program


class Linear:
    count = 0

    def __init__(self, w, b):
        self.w = w
        self.b = b

    def __call__(self, v):
        return self.w @ v + self.b

    def penalty(self, k=0.5):
        return k * np.sum(self.w**2)


class Net:
    def __init__(self, layers, act=np.tanh):
        self.layers = layers
        self.act = act

    def forward(self, v):
        for layer in self.layers[:-1]:
            v = self.act(layer(v))
        return self.layers[-1](v)


class Account:
    rate = 0.1

    def __init__(self, balance):
        self.balance = balance
        self.history = []

    def step(self, deposit):
        self.history.append(self.balance)
        self.balance = self.balance * (1 + self.rate) + deposit
        return self

    @property
    def squared(self):
        return self.balance**2

    @squared.setter
    def squared(self, value):
        self.balance = value**0.5

    @classmethod
    def rich(cls, v):
        return cls(v * 100)

    @staticmethod
    def fee(v):
        return 0.01 * v * v


class Base:
    def __init__(self, v):
        self.v = v

    def value(self):
        return self.v * 2

    def twice(self):
        return self.value() * 2


class Derived(Base):
    def __init__(self, v, k):
        super().__init__(v)
        self.k = k

    def value(self):
        return super().value() * self.k


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    def doubled(self):
        return 2 * self.area()


class Circle(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return np.pi * self.r**2


class Square(Shape):
    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a * self.a


class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vec(self.x - other.x, self.y - other.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __abs__(self):
        return (self @ self) ** 0.5

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y


class Series:
    def __init__(self, items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v

    def __contains__(self, v):
        return v in self.items

    def __iter__(self):
        return iter(self.items)

    def __bool__(self):
        return len(self.items) > 0


class Countdown:
    def __init__(self, v, n):
        self.v, self.n = v, n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        self.v = self.v * 1.1
        return self.v


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a
        self.b = a * a


class Kind(Enum):
    LINEAR = 1
    SQUARE = 2


@dataclass
class Params:
    w: np.ndarray
    b: float
    n: int = 2
    tag: str = "p"


@dataclass(frozen=True)
class Frozen:
    a: float
    b: float = 2.0

    @property
    def product(self):
        return self.a * self.b

    def scaled(self, k):
        return dataclasses.replace(self, a=self.a * k)


@dataclass
class Model:
    layers: list = field(default_factory=list)
    scale: float = 1.0

    def __post_init__(self):
        self.total = self.scale * 2


@program(lambda r: (r.num(),))
def object_built_inside(x):
    line = Linear(np.array([[x, 1.0], [2.0, x * x]]), np.array([x, 0.0]))
    return np.sum(line(np.array([1.0, x]))) + line.penalty() + line.penalty(k=x)


@program(lambda r: (Linear(r.vec(2, 3), r.vec(2)), r.vec(3)), (0, 1))
def object_argument(layer, v):
    return np.sum(np.tanh(layer(v))) + layer.penalty()


@program(lambda r: (Net([Linear(r.vec(2, 3), r.vec(2)), Linear(r.vec(1, 2), r.vec(1))]), r.vec(3)), 0)
def nested_object_argument(net, v):
    return net.forward(v)[0] ** 2 + sum(layer.penalty() for layer in net.layers)


@program(lambda r: (Params(r.vec(2, 2), r.num()),))
def dataclass_argument(p):
    return np.sum(p.w @ p.w) * p.b + p.n * p.b**p.n


@program(lambda r: (Frozen(r.num(), r.num()),))
def frozen_dataclass_argument(p):
    return p.product + p.scaled(p.b).product * p.a


@program(lambda r: (r.num(),))
def dataclass_built_inside(x):
    p = Params(np.array([x, x * x]), x)
    p.b = p.b * 2
    q = dataclasses.replace(p, b=p.b + x)
    return np.sum(p.w) * q.b + p.n


@program(lambda r: (r.num(),))
def dataclass_with_defaults(x):
    m = Model(scale=x)
    m.layers.append(x * x)
    other = Model()
    return m.total * m.layers[0] + other.total + len(other.layers)


@program(lambda r: (r.num(),))
def attributes_that_change(x):
    a = Account(x)
    for k in range(3):
        a.step(x * k)
    a.balance += 1.0
    a.balance *= x
    return a.balance + a.history[1] * len(a.history)


@program(lambda r: (r.num(),))
def chained_methods(x):
    return Account(x).step(1.0).step(x).balance ** 2


@program(lambda r: (r.num(),))
def properties(x):
    a = Account(x)
    y = a.squared
    a.squared = y * x
    return a.balance + y


@program(lambda r: (r.num(),))
def class_and_static_methods(x):
    a = Account.rich(x)
    return a.balance + Account.fee(x) + a.fee(a.balance) * Account.rate


@program(lambda r: (r.num(),))
def class_attribute_hidden_by_the_instance(x):
    a = Account(x)
    b = Account(x)
    a.rate = x
    return a.step(0.0).balance + b.step(0.0).balance


@program(lambda r: (r.num(),))
def inheritance_and_super(x):
    d = Derived(x, x * 3)
    b = Base(x)
    return d.twice() + b.twice() + (d.v if isinstance(d, Base) else 0.0)


@program(lambda r: (r.num(),))
def abstract_classes(x):
    return sum(s.doubled() * (k + 1) for k, s in enumerate([Circle(x), Square(x * x), Circle(2.0)]))


@program(lambda r: (r.num(), r.num()), (0, 1))
def operator_overloading(x, y):
    a, b = Vec(x, y), Vec(y, 2.0)
    c = (a + b) * x - 2.0 * a
    return c @ (-b) + abs(c) + (1.0 if a == b else x)


@program(lambda r: (r.num(), r.num()), (0, 1))
def in_place_operator(x, y):
    a = Vec(x, y)
    b = a
    b += Vec(y, x * y)
    return a.x * a.y + (a @ b if a < Vec(100.0, 1.0) else 0.0)


@program(lambda r: (r.num(),))
def container_protocol(x):
    s = Series([x, x * x, 3.0])
    s[1] = s[0] * s[2]
    s[0] += 1.0
    total = 0.0
    for v in s:
        total += v * v
    if s and 3.0 in s:
        total *= len(s)
    return total + s[-1] * sum(s)


@program(lambda r: (r.num(),))
def iterator_class(x):
    return sum(v * v for v in Countdown(x, 3)) + sum(Countdown(x, 2))


@program(lambda r: (r.num(),))
def slots(x):
    s = Slotted(x)
    s.a = s.a * s.b
    return s.a + s.b


@program(lambda r: (r.num(), Kind.SQUARE))
def enumerations(x, kind):
    if kind is Kind.SQUARE:
        return x * x * kind.value
    return x


@program(lambda r: (r.num(),))
def simple_namespace(x):
    s = SimpleNamespace(a=x, b=2.0)
    s.c = s.a * s.b
    s.a = s.c**2
    return s.a + s.c


@program(lambda r: (r.num(),))
def getattr_and_setattr(x):
    s = SimpleNamespace()
    for k, name in enumerate(["p", "q"]):
        setattr(s, name, x ** (k + 1))
    return getattr(s, "p") * getattr(s, "q") + getattr(s, "r", x) + hasattr(s, "p") * x  # noqa: B009


@program(lambda r: (r.num(),))
def class_defined_inside(x):
    class Local:
        k = 3.0

        def __init__(self, v):
            self.v = v

        def f(self):
            return self.v * self.k * x

    return Local(x).f() + Local(2.0).f()


@program(lambda r: (Account(r.num()), r.num()), (1, 0))
def object_argument_changed(a, x):
    a.step(x)
    a.balance *= a.history[0]
    return a.balance * x


@program(lambda r: (r.num(),))
def object_alias(x):
    a = Account(x)
    b = a
    b.balance = b.balance * x
    c = [a, b]
    c[0].balance += 1.0
    return a.balance * b.balance


@program(lambda r: (r.vec(3),))
def object_with_a_buffer(x):
    class Buffer:
        def __init__(self, n):
            self.data = np.zeros(n)
            self.used = 0

        def push(self, v):
            self.data[self.used] = v
            self.used += 1

    b = Buffer(3)
    for v in x:
        b.push(v * v)
    b.data *= x
    return np.sum(b.data) * b.used


@program(lambda r: (r.num(),))
def bound_methods_as_values(x):
    a = Account(x)
    step = a.step
    step(1.0)
    f = a.fee
    total = sum(map(Account(2.0).fee, [x, x * x]))
    return a.balance * f(x) + total


@program(lambda r: (r.num(),))
def objects_in_a_dictionary(x):
    d = {"a": Base(x), "b": Derived(x, 2.0)}
    for o in d.values():
        o.v = o.v * x
    return d["a"].value() * d["b"].value()


@program(lambda r: (r.num(),))
def linked_list(x):
    class Node:
        def __init__(self, v, after=None):
            self.v, self.after = v, after

    head = None
    for k in range(4):
        head = Node(x * (k + 1), head)
    s = 0.0
    node = head
    while node is not None:
        s = s * 0.5 + node.v**2
        node = node.after
    return s


@program(lambda r: (r.num(),))
def expression_tree(x):
    class Leaf:
        def value(self):
            return x

    class Add:
        def __init__(self, a, b):
            self.a, self.b = a, b

        def value(self):
            return self.a.value() + self.b.value() * 0.5

    class Mul(Add):
        def value(self):
            return self.a.value() * self.b.value()

    return Mul(Add(Leaf(), Leaf()), Mul(Leaf(), Add(Leaf(), Leaf()))).value()


@program(lambda r: (r.num(),))
def optimiser_object(x):
    class Momentum:
        def __init__(self, rate):
            self.rate, self.v = rate, 0.0

        def update(self, w, g):
            self.v = 0.9 * self.v + g
            return w - self.rate * self.v

    opt = Momentum(0.1 * x)
    w = x
    for _ in range(4):
        w = opt.update(w, 2 * (w - 1.0) + x)
    return w * w


class Pair:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iter__(self):
        yield self.x
        yield self.y

    def __lt__(self, other):
        return self.x**2 + self.y**2 < other.x**2 + other.y**2

    def __gt__(self, other):
        return other < self


@program(lambda r: (Pair(r.num(), r.num()), Pair(r.num(), r.num())), (0, 1))
def extrema_of_objects_that_can_be_gone_through(a, b):
    return max(a, b).x ** 2 + min(a, b, Pair(3.0, 3.0)).y * max([a, b]).y + max(a)
