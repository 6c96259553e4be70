"""What is refused: syntax that has no adjoint here, and changes in place that are not covered. All at once, with places."""

from __future__ import annotations

import gast

from ..analyses import aliases, changes
from ..analyses.facts import Facts
from ..analyses.kinds import OBJECTS, Kind
from ..core import build, names
from ..core.errors import Refusal, Refused
from ..core.unit import Unit

NODES = {
    "AsyncFunctionDef": ("'async def'", "a gradient runs straight through", "write an ordinary function"),
    "AsyncFor": ("'async for'", "a gradient runs straight through", "write an ordinary loop"),
    "AsyncWith": ("'async with'", "a gradient runs straight through", "write an ordinary 'with'"),
    "Await": ("'await'", "a gradient runs straight through", "compute the value before"),
    "Yield": ("'yield'", "a generator has no single result", "return a list, or use the loop itself"),
    "YieldFrom": ("'yield from'", "a generator has no single result", "return a list"),
}

REFUSED = (gast.Global, *(getattr(gast, name) for name in NODES))


def check(unit: Unit) -> None:
    """Refuse a function for every construct in it that has no adjoint."""
    if unit.text.syntax.isdisjoint(REFUSED) and unit.text.mentioned.isdisjoint(("exec", "eval", "locals")):
        return
    found = []
    for statement in unit.body:
        for node in build.walk(statement):
            entry = NODES.get(type(node).__name__)
            if isinstance(node, gast.Global):
                why = "what it binds outlives the call, and other functions may read it"
                found.append(
                    Refusal("cannot differentiate through 'global'", unit.place(node), why, "return the value instead")
                )
            if entry is not None:
                found.append(Refusal(f"cannot differentiate through {entry[0]}", unit.place(node), entry[1], entry[2]))
            elif (
                isinstance(node, gast.Call)
                and isinstance(node.func, gast.Name)
                and node.func.id in ("exec", "eval", "locals")
            ):
                if node.func.id in unit.free:
                    why = "what it reads or binds cannot be seen in the source"
                    found.append(
                        Refusal(
                            f"cannot differentiate through '{node.func.id}'",
                            unit.place(node),
                            why,
                            "write the statements out",
                        )
                    )
    if found:
        raise Refused(found)


def check_fields(unit: Unit, facts: Facts) -> None:
    """Refuse arrays of records: what has their fields for subscripts."""
    found = [
        Refusal(
            "cannot differentiate through a field of an array of records", unit.place(statement),
            "its adjoint is not an array of the same form", "use an array for each field",
        )
        for statement in unit.body for node in build.walk(statement)
        if isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name) and facts.kind(node.value.id).is_array
        and any(isinstance(n, gast.Constant) and isinstance(n.value, str) for n in [node.slice, *getattr(node.slice, "elts", ())])
    ]  # fmt: skip
    if found:
        raise Refused(found)


def check_objects(unit: Unit, facts: Facts) -> None:
    """Refuse the making of arrays of objects that take part in the derivative: what stands in them has adjoints of any form."""
    if OBJECTS not in facts.kinds.values():
        return
    found = [
        Refusal(
            "cannot differentiate an array of objects", unit.place(node.value), "its items are not looked into",
            "use a list",
        )
        for statement in unit.body for node in build.walk(statement)
        if isinstance(node, gast.Assign)
        and any(
            isinstance(t, gast.Name) and facts.kind(t.id) == OBJECTS and (t.id in facts.active or facts.is_stored_into(t.id))
            for t in node.targets
        )
    ]  # fmt: skip
    if found:
        raise Refused(found)


def check_stores(unit: Unit, facts: Facts, helper: bool = False) -> bool:
    """Refuse the changes in place that would give a wrong derivative; those of a helper's arguments are its caller's as well.

    Says whether there are any changes in place.
    """
    check_fields(unit, facts)
    check_objects(unit, facts)
    if not facts.stores and (facts.unchanged or not changes.happen(unit, facts)):
        return False
    found = []
    listed = changes.events(unit, facts)
    bad = changes.changed_names(listed)
    reaching = _reaching(listed, facts)
    others = changes.seen_by_others(unit, listed, lambda name: is_covered(name, unit, listed, facts))
    for name in [n for n in others if is_covered(n, unit, listed, facts) and grows_alone(n, facts)]:
        del others[name]
    given = {facts.groups.get(p) for p in unit.parameters if p in facts.groups} if helper else set()
    plain = plainly_stored(unit, listed, facts)
    for name in [n for n in bad if n in plain]:
        if facts.groups.get(name) not in given:
            del bad[name]
        else:
            others.setdefault(name, bad[name])
            reaching.add(name)
    for store in facts.stores:
        if store.others and store.name in plain and store.name not in facts.mirrored.names:
            bad.setdefault(store.name, store.node)
            others.setdefault(store.name, store.node)
            if store.others & reaching:
                reaching.add(store.name)
    calls = changes.Known(unit, facts)
    for name, node in bad.items():
        if name not in reaching or is_covered(name, unit, listed, facts) and name not in others:
            continue
        if call := changes.unknown_call(node, calls):
            found.append(_through_unknown(call, unit))
            continue
        known = name not in unit.temporaries
        what = f"'{name}'" if known else "a value"
        found.append(
            Refusal(
                f"cannot differentiate a change of {what} in place", unit.place(node),
                "what was there before, or another name for it, is part of the derivative",
                "build a new value instead of changing one (a list with append, np.where, np.concatenate)",
            )
        )  # fmt: skip
    if found:
        raise Refused(found)
    return True


def _through_unknown(call: build.Node, unit: Unit) -> Refusal:
    return Refusal(
        f"cannot differentiate through '{gast.unparse(call.func).strip()}'", unit.place(call),
        "what it calls is not known, so that it may change what it is given",
        "call a function by its own name, or pass srcgrad.stop_gradient(...)",
    )  # fmt: skip


def _reaching(listed: list[changes.Event], facts: Facts) -> set[str]:
    """Names that carry a derivative, or that share what they hold with one that does, or into which an active value is put."""
    groups: dict[str, set[str]] = {}
    for event in listed:
        if event.form == "share":
            read = names.reads(event.node) | names.writes(event.node)
            for name in read:
                groups.setdefault(name, set()).update(read)
    reaching = set(facts.active)
    todo = list(reaching)
    while todo:
        for other in groups.get(todo.pop(), ()):
            if other not in reaching:
                reaching.add(other)
                todo.append(other)
    for event in listed:
        if event.form == "change" and names.reads(event.node) & facts.active:
            reaching.add(event.name)
    return reaching


def plainly_stored(unit: Unit, listed: list[changes.Event], facts: Facts) -> set[str]:
    """The arrays (or lists of numbers, or of such lists) of the function, arguments included, all changes of which are stores `name[i] = v`."""
    tables = changes.tables(unit, facts)
    changed: dict[str, bool] = {}
    for event in listed:
        if event.form == "change":
            depth = 2 if event.name in tables else 1
            plain = _is_store_into(event.name, event.node, facts, depth)
            changed[event.name] = changed.get(event.name, True) and plain
    return {
        n for n, plain in changed.items()
        if plain and n not in unit.free and (n in tables or changes.is_buffer(facts.kind(n)))
    }  # fmt: skip


def _is_store_into(name: str, node: build.Node, facts: Facts, depth: int) -> bool:
    place = aliases.store_place(node)
    if place is None or aliases.root_of(place) != name:
        return False
    return facts.kind(name).tag != "list" or _is_position(place, facts, depth)


def _is_position(place: build.Node, facts: Facts, depth: int) -> bool:
    """Whether a place is one item of a list, or of one of the lists in it."""
    indices = list(aliases.indices_of(place))
    if len(indices) != depth or any(isinstance(i, (gast.Slice, gast.Tuple)) for i in indices):
        return False
    return all(facts.kind(n).is_scalar or n not in facts.kinds for i in indices for n in names.reads(i))


def is_covered(name: str, unit: Unit, listed: list[changes.Event], facts: Facts) -> bool:
    """Whether every change of a name is an append to a list of the function's own."""
    if facts.kind(name).tag != "list" or name in unit.parameters or name in unit.free:
        return False
    for event in listed:
        if event.form == "change" and event.name == name:
            value = event.node.value if isinstance(event.node, gast.Expr) else None
            if not (
                isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "append"
            ):
                return False
            if not isinstance(value.func.value, gast.Name):
                return False
    return True


def grows_alone(name: str, facts: Facts) -> bool:
    """Whether nothing in use shares a list when it is appended to, so that what it is put into afterwards has all of it."""
    stores = [store for store in facts.stores if store.name == name]
    return bool(stores) and not any(store.others for store in stores) and _is_known(facts.kind(name))


def _is_known(kind: Kind) -> bool:
    """Whether it is known to the last what a value holds; a list that is in itself has no such kind."""
    if kind.tag in ("list", "tuple"):
        parts = kind.items if kind.items is not None else () if kind.item is None else (kind.item,)
        return all(map(_is_known, parts))
    return kind.is_numeric or kind.tag in ("static", "str")


# a passive value that is changed in place after it was used: its name, where that happens, the names under which it is known
Change = tuple[str, build.Node, set[str]]


def changes_after_use(unit: Unit, facts: Facts) -> list[Change]:
    """The changes of passive values which the reverse sweep does not undo; what is plainly stored into is put back to what it was."""
    listed = changes.events(unit, facts)
    plain = plainly_stored(unit, listed, facts)
    found = []
    for name, node in changes.changed_names(listed).items():
        known = {name} | {n for n, root in facts.groups.items() if root == facts.groups.get(name)}
        if name not in plain and name not in facts.active and _changed_after_use(name, known, unit, facts):
            found.append((name, node, known))
    return found


def check_reads(unit: Unit, facts: Facts, changed: list[Change], reverse: list[build.Node]) -> None:
    """Refuse passive values that are changed in place although the statements of the reverse sweep still read what they were."""
    read = {n for statement in reverse for n in aliases.content_reads(statement)} if changed else set()
    if changed:  # of what is no array, a change may be one of its length
        read |= {n for s in reverse for n in names.reads(s) if not facts.kind(n).is_array}
    found = [
        Refusal(
            f"cannot differentiate past a change of '{name}' in place", unit.place(node),
            "the derivative needs what it was before", f"change a copy of it: {name} = {name}.copy()",
        )
        for name, node, known in changed if known & read
    ]  # fmt: skip
    if found:
        raise Refused(found)


def _changed_after_use(name: str, known: set[str], unit: Unit, facts: Facts) -> bool:
    """Whether one of the names under which an array may be known is used before the array is changed."""
    uses = []
    last = -1
    loops: set[int] = set()
    calls = changes.Known(unit, facts)
    for position, (node, around) in enumerate(changes.steps(unit.body)):
        if any(e == ("change", name) for e in changes._of_statement(node, facts, calls)):
            last = position
            loops |= set(around)
        elif known & names.reads(node if not isinstance(node, gast.For) else node.iter):
            uses.append((position, set(around)))
    return any(position < last or around & loops for position, around in uses)
