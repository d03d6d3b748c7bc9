"""The checkbox matrix of default cost types, for people and machines.

Before: `live/cost_types`. After: the command `erp types`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.report.terminal import Terminal

TICK, BLANK = "x", "."


class Row(Protocol):
    """A code (`cost_types.Row`)."""

    @property
    def code(self) -> str:
        """As people write it."""

    @property
    def name(self) -> str:
        """What it stands for."""

    @property
    def copies(self) -> Sequence[Any]:
        """One for each synced project that has it."""

    def ticked(self, type_code: str) -> int:
        """In how many of them it has a type."""


def show(rows: Sequence[Row], types: Mapping[str, str], said: Terminal) -> None:
    """A line a code, a column a type."""
    said.table(("code", "name", *types), [[row.code, row.name, *_cells(row, types)] for row in rows])
    said.say(
        "x: in every synced project that has the code; 1/2: in one of two; -: no synced project has it", "dim"
    )


def _cells(row: Row, types: Mapping[str, str]) -> list[str]:
    count = len(row.copies)
    if not count:
        return ["-" for _ in types]
    had = [row.ticked(code) for code in types]
    return [TICK if one == count else BLANK if not one else f"{one}/{count}" for one in had]


def data(rows: Sequence[Row], types: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "code": row.code,
            "name": row.name,
            "projects": len(row.copies),
            "types": {code: row.ticked(code) for code in types},
        }
        for row in rows
    ]
