"""What Python calls on its own: comparisons, truth, iteration, deletion, patterns, texts of classes that compute when they are asked."""

import contextlib
import dataclasses
import functools
import itertools
import math

import numpy as np

from .registry import program


class Doubled:
    """Iterates over computed values."""

    def __init__(self, x):
        self.x = x

    def __iter__(self):
        for v in self.x:
            yield v * 2


class Squares:
    """A sequence of the old protocol: positions until an IndexError."""

    def __init__(self, x):
        self.x = x

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        if i >= len(self.x):
            raise IndexError
        return self.x[i] ** 2


class Pair:
    """A mapping of computed values."""

    def __init__(self, x):
        self.x = x

    def keys(self):
        return ["a", "b"]

    def __getitem__(self, key):
        return self.x * (2 if key == "a" else 3)


class Cloud:
    """Computes its norm when it is first asked, and keeps it."""

    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def norm(self):
        return np.sum(self.x**2)

    def __lt__(self, other):
        return self.norm < other.norm

    def __eq__(self, other):
        return self.norm == other.norm

    def __hash__(self):
        return int(self.norm * 1000)

    def __bool__(self):
        return bool(self.norm > 0)

    def __contains__(self, v):
        return v < self.norm

    def __str__(self):
        return f"{self.norm:.1f}"

    def __format__(self, spec):
        return format(self.norm, spec)

    def __reversed__(self):
        return (v * 2 for v in self.x[::-1])

    def __round__(self, n=None):
        return self.norm * 2

    def __floor__(self):
        return self.norm * 3

    def __divmod__(self, k):
        return self.norm * k, self.norm + k


def asked(name, ask):
    """A program in which the norms are computed while Python asks for something else."""

    @program(lambda d: (d.vec(4),), name=f"norm_computed_by_{name}")
    def norms(x):
        a, b = Cloud(x), Cloud(x * 0.5)
        ask(a, b)
        return a.norm * 2 + b.norm


def conditional(a, b):
    return 1 if a else 2


def chained(a, b):
    return b < a < b


def chosen(a, b):
    return a and b


def kept(a, b):
    return [v for v in (a, b) if v]


def in_order(a, b):
    return sorted([a, b])


def in_place(a, b):
    [a, b].sort()


def by_a_function(a, b):
    return sorted([a, b], key=functools.cmp_to_key(lambda p, q: -1 if p < q else 1))


def shown(a, b):
    return f"{a:.2f} {b!s}"


def in_a_dict(a, b):
    return {a: 1, b: 2}


asked("a_comparison", lambda a, b: a < b)
asked("equality", lambda a, b: a == b)
asked("inequality", lambda a, b: a != b)
asked("a_chain", chained)
asked("a_condition", conditional)
asked("and", chosen)
asked("not", lambda a, b: not a and not b)
asked("in", lambda a, b: 0.5 in a and 0.5 not in b)
asked("a_filter", kept)
asked("sorted", in_order)
asked("sort", in_place)
asked("min_and_max", lambda a, b: (min(a, b), max([a, b])))
asked("tuples_that_are_compared", lambda a, b: (1, a) < (1, b))
asked("items_of_a_list", lambda a, b: b in [a])
asked("any_and_all", lambda a, b: any([a, b]) and all([a, b]))
asked("filter", lambda a, b: list(filter(None, [a, b])))
asked("a_function_of_two", by_a_function)
asked("a_text", shown)
asked("str", lambda a, b: str(a) + str(b))
asked("a_hash", in_a_dict)


@program(lambda d: (d.vec(4),))
def yield_from_objects(x):
    def all_of_them():
        yield from Doubled(x)
        yield from x
        yield from Squares(x)
        yield from map(float, x)

    return sum(v * i for i, v in enumerate(all_of_them()))


@program(lambda d: (d.vec(4),))
def containers_of_objects(x):
    return (
        sum(list(Doubled(x))) + sum(tuple(Squares(x))) + sum(sorted(Doubled(x))[:2]) + max(Doubled(x)) * min(Squares(x))
    )


@program(lambda d: (d.num(),))
def mappings_written_out(x):
    def f(a, b):
        return a * b

    return f(**Pair(x)) + dict(Pair(x))["b"] + {**Pair(x)}["a"]


@program(lambda d: (d.vec(4),))
def methods_that_functions_ask_for(x):
    a = Cloud(x)
    quotient, rest = divmod(a, 2.0)
    return sum(v * i for i, v in enumerate(reversed(a))) + round(a) + math.floor(a) + quotient * rest


@program(lambda d: (d.vec(4),))
def reversed_array_by_items(x):
    return sum(v * i for i, v in enumerate(reversed(x))) + next(reversed(list(x)))


class Ledger:
    def __init__(self, x):
        object.__setattr__(self, "entries", {"a": x, "b": x * 2})
        object.__setattr__(self, "total", 0.0)

    def __delitem__(self, key):
        object.__setattr__(self, "total", self.total + self.entries.pop(key) ** 2)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 1.5)

    def __delattr__(self, name):
        object.__setattr__(self, "total", self.total + getattr(self, name) * 3)
        object.__delattr__(self, name)


@program(lambda d: (d.num(),))
def deletion_with_an_effect(x):
    ledger = Ledger(x)
    ledger.extra = x
    del ledger["a"], ledger.extra
    return ledger.total + ledger.entries["b"]


class Resettable:
    def __init__(self, x):
        self.log = x

    @property
    def value(self):
        return self.log

    @value.deleter
    def value(self):
        self.log = self.log**2 * 3


@program(lambda d: (d.num(),))
def property_deleted(x):
    r = Resettable(x)
    del r.value
    return r.log


class Polar:
    __match_args__ = ("radius", "half")

    def __init__(self, x, y):
        self.x, self.y = x, y

    @property
    def radius(self):
        return (self.x**2 + self.y**2) ** 0.5

    @property
    def half(self):
        return self.x / 2


@dataclasses.dataclass
class Box:
    size: float
    shape: float


@program(lambda d: (d.num(), d.num()), argnums=(0, 1))
def patterns_of_every_kind(a, b):
    total = 0.0
    for item in [
        Polar(a, b),
        Box(a, b),
        (a, b),
        [a, b, a],
        {"k": a, "u": b},
        "text",
        3,
        None,
        a,
        ("tag", Box(b, a)),
        [],
        True,
    ]:
        match item:
            case Polar(r, h):
                total += r * h
            case Box(size=s, shape=t) if s > 1e6:
                total += s * t * 100
            case Box(s, t):
                total += s * t * 2
            case ("tag", Box(size=s)) | ("other", s):
                total += s**3
            case (u, v):
                total += u * v
            case [first, *rest]:
                total += first + sum(rest) * 2
            case {"k": k, **others}:
                total += k * others["u"]
            case str() as text:
                total += len(text)
            case True:
                total += 7 * a
            case 1 | 2 | 3 as n:
                total += n * a
            case None:
                total += b
            case float(f):
                total += f**2
            case []:
                total += a * b
    return total


class Rejected(Exception):
    def __init__(self, value):
        super().__init__("rejected")
        self.value = value * value


@program(lambda d: (d.vec(5),))
def value_computed_by_an_exception(x):
    total = 0.0
    for v in x:
        try:
            if v < 0:
                raise Rejected(v)
            total += v
        except Rejected as error:
            total += error.value * 3
    return total


class Counting(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.v = made.v * 2
        return made


class Counted(metaclass=Counting):
    def __init__(self, v):
        self.v = v * v


@program(lambda d: (d.num(),))
def metaclass_that_calls(x):
    return Counted(x).v


class Named(list):
    def __init__(self, items):
        super().__init__(items)
        self.extra = self[0] * 2

    def append(self, v):
        super().append(v * 2)


@program(lambda d: (d.vec(3),))
def list_subclass_from_an_array(x):
    items = Named(x)
    items.append(x[0])
    return sum(items) * items.extra + items[3]


@program(lambda d: (d.num(),))
def decorators_that_compute(x):
    table = []

    def register(f):
        table.append(f(x) * 2)
        return f

    def scaled(k):
        def wrap(f):
            return lambda v: f(v) * k

        return wrap

    @register
    @scaled(x)
    def square(v):
        return v * v

    return table[0] + square(2.0)


@program(lambda d: (Box(d.num(), d.num()), [Box(d.num(), d.num())]), argnums=(0, 1))
def attributes_named_like_those_of_arrays(box, boxes):
    return box.size * 2 + box.shape**2 + sum(b.size * b.shape for b in boxes)


@program(lambda d: (d.vec(4),))
def managers_on_a_stack(x):
    total = [0.0]

    @contextlib.contextmanager
    def adding(v):
        total[0] += v
        yield v * 2
        total[0] *= v

    with contextlib.ExitStack() as stack:
        values = [stack.enter_context(adding(v)) for v in x]
        stack.callback(lambda: total.append(x[0] ** 2))
        s = sum(values)
    return s + total[0] + total[1] * 3


class Doubling(contextlib.ContextDecorator):
    def __init__(self, cell):
        self.cell = cell

    def __enter__(self):
        self.cell[0] *= 2
        return self

    def __exit__(self, *error):
        self.cell[0] += 1


@program(lambda d: (d.num(),))
def manager_as_a_decorator(x):
    cell = [x]

    @Doubling(cell)
    def square():
        cell[0] = cell[0] ** 2
        return cell[0] * x

    return square() + cell[0]


@program(lambda d: (d.vec(4),))
def map_over_classes(x):
    rows = x.reshape(2, 2)
    a, b = list(map(list, rows)), list(map(tuple, rows))
    c, e = list(map(float, x)), list(map(np.float64, x))
    return a[0][1] * b[1][0] + sum(c) ** 2 + e[1] ** 2 + sum(map(sum, rows)) * list(map(sorted, rows))[0][0]


@program(lambda d: (d.vec(4),))
def arrays_gone_through_by_itertools(x):
    total = 0.0
    for i, v in enumerate(itertools.chain.from_iterable(x.reshape(2, 2))):
        total += i * v
    for i, v in enumerate(itertools.chain(x, Doubled(x))):
        total += i * v**2
    for a, b in itertools.zip_longest(x, x[:2], fillvalue=x[0]):
        total += a * b
    return total
