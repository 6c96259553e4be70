"""Every rule: against finite differences, forward against reverse, in single precision, on strided memory."""

import ast
import importlib
import inspect
import textwrap
import warnings

import numpy as np
import pytest

from srcgrad import rules

from . import harness

for _module in ("statistics", "scipy.special", "scipy.linalg", "scipy.stats", "scipy.signal", "srcgrad_runtime.nn"):
    try:  # these tables are read only where the module is
        importlib.import_module(_module)
    except ImportError:
        pass

TABLE = rules.table()
STRUCTURAL = [rule for rule in TABLE if not rule.is_elementwise]
ELEMENTWISE = [rule for rule in TABLE if rule.is_elementwise]


def cases(rule):
    assert rule.cases is not None, f"{rule.name} has no test cases"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(rule.cases(harness.Draw(rule.name)))
    assert found, f"{rule.name} has no test cases"
    return found


def named(table):
    return pytest.mark.parametrize("rule", table, ids=[f"{rule.name}-{len(rule.parameters)}" for rule in table])


@named(ELEMENTWISE)
def test_elementwise(rule):
    arrays = harness.accepts_arrays(rule)
    for args in harness.elementwise_cases(rule):
        if arrays or all(isinstance(a, float) for a in args):
            harness.check(rule, args)


@named([rule for rule in ELEMENTWISE if harness.accepts_arrays(rule)])
def test_elementwise_single_precision(rule):
    for args in harness.elementwise_cases(rule):
        if all(isinstance(a, np.ndarray) for a in args):
            harness.check_single(rule, args)


@named([rule for rule in ELEMENTWISE if rule.real_partials or rule.passive_partials or rule.constant_partials])
def test_special_texts_agree_with_the_general_one(rule):
    arrays = harness.accepts_arrays(rule)
    for args in harness.elementwise_cases(rule):
        if not arrays and not all(isinstance(a, float) for a in args):
            continue
        values = harness.bind(rule, args, {})
        y = rule.function(*args)
        choices = [rule.real_partials] if rule.real_partials else []
        choices += [rule.choose_partials(passive=(name,)) for name in rule.passive_partials]
        for name in rule.constant_partials:
            if isinstance(values[name], float):
                choices.append(rule.choose_partials(constants={name: values[name]}))
        for partials in choices:
            for name, text in zip([p.name for p in rule.parameters], partials, strict=True):
                if text is not None:
                    special = harness.partial_value(rule, name, values, y, partials)
                    general = harness.partial_value(rule, name, values, y, rule.partials)
                    assert np.allclose(special, general, rtol=1e-12, atol=1e-12), (rule.name, name, text)


@named(STRUCTURAL)
def test_structural(rule):
    for args, kwargs in cases(rule):
        harness.check(rule, args, kwargs)


@named(STRUCTURAL)
def test_structural_single_precision(rule):
    for args, kwargs in cases(rule):
        harness.check_single(rule, args, kwargs)


@named(STRUCTURAL)
def test_strided_memory_makes_no_difference(rule):
    for args, kwargs in cases(rule):
        if {"A", "K"}.intersection(value for value in (*args, *kwargs.values()) if isinstance(value, str)):
            continue  # the result itself depends on the order of memory
        with np.errstate(all="ignore"):
            y = rule.function(*args, **kwargs)
        y_bar = harness.like_random(y, harness.Draw(rule.name))
        y_bar = tuple(y_bar) if isinstance(y_bar, list) else y_bar
        plain = harness.adjoint_of(rule, args, kwargs, y_bar, y)
        other_args = harness.converted(args, harness.strided)
        other_kwargs = {k: harness.converted(v, harness.strided) for k, v in kwargs.items()}
        y_bar = harness.converted(y_bar, harness.strided)
        y = harness.converted(y, harness.strided)
        for name, x_bar in harness.adjoint_of(rule, other_args, other_kwargs, y_bar, y).items():
            harness.near(x_bar, plain[name], rule.name)


@named(STRUCTURAL)
def test_adjoint_functions_are_one_expression(rule):
    """Their text is written into emitted programs: a single return, no names but parameters, np, rt and math."""
    known = {"np", "rt", "math"} | set(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)
    for entries in (*rule.adjoints.values(), *rule.tangents.values()):
        for entry in entries:
            tree = ast.parse(textwrap.dedent(inspect.getsource(entry.function))).body[0]
            assert len(tree.body) == 1 and isinstance(tree.body[0], ast.Return), f"{rule.name}: {entry.function}"
            body = tree.body[0]
            bound = {n.id for n in ast.walk(body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            bound |= {a.arg for n in ast.walk(body) if isinstance(n, ast.Lambda) for a in n.args.args}
            read = {n.id for n in ast.walk(body) if isinstance(n, ast.Name)} - bound
            assert read <= known | set(entry.takes), f"{rule.name}: {read - known - set(entry.takes)}"
            for node in ast.walk(body):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "rt":
                    assert hasattr(harness.rt, node.attr), f"{rule.name}: rt.{node.attr} does not exist"


def test_every_differentiable_parameter_exists():
    for rule in TABLE:
        names = {p.name for p in rule.parameters}
        for name in (*rule.adjoints, *rule.tangents, *rule.multilinear, *rule.ignored, *rule.shapes):
            assert name in names, f"{rule.name} has no parameter {name}"
        assert rule.differentiable, f"{rule.name} differentiates nothing"
