"""What an act would do to the money: figures before and after, by project and budget code, to the cent.

A document adds to some measures at some places; what stands is the sum of all documents, and an act puts
other documents in the place of some. Pure. Before: `live/money`, which says what a document adds. After: the
commands that show this before they do anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.terminal import Terminal

NOUGHT = Decimal(0)
TO_DATE, INVOICED, DIRECT = "job_to_date", "commitment_invoiced", "direct_costs"
BILLED, RETAINED, COMMITTED = "billed", "retainage", "committed"
MEASURES = {
    TO_DATE: "Job to date costs",
    INVOICED: "Commitment invoiced",
    DIRECT: "Direct costs",
    BILLED: "Bills of the commitment before tax",
    RETAINED: "Retainage held",
    COMMITTED: "Purchase orders before tax",
}
Place = tuple[str, str]  # project, budget code
Money = Mapping[tuple[str, Place], Decimal]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that moves."""

    measure: str
    project: str
    code: str
    before: Decimal
    after: Decimal

    @property
    def by(self) -> Decimal:
        """How far it moves."""
        return self.after - self.before


def summed(many: Iterable[Money]) -> dict[tuple[str, Place], Decimal]:
    """Several documents together."""
    found: dict[tuple[str, Place], Decimal] = {}
    for money in many:
        for key, amount in money.items():
            found[key] = found.get(key, NOUGHT) + amount
    return found


def effect(stands: Money, taken: Money, put: Money) -> tuple[Change, ...]:
    """What moves where `put` takes the place of `taken` in what stands."""
    order = list(MEASURES)
    found = []
    for measure, place in sorted({*taken, *put}, key=lambda key: (order.index(key[0]), key[1])):
        key = (measure, place)
        before = stands.get(key, NOUGHT)
        after = before - taken.get(key, NOUGHT) + put.get(key, NOUGHT)
        if after != before:
            found.append(Change(measure, *place, before, after))
    return tuple(found)


def moved(changes: Iterable[Change], measure: str) -> Decimal:
    """How far a measure moves in all."""
    return sum((one.by for one in changes if one.measure == measure), NOUGHT)


# ---------------------------------------------------------------- for people and machines


def money(value: Decimal) -> str:
    """An amount for people."""
    return f"{value:,.2f}"


def show(changes: Sequence[Change], projects: Mapping[str, str], said: Terminal, indent: int = 2) -> None:
    """The figures that move, and what stays as it is."""
    rows = []
    for measure, title in MEASURES.items():
        mine = [one for one in changes if one.measure == measure]
        rows += [_row(title, one, projects) for one in mine]
        if len(mine) > 1:
            rows.append([f"{title}, in all", "", "", "", "", f"{moved(mine, measure):+,.2f}"])
    if rows:
        said.table(("", "project", "code", "before", "after", "change"), rows, (3, 4, 5), indent)
    still = [title for measure, title in MEASURES.items() if not any(o.measure == measure for o in changes)]
    if still:
        said.say(f"{' ' * indent}unchanged: {', '.join(title.lower() for title in still)}", "dim")


def _row(title: str, one: Change, projects: Mapping[str, str]) -> list[str]:
    name = projects.get(one.project, one.project)
    return [title, name, one.code, money(one.before), money(one.after), f"{one.by:+,.2f}"]


def data(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "measure": one.measure,
            "project": one.project,
            "code": one.code,
            "before": one.before,
            "after": one.after,
            "change": one.by,
        }
        for one in changes
    ]
