"""How refusals call a piece of syntax."""

from __future__ import annotations

from ...core import build


def word(node: build.Node) -> str:
    words = {
        "With": "with", "Try": "try", "AsyncFunctionDef": "async def", "ClassDef": "class", "Match": "match", "Delete": "del",
        "Yield": "yield", "Await": "await", "Lambda": "lambda", "DictComp": "dict comprehension", "SetComp": "set comprehension",
        "Set": "set", "Starred": "starred expression", "Global": "global", "Nonlocal": "nonlocal",
    }  # fmt: skip
    return words.get(type(node).__name__, type(node).__name__)
