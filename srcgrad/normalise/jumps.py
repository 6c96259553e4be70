"""Remove `return`, `continue` and loop `else` from the middle of programs.

Comes in: the body of a function as written. Goes out: a body whose only `return` is the last statement, in which a `break` stands only at
the end of a path through a loop body, so that nothing has to be jumped over when the program is run backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import gast

from ..core import build
from ..core.names import Fresh

LOOPS = (gast.For, gast.While)
SIMPLE = frozenset({gast.Assign, gast.AugAssign, gast.Expr, gast.Return, gast.Pass, gast.Break, gast.Continue})
SCOPES = (gast.FunctionDef, gast.Lambda, gast.ClassDef, gast.AsyncFunctionDef)


def remove_jumps(body: list[build.Node], fresh: Fresh) -> list[build.Node]:
    """The same program with a single exit; the result's name is that of the last `return`.

    >>> show(remove_jumps, '''
    ... for i in range(n):
    ...     if x[i] < 0:
    ...         continue
    ...     s = s + x[i]
    ... return s
    ... ''')
    for i in range(n):
        if x[i] < 0:
            pass
        else:
            s = s + x[i]
    return s
    """
    returns = [s for s in _statements(body) if isinstance(s, gast.Return)]
    if len(returns) == 1 and body and body[-1] is returns[0]:
        rewritten = _Jumps(fresh, "").block(body[:-1], _Exit())
        return [*rewritten, body[-1]]
    if not returns:
        return [*_Jumps(fresh, "").block(body, _Exit()), build.return_(build.constant(None))]
    result = fresh("result")
    lowered = _Jumps(fresh, result).block(body, _Exit())
    if not _always_ends(body):
        # falling off the end returns None; a path that returned earlier has bound the name after this
        lowered.insert(0, build.at(build.assign(result, build.constant(None)), body[0]))
    last = build.return_(build.name(result))
    return [*lowered, build.at(last, returns[-1])]


@dataclass(frozen=True)
class _Exit:
    """What a jump has to note before it ends its path: names of flags, empty where there is nothing to note."""

    in_loop: bool = False
    broke: str = ""  # set by break, read by the loop's else
    returned: str = ""  # set by return inside a loop, read after the loop
    skipped: str = ""  # set by every jump out of a branch whose other paths go on
    left: str = ""  # set by those of them that leave the loop


class _Jumps:
    def __init__(self, fresh: Fresh, result: str):
        self.fresh = fresh
        self.result = result

    def block(self, statements: list[build.Node], ways: _Exit) -> list[build.Node]:
        out: list[build.Node] = []
        for position, statement in enumerate(statements):
            rest = statements[position + 1 :]
            if isinstance(statement, gast.Return):
                value = statement.value if statement.value is not None else build.constant(None)
                notes = [build.assign(self.result, value), *_raise_flags(ways.returned, ways.skipped, ways.left)]
                out += [build.at(note, statement) for note in notes]
                if ways.in_loop and not ways.skipped:
                    out.append(build.at(gast.Break(), statement))
                return out
            if isinstance(statement, gast.Continue):
                out += [build.at(note, statement) for note in _raise_flags(ways.skipped)]
                return out or [build.at(gast.Pass(), statement)]
            if isinstance(statement, gast.Break):
                out += [build.at(note, statement) for note in _raise_flags(ways.broke, ways.skipped, ways.left)]
                return out if ways.skipped else [*out, statement]
            if isinstance(statement, gast.If) and _jumps([statement]):
                return [*out, *self.branch(statement, rest, ways)]
            if isinstance(statement, LOOPS):
                done, closed = self.loop(statement, rest, ways)
                out += done
                if closed:
                    return out
                continue
            if isinstance(statement, (gast.If, gast.With, gast.Try)) and not _jumps([statement]):
                statement = self.compound(statement)
            out.append(statement)
        return out

    def compound(self, statement: build.Node) -> build.Node:
        """An `if`, `with` or `try` that no jump leaves: only the loops inside it are rewritten."""
        fresh = build.copy(statement)
        for field in ("body", "orelse", "finalbody"):
            if getattr(fresh, field, None):
                setattr(fresh, field, self.block(getattr(fresh, field), _Exit()))
        for handler in getattr(fresh, "handlers", []):
            handler.body = self.block(handler.body, _Exit())
        return fresh

    def branch(self, statement: build.Node, rest: list[build.Node], ways: _Exit) -> list[build.Node]:
        body, orelse = statement.body, statement.orelse
        if build.entered(statement) is not None and _always_ends(body):
            rest = []
        elif _always_ends(body):
            orelse, rest = [*orelse, *rest], []
        elif _always_ends(orelse):
            body, rest = [*body, *rest], []
        if rest:
            return self.flagged(statement, rest, ways)
        tail = build.if_(statement.test, self.block(body, ways) or [gast.Pass()], self.block(orelse, ways))
        return [build.at(tail, statement)]

    def flagged(self, statement: build.Node, rest: list[build.Node], ways: _Exit) -> list[build.Node]:
        """An `if` of which some paths jump and some go on: what follows stands under a flag that the jumps raise."""
        leaves = ways.in_loop and _breaks_or_returns([statement])
        inner = replace(ways, skipped=self.fresh("skipped"), left=self.fresh("left") if leaves else "")
        out = [build.assign(flag, build.constant(False)) for flag in (inner.skipped, inner.left) if flag]
        out.append(
            build.if_(
                statement.test,
                self.block(statement.body, inner) or [gast.Pass()],
                self.block(statement.orelse, inner),
            )
        )
        # what is skipped here is skipped further out as well
        go_on = build.if_(
            gast.UnaryOp(gast.Not(), build.name(inner.skipped)), self.block(rest, ways), _raise_flags(ways.skipped)
        )
        if leaves:
            notes = _raise_flags(ways.skipped, ways.left)
            leave = notes if ways.skipped else [gast.Break()]
            go_on = build.if_(build.name(inner.left), leave, [go_on])
        return [build.at(node, statement) for node in [*out, go_on]]

    def loop(self, statement: build.Node, rest: list[build.Node], outer: _Exit) -> tuple[list[build.Node], bool]:
        """The loop with its jumps removed, and whether it took in what follows (because that is now conditional)."""
        broke = self.fresh("broke") if statement.orelse and _own_breaks(statement.body) else ""
        returns = any(isinstance(s, gast.Return) for s in _statements(statement.body))
        inner = _Exit(in_loop=True, broke=broke, returned=self.fresh("returned") if returns else "")
        loop = build.copy(statement)
        loop.body, loop.orelse = self.block(statement.body, inner) or [gast.Pass()], []
        out = [build.at(build.assign(f, build.constant(False)), statement) for f in (broke, inner.returned) if f]
        out.append(loop)
        follow = list(rest)
        if statement.orelse:
            orelse = list(statement.orelse)
            if broke:
                test = gast.UnaryOp(gast.Not(), build.name(broke))
                orelse = [build.at(build.if_(test, orelse, []), statement)]
            follow = orelse + follow
        if not returns:
            return (out + self.block(follow, outer), True) if statement.orelse else (out, False)
        going_on = self.block(follow, outer)
        if outer.in_loop or outer.skipped:
            leave = _raise_flags(outer.returned, outer.skipped, outer.left)
            if outer.in_loop and not outer.skipped:
                leave.append(gast.Break())
            tail = build.if_(build.name(inner.returned), leave or [gast.Pass()], going_on)
        elif going_on:
            tail = build.if_(gast.UnaryOp(gast.Not(), build.name(inner.returned)), going_on, [])
        else:
            return out, True
        out.append(build.at(tail, statement))
        for node in build.walk(tail):
            if isinstance(node, gast.stmt):
                build.at(node, statement)
        return out, True


def _raise_flags(*flags: str) -> list[build.Node]:
    return [build.assign(flag, build.constant(True)) for flag in flags if flag]


def _statements(body: list[build.Node], into_loops: bool = True) -> list[build.Node]:
    """All statements of a body, those of nested functions excluded."""
    found = []
    stack = list(body)
    while stack:
        item = stack.pop()
        if isinstance(item, SCOPES):
            continue
        if isinstance(item, gast.stmt):
            found.append(item)
            if type(item) in SIMPLE:
                continue
            if isinstance(item, LOOPS) and not into_loops:
                stack.extend(s for s in item.orelse)
                continue
        stack.extend(c for c in build.children(item) if isinstance(c, (gast.stmt, gast.ExceptHandler, gast.match_case)))
    return found


def _own_breaks(body: list[build.Node]) -> bool:
    return any(isinstance(s, gast.Break) for s in _statements(body, into_loops=False))


def _jumps(body: list[build.Node]) -> bool:
    """Whether a path may leave these statements other than at their end."""
    if any(isinstance(s, gast.Return) for s in _statements(body)):
        return True
    return any(isinstance(s, (gast.Break, gast.Continue)) for s in _statements(body, into_loops=False))


def _breaks_or_returns(body: list[build.Node]) -> bool:
    return _own_breaks(body) or any(isinstance(s, gast.Return) for s in _statements(body))


def _always_ends(body: list[build.Node]) -> bool:
    """Whether every path through these statements jumps or raises before their end."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
        return True
    if isinstance(last, gast.If):
        return _always_ends(last.body) and (_always_ends(last.orelse) or build.entered(last) is not None)
    if isinstance(last, gast.While) and isinstance(last.test, gast.Constant) and last.test.value:
        return not _own_breaks(last.body)
    if isinstance(last, (gast.With,)):
        return _always_ends(last.body)
    return False
