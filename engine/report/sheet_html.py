"""A sheet as one HTML file that can be mailed, printed and kept: no script, no network, figures in line.

The look is in `sheet.html.j2` and `sheet.css`; everything is escaped by the template engine. Before: `sheet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from engine.report.sheet import EVERYWHERE, FIGURES, PAPER, Row, Sheet, shown

_FILES = ("sheet.html.j2", "sheet.css")


def to_html(sheet: Sheet) -> str:
    """The whole sheet as one HTML document."""
    return _template().render(sheet=sheet, places=sheet.places(EVERYWHERE, PAPER))


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
    environment.globals |= {"figures": FIGURES, "shown": _shown, "address": _address, "spanned": _spanned}
    return environment.get_template("sheet.html.j2")


def _shown(value: object, kind: str) -> str:
    return shown(value, kind, minus="\N{MINUS SIGN}")


def _spanned(row: Row, places: Sequence[int]) -> int:
    """How many cells the label of a total may fill: its own, and the empty ones beside it."""
    said = (number for number, place in enumerate(places) if number and row.cells[place] is not None)
    return next(said, len(places))


def _address(value: object) -> str:
    """A link's address if it leads to a web page; anything else is no link."""
    text = str(value or "")
    return text if urlsplit(text).scheme == "https" else ""
