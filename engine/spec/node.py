"""One value of a YAML file and where it stands: what every reader of our files works on.

Before: `source`, which makes them of the text. After: `load`, and every message with a caret.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.spec.problem import Span


@dataclass(slots=True, eq=False)
class Node:
    """One YAML value with its place. `kind` is map, list or scalar.

    A map's `entries` are (key node, value node); `value` is the plain Python value of a scalar.
    `quoted` tells how a scalar was written (', ", |, > or "" for plain). Nobody changes a node; it is
    not frozen only because fifteen thousand of them are made at every start.
    """

    kind: str
    span: Span
    value: Any = None
    entries: tuple[tuple[Node, Node], ...] = ()
    items: tuple[Node, ...] = ()
    quoted: str = ""
    _index: dict[str, tuple[Node, Node]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """How a kept tree is made again: by a call, which is the fastest there is."""
        return Node, (self.kind, self.span, self.value, self.entries, self.items, self.quoted, self._index)

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        if self._index is None:
            return None
        found = self._index.get(key)
        return found[1] if found is not None else None

    def key(self, key: str) -> Node | None:
        """The key node itself, for a caret under the key."""
        found = self._index.get(key) if self._index is not None else None
        return found[0] if found is not None else None

    def pairs(self) -> Iterator[tuple[str, Node, Node]]:
        """(name, key node, value node) of a map, in the order written."""
        for key, value in self.entries:
            yield key.value, key, value

    @property
    def data(self) -> Any:
        """The plain Python value of the whole tree."""
        if self.kind == "map":
            return {
                key.value: value.value if value.kind == "scalar" else value.data
                for key, value in self.entries
            }
        if self.kind == "list":
            return [item.value if item.kind == "scalar" else item.data for item in self.items]
        return self.value

    def inner(self, offset: int, length: int = 1) -> Span:
        """The place of a part of a scalar's text: exact on one line, the start for blocks."""
        if self.quoted in ("|", ">"):
            return self.span
        return self.span.shifted(offset + (1 if self.quoted else 0), length)

    def at(self, path: tuple[str | int, ...], on_key: bool = False) -> Span:
        """The place of what stands under a path of keys and indexes."""
        node = self
        for step, part in enumerate(path):
            if isinstance(part, int):
                if part >= len(node.items):
                    return node.span
                node = node.items[part]
                continue
            if on_key and step == len(path) - 1:
                key = node.key(part)
                return key.span if key else node.span
            found = node.get(part)
            if found is None:
                return node.span
            node = found
        return node.span
