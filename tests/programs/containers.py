"""Lists, tuples, dictionaries, sets, deques, named tuples: built, changed, nested, passed in and iterated."""

# ruff: noqa: B905
import copy
from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import NamedTuple

import numpy as np

from .registry import program

Point = namedtuple("Point", "x y")


class Pair(NamedTuple):
    first: float
    second: float = 2.0


def params(r):
    return {"w": r.vec(2, 2), "b": r.vec(2), "n": 3, "name": "layer"}


@program(lambda r: (r.num(),))
def list_display(x):
    a = [x, x * x, 2.0]
    return a[0] * a[1] + a[-1] * a[-2]


@program(lambda r: ([r.num(), r.num()],))
def list_argument(xs):
    return xs[0] * xs[1] ** 2


@program(lambda r: ((r.num(), r.vec(2)),))
def tuple_argument(xs):
    a, b = xs
    return a * np.sum(b * b)


@program(lambda r: (params(r),))
def dictionary_argument(p):
    return np.sum(np.tanh(p["w"] @ p["b"])) * p["n"]


@program(lambda r: ({"layers": [(r.vec(2, 2), r.vec(2)), (r.vec(1, 2), r.vec(1))], "scale": r.num()},))
def nested_argument(p):
    h = np.ones(2)
    for w, b in p["layers"]:
        h = np.tanh(w @ h + b)
    return h[0] * p["scale"]


@program(lambda r: (Point(r.num(), r.vec(2)),))
def named_tuple_argument(p):
    return p.x * np.sum(p.y**2) + p[0]


@program(lambda r: (r.num(),))
def named_tuple_built(x):
    p = Point(x, y=x * x)
    q = p._replace(x=p.y * 2)
    a, b = q
    return p.x * q.x + a * b


@program(lambda r: (r.num(),))
def typed_named_tuple(x):
    p = Pair(x)
    q = Pair(p.second * x, second=x)
    return p.first * q.first + q.second


@program(lambda r: (r.num(),))
def list_append(x):
    a = []
    for k in range(4):
        a.append(x**k)
    return a[1] * a[2] + a[3]


@program(lambda r: (r.num(),))
def list_append_and_read_last(x):
    a = [x]
    for _ in range(3):
        a.append(np.sin(a[-1]) * x)
    return a[-1] + sum(a)


@program(lambda r: (r.num(),))
def list_store(x):
    a = [0.0] * 3
    a[0] = x
    a[1] = a[0] * x
    a[0] = a[1] + 1
    a[2] = a[0] * a[1]
    return a[0] + a[2]


@program(lambda r: (r.num(),))
def list_augmented_element(x):
    a = [x, 1.0]
    a[0] += x
    a[0] *= a[0]
    a[1] -= a[0]
    return a[0] * a[1]


@program(lambda r: (r.num(),))
def list_methods(x):
    a = [x, x * x, x**3]
    a.insert(1, x * 2)
    last = a.pop()
    first = a.pop(0)
    a.extend([x + 1, last])
    a.reverse()
    a.remove(a[0])
    b = a.copy()
    b.clear()
    return first * a[0] + a[1] * a[2] + len(b) + a.index(a[1])


@program(lambda r: (r.num(),))
def list_sort_in_place(x):
    a = [x * 3, x, x * 2]
    a.sort()
    b = [x, -x, x * 5]
    b.sort(key=lambda v: -v)
    c = [x * 2, x * x * 0.1]
    c.sort(reverse=True)
    return a[0] * 1 + a[1] * 10 + a[2] * 100 + b[0] * x + c[0] * 3


@program(lambda r: (r.num(),))
def list_operators(x):
    a = [x] + [x * x, 1.0]
    b = a * 2
    a += [x**3]
    b[0] = x * 7
    return a[0] * a[3] + b[3] * b[1] + b[0] + len(b)


@program(lambda r: (r.num(),))
def list_slices(x):
    a = [x, x * x, x**3, x**4]
    b = a[1:3]
    b[0] = x * 5
    a[:2] = [x * 2, x * 3]
    del a[-1]
    return a[0] * a[1] * a[2] + b[0] * b[1]


@program(lambda r: (r.num(),))
def list_slice_changes_the_length(x):
    a = [x, x * x, x**3]
    a[1:2] = [x * 2, x * 3, x * 4]
    a[3:] = []
    return sum(v * (k + 1) for k, v in enumerate(a))


@program(lambda r: (r.num(),))
def list_alias(x):
    a = [x, x]
    b = a
    b[0] = x * x
    b.append(x**3)
    return a[0] + a[1] * a[2]


@program(lambda r: (r.num(),))
def list_augmented_is_in_place(x):
    a = [x]
    b = a
    b += [x * x]
    c = a
    c = c + [x**3]
    return a[1] * len(a) + c[2]


@program(lambda r: (r.num(),))
def list_of_lists(x):
    rows = [[x * (i + j) for j in range(3)] for i in range(2)]
    rows[1][2] = x * x
    rows[0][0] += rows[1][2]
    row = rows[0]
    row[1] *= 2
    return rows[0][0] * rows[0][1] + rows[1][2] * rows[1][1]


@program(lambda r: (r.num(),))
def list_of_the_same_list(x):
    rows = [[x, 1.0]] * 2
    rows[0][1] = x * x
    return rows[1][1] * rows[1][0]


@program(lambda r: (r.num(),))
def list_shallow_copy(x):
    a = [[x], [x * x]]
    b = list(a)
    b[0][0] = x * 3
    b[1] = [x * 5]
    c = copy.copy(a)
    d = copy.deepcopy(a)
    d[0][0] = x * 11
    return a[0][0] * 2 + a[1][0] + b[1][0] + c[1][0] * d[0][0]


@program(lambda r: (r.num(),))
def list_swap(x):
    a = [x, x * x, 3.0]
    a[0], a[2] = a[2], a[0]
    a[1], a[0] = a[0] * x, a[1]
    return a[0] + 2 * a[1] + 3 * a[2]


@program(lambda r: (r.num(),))
def list_of_arrays(x):
    a = [np.array([x, 1.0]), np.array([2.0, x * x])]
    a[0] = a[0] * a[1]
    a.append(a[0] + x)
    return np.sum(a[2] * a[0])


@program(lambda r: (r.vec(3),))
def list_of_views(x):
    y = x * 1.0
    parts = [y[:1], y[1:]]
    parts[1][0] = 5.0
    parts[0][:] = parts[0] * 2
    return np.sum(y * y)


@program(lambda r: (r.num(),))
def list_comparisons(x):
    a = [x, 2.0]
    y = x * x
    if x in a and 7.0 not in a and a == [x, 2.0] and a.count(2.0) == 1:
        y = y * x
    return y


@program(lambda r: (r.num(),))
def stack_machine(x):
    stack = []
    for token in ["x", 2.0, "*", "x", "+", "x", "*"]:
        if token == "x":
            stack.append(x)
        elif token == "*":
            stack.append(stack.pop() * stack.pop())
        elif token == "+":
            b = stack.pop()
            a = stack.pop()
            stack.append(a + b)
        else:
            stack.append(token)
    return stack.pop()


@program(lambda r: (r.num(),))
def tuples(x):
    a = (x, x * x)
    b = a + (3.0,) * 2
    (p, q), r = a, b[2]
    return p * q * r + b[:2][1] + (x,)[0] + len(b)


@program(lambda r: (r.num(),))
def tuple_holds_a_list(x):
    a = ([x], 2.0)
    a[0].append(x * x)
    a[0][0] = x * 3
    return a[0][0] * a[0][1] * a[1]


@program(lambda r: (r.num(),))
def dictionaries(x):
    d = {"a": x, "b": x * x}
    d["c"] = d["a"] * d["b"]
    d["a"] = 2.0 * x
    d["b"] += d["a"]
    return d["a"] * d["b"] + d["c"]


@program(lambda r: (r.num(),))
def dictionary_methods(x):
    d = dict(a=x, b=x * x)
    y = d.get("a") * d.get("zzz", x)
    d.update(c=x**3, a=x * 2)
    d.update({"e": x})
    y = y + d.pop("b") + d.pop("nope", 1.0)
    d.setdefault("f", x * 5)
    d.setdefault("a", 100.0)
    y = y * d["f"] + d["a"]
    d2 = d.copy()
    d2["a"] = 0.0
    key, value = d.popitem()
    del d2["c"]
    return y + value * len(key) + d["a"] * len(d2)


@program(lambda r: (r.num(),))
def dictionary_iteration(x):
    d = {k: x * (k + 1) for k in range(3)}
    s = 0.0
    for k, v in d.items():
        s += k * v * v
    for v in d.values():
        s *= v
    for k in sorted(d, reverse=True):
        s += d[k]
    return s + sum(d.values()) + (x if 2 in d else 0.0)


@program(lambda r: (r.num(),))
def dictionary_merged(x):
    a = {"u": x, "v": 1.0}
    b = {**a, "v": x * x}
    c = a | {"w": x**3}
    a |= {"u": x * 4}
    return a["u"] * b["u"] + b["v"] * c["w"]


@program(lambda r: (r.num(),))
def dictionary_of_lists(x):
    d = {}
    for k in range(4):
        d.setdefault(k % 2, []).append(x * (k + 1))
    return d[0][1] * d[1][0] + sum(d[1])


@program(lambda r: (r.num(),))
def dictionary_alias_and_nested(x):
    d = {"inner": {"v": x}}
    e = d["inner"]
    e["v"] = e["v"] * x
    e["w"] = x
    return d["inner"]["v"] * d["inner"]["w"]


@program(lambda r: (r.num(),))
def default_dictionary(x):
    d = defaultdict(float)
    for k in range(5):
        d[k % 2] += x**k
    e = defaultdict(list)
    e["a"].append(x)
    e["a"].append(x * x)
    return d[0] * d[1] + e["a"][1]


@program(lambda r: (r.num(),))
def ordered_dictionary(x):
    d = OrderedDict()
    d["b"] = x
    d["a"] = x * x
    d.move_to_end("b")
    return list(d.values())[1] * 3 + d["a"]


@program(lambda r: (r.num(),))
def dictionary_with_tuple_keys(x):
    d = {}
    for i in range(2):
        for j in range(2):
            d[i, j] = x ** (i + j + 1)
    return d[0, 1] * d[1, 1] + d[(0, 0)]


@program(lambda r: (r.num(),))
def deque_as_a_window(x):
    window = deque(maxlen=3)
    s = 0.0
    for k in range(6):
        window.append(np.sin(x * k))
        s += sum(window) / len(window)
    return s


@program(lambda r: (r.num(),))
def deque_methods(x):
    d = deque([x, x * x])
    d.appendleft(x * 3)
    d.append(x**3)
    a = d.popleft()
    b = d.pop()
    d.extend([x * 5, 1.0])
    d.rotate(1)
    return a * b + d[0] * d[1] + d[-1] * 2


@program(lambda r: (r.num(),))
def sets_of_passive_values(x):
    seen = {1, 2}
    seen.add(3)
    seen.discard(1)
    y = x
    for k in sorted(seen | {7}):
        y = y * x if k in seen else y + k
    return y


@program(lambda r: (r.num(),))
def queue_breadth_first(x):
    queue = [(x, 0)]
    s = 0.0
    while queue:
        v, depth = queue.pop(0)
        s += v
        if depth < 3:
            queue.append((v * 0.5, depth + 1))
            if depth % 2 == 0:
                queue.append((v * x, depth + 2))
    return s


@program(lambda r: ([r.num(), r.num(), r.num()],))
def list_argument_changed(xs):
    xs[0] = xs[1] * xs[2]
    xs.append(xs[0] * 2)
    return xs[0] + xs[3] * xs[1]


@program(lambda r: ({"a": r.num(), "b": r.vec(2)},))
def dictionary_argument_changed(d):
    d["c"] = d["a"] * 2
    d["b"] = d["b"] * d["c"]
    del d["a"]
    return np.sum(d["b"])


@program(lambda r: ([r.vec(2), r.vec(2)],))
def array_in_a_list_argument_changed(xs):
    xs[0][0] = xs[1][1] * 3
    xs[1] *= xs[0]
    return np.sum(xs[0] * xs[1])


@program(lambda r: (r.num(),))
def helper_changes_a_list(x):
    def push(a, v):
        a.append(v)
        a[0] = v * v

    a = [x]
    push(a, x * 2)
    push(a, a[0])
    return a[0] + a[1] * a[2]


@program(lambda r: (r.num(),))
def list_returned_and_shared(x):
    def make(v):
        inner = [v, v * v]
        return inner, inner

    a, b = make(x)
    a[0] = x * 7
    return b[0] * b[1]


@program(lambda r: (r.num(),))
def conversions_between_containers(x):
    a = list((x, x * x))
    b = tuple(a)
    c = dict(zip("pq", b))
    d = list(c.values()) + list(reversed(b))
    e = list(enumerate(d))
    return d[0] * d[2] + e[1][1] * e[1][0] + c["q"]


@program(lambda r: (r.num(),))
def sum_of_lists(x):
    rows = sum([[x], [x * x, 2.0]], [])
    return rows[0] * rows[1] + rows[2]


@program(lambda r: (r.num(),))
def shared_mutable_value_in_two_containers(x):
    v = [x]
    d = {"v": v}
    rows = [v, [1.0]]
    rows[0].append(x * x)
    d["v"][0] = x**3
    return rows[0][0] * v[1] + d["v"][1]


@program(lambda r: (r.num(),))
def numpy_array_from_nested_lists(x):
    rows = []
    for i in range(2):
        rows.append([x * i, x ** (i + 1)])
    a = np.array(rows)
    return np.sum(a @ a)


@program(lambda r: (r.num(),))
def list_inside_itself_is_harmless(x):
    a = [x]
    a.append(a)
    return a[1][1][0] * x


@program(lambda r: (r.num(), []))
def list_filled_for_the_caller(x, out):
    out.append(x * x)
    out.append(3)
    return out[0] * x


@program(lambda r: (r.vec(5),))
def slices_of_a_list_of_sums(x):
    c = [0.0]
    for e in x:
        c.append(c[-1] + e)
    return sum(a * b for a, b in zip(c[1:], c[:-1], strict=True)) + sum(c[::2]) * c[2]


@program(lambda r: (r.vec(4),))
def rows_joined_by_an_index(x):
    y = np.r_[x, x[0] * x[1], 2.0]
    return np.sum(y**3) + np.r_[x][1]


@program(lambda r: (r.vec(4), r.vec(4, 2)), (0, 1))
def columns_joined_by_an_index(x, m):
    y = np.c_[x, m, x * x]
    return np.sum(y * np.arange(16.0).reshape(4, 4))


@program(lambda r: (np.array(1.7),))
def zero_dimensional_numbers_are_indexed(x):
    y = x * x
    y += x
    return y[()] * np.sum(y[None]) + y[...]


@program(lambda r: (r.num(),))
def whole_numbers_among_the_items(x):
    items = [w for w in [3, x, 1.0]]
    return sum(items) * max(items, key=lambda w: -abs(w - 2.0))


@program(lambda r: (r.vec(3),))
def whole_numbers_of_numpy_meet_numbers(x):
    parts = [x]
    parts[0].reshape(-1)[:1] = 2.0
    return np.sum(x) * np.sum(3) + np.int64(2) * x[1] ** np.arange(3)[2] + np.bool_(True) * x[2]


@program(lambda r: ({"a": r.num(), "bb": r.num()}, {1: r.num(), 0: r.num(), 2: r.num()}), (0, 1))
def loops_over_the_keys_of_dicts(d, by_number):
    total = 0.0
    for key in d:
        total += d[key] ** 2 * len(key)
    for k in by_number:
        total += by_number[k] * (k + 1)
    for (i, key), v in zip(enumerate(d), by_number.values()):
        total += i * d[key] * v
    return total + sum(by_number[k] ** 2 * k for k in by_number) + [d[k] for k in d][-1]


@program(lambda r: (r.num(), {"a": r.num(), "b": r.num()}), (0, 1))
def union_of_dicts(x, d):
    one = {"a": x, "c": x} | {"a": x * x}
    one |= d | {"b": d["a"] * x}
    return one["a"] * one["c"] + one["b"] ** 2


@program(lambda r: (r.vec(4),))
def a_list_grows_from_its_own_items(x):
    items = [x * 1.0]
    for i in range(3):
        items.append(items[i] * x[i])
    return np.sum(items[-1] * items[1])


@program(lambda r: (r.vec(4),))
def a_list_grows_from_its_last_item_while_it_is_short(x):
    items = [x * 2.0]
    while len(items) < 4:
        items.append(np.sin(items[-1]) * items[0])
    return np.sum(items[-1])


@program(lambda r: (r.vec(4),))
def a_list_grows_by_what_a_condition_chooses(x):
    items = []
    for i in range(4):
        row = x * x[i]
        items.append(row if i < 2 else items[i - 1] @ row * row)
    total = 0.0
    for item in items:
        total += np.sum(item * item)
    return total


@program(lambda r: (r.vec(4),))
def one_array_stands_twice_in_a_list_that_grows(x):
    row = x * x
    items = [row, row]
    for i in range(2):
        items.append(items[0])
        items.append(items[-1] * items[i])
    return np.sum(items[-1] * items[1]) + np.sum(items[2] * x)


@program(lambda r: (r.vec(4),))
def a_list_with_two_names_grows(x):
    items = [x * 2.0]
    same = items
    for _ in range(3):
        same.append(items[-1] * x)
    return np.sum(items[-1] * same[1])


@program(lambda r: (r.vec(4),))
def an_item_changes_before_the_list_grows(x):
    items = [x * 2.0]
    for _ in range(3):
        last = items[-1]
        last *= x
        items.append(last * x)
    return np.sum(items[-1] * items[0])
