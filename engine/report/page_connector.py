"""What belongs to no single mapping: overview, editions, permissions, settings, general limits.

From `page.yaml` and `settings.yaml` into the page's model. Called by `page`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.report import page_model as p
from engine.report.page_nodes import at, flag, get, items, limit, text
from engine.report.values import shown
from engine.spec.model import Book
from engine.spec.node import Node


def overview(book: Book, node: Node | None, tables: Sequence[p.Table]) -> p.Table:
    """What moves, and which way; each row leads to the tables that tell more."""
    headings = {table.name for table in tables}
    return p.Table(
        "overview",
        text(node, "heading") or "Overview",
        tuple(_overview_row(row, headings) for row in items(node, "rows")),
        text(node, "intro"),
        tuple(_overview_note(book, note) for note in items(node, "footnotes")),
    )


def _overview_row(row: Node, known: set[str]) -> p.Row:
    return p.Row(
        text(row, "label"),
        text(row, "other"),
        text(row, "direction") or "none",  # type: ignore[arg-type]
        tuple(int(mark.value) for mark in items(row, "marks")),
        (),
        text(row, "detail"),
        text(row, "other_detail"),
        text(row, "because"),
        tuple(name for i in items(row, "mappings") if (name := str(i.value)) in known),
    )


def _overview_note(book: Book, node: Node) -> p.Footnote:
    """A footnote of the overview: a mapping's note under the number the vendor gives it."""
    number = int(text(node, "number") or 0)
    mapping = book.mappings.get(text(node, "mapping"))
    note = mapping.notes.get(text(node, "note")) if mapping is not None else None
    if mapping is None or note is None:
        return p.Footnote(number, text(node, "text"))
    return p.Footnote(
        note.number or number, note.text, (p.Place(f"{mapping.name}.{note.name}", at(note.span)),)
    )


def groups(book: Book, node: Node | None) -> Iterator[p.Group]:
    """Things to know that belong to no table."""
    for index, group in enumerate(items(node, "general")):
        found = tuple(limit(book, item) for item in items(group, "items"))
        yield p.Group(f"general-{index + 1}", text(group, "heading"), found, text(group, "intro"))
    never, regions = get(node, "never_synced"), get(node, "regions")
    if never is not None:
        found = tuple(
            p.Limit(text(item, "what"), "because", text(item, "because")) for item in items(never, "items")
        )
        yield p.Group("never-synced", text(never, "heading"), found, text(never, "intro"))
    if regions is not None:
        found = tuple(_regional(book, item) for item in items(regions, "items"))
        yield p.Group("regions", text(regions, "heading"), found, text(regions, "intro"))


def _regional(book: Book, node: Node) -> p.Limit:
    found = limit(book, node)
    where = ", ".join(str(item.value) for item in items(node, "where"))
    return p.Limit(found.says, found.kept, found.by, found.at, where)


def editions(node: Node | None) -> p.Editions | None:
    """Which editions are accepted, or None if the page says nothing of them."""
    if node is None:
        return None
    return p.Editions(
        text(node, "heading"),
        tuple(
            p.Region(text(region, "name"), tuple(_edition(e) for e in items(region, "editions")))
            for region in items(node, "regions")
        ),
        text(node, "intro"),
        tuple(text(other, "says") for other in items(node, "others")),
        tuple(p.Footnote(int(text(n, "number") or 0), text(n, "text")) for n in items(node, "footnotes")),
    )


def _edition(node: Node) -> p.Edition:
    return p.Edition(
        text(node, "name"),
        flag(node, "supported"),
        tuple(str(item.value) for item in items(node, "classes")),
        tuple(int(item.value) for item in items(node, "marks")),
    )


def permissions(node: Node | None) -> p.Permissions | None:
    """Who may do what, or None."""
    if node is None:
        return None
    return p.Permissions(
        text(node, "heading"), tuple(_permission(r) for r in items(node, "rows")), text(node, "intro")
    )


def _permission(node: Node) -> p.Permission:
    unsupported = text(node, "because") if flag(node, "unsupported") else ""
    none, read_only, standard, admin = (
        _level(text(node, level)) for level in ("none", "read_only", "standard", "admin")
    )
    return p.Permission(
        text(node, "action"), none, read_only, standard, admin, text(node, "requirement"), unsupported
    )


def _level(word: str) -> p.Level:
    return "allowed" if word == "allowed" else "conditional" if word == "conditional" else ""


def settings(book: Book, name: str) -> Iterator[p.Setting]:
    """Every setting with its default, and what the customer says where."""
    customer = book.customers.get(name)
    block = customer.node.get("settings") if customer is not None and customer.node is not None else None
    for setting in book.settings.values():
        key = block.key(setting.name) if block is not None else None
        kind = " / ".join(setting.choices) if setting.choices else setting.kind
        yield p.Setting(
            setting.name,
            setting.matter or "Other",
            setting.help,
            kind,
            _plain(setting.default) if setting.has_default else "",
            _plain(customer.values[setting.name]) if customer is not None and key is not None else "",
            at(key.span) if key is not None else "",
            setting.asked,
        )


def _plain(value: Any) -> str:
    if value in ([], {}):
        return "empty"
    return value if isinstance(value, str) else shown(value, 200)
