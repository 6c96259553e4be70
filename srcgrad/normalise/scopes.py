"""Variables of comprehensions have a scope of their own: they get a name of their own where the function uses theirs for something else.

All later steps may then take a name for one thing throughout the function.
"""

from __future__ import annotations

import gast

from ..core import build, names
from ..core.names import Fresh

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


def own_variables(body: list[build.Node], outer: set[str], fresh: Fresh) -> list[build.Node]:
    """The statements with other names for the variables of comprehensions that are among the names `outer`, too.

    >>> import ast, gast
    >>> tree = gast.parse("s = sum(q * q for q in q)")
    >>> done = own_variables(tree.body, {"q"}, Fresh({"q"}))
    >>> print(ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(gast.Module(done, [])))))
    s = sum((q_2 * q_2 for q_2 in q))
    """

    def renamed(node: build.Node) -> build.Node | None:
        if not isinstance(node, COMPREHENSIONS):
            return None
        bound = {name for g in node.generators for name in names.writes(g.target)}
        first = build.rewrite(node.generators[0].iter, renamed)  # is evaluated outside of the comprehension
        made = build.copy(node)
        made.generators[0].iter = build.constant(None)
        made = build.mapped(made, lambda part: build.rewrite(part, renamed))
        others = {name: fresh(name) for name in sorted(bound & outer)}
        if others:
            made = build.mapped(made, lambda part: _with(part, others))
        made.generators[0].iter = first
        return made

    return [build.rewrite(node, renamed) for node in body]


def _with(node: build.Node, others: dict[str, str]) -> build.Node:
    """The node with other names, but for what a lambda in it binds itself."""

    def replace(item: build.Node) -> build.Node | None:
        if isinstance(item, gast.Lambda):
            own = {p.id for p in names.parameters_of(item.args)}
            if own & others.keys():
                return _with_lambda(item, {n: o for n, o in others.items() if n not in own}, others)
        if isinstance(item, gast.Name) and item.id in others:
            return build.at(gast.Name(others[item.id], item.ctx, None, None), item)
        return None

    return build.rewrite(node, replace)


def _with_lambda(node: build.Node, inside: dict[str, str], outside: dict[str, str]) -> build.Node:
    made = build.copy(node)
    made.args.defaults = [_with(d, outside) for d in node.args.defaults]
    made.args.kw_defaults = [d if d is None else _with(d, outside) for d in node.args.kw_defaults]
    made.body = _with(node.body, inside)
    return made


def binds(node: build.Node, name: str) -> bool:
    """Whether a node is a lambda with a parameter of this name."""
    return isinstance(node, gast.Lambda) and any(p.id == name for p in names.parameters_of(node.args))
