"""The Unsyncable Direct Costs report: what the two mappings of costs say of the lines they leave out.

Before: `costs`. After: `report/unsyncable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from engine.compile.frame import key_parts
from engine.live.connect import Connection
from engine.live.reports.books import Books
from engine.live.reports.costs import (
    CREDIT,
    GONE,
    WAITING,
    Cost,
    address_of,
    costs_of,
    lines_of,
    net,
    project_of,
)
from engine.map.outcome import Remark
from engine.plan.actions import BAD, HOLD
from engine.report import unsyncable as report
from engine.report.sheet import Sheet
from engine.report.unsyncable import Left

SILENT = {"already_an_invoice", "transactions_off", "before_start"}  # chosen, so nothing is wrong
_LINE = re.compile(r"LineItems\[(\d+)\]")


def sheet(connection: Connection, project: str = "") -> Sheet:
    """Of one project, or of every project and of none."""
    books = Books(connection)
    names = {one.id: one.name for one in books.chosen(project)}
    costs = costs_of(books)
    found = [
        *(left for cost in costs for left in _of_cost(books, cost, names)),
        *_of_transactions(books, costs, names),
    ]
    return report.sheet([one for one in found if one.project or not project], books.head())


def _of_cost(books: Books, cost: Cost, names: dict[str, str]) -> Iterator[Left]:
    """Lines left out of the totals, and documents that are none of the three kinds."""
    lines = list(lines_of(cost.record))
    if cost.status in GONE or (cost.id in books.bills and cost.status in WAITING):
        return  # ours is no direct cost; while it is a draft it stands in the reconciliation
    for remark in cost.remarks:
        if remark.quiet or not remark.code or remark.code in SILENT or remark.kind == "warning":
            continue
        found = _LINE.match(remark.at)
        mine = [lines[int(found.group(1))]] if found and int(found.group(1)) < len(lines) else lines
        by_project: dict[str, list[int]] = {}
        for line in mine:
            by_project.setdefault(project_of(books, line), []).append(lines.index(line))
        for project, indexes in by_project.items():
            if project not in names and (project or not found):
                continue  # of another project; or a whole document's line that is on none
            yield _left(books, cost, remark, names.get(project, ""), indexes)


def _left(books: Books, cost: Cost, remark: Remark, project: str, indexes: list[int]) -> Left:
    lines = list(lines_of(cost.record))
    sign = -1 if cost.type == CREDIT else 1
    currency = str(cost.record.get("CurrencyCode") or books.settings.get("base_currency") or "")
    amount = sum((net(cost.record, lines[index]) for index in indexes), Decimal(0))
    said = [(lines[index].get("ItemCode"), lines[index].get("Description")) for index in indexes]
    words = [" ".join(str(word) for word in pair if word) for pair in said]
    return Left(
        project=project,
        document=f"{cost.kind} {cost.number}",
        date=cost.date,
        contact=cost.contact_name,
        line="; ".join(dict.fromkeys(word for word in words if word)),
        amount=sign * amount,
        code=remark.code,
        text=f"{remark.text}{f' {remark.fix}' if remark.fix else ''}",
        id=cost.id,
        link=address_of(books, cost),
        currency="" if currency == books.settings.get("base_currency") else currency,
    )


def _of_transactions(books: Books, costs: list[Cost], names: dict[str, str]) -> Iterator[Left]:
    """Documents whose totals count and that cannot become a direct cost: no company, no invoice number."""
    known = {cost.id: cost for cost in costs}
    for action in books.actions("job_cost_transactions").values():
        document, *option = key_parts(action.source_id)
        cost = known.get(document)
        if cost is None or action.kind not in (HOLD, BAD) or cost.status in GONE:
            continue
        lines = list(lines_of(cost.record))
        projects = (
            [books.by_option.get(option[0], "")] if option else sorted({p for p, _ in cost.counted.direct})
        )
        for project in projects:
            indexes = [index for index, line in enumerate(lines) if project_of(books, line) == project]
            if project in names and indexes:
                text = f"{action.reason}{f' {action.fix}' if action.fix else ''}"
                remark = Remark("held", action.code or action.kind, text)
                yield _left(books, cost, remark, names[project], indexes)
