"""Arrays of records, of texts and of dates, beside the numbers that are differentiated."""

import numpy as np

from .registry import program

TABLE = np.array([(1.0, 2), (3.0, 4), (0.5, 1)], dtype=[("weight", float), ("power", int)])
PLACED = np.dtype([("place", float, (2,)), ("mass", float), ("number", int)])


@program(lambda r: (r.vec(3),))
def a_table_of_records_outside(x):
    total = np.sum(x * TABLE["weight"]) + np.sum(x[TABLE["power"] > 1]) ** 2
    for v, record in zip(x, TABLE, strict=True):
        total += v ** record["power"]
    return total


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def fields_are_stored_and_read(x, y):
    p = np.zeros(3, dtype=[("x", float), ("y", float), ("number", int)])
    p["x"] = x
    p["y"] = y
    p["number"] = [2, 0, 1]
    p["x"] *= p["y"]
    p[1:]["y"][0] = 2 * x[0]
    for row in p:
        row["x"] += row["y"] ** 2 * row["number"]
    p[2] = (x[1], 3.0, 1)
    return p["x"] @ p["y"] + p[0]["x"] * p["y"].max()


@program(lambda r: (r.vec(3, 2),))
def fields_that_are_vectors(x):
    p = np.zeros((2, 3), PLACED)
    for i in range(3):
        p[0, i]["place"] = x[i]
        p["mass"][1, i] = x[i, 0] * x[i, 1]
    p[1] = p[0]
    p["place"][0] *= 2
    flat = p.ravel()
    return np.sum(flat["place"] ** 2) + np.sum(flat["mass"]) + p[1, 2]["place"][0]


@program(lambda r: (r.vec(3), r.vec(3)), (0, 1))
def records_are_chosen_and_copied(x, y):
    p = np.zeros(3, dtype=[("a", float), ("b", float)])
    field = p["a"]
    field[...] = x
    p["b"] = y
    field *= p["b"]
    q = p[np.array([2, 0, 0])]
    q["a"] *= 3
    r = p.copy()
    r["b"][1] = 0.0
    return p["a"] @ p["b"] + q["a"] @ q["b"] + r["a"] @ r["b"]


@program(lambda r: (r.vec(3),))
def fields_as_attributes(x):
    p = np.zeros(3, PLACED).view(np.recarray)
    p.mass = x
    p.number = 2
    return np.sum(p.mass**2 * p.number)


@program(lambda r: (r.vec(3),), refused_ok=True)
def records_made_of_tuples(x):
    p = np.array([(x[0], x[1]), (1.0, x[2])], dtype=[("a", float), ("b", float)])
    return p["a"] @ p["b"]


@program(lambda r: (r.vec(4), np.array(["a", "b", "a", "c"])))
def means_by_names(x, names):
    total = 0.0
    for name in np.unique(names):
        total += x[names == name].mean() ** 2 * np.sum(names == name)
    kinds, place, count = np.unique(names, return_inverse=True, return_counts=True)
    sums = np.zeros(len(kinds))
    np.add.at(sums, place, x * x)
    return total + np.sum(sums / count) + np.bincount(place, weights=x) @ count


@program(lambda r: (r.vec(4), np.array(["2020-01-01", "2020-01-03", "2020-01-04", "2020-01-10"], dtype="M8[D]")))
def rates_between_dates(x, days):
    passed = np.diff(days).astype(float)
    return np.sum(np.diff(x) / passed) + np.prod(x[days > np.datetime64("2020-01-02")])
