"""The drift report: what became of our documents on the other side since they were written, and what to do.

Somebody voids a bill, types over an amount, adds a line, archives an option, bills an order: nothing of that
is undone here, and all of it makes both sides differ. One row for each document, below it each field with our
value and theirs. The difference is in money, theirs less ours. Pure. Before: `live/reports/drift`. After: the
writers of `sheet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.sheet import DATA, DATE, DETAIL, LINK, MONEY, PAPER, Column, Group, Row, Sheet, total

VOIDED, DELETED, LOST, MERGED, ARCHIVED = "voided", "deleted", "not found", "merged", "archived"
BILLED, EDITED, REDATED, ADDED = "billed", "edited", "re-dated", "lines added"
BOTH, BACK, BY_HAND = "edited on both sides", "edited, goes back", "differs since it was linked"
HEALS = (BACK,)

COLUMNS = (
    Column("document", "Document"),
    Column("there", "There"),
    Column("what", "What"),
    Column("ours", "Ours"),
    Column("theirs", "Theirs"),
    Column("since", "Changed there", DATE),
    Column("difference", "Difference", MONEY),
    Column("do", "What to do", shown=DATA),
    Column("source_id", "Our id", shown=DATA),
    Column("target_id", "Id there", shown=DATA),
    Column("link", "Open", LINK, PAPER),
)

# What to do, by what happened. {0}: the system in which it happened.
FIXES = {
    VOIDED: "Unlink it, and send it again if it should stand; while it is linked it stays open.",
    DELETED: "Unlink it, and send it again if it should stand; while it is linked it stays open.",
    LOST: "Read everything again (sync --full). If it is gone in {0}, unlink it; send it again if needed.",
    MERGED: "Link the company to the contact that is left, or set merged_contacts to follow.",
    ARCHIVED: "Restore it in {0} while documents still need it, or unlink it.",
    BILLED: (
        "The order takes no more lines: change orders need change_order_lines: supplementary_order. See that "
        "the bill made of it does not stand beside those that come from Procore."
    ),
    EDITED: "Put it back in {0}, or change the record it comes from.",
    REDATED: "If the date in {0} is right, change it where it comes from too: the cost moves to its month.",
    ADDED: "Bring the line in from the other side, for instance as a change order, or remove it in {0}.",
    BOTH: "Make both sides equal, or let one side win (conflict: from, or to) on the line.",
    BACK: "Nothing: the next sync writes over it.",
    BY_HAND: "Nothing, if it was so when it was linked; else make both sides equal.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or one line of a document, in words."""

    name: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Drifted:
    """One document and one thing that happened to it. `since`: the day it was changed there last."""

    kind: str
    document: str
    there: str
    what: str
    system: str
    fields: tuple[Field, ...] = ()
    since: str = ""
    difference: Decimal | None = None
    source_id: str = ""
    target_id: str = ""
    link: str = ""
    theirs: str = ""

    @property
    def fix(self) -> str:
        """What to do about it."""
        return FIXES[self.what].format(self.system)


def sheet(found: Sequence[Drifted], head: Mapping[str, Any], followed: Sequence[str] = ()) -> Sheet:
    """By kind of document. `followed`: merged contacts whose links moved by themselves."""
    groups = []
    for kind in dict.fromkeys(one.kind for one in found):
        mine = [one for one in found if one.kind == kind]
        rows = tuple(row for one in mine for row in _rows(one))
        summed = any(one.difference is not None for one in mine)
        totals = (total("Total", COLUMNS, rows, ("difference",)),) if summed else ()
        notes = dict.fromkeys(f"{one.what[0].upper()}{one.what[1:]}: {one.fix}" for one in mine)
        groups.append(Group(kind, rows, totals, tuple(notes)))
    return Sheet(
        name="drift",
        title="Drift",
        columns=COLUMNS,
        groups=tuple(groups),
        about=(
            "What happened on the other side to what is ours since it was written. Nothing of it is undone "
            "unless it says so; the difference is theirs less ours, before tax."
        ),
        notes=tuple(followed),
        empty="nothing of ours was changed on the other side",
        wrong=any(one.what not in HEALS for one in found),
        **head,
    )


def _rows(one: Drifted) -> list[Row]:
    ids = (one.fix, one.source_id, one.target_id)
    first = (one.document, one.there, one.what, None, one.theirs or None, one.since or None, one.difference)
    own = [(one.document, None, each.name, each.ours, each.theirs, None, None) for each in one.fields]
    return [Row((*first, *ids, one.link or None)), *(Row((*each, *ids, None), DETAIL) for each in own)]
