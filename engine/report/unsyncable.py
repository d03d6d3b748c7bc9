"""The Unsyncable Direct Costs report: costs in Xero that belong to a project and cannot come to Procore.

Each line with the reason in a word, in a sentence, and what helps; retainage is no cost and is not among
them. Pure. Before: `live/reports/unsyncable`. After: the writers of `sheet`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.sheet import (
    DATA,
    DATE,
    LINK,
    MONEY,
    PAPER,
    PROSE,
    Column,
    Group,
    Row,
    Sheet,
    parted,
    total,
)

NO_PROJECT = "No project"
COLUMNS = (
    Column("document", "Document"),
    Column("date", "Date", DATE),
    Column("contact", "Contact", shown=PAPER),
    Column("line", "Line", shown=PAPER),
    Column("amount", "Amount", MONEY),
    Column("currency", "Currency"),
    Column("code", "Reason"),
    Column("reason", "What is wrong", PROSE, DATA),
    Column("fix", "What helps", PROSE),
    Column("id", "Id", shown=DATA),
    Column("link", "In Xero", LINK, PAPER),
)


@dataclass(frozen=True, slots=True)
class Left:
    """One line, or a whole document, that is left out. `text` says what is wrong and then what helps."""

    project: str
    document: str
    date: str
    contact: str
    line: str
    amount: Decimal
    code: str
    text: str
    id: str
    link: str = ""
    currency: str = ""  # where it is not the organisation's own, which alone is added up


def sheet(found: Sequence[Left], head: Mapping[str, Any]) -> Sheet:
    """By project; what has no project stands last."""
    projects = sorted({one.project for one in found}, key=lambda name: (not name, name))
    groups = []
    for project in projects:
        mine = sorted(
            (one for one in found if one.project == project), key=lambda one: (one.date, one.document)
        )
        rows = tuple(_row(one) for one in mine)
        own = [row for row, one in zip(rows, mine, strict=True) if not one.currency]
        groups.append(Group(project or NO_PROJECT, rows, (total("Total", COLUMNS, own, ("amount",)),)))
    counts = Counter(one.code for one in found)
    return Sheet(
        name="unsyncable",
        title="Unsyncable direct costs",
        columns=COLUMNS,
        groups=tuple(groups),
        about="Costs in Xero that do not come to Procore, each with the reason. Amounts are before tax.",
        notes=tuple(
            f"{_words(code)}: {count}" for code, count in sorted(counts.items(), key=lambda c: -c[1])
        ),
        footers=(
            "Overheads (rent, telephones), which have neither a project nor an item of a cost code, are not "
            "listed, nor is retainage: it is no cost.",
        ),
        empty="every cost of a synced project came to Procore",
        **head,
    )


def _row(one: Left) -> Row:
    reason, fix = parted(one.text)
    cells = (one.document, one.date or None, one.contact, one.line, one.amount, one.currency)
    return Row((*cells, _words(one.code), reason, fix, one.id, one.link))


def _words(code: str) -> str:
    return code.replace("_", " ").replace("-", " ")
