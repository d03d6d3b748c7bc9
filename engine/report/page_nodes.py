"""Pieces of `page:` blocks and of `page.yaml` read off their nodes; what is not there is empty.

Their form was checked when the files were loaded. For the builders of the page.
"""

from __future__ import annotations

from engine.report.page_model import Limit
from engine.spec.model import Book
from engine.spec.node import Node
from engine.spec.problem import Span
from engine.spec.values import text_of


def get(node: Node | None, name: str) -> Node | None:
    """The value under a key, or None."""
    return node.get(name) if node is not None and node.kind == "map" else None


def text(node: Node | None, name: str) -> str:
    """The text under a key on one line, or ""."""
    found = get(node, name)
    return " ".join(text_of(found).split()) if found is not None else ""


def flag(node: Node | None, name: str) -> bool:
    """Whether true stands under a key."""
    found = get(node, name)
    return found is not None and found.value is True


def items(node: Node | None, name: str) -> tuple[Node, ...]:
    """The elements of the list under a key."""
    found = get(node, name)
    return found.items if found is not None else ()


def at(span: Span) -> str:
    """`file:line`."""
    return f"{span.file}:{span.line}"


def limit(book: Book, node: Node) -> Limit:
    """A thing to know that a setting keeps, or a reason."""
    says, label = text(node, "says"), text(node, "label")
    if setting := text(node, "setting"):
        found = book.settings.get(setting)
        return Limit(says, "setting", setting, at(found.span) if found is not None else "", label)
    return Limit(says, "because", text(node, "because"), "", label)
