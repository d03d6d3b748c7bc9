"""What the ledger knows of one value: written last, there now, by which effect. Before: `explain_live`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.report.problems import FRAME, PLACE, WARNING, Piece
from engine.report.terminal import Terminal
from engine.report.values import shown


@dataclass(frozen=True, slots=True)
class Lived:
    """One value in the living run."""

    target_id: str
    how: str  # made, matched, person …, and since when
    was_written: bool
    written: Any
    is_there: bool
    there: Any
    call: str
    effect: str
    at: str
    run: str


def show(found: Lived, said: Terminal) -> None:
    """Below what explain tells anyway."""
    if not found.target_id:
        said.lines([_row("linked", ("to nothing yet", "dim"))])
        return
    said.lines([_row("linked", (found.target_id, ""), (f"   {found.how}", "dim"))])
    said.lines([_row("wrote", (shown(found.written) if found.was_written else "nothing yet", ""))])
    style = WARNING if found.was_written and str(found.there) != str(found.written) else ""
    said.lines([_row("there", (shown(found.there) if found.is_there else "not readable, or gone", style))])
    if found.call:
        at = f"{found.at[:10]} {found.at[11:16]} UTC"
        said.lines([_row("by", (found.call, PLACE), (f"   {at}, effect {found.effect}, {found.run}", "dim"))])


def _row(word: str, *pieces: Piece) -> list[Piece]:
    return [(f"  {word:<6} ", FRAME), *pieces]


def as_data(found: Lived) -> dict[str, Any]:
    """The same for machines."""
    return asdict(found)
