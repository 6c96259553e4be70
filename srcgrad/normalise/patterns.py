"""`match` over values, classes and alternatives as a chain of branches; patterns that take the subject apart stay as they are."""

from __future__ import annotations

import gast

from ..core import build, names
from ..core.names import Fresh

BLOCKS = ("body", "orelse", "finalbody")


def cases_to_branches(body: list[build.Node], fresh: Fresh) -> list[build.Node]:
    """A `match` over values, classes and alternatives is a chain of branches.

    >>> import ast, gast
    >>> tree = gast.parse('''
    ... match kind:
    ...     case "sum" | "mean":
    ...         y = a
    ...     case None if n > 0:
    ...         y = b
    ...     case other:
    ...         y = c
    ... ''')
    >>> done = cases_to_branches(tree.body, Fresh({"kind", "a", "b", "c", "n", "y"}))
    >>> print(ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(gast.Module(done, [])))))
    if kind == 'sum' or kind == 'mean':
        y = a
    elif kind is None and n > 0:
        y = b
    else:
        other = kind
        y = c
    """
    return [made for node in body for made in _statement(node, fresh)]


def _statement(node: build.Node, fresh: Fresh) -> list[build.Node]:
    for field in BLOCKS:
        block = getattr(node, field, None)
        if isinstance(block, list):
            setattr(node, field, cases_to_branches(block, fresh))
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        part.body = cases_to_branches(part.body, fresh)
    return _branches(node, fresh) if isinstance(node, gast.Match) else [node]


def _branches(node: build.Node, fresh: Fresh) -> list[build.Node]:
    captured = {n for case in node.cases for n in names.writes(case.pattern)}
    before: list[build.Node] = []
    subject = node.subject
    if not isinstance(subject, gast.Name) or subject.id in captured:
        subject = build.name(fresh("subject"))
        before.append(build.at(build.assign(subject.id, node.subject), node))
    chain: list[build.Node] = []
    for case in reversed(node.cases):
        test, name = _taken_apart(case.pattern, subject)
        if test is None or name and case.guard is not None:
            return [node]
        inner = [*([build.at(build.assign(name, build.copy(subject)), node)] if name else []), *case.body]
        if case.guard is not None:
            test = case.guard if _is_always(test) else gast.BoolOp(gast.And(), [test, case.guard])
        chain = inner if _is_always(test) else [build.at(build.if_(build.at(test, node), inner, chain), node)]
    return [*before, *chain]


def _taken_apart(pattern: build.Node, subject: build.Node) -> tuple[build.Node | None, str]:
    """The test that a pattern makes of its subject (None where it is more than that), and the name that the subject gets."""
    if isinstance(pattern, gast.MatchValue):
        return gast.Compare(build.copy(subject), [gast.Eq()], [pattern.value]), ""
    if isinstance(pattern, gast.MatchSingleton):
        return gast.Compare(build.copy(subject), [gast.Is()], [build.constant(pattern.value)]), ""
    if isinstance(pattern, gast.MatchOr):
        parts = [_taken_apart(part, subject) for part in pattern.patterns]
        if any(test is None or name for test, name in parts):
            return None, ""
        return gast.BoolOp(gast.Or(), [test for test, _ in parts]), ""
    if isinstance(pattern, gast.MatchClass) and not pattern.patterns and not pattern.kwd_patterns:
        return build.call("isinstance", build.copy(subject), pattern.cls), ""
    if isinstance(pattern, gast.MatchAs):
        name = getattr(pattern.name, "id", pattern.name) or ""
        if pattern.pattern is None:
            return build.constant(True), name
        test, inner = _taken_apart(pattern.pattern, subject)
        return (None, "") if inner else (test, name)
    return None, ""


def _is_always(test: build.Node) -> bool:
    return isinstance(test, gast.Constant) and test.value is True
