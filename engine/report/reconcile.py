"""The reconciliation: what Procore says against what Xero has, by project and budget code, to the cent.

Everything is a trail: one document's amounts in stages, from what Procore says (the first) to what Xero
counts (the last). Each stage says why it may differ from the one before; where nobody knows why, the
difference is unexplained. So the difference of a figure is the sum of its explained items and what is
unexplained, always. Pure. Before: `live/reports/reconcile`. After: the writers of `sheet`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.sheet import (
    ALARM,
    DATA,
    DATE,
    DETAIL,
    MONEY,
    PLAIN,
    PROSE,
    TOTAL,
    Column,
    Group,
    Row,
    Sheet,
    parted,
    shown,
)

NOUGHT = Decimal(0)
Place = tuple[str, str]  # project, budget code

INVOICED, RETAINAGE, DIRECT, TRANSACTIONS, PAYMENTS = "invoiced", "retainage", "direct", "costs", "payments"
PARTS = {
    INVOICED: "subcontractor invoices and their bills, before retainage",
    RETAINAGE: "retainage held",
    DIRECT: "direct costs, as totals",
    TRANSACTIONS: "direct costs, as transactions",
    PAYMENTS: "payments issued",
}

# Why two stages differ. The text is what the report says of all items of that reason together.
REASONS = {
    "negative": "below zero, which does not export (footnote 2)",
    "waits": "not accepted by an accounting approver yet",
    "held": "held back by a rule",
    "not_sent": "goes with the next sync",
    "refused": "not exported",
    "changed_in_procore": "changed in Procore, or in the settings, after it was sent",
    "changed_in_xero": "changed in Xero after it was sent",
    "draft": "still a draft in Xero",
    "voided": "voided or deleted in Xero",
    "gone": "no longer found in Xero",
    "opening": "linked at the cut-over or by hand, and not made by a sync",
    "not_counted": "in Xero, but left out of the costs by a rule",
    "credit_note": "credit note typed by hand in Xero, linked to no invoice",
    "correction": "credit note in Xero that corrects an invoice; Procore says it in full",
    "typed": "entered in Xero, and no Procore invoice says it",
    "lost_tax": "tax that is not claimed back, which is a cost (setting non_recoverable_tax_types)",
    "scheduled_value": "billed by scheduled value (setting invoice_line_money)",
    "late": "changed in Xero since it was sent: the next sync sends it",
    "tax": "tax in payments, which Procore's payments leave out",
    "payment_not_sent": "payment that is not brought to Procore",
}
TOGETHER = {"tax"}  # many small items that nobody wants to read one by one
FIRST = (
    "negative",
    "waits",
    "held",
    "draft",
    "credit_note",
)  # open items somebody should act upon, in this order

COLUMNS = (
    Column("line", "Line", shown=DATA),
    Column("code", "Budget code"),
    Column("document", "Document"),
    Column("date", "Date", DATE),
    Column("procore", "Procore", MONEY),
    Column("xero", "Xero", MONEY),
    Column("difference", "Difference", MONEY),
    Column("reason", "Reason", shown=DATA),
    Column("why", "Why", PROSE),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Amounts by place, and why they may differ from the stage before (empty: nobody knows)."""

    amounts: Mapping[Place, Decimal]
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """One document in stages: what Procore says first, what Xero counts last."""

    part: str
    document: str
    date: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a difference, and the document behind it. Without a reason it is unexplained."""

    part: str
    place: Place
    document: str
    date: str
    amount: Decimal
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Both sides of one budget code of one project."""

    part: str
    place: Place
    procore: Decimal
    xero: Decimal
    items: tuple[Item, ...]

    @property
    def difference(self) -> Decimal:
        """Procore less Xero."""
        return self.procore - self.xero

    @property
    def explained(self) -> Decimal:
        """What documents with a known reason come to."""
        return sum((item.amount for item in self.items if item.reason), NOUGHT)

    @property
    def unexplained(self) -> Decimal:
        """What nobody can explain; it should be nothing."""
        return sum((item.amount for item in self.items if not item.reason), NOUGHT)


def items_of(trail: Trail) -> list[Item]:
    """Where a trail steps from one amount to another."""
    found = []
    for before, after in zip(trail.stages, trail.stages[1:], strict=False):
        for place in sorted({*before.amounts, *after.amounts}):
            step = before.amounts.get(place, NOUGHT) - after.amounts.get(place, NOUGHT)
            if step:
                found.append(
                    Item(trail.part, place, trail.document, trail.date, step, after.reason, after.text)
                )
    return found


def figures(trails: Iterable[Trail]) -> list[Figure]:
    """Every place of every part, in the order of parts and places."""
    procore: dict[tuple[str, Place], Decimal] = {}
    xero: dict[tuple[str, Place], Decimal] = {}
    items: dict[tuple[str, Place], list[Item]] = {}
    for trail in trails:
        for side, stage in ((procore, trail.stages[0]), (xero, trail.stages[-1])):
            for place, amount in stage.amounts.items():
                side[trail.part, place] = side.get((trail.part, place), NOUGHT) + amount
        for item in items_of(trail):
            items.setdefault((item.part, item.place), []).append(item)
    order = list(PARTS)
    keys = sorted({*procore, *xero, *items}, key=lambda key: (order.index(key[0]), key[1]))
    return [
        Figure(part, place, procore.get(key, NOUGHT), xero.get(key, NOUGHT), tuple(items.get(key, ())))
        for key in keys
        for part, place in (key,)
    ]


# ---------------------------------------------------------------- as a sheet


def sheet(
    trails: Sequence[Trail],
    projects: Mapping[str, str],
    names: Mapping[str, str],
    head: Mapping[str, Any],
    open_items: Sequence[str] = (),
) -> Sheet:
    """The projects one after another, each in its parts; `projects` are those to be shown, by id."""
    found = [one for one in figures(trails) if one.place[0] in projects]
    groups = []
    for project, title in projects.items():
        for part, what in PARTS.items():
            mine = [one for one in found if one.place[0] == project and one.part == part]
            if mine:
                groups.append(_group(f"{title}: {what}", mine, names))
    return Sheet(
        name="reconcile",
        title="Reconciliation of Procore and Xero",
        columns=COLUMNS,
        groups=tuple(groups),
        notes=(*_open(found), *open_items),
        about="Difference is Procore less Xero. Every difference has the documents behind it below it.",
        footers=(
            "Procore's direct costs and payments are those that were sent to it; what somebody enters in "
            "Procore by hand is not among them.",
        ),
        empty="nothing was exported and nothing was imported",
        wrong=any(one.unexplained or any(not item.reason for item in one.items) for one in found),
        **head,
    )


def _group(heading: str, mine: Sequence[Figure], names: Mapping[str, str]) -> Group:
    rows: list[Row] = []
    for one in mine:
        code = " ".join(text for text in (one.place[1], names.get(one.place[1], "")) if text)
        rows.append(_row("figure", code, one.procore, one.xero, one.difference, PLAIN))
        rows += [_detail(item, one.place[1]) for item in _told(one.items)]
    procore = sum((one.procore for one in mine), NOUGHT)
    xero = sum((one.xero for one in mine), NOUGHT)
    explained = sum((one.explained for one in mine), NOUGHT)
    unexplained = sum((one.unexplained for one in mine), NOUGHT)
    stray = unexplained or any(not item.reason for one in mine for item in one.items)
    totals = (
        _row("total", "Total", procore, xero, procore - xero, TOTAL),
        _row("explained", "explained", None, None, explained, PLAIN),
        _row("unexplained", "unexplained", None, None, unexplained, ALARM if stray else PLAIN),
    )
    return Group(heading, tuple(rows), totals)


def _row(
    line: str, code: str, procore: Decimal | None, xero: Decimal | None, difference: Decimal, weight: str
) -> Row:
    return Row((line, code, None, None, procore, xero, difference, None, None), weight)


def _detail(item: Item, code: str) -> Row:
    unknown = "nobody knows why: look at the document on both sides"
    why = parted(item.text)[0] or REASONS.get(item.reason, unknown)
    cells = (
        "explained" if item.reason else "unexplained",
        code,
        item.document,
        item.date or None,
        None,
        None,
        item.amount,
        item.reason or "unexplained",
        why,
    )
    return Row(cells, DETAIL if item.reason else ALARM)


def _told(items: Sequence[Item]) -> list[Item]:
    """One item a document; those of a reason that nobody wants to read one by one as one."""
    single = [item for item in items if item.reason not in TOGETHER]
    for reason in sorted(TOGETHER):
        many = [item for item in items if item.reason == reason]
        if many:
            amount = sum((item.amount for item in many), NOUGHT)
            what = f"{len(many)} payment{'s' if len(many) > 1 else ''}"
            single.append(Item(many[0].part, many[0].place, what, "", amount, reason))
    return sorted(single, key=lambda item: (item.date or "9999", item.document))


def _open(found: Sequence[Figure]) -> list[str]:
    """What is open, by reason: how many documents, and what they come to."""
    told = []
    items = [item for one in found for item in one.items if one.part in (INVOICED, RETAINAGE)]
    reasons = dict.fromkeys([*FIRST, *(item.reason for item in items if item.reason)])
    for reason in reasons:
        mine = [item for item in items if item.reason == reason]
        if not mine:
            continue
        count = len({(item.document, item.date) for item in mine})
        work = sum((item.amount for item in mine if item.part == INVOICED), NOUGHT)
        held = sum((item.amount for item in mine if item.part == RETAINAGE), NOUGHT)
        sums = [f"{shown(work, MONEY)} of work"] if work or not held else []
        sums += [f"{shown(held, MONEY)} of retainage"] if held else []
        what = f"{count} document{'s' if count > 1 else ''}"
        told.append(f"{what}, {' and '.join(sums)}: {REASONS[reason]}.")
    return told
