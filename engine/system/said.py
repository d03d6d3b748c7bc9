"""What a node of system.yaml says, in the plain values a `System` is made of; what is missing is empty.

Before: `spec`, which read the file. After: `load`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.spec.node import Node
from engine.system.model import Limit, Since


def limit(node: Node) -> Limit:
    """A budget of calls."""
    name, remaining, reset, problem = (text(node, key) for key in ("name", "remaining", "reset", "problem"))
    return Limit(name, number(node, "calls", 0), number(node, "seconds", 0), remaining, reset, problem)


def since(node: Node | None) -> Since | None:
    """How a list is asked for what changed."""
    if node is None:
        return None
    return Since(
        text(node, "header"),
        text(node, "query"),
        text(node, "form") or "{since}...{until}",
        text(node, "updated"),
        number(node, "overlap", 300),
    )


def text(node: Node, key: str) -> str:
    """The text of a key; "" if it is not there."""
    found = node.get(key) if key else None
    return str(found.value) if found is not None and found.value is not None else ""


def number(node: Node, key: str, default: int) -> int:
    """The number of a key."""
    found = node.get(key)
    return int(found.value) if found is not None else default


def pairs(node: Node | None) -> Iterable[tuple[str, Node]]:
    """The pairs of a map; none where there is no map."""
    return [(name, value) for name, _, value in node.pairs()] if node is not None else []


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none where there is no list."""
    return node.items if node is not None else ()


def words(node: Node | None) -> tuple[str, ...]:
    """The items of a list as texts."""
    return tuple(str(each.value) for each in items(node))


def texts(node: Node | None) -> dict[str, str]:
    """The values of a map as texts."""
    return {name: _word(value.value) for name, value in pairs(node)}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
