"""The Archived Companies report: what a person archived for import, so that it is no longer offered.

Archiving hides and deletes nothing; who did it, when and why stands beside it. Pure. Before:
`live/reports/archived`. After: the writers of `sheet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.report.sheet import DATA, DATE, LINK, PAPER, PROSE, Column, Group, Row, Sheet

COLUMNS = (
    Column("name", "Name"),
    Column("status", "In Xero"),
    Column("archived", "Archived", DATE),
    Column("by", "By"),
    Column("why", "Why", PROSE),
    Column("id", "Id", shown=DATA),
    Column("link", "Open", LINK, PAPER),
)


@dataclass(frozen=True, slots=True)
class Archived:
    """One contact or tracking option."""

    kind: str
    name: str
    status: str
    day: str
    who: str
    why: str
    id: str
    link: str = ""


def sheet(found: Sequence[Archived], head: Mapping[str, Any]) -> Sheet:
    """Companies, then projects, each by name."""
    groups = []
    for kind in dict.fromkeys(one.kind for one in found):
        mine = sorted(
            (one for one in found if one.kind == kind), key=lambda one: (one.name.casefold(), one.id)
        )
        cells = [
            Row((one.name, one.status, one.day, one.who, one.why, one.id, one.link or None)) for one in mine
        ]
        groups.append(Group(kind, tuple(cells)))
    return Sheet(
        name="archived",
        title="Archived companies",
        columns=COLUMNS,
        groups=tuple(groups),
        about=(
            "Contacts and tracking options of Xero that somebody archived for import and that are linked to "
            "nothing in Procore. They stay in Xero as they are, and can be restored."
        ),
        empty="nothing is archived",
        **head,
    )


def standing(events: Sequence[tuple[str, str, Any]]) -> dict[str, Any]:
    """What is archived now: (what happened, id, the event) in the order it happened."""
    found: dict[str, Any] = {}
    for what, key, event in events:
        found.pop(key, None)
        if what == "archived":
            found[key] = event
    return found
