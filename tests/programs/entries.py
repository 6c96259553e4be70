"""Dicts that are filled under constant keys, and what is told of the entries of a dict that is given."""

from typing import NamedTuple

import numpy as np

from .registry import program


def weights(d):
    return {"w": d.vec(3, 2), "b": d.vec(2)}


@program(lambda d: (weights(d), d.vec(4, 3)))
def results_kept_in_a_dict(p, x):
    cache = {}
    cache["z"] = x @ p["w"] + p["b"]
    cache["a"] = np.tanh(cache["z"])
    return np.sum(cache["a"] ** 2) + np.sum(cache["z"])


@program(lambda d: (weights(d), d.vec(4, 3)))
def losses_added_up_in_a_dict(p, x):
    losses = dict(data=np.sum((x @ p["w"]) ** 2), weights=np.sum(p["w"] ** 2))
    losses["all"] = losses["data"] + 0.1 * losses["weights"]
    losses["all"] += np.sum(p["b"])
    losses.update(half=losses["all"] / 2, data=1.0)
    return losses["half"] * losses["data"]


def total_of(d):
    return sum(v for v in d.values()) * d["a"]


@program(lambda d: (d.num(),))
def dict_filled_and_then_used_as_a_whole(x):
    d = {"a": x}
    d["b"] = x * x
    d["a"] = d["a"] + 1.0
    return total_of(d) + d["b"]


@program(lambda d: (d.num(),))
def dict_used_as_a_whole_and_then_filled(x):
    d = {"a": x}
    d["b"] = x * x
    s = total_of(d)
    d["a"] = x**3
    d["c"] = 2.0
    return s * total_of(d)


@program(lambda d: (d.num(),))
def dict_of_two_names_is_filled(x):
    d = {"a": x}
    d["b"] = x * x
    e = d
    e["a"] = x**3
    return d["a"] * d["b"]


@program(lambda d: (d.num(), 3))
def entries_changed_in_a_loop(x, n):
    d = {"s": 0.0, "k": 1}
    for i in range(n):
        d["s"] += x**i * d["k"]
        d["k"] = d["k"] + 1
    return d["s"] * d["k"]


@program(lambda d: (d.num(), 0), name="entries_changed_in_a_loop_of_no_trips")
def entries_changed_in_a_loop_without_trips(x, n):
    d = {"s": x}
    for i in range(n):
        d["s"] *= x + i
    return d["s"]


@program(lambda d: (d.num(), 3))
def entry_that_a_loop_adds(x, n):
    d = {"s": x}
    d["s"] = x * x
    for i in range(n):
        d["t"] = d["s"] * x + i
        d["s"] = d["t"]
    return d["s"] + d.get("t", 0.0)


@program(lambda d: (d.num(), True))
def entry_that_a_branch_adds(x, flag):
    d = {"a": x}
    d["a"] *= x
    if flag:
        d["b"] = x**3
    return d["a"] * d.get("b", 2.0)


@program(lambda d: (d.num(), False), name="entry_that_a_branch_does_not_add")
def entry_that_a_branch_may_add(x, flag):
    d = {"a": x}
    d["a"] *= x
    if flag:
        d["b"] = x**3
    return d["a"] * d.get("b", 2.0)


@program(lambda d: (d.num(), True))
def entries_changed_in_a_branch(x, flag):
    d = {"a": x, "b": 1.0}
    if flag:
        d["b"] = x**3
    else:
        d["a"] = 2.0
    return d["a"] * d["b"] * d.get("a")


@program(lambda d: (d.num(),), raises=KeyError)
def entry_that_is_not_there(x):
    d = {"a": x}
    d["b"] = x * x
    return d["b"] * d["c"]


@program(lambda d: (d.vec(3),))
def array_under_a_key_changed_in_place(x):
    y = x * 2.0
    d = {}
    d["a"] = y
    d["a"] += x
    d["a"][0] = x[1] * x[2]
    return np.sum(y * d["a"])


@program(lambda d: (d.vec(3),))
def argument_under_a_key_changed_in_place(x):
    d = {"n": 0}
    d["a"] = x
    d["a"] *= 2.0
    return np.sum(x * d["a"])


@program(lambda d: (d.vec(3),))
def array_under_two_keys(x):
    d = {}
    d["a"] = x * 1.0
    d["b"] = d["a"]
    d["b"][1] = x[0] ** 2
    d["a"] = d["a"] * x
    return np.sum(d["a"] * d["b"])


@program(lambda d: (d.vec(4, 2), d.vec(2, 2)), (0, 1))
def new_dict_in_each_trip(x, w):
    s = 0.0
    for row in x:
        step = {}
        step["z"] = row @ w
        step["a"] = np.tanh(step["z"])
        if step["a"][0] < 0:
            continue
        s = s + np.sum(step["a"]) * step["z"][1]
    return s


@program(lambda d: (d.num(), 4))
def dict_that_the_next_trip_reads(x, n):
    d = {"v": x}
    s = 0.0
    for i in range(n):
        s = s + d["v"]
        d = {"v": d["v"] * x}
        d["v"] += i
    return s


@program(lambda d: (d.num(),))
def keys_that_are_numbers(x):
    d = {0: x, 1: x * x}
    d[2] = d[0] * d[1]
    d[True] = d[2] + 1.0
    return d[1] * d[2] + len(d)


@program(lambda d: (d.num(),))
def function_that_reads_the_dict_later(x):
    d = {"a": x}
    d["b"] = 2.0
    read = lambda k: d["a"] * k  # noqa: E731
    d["a"] = x * x
    return read(2.0) * d["b"]


@program(lambda d: (d.num(),))
def function_that_fills_the_dict(x):
    d = {"a": x, "n": 0}

    def step(by):
        d["a"] = d["a"] * by
        d["n"] += 1

    step(x)
    step(3.0)
    return d["a"] * d["n"]


@program(lambda d: (d.num(),))
def dict_caught_half_filled(x):
    d = {"a": x, "b": 1.0}
    d["a"] = x * x
    try:
        d["b"] = 1.0 / 0.0
    except ZeroDivisionError:
        d["b"] = 5.0
    return d["a"] * d["b"]


@program(lambda d: (d.num(),))
def dict_within_a_dict(x):
    d = {"in": {"a": x}}
    d["in"]["b"] = x * x
    d["out"] = d["in"]
    d["in"]["a"] = 3.0 * x
    return d["out"]["a"] * d["in"]["b"]


@program(lambda d: (d.num(),))
def dict_deleted_from(x):
    d = {"a": x, "b": x * x}
    d["c"] = d["a"] * 2.0
    del d["a"]
    d["a"] = 1.0
    return sum(v * (i + 1) for i, v in enumerate(d.values()))


@program(lambda d: (d.num(),))
def order_of_the_keys_of_a_filled_dict(x):
    d = {"b": x, "a": 2.0}
    d["c"] = x * x
    d["b"] = x**3
    s = 0.0
    for v in d.values():
        s = s * 2.0 + v
    return s


def affine(x, w, b):
    return np.tanh(x @ w + b)


def area(a, b, c):
    return a * b + c


def option(a, b=2.0, *, c=1.0):
    return a * b - c


@program(lambda d: (weights(d), d.vec(4, 3)))
def dict_spread_into_a_call(p, x):
    return np.sum(affine(x, **p))


@program(lambda d: ([d.vec(3, 2), d.vec(2)], d.vec(4, 3)))
def list_spread_into_a_call(p, x):
    return np.sum(affine(x, *p))


@program(lambda d: (d.vec(3),))
def array_spread_into_a_call(x):
    return area(*x) * x[0]


@program(lambda d: (d.vec(3),), raises=TypeError)
def array_spread_into_a_call_of_fewer(x):
    return area(x[0], *x)


@program(lambda d: (d.vec(1),), raises=TypeError)
def array_spread_into_a_call_of_more(x):
    return area(*x)


@program(lambda d: ((d.num(), d.num()),))
def tuple_spread_between_arguments(p):
    return area(2.0, *p) * option(*p) * area(*p, 3.0)


@program(lambda d: ([d.num(), d.num()],))
def list_that_grows_is_spread(p):
    q = p
    q.append(p[0] * 2)
    return area(*p)


@program(lambda d: (d.num(),))
def local_displays_are_spread(x):
    args = (x, x * x)
    rest = {"c": x}
    s = area(*args, **rest)
    for i in range(2):
        pair = (s, x)
        s = s + option(*pair, **rest) * i
    return s


@program(lambda d: (d.num(),))
def list_changed_before_it_is_spread(x):
    args = [x, x * x]
    other = args
    other.append(x)
    return area(*args) * option(*args[:2])


@program(lambda d: ({"a": d.num(), "b": d.num()}, d.num()), (0, 1))
def dicts_made_of_a_dict(p, x):
    scaled = {k: v * x for k, v in p.items()}
    squares = {k: p[k] ** 2 for k in p}
    both = {**scaled, "b": x, **{"a": x * 2}}
    more = dict(squares, c=both["a"])
    more["a"] = more["a"] * both["b"]
    return option(**more) * scaled["a"] + {k: x * 2 for k in ("u", "v")}["u"]


@program(lambda d: ({"a": d.num(), "b": d.num()}, d.num()), (0, 1))
def copy_of_a_dict_is_filled(p, x):
    q = dict(p)
    q["a"] = q["a"] * x
    q["new"] = x
    return q["a"] * p["a"] * q["new"] * q["b"]


@program(lambda d: ({"a": d.num(), "b": d.num()}, d.num()), (0, 1))
def dict_that_changes_is_spread(p, x):
    p["c"] = p["a"] * x
    return option(**p)


def taken(p):
    return p.pop("b")


@program(lambda d: ({"a": d.num(), "b": d.num()}, d.num()), (0, 1))
def dict_that_a_helper_changes_is_spread(p, x):
    y = taken(p)
    return option(**p) * x * y


def replaced(p):
    p["b"] = 7.0
    return 1.0


@program(lambda d: ({"a": d.num(), "b": d.num()}, d.num()), (0, 1))
def dict_that_changes_while_it_is_copied(p, x):
    return option(**{**p, "c": replaced(p)}) * x * p["b"]


@program(lambda d: (d.num(),))
def display_with_a_key_twice(x):
    return {"a": x, "b": (x := x * 3.0), "a": x * 2}["a"] * x  # noqa: F601


@program(lambda d: ({"a": d.num(), "b": d.num()}, d.num()), (0, 1))
def chosen_entries_of_a_dict(p, x):
    r = {k: v for k, v in p.items() if k != "a"}
    return r["b"] * x


@program(lambda d: (d.num(),))
def numbered_keys_that_are_numbers(x):
    r = {5: x, 7: x * x}
    s = 0.0
    for i, k in enumerate(r):
        s = s + r[k] * i * k
    return s


@program(lambda d: ({5: d.num(), 7: d.num()}, {"a": d.num(), "b": d.num()}), (0, 1))
def keys_of_two_dicts_at_once(p, q):
    s = 0.0
    for i, (k, m) in enumerate(zip(p, q, strict=False), 1):
        s = s + p[k] * q[m] * i
        if s > 100.0:
            break
    return s * i


@program(lambda d: ({5: d.num(), 7: d.num()},))
def keys_of_one_dict_twice_at_once(p):
    return sum(p[k] * p[m] ** 2 for k, m in zip(p, p, strict=True))


@program(lambda d: ({3: d.num()},))
def position_of_a_key_used_after_the_loop(p):
    s = 1.0
    for i, k in enumerate(p, 2):  # noqa: B007
        s = s * p[k]
    return s * i * k


def doubled(p, n):
    s = 0.0
    for i in range(n):
        q = {k: v * 2 + i for k, v in p.items()}
        for k in q:
            s = s * 2 + q[k] * len(k)
    if s > 1e9:
        return 0.0 * s
    return s


@program(lambda d: ({"u": d.num(), "vv": d.num()}, d.num()), (0, 1))
def helper_of_dicts_with_different_keys(p, x):
    a = {"aa": x, "b": x * x}
    b = {"b": 3.0 * x, "aa": x}
    return doubled(a, 2) * doubled(b, 2) * doubled(p, 1)


@program(lambda d: (d.num(),))
def list_with_places_that_come_and_go(x):
    s = [x, x * x]
    s.append(x**3)
    t = s.pop()
    u = s.pop(0)
    s.insert(0, t * u)
    s.insert(-1, 2.0)
    s.insert(99, x)
    s.insert(-99, 3 * x)
    s[-1] *= t
    return s[0] * s[1] * s[2] + s[3] * s[4] * len(s)


@program(lambda d: (d.num(), 3))
def items_of_a_list_changed_in_a_loop(x, n):
    s = [x, 2.0]
    s[0] = x * x
    for _ in range(n):
        s[0] += x
        s[-1] = s[0] * s[1]
    s.append(x)
    return sum(s)


@program(lambda d: (d.num(),), raises=IndexError)
def pop_from_an_empty_list(x):
    s = [x]
    s.pop()
    return s.pop()


@program(lambda d: (d.num(),), raises=IndexError)
def item_that_is_not_there(x):
    s = [x, x * 2]
    s[0] = 3 * x
    return s[0] * s[-5]


@program(lambda d: (d.num(),))
def list_of_two_names_loses_an_item(x):
    s = [x, x * 2]
    s[0] = x * x
    t = s
    t.pop()
    return s[0] * len(s)


@program(lambda d: (d.num(), False))
def list_that_a_branch_shortens(x, flag):
    s = [x, 2 * x]
    s[0] = x * x
    if flag:
        s.pop()
    return sum(s) * len(s)


@program(lambda d: (d.vec(2),))
def array_in_two_places_of_a_list(x):
    a = x * 1.0
    s = [a, a]
    s[0] += 1.0
    s[1][0] = 5.0 * x[1]
    s[0] = s[1] * x
    return np.sum(s[0] * s[1] * a)


@program(lambda d: ((d.num(), d.num()), d.num()), (0, 1))
def copy_of_a_tuple_is_changed(p, x):
    q = list(p)
    q[0] = q[0] * x
    w, b = q
    r = list(p)
    r.pop()
    r.append(x)
    return w * b * p[0] * sum(r)


@program(lambda d: (d.num(),))
def items_of_a_list_change_places(x):
    s = [x, 2 * x, 3 * x]
    s[0], s[2] = s[2], s[0]
    s[1] = s[0] - s[1]
    a, *b = s
    return a * b[0] * b[1]


@program(lambda d: (d.num(),))
def list_changed_at_a_computed_place(x):
    s = [x, 2 * x]
    i = 1 if x > 0 else 0
    s[0] = x**2
    s[i] = 7.0 * x
    return s[0] * s[1]


@program(lambda d: (d.num(),))
def function_that_pushes(x):
    s = [x, 2 * x]

    def push(v):
        s.append(v)

    push(x * x)
    y = s.pop()
    s[0] = y
    return s[0] * s[1]


class Layer(NamedTuple):
    w: np.ndarray
    b: float
    times: int = 1


class Model(NamedTuple):
    first: Layer
    rest: list
    size: float


class Fixed(Layer):
    """Its field is computed."""

    @property
    def w(self):
        return self.b * 2


def layers(d):
    return Model(Layer(d.vec(3, 2), d.num()), [Layer(d.small(2, 2), d.num(), 2)], d.num())


def applied(layer, h):
    for _ in range(layer.times):
        h = np.tanh(h @ layer.w + layer.b)
    return h


@program(lambda d: (layers(d), d.vec(4, 3)))
def fields_of_named_tuples(model, x):
    h = applied(model.first, x)
    for layer in model.rest:
        h = applied(layer, h) * model.size
    return np.sum(h) * model.first.b


@program(lambda d: (Layer(d.vec(3), d.num(), 3), d.vec(3)), (0, 1))
def field_of_a_parameter_of_the_same_name(layer, x):
    b = lambda layer: layer.b + 1.0  # noqa: E731
    return np.sum(layer.w * x) * b(Layer(x, 2.0)) ** layer.times


@program(lambda d: (Layer(d.vec(3), d.num()), d.vec(3)))
def field_that_is_stored_into(layer, x):
    y = layer.w
    y[0] = x[1]
    return np.sum(layer.w * y) * layer.b


@program(lambda d: (Layer(d.vec(3), d.num()), d.num()), (0, 1))
def one_of_two_named_tuples(layer, x):
    other = layer if x > 100.0 else Layer(layer.w * x, x)
    return np.sum(other.w) * other.b * layer.b


@program(lambda d: (Fixed(d.vec(3), d.num()), d.vec(3)))
def field_that_a_subclass_computes(layer, x):
    return np.sum(layer.w * x) * layer.b


@program(lambda d: (Layer(d.vec(3), d.num()), d.num()), (0, 1))
def named_tuple_with_a_field_replaced(layer, x):
    other = layer._replace(b=layer.b * x)
    return np.sum(other.w) * other.b * layer.b
