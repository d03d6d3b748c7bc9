"""The ERP Job Costs report: what each project has cost, as sent and as Procore's budget shows it.

Three figures that must agree with each other (direct costs are job to date less commitment invoiced) and on
both sides. Pure. Before: `live/reports/job_costs`. After: the writers of `sheet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.sheet import MONEY, PAPER, TEXT, Column, Group, Row, Sheet, shown, total

COLUMNS = (
    Column("code", "Budget code"),
    Column("name", "Description"),
    Column("job_to_date", "Job to date", MONEY),
    Column("invoiced", "Commitment invoiced", MONEY),
    Column("direct", "Direct costs", MONEY),
    Column("budget_job_to_date", "Budget: job to date", MONEY, PAPER),
    Column("budget_invoiced", "Budget: commitments invoiced", MONEY, PAPER),
    Column("budget_direct", "Budget: direct costs", MONEY, PAPER),
    Column("agrees", "Procore's budget", TEXT),
)
SUMS = ("job_to_date", "invoiced", "direct", "budget_job_to_date", "budget_invoiced", "budget_direct")
ABOUT = (
    "Costs of approved bills, spend money and credit notes in Xero, before tax, as sent to Procore. "
    "Commitment invoiced is what came of invoices exported from Procore; direct costs are the rest."
)


@dataclass(frozen=True, slots=True)
class Three:
    """The three figures of one budget code."""

    job_to_date: Decimal
    invoiced: Decimal
    direct: Decimal


@dataclass(frozen=True, slots=True)
class Costs:
    """One project: figures by budget code, as sent, as they would be sent now, and as the budget shows them.

    `budget` is None where nobody could look, and `unread` says why.
    """

    project: str
    sent: Mapping[str, Three]
    now: Mapping[str, Three]
    budget: Mapping[str, Three] | None = None
    unread: str = ""


def sheet(costs: Sequence[Costs], names: Mapping[str, str], head: Mapping[str, Any]) -> Sheet:
    """Every project that has costs, one after another."""
    groups = [_group(one, names) for one in costs if one.sent or one.now or one.budget]
    rows = [row for group in groups for row in group.rows]
    return Sheet(
        name="job-costs",
        title="ERP job costs",
        columns=COLUMNS,
        groups=tuple(groups),
        totals=(total("All projects", COLUMNS, rows, _summed(rows)),) if len(groups) > 1 else (),
        about=ABOUT,
        notes=tuple(dict.fromkeys(one.unread for one in costs if one.unread)),
        empty="no project has costs yet",
        wrong=any(_differs(one) for one in costs),
        **head,
    )


def _group(one: Costs, names: Mapping[str, str]) -> Group:
    codes = sorted({*one.sent, *one.now, *(one.budget or ())})
    rows = tuple(_row(one, code, names) for code in codes)
    notes = [*_differs(one), *_waiting(one)]
    return Group(one.project, rows, (total("Total", COLUMNS, rows, _summed(rows)),), tuple(notes))


def _row(one: Costs, code: str, names: Mapping[str, str]) -> Row:
    own, there = one.sent.get(code), (one.budget or {}).get(code)
    if one.budget is None:
        agrees = ""
    elif there is None:
        agrees = "agrees" if own is None or own.job_to_date == own.invoiced == 0 else "is not there"
    else:
        agrees = "agrees" if there == own else "differs"
    return Row((code, names.get(code, ""), *_cells(own), *_cells(there), agrees))


def _cells(three: Three | None) -> tuple[Decimal | None, ...]:
    return (None, None, None) if three is None else (three.job_to_date, three.invoiced, three.direct)


def _summed(rows: Sequence[Row]) -> list[str]:
    """The figures that some row has: a budget nobody could read has no total of nought."""
    index = {column.name: place for place, column in enumerate(COLUMNS)}
    return [name for name in SUMS if any(row.cells[index[name]] is not None for row in rows)]


def _differs(one: Costs) -> list[str]:
    """What is wrong: figures that are not those that were sent, and figures that do not add up."""
    nothing = Three(Decimal(0), Decimal(0), Decimal(0))
    found = []
    for code in sorted({*one.sent, *(one.budget or ())}) if one.budget is not None else ():
        own, there = one.sent.get(code, nothing), one.budget.get(code, nothing) if one.budget else nothing
        for name, title in (("job_to_date", "job to date"), ("invoiced", "commitments invoiced")):
            sent, seen = getattr(own, name), getattr(there, name)
            if sent != seen:
                found.append(
                    f"{code}: {_money(sent)} was sent as {title}, Procore's budget shows {_money(seen)}, "
                    f"{_money(seen - sent)} apart. Somebody else may have written it: sync, and look again."
                )
    for where, figures in (("as sent", one.sent), ("in Procore's budget", one.budget or {})):
        for code, three in sorted(figures.items()):
            if three.direct != three.job_to_date - three.invoiced:
                found.append(
                    f"{code}: direct costs {where} are {_money(three.direct)}, but job to date less "
                    f"commitment invoiced is {_money(three.job_to_date - three.invoiced)}."
                )
    return found


def _waiting(one: Costs) -> list[str]:
    late = [code for code in {*one.sent, *one.now} if one.sent.get(code) != one.now.get(code)]
    if not late:
        return []
    codes = ", ".join(sorted(late))
    return [f"Xero says something else by now for {codes}: the next sync sends it."]


def _money(value: Decimal) -> str:
    return shown(value, MONEY)
