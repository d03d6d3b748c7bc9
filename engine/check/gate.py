"""What the accounting gate is told names mappings, tools and needs that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.check.alone import check
from engine.check.typed import Flow
from engine.spec.model import Book
from engine.spec.node import Node
from engine.spec.problem import Problem, did_you_mean, known_here

OWN = "own"  # the tool a record lives in
NEEDS = ("approver", "company_administrator", "create_project")


@check("gate")
def gate(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E235 for a name that is not there, in gate.yaml and in the rows of the page."""
    top = book.gate
    if top is None:
        return
    tools = [name for name, _, _ in _pairs(top.get("tools"))]
    kinds = top.get("kinds")
    for name, key, kind in _pairs(kinds):
        if name not in book.mappings and name not in book.broken:
            yield _unknown(key, "mapping", name, book.mappings)
        yield from _tool(kind.get("tool"), tools)
    rows = book.page.get("permissions") if book.page is not None else None
    for row in (*_items(top.get("more")), *_items(rows.get("rows") if rows is not None else None)):
        lets = row.get("lets")
        if lets is not None:
            for need in _items(lets.get("needs")):
                yield from _need(need, [*tools, OWN])


def _pairs(node: Node | None) -> Iterator[tuple[str, Node, Node]]:
    return node.pairs() if node is not None else iter(())


def _items(node: Node | None) -> tuple[Node, ...]:
    return tuple(node.items) if node is not None else ()


def _tool(node: Node | None, tools: Collection[str]) -> Iterator[Problem]:
    if node is not None and node.value not in tools:
        yield _unknown(node, "tool", str(node.value), tools)


def _need(node: Node, tools: Collection[str]) -> Iterator[Problem]:
    if node.kind != "map":
        if node.value not in NEEDS:
            yield _unknown(node, "need", str(node.value), NEEDS)
        return
    yield from _tool(node.get("tool"), tools)
    for several in _items(node.get("any")):
        for one in several.items:
            yield from _need(one, tools)


def _unknown(node: Node, kind: str, name: str, known: Collection[str]) -> Problem:
    return Problem("E235", node.span, f"no {kind} '{name}'", did_you_mean(name, known), (known_here(known),))
