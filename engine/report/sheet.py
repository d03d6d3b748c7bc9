"""A report of figures as plain data: columns with kinds, groups of rows, totals, what is to be said of them.

Every accountants' report is made into one of these and written by one of four writers, which know nothing of
what it is about. Values are exact: Decimal, date, int, text, or None where there is nothing to say.

    Sheet("retainage", "Retainage roll-forward", "acme", columns=(Column("held", "Held", MONEY),), groups=(…))

Before: `job_costs`, `reconcile` and the others, which compute. After: `sheet_terminal`, `sheet_csv`,
`sheet_json`, `sheet_html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

TEXT, PROSE, MONEY, DATE, COUNT, SHARE, LINK = "text", "prose", "money", "date", "count", "share", "link"
FIGURES = (MONEY, COUNT, SHARE)  # stand to the right

# Where a column is shown. A terminal is narrow; a file for a machine has room for ids.
EVERYWHERE, PAPER, DATA = "everywhere", "paper", "data"

# What a row is. DETAIL stands below the row it belongs to, whose first cell it repeats unseen; ALARM is a
# figure that should not be there.
PLAIN, DETAIL, TOTAL, ALARM = "plain", "detail", "total", "alarm"

_SENTENCE = re.compile(r"(?<=[.)]) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name` is what machines call it, `title` what stands above it."""

    name: str
    title: str
    kind: str = TEXT
    shown: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Row:
    """A value for each column."""

    cells: tuple[Any, ...]
    weight: str = PLAIN


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together (a project), their totals, and what is to be said of them."""

    heading: str
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole report. `read_at`: when both systems were read last; `wrong`: a figure needs a person;
    `facts`: what a machine is told besides.
    """

    name: str
    title: str
    customer: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...] = ()
    about: str = ""
    totals: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()
    empty: str = "nothing to show"
    read_at: datetime | None = None
    timezone: str = "UTC"
    currency: str = ""
    wrong: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """When what it says was read, where the office is, and in which currency it is."""
        amounts = f"Amounts in {self.currency}." if self.currency else ""
        if self.read_at is None:
            return amounts
        read = f"{self.read_at.astimezone(ZoneInfo(self.timezone)):%Y-%m-%d %H:%M}"
        return f"As read {read} ({self.timezone}). {amounts}".strip()

    @property
    def rows(self) -> Iterator[tuple[Group, Row]]:
        """Every row that is not a total, with its group."""
        for group in self.groups:
            for row in group.rows:
                yield group, row

    def exact(self, row: Row) -> list[Any]:
        """The cells for a machine: money in cents."""
        pairs = zip(self.columns, row.cells, strict=True)
        return [in_cents(cell) if column.kind == MONEY else cell for column, cell in pairs]

    def places(self, *shown: str) -> list[int]:
        """The columns shown in these places, without those in which no row says anything."""
        every = [row for _, row in self.rows] + [row for g in self.groups for row in g.totals]
        return [
            index
            for index, column in enumerate(self.columns)
            if column.shown in shown and any(row.cells[index] not in (None, "") for row in every)
        ]


def total(label: str, columns: Sequence[Column], rows: Iterable[Row], sums: Iterable[str]) -> Row:
    """A total of the plain rows: the label in the first column, sums below the columns named."""
    named, counted = set(sums), [row for row in rows if row.weight == PLAIN]
    cells: list[Any] = [None] * len(columns)
    for index, column in enumerate(columns):
        if column.name in named:
            cells[index] = sum((row.cells[index] or Decimal(0) for row in counted), Decimal(0))
    cells[0] = label
    return Row(tuple(cells), TOTAL)


def parted(text: str) -> tuple[str, str]:
    """The first sentence, which says what is wrong, and the rest, which says what helps."""
    reason, *rest = _SENTENCE.split(text, maxsplit=1)
    return reason, rest[0] if rest else ""


def in_cents(value: Any) -> Any:
    """Money with its two decimals; more of them stay, and what is no number stays as it is."""
    if not isinstance(value, Decimal):
        return value
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value


def shown(value: Any, kind: str, minus: str = "-") -> str:
    """A value for people: 1,234.50, 2026-03-31, 10.0 %. Nothing is rounded away."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        if kind == SHARE:
            text = f"{value * 100:,.1f} %"
        else:
            text = f"{in_cents(value):,f}"
        return text.replace("-", minus)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
