"""A sheet for the terminal: tables for a person who watches, plain columns for a pipe. Before: `sheet`."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

from engine.report.problems import ERROR, HINT, PLACE
from engine.report.sheet import ALARM, DETAIL, EVERYWHERE, FIGURES, TOTAL, Group, Row, Sheet, shown
from engine.report.terminal import Terminal

STYLES = {TOTAL: "bold", ALARM: ERROR, DETAIL: "dim"}


def show(sheet: Sheet, said: Terminal) -> None:
    """Title, a table for each group, totals, and what is to be said."""
    said.lines([[(sheet.title, PLACE), (f"  {sheet.customer}", "dim")]])
    for text in (sheet.about, sheet.as_of):
        _prose(text, said)
    places = sheet.places(EVERYWHERE)
    for group in sheet.groups:
        said.say()
        if group.heading:
            said.lines([[(group.heading, PLACE)]])
        _table(sheet, group, places, said)
        for note in group.notes:
            _prose(note, said, "  ")
    if not sheet.groups:
        said.say()
        said.say(sheet.empty)
    if sheet.totals:
        said.say()
        _table(sheet, Group("", sheet.totals), places, said)
    for note in sheet.notes:
        said.say()
        _prose(note, said, "", HINT)
    for text in sheet.footers:
        said.say()
        _prose(text, said, "", "dim")


def _table(sheet: Sheet, group: Group, places: Sequence[int], said: Terminal) -> None:
    rows = [*group.rows, *group.totals]
    columns = [sheet.columns[place] for place in places]
    right = [number for number, column in enumerate(columns) if column.kind in FIGURES]
    said.table([column.title for column in columns], [_cells(sheet, row, places) for row in rows], right)


def _cells(sheet: Sheet, row: Row, places: Sequence[int]) -> list[object]:
    from rich.text import Text

    style = STYLES.get(row.weight, "")
    texts = [shown(row.cells[place], sheet.columns[place].kind) for place in places]
    if row.weight == DETAIL:
        texts[0] = ""
    return [Text(_plain(text), style) for text in texts]


def _plain(text: str) -> str:
    """Without what would steer a terminal: names come from other people."""
    return "".join(c if c.isprintable() else " " for c in text)


def _prose(text: str, said: Terminal, indent: str = "", style: str = "") -> None:
    for line in textwrap.wrap(_plain(text), said.width - len(indent)) if text else ():
        said.say(f"{indent}{line}", style)


def as_text(sheet: Sheet) -> str:
    """The table as a pipe would get it."""
    text = io.StringIO()
    show(sheet, Terminal(text, text))
    return text.getvalue()
