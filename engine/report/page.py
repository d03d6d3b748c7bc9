"""The mapping page built from what runs: the book and a customer's flows into `page_model.Page`.

Nothing on the page is written by hand twice: arrows follow the direction of the lines, labels the
shapes' titles where a row gives none, footnote numbers the notes, limits the rules and shapes that
keep them. Before: `check`. After: `page_markdown`, `page_html`.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.check.typed import Flow
from engine.report import page_connector as connector
from engine.report import page_model as p
from engine.report.page_nodes import get, items, limit, text
from engine.report.page_table import Table
from engine.spec.model import Book, Mapping


def build_page(book: Book, flows: Sequence[Flow], customer: str = "") -> p.Page:
    """The page of the mappings as shipped, or of one customer."""
    node = book.page
    tables = tuple(
        Table(book, mapping, [f for f in flows if f.name == mapping.name]).table()
        for mapping in in_order(book)
    )
    return p.Page(
        text(node, "title") or book.name,
        tuple(" ".join(str(i.value).split()) for i in items(node, "intro")),
        connector.overview(book, get(node, "overview"), tables),
        tables,
        customer,
        tuple(limit(book, item) for item in items(node, "requirements")),
        tuple(connector.groups(book, node)),
        connector.editions(get(node, "editions")),
        connector.permissions(get(node, "permissions")),
        tuple(connector.settings(book, customer)),
    )


def in_order(book: Book) -> list[Mapping]:
    """Mappings as the connector's page has them: its overview from top to bottom, then the others."""
    named = [
        str(name.value)
        for row in items(get(book.page, "overview"), "rows")
        for name in items(row, "mappings")
    ]
    names = dict.fromkeys([*named, *book.mappings])
    return [book.mappings[name] for name in names if name in book.mappings]
