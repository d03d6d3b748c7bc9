"""The retainage roll-forward: per commitment, what was held and released by each invoice, against Xero.

Opening, held, released, closing as Procore states them, invoice by invoice; beside it what the lines on the
retainage item come to in Xero. Both balances end at nothing when everything was released. Pure. Before:
`live/reports/retainage`. After: the writers of `sheet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.sheet import DATA, DATE, MONEY, PAPER, SHARE, TOTAL, Column, Group, Row, Sheet, parted

NOUGHT = Decimal(0)
COLUMNS = (
    Column("document", "Invoice"),
    Column("date", "Date", DATE),
    Column("opening", "Opening", MONEY),
    Column("held", "Held", MONEY),
    Column("share", "Of work", SHARE, PAPER),
    Column("released", "Released", MONEY),
    Column("closing", "Closing", MONEY),
    Column("in_xero", "In Xero", MONEY, PAPER),
    Column("xero_balance", "Balance in Xero", MONEY),
    Column("difference", "Difference", MONEY),
    Column("note", "Note", shown=DATA),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One document that moves retainage: an invoice of Procore, or one that only Xero has.

    `held` and `released` are None on what is only in Xero; `in_xero` is what the document adds to the balance
    there, None where nothing counts there, and `why` says why not.
    """

    document: str
    date: str
    held: Decimal | None = None
    released: Decimal | None = None
    work: Decimal = NOUGHT
    in_xero: Decimal | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The retainage of one commitment. `opening`: what was held before its first invoice here."""

    title: str
    steps: tuple[Step, ...]
    opening: Decimal = NOUGHT


def sheet(accounts: Sequence[Account], head: Mapping[str, Any]) -> Sheet:
    """Commitment by commitment."""
    groups = [(_group(one), one) for one in accounts if one.steps]
    closing = sum((_closing(one) for _, one in groups), NOUGHT)
    balance = sum((_balance(one) for _, one in groups), NOUGHT)
    grand = _total("All commitments", [step for _, one in groups for step in one.steps], closing, balance)
    return Sheet(
        name="retainage",
        title="Retainage roll-forward",
        columns=COLUMNS,
        groups=tuple(group for group, _ in groups),
        totals=(grand,) if len(groups) > 1 else (),
        about=(
            "What is held back from each subcontractor as Procore states it, and what the lines on the "
            "retainage item come to in approved bills and credit notes in Xero, before tax."
        ),
        empty="no retainage was held or released",
        **head,
    )


def _group(one: Account) -> Group:
    opening, balance, rows, notes = one.opening, one.opening, [], []
    for step in one.steps:
        closing = opening + (step.held or NOUGHT) - (step.released or NOUGHT)
        balance += step.in_xero or NOUGHT
        rows.append(_row(step, opening, closing, balance))
        if step.why:
            notes.append(f"{step.document} of {step.date}: {parted(step.why)[0]}")
        opening = closing
    return Group(one.title, tuple(rows), (_total("Total", one.steps, opening, balance),), tuple(notes))


def _row(step: Step, opening: Decimal, closing: Decimal, balance: Decimal) -> Row:
    only_there = step.held is None and step.released is None
    figures = (None,) * 4 if only_there else (opening, step.held, _share(step), step.released)
    cells = (
        *(step.document, step.date, *figures, None if only_there else closing),
        *(step.in_xero, balance, closing - balance, step.why or None),
    )
    return Row(cells)


def _share(step: Step) -> Decimal | None:
    return None if not step.work or not step.held else step.held / step.work


def _total(label: str, steps: Sequence[Step], closing: Decimal, balance: Decimal) -> Row:
    held = sum((step.held or NOUGHT for step in steps), NOUGHT)
    released = sum((step.released or NOUGHT for step in steps), NOUGHT)
    there = sum((step.in_xero or NOUGHT for step in steps), NOUGHT)
    cells = (label, None, None, held, None, released, closing, there, balance, closing - balance, None)
    return Row(cells, TOTAL)


def _closing(one: Account) -> Decimal:
    return one.opening + sum(
        ((step.held or NOUGHT) - (step.released or NOUGHT) for step in one.steps), NOUGHT
    )


def _balance(one: Account) -> Decimal:
    return one.opening + sum((step.in_xero or NOUGHT for step in one.steps), NOUGHT)
