"""The page as HTML: one file that can be mailed, printed and read without a network or a script.

The look is in `page.html.j2` and `page.css`; here are the ids by which marks, footnotes and rows
find each other. Everything is escaped by the template engine. Before it: `page_model`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from engine.report.page_model import ARROW_WORDS, Page, Row, Table, by_matter, differences, spans

_FILES = ("page.html.j2", "page.css")


def to_html(page: Page) -> str:
    """The whole page as one HTML document."""
    return _template().render(
        page=page,
        differences=differences(page),
        matters=by_matter(page.settings),
        headings={table.name: table.heading for table in page.tables},
        known={setting.name for setting in page.settings},
    )


@cache
def _template() -> Template:
    folder = files(__package__)
    sources = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in _FILES}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "slug": slug,
        "row_id": row_id,
        "mark_id": mark_id,
        "note_id": note_id,
        "back_links": back_links,
        "soft": soft,
        "told_heading": told_heading,
        "lines": lines,
        "arrow_words": ARROW_WORDS,
        "keepers": {"rule": "rule", "setting": "setting", "field": "limit of the field", "line": "line"},
        "level_words": {"": "not allowed", "allowed": "allowed", "conditional": "allowed if"},
    }
    environment.filters["prose"] = prose
    return environment.get_template("page.html.j2")


def prose(text: str) -> Markup:
    """A sentence, escaped, with what stood between backticks as code."""
    pieces = (Markup("<code>{}</code>").format(piece) if name else piece for piece, name in spans(text))
    return Markup("").join(pieces)


def slug(name: str) -> str:
    """A name as part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "section"


def row_id(table: str, index: int) -> str:
    """Where a row stands."""
    return f"{slug(table)}-row-{index + 1}"


def mark_id(table: str, index: int, number: int) -> str:
    """Where a row carries a footnote's number."""
    return f"{row_id(table, index)}-mark-{number}"


def note_id(table: str, number: int) -> str:
    """Where a footnote stands."""
    return f"{slug(table)}-note-{number}"


def back_links(table: Table, number: int) -> tuple[tuple[str, str], ...]:
    """(id of the mark, label of its row) for each row that carries a footnote."""
    return tuple(
        (mark_id(table.name, index, number), table.rows[index].left) for index in table.rows_with(number)
    )


def lines(row: Row) -> str:
    """How many lines write a row, in words."""
    count = len(row.places)
    return f"{count} line" if count == 1 else f"{count} lines"


def soft(name: str) -> tuple[str, ...]:
    """An address or a file name in pieces between which a browser may break it."""
    return tuple(piece for piece in re.split(r"(?<=/)|(?<=\.)(?!ya?ml\b)", name) if piece)


def told_heading(table: Table) -> str:
    """Heading of the last column; empty if the table has none."""
    if any(row.links for row in table.rows):
        return "More in"
    return "Written by" if any(row.places or row.because for row in table.rows) else ""
