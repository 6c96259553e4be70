"""Targets of assignments in one shape: a place begins with a name, and several targets of one statement do not depend on each other.

`np.asarray(a)[0] = v` stores into `a`: what is stored into gets a name, so that all later steps see whose memory it is. In
`i, x[i] = 1, v` the second target is evaluated after the first is bound: such targets are assigned one after the other.
"""

from __future__ import annotations

import gast

from ..core import build, names
from ..core.names import Fresh

PLACES = (gast.Subscript, gast.Attribute, gast.Starred)


def name_places(body: list[build.Node], fresh: Fresh) -> list[build.Node]:
    """Places that are stored into begin with a name, and targets that depend on each other are assigned one after the other.

    >>> import ast, gast
    >>> tree = gast.parse("np.asarray(a)[0] = v * v\\ni, x[i] = 1, v")
    >>> done = name_places(tree.body, Fresh({"a", "v", "i", "x"}))
    >>> print(ast.unparse(ast.fix_missing_locations(gast.gast_to_ast(gast.Module(done, [])))))
    t = v * v
    t_2 = np.asarray(a)
    t_2[0] = t
    t_3, t_4 = (1, v)
    i = t_3
    x[i] = t_4
    """
    return [made for node in body for made in _statement(node, fresh)]


def _statement(node: build.Node, fresh: Fresh) -> list[build.Node]:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            setattr(node, field, name_places(block, fresh))
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        part.body = name_places(part.body, fresh)
    if isinstance(node, gast.Assign):
        return [build.at(made, node) for made in _assign(node, fresh)]
    if isinstance(node, gast.AugAssign) and not _begins_with_a_name(node.target):
        out: list[build.Node] = []
        target = _named(node.target, fresh, out)
        return [build.at(made, node) for made in [*out, gast.AugAssign(target, node.op, node.value)]]
    return [node]


def _assign(node: build.Node, fresh: Fresh) -> list[build.Node]:
    if all(_is_plain(target) for target in node.targets):
        return [node]
    out: list[build.Node] = []
    value = node.value
    if not build.is_atom(value) and not (
        len(node.targets) == 1 and isinstance(node.targets[0], (gast.Tuple, gast.List))
    ):
        value = _temporary(value, fresh, out)
    for target in node.targets:
        if isinstance(target, (gast.Tuple, gast.List)) and not _is_plain(target):
            _one_by_one(target, value, fresh, out)
        else:
            target = target if _is_plain(target) else _named(target, fresh, out)
            out.append(gast.Assign([target], build.copy(value), None))
    return out


def _one_by_one(target: build.Node, value: build.Node, fresh: Fresh, out: list[build.Node]) -> None:
    """Unpack into names of our own, and assign from these in order."""
    pieces: list[tuple[build.Node, build.Node]] = []
    elements = []
    for element in target.elts:
        name = fresh("t")
        starred = isinstance(element, gast.Starred)
        piece = build.name(name, True)
        elements.append(gast.Starred(piece, gast.Store()) if starred else piece)
        pieces.append((element.value if starred else element, build.name(name)))
    out.append(gast.Assign([gast.Tuple(elements, gast.Store())], build.copy(value), None))
    for element, piece in pieces:
        out += _assign(gast.Assign([element], piece, None), fresh)


def _named(target: build.Node, fresh: Fresh, out: list[build.Node]) -> build.Node:
    """A place whose beginning has a name, which is bound before."""
    if isinstance(target, PLACES):
        target = build.copy(target)
        target.value = _named(target.value, fresh, out)
        return target
    return target if isinstance(target, gast.Name) else _temporary(target, fresh, out)


def _temporary(value: build.Node, fresh: Fresh, out: list[build.Node]) -> build.Node:
    name = fresh("t")
    out.append(build.assign(name, value))
    return build.name(name)


def _begins_with_a_name(target: build.Node) -> bool:
    while isinstance(target, PLACES):
        target = target.value
    return isinstance(target, gast.Name)


def _is_plain(target: build.Node) -> bool:
    """Whether all places begin with a name, and none reads a name that is bound before it."""
    if not isinstance(target, (gast.Tuple, gast.List)):
        return _begins_with_a_name(target)
    bound: set[str] = set()
    for element in target.elts:
        if not _is_plain(element) or names.reads(element) & bound:
            return False
        bound |= names.writes(element)
    return True
