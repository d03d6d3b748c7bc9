"""The ERP Job Costs report: the totals that were sent, and the budget view as Procore shows it now.

Procore computes the budget's three columns and lets nobody read the totals themselves. Before: `books`.
After: `report/job_costs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.live.connect import Connection
from engine.live.reports.books import Books, Project
from engine.live.reports.costs import NOUGHT, place_of
from engine.report import job_costs as report
from engine.report.documents import number
from engine.report.job_costs import Costs, Three
from engine.report.sheet import Sheet
from engine.system.port import Unreachable

VIEWS, ROWS = "procore.budget_views", "procore.budget_rows"
COLUMNS = ("Job to Date Costs", "Commitments Invoiced", "Direct Costs")


def sheet(connection: Connection, project: str = "") -> Sheet:
    """The figures of one project, or of every project."""
    books = Books(connection)
    sent, now = _sent(books), _now(books)
    budget = Budget(connection, books)
    found = []
    for one in books.chosen(project):
        own, wanted = sent.get(one.id, {}), now.get(one.id, {})
        if own or wanted or project:
            seen = budget.of(one)
            found.append(Costs(one.name, own, wanted, seen, budget.unread))
    return report.sheet(found, books.code_names, books.head())


def _sent(books: Books) -> dict[str, dict[str, Three]]:
    """What was sent last, by project and budget code."""
    return _by_project(books, books.ground("job_costs").wrote.values())


def _now(books: Books) -> dict[str, dict[str, Three]]:
    """What a sync would send now; what it holds back stays as it was sent."""
    ground, found = books.ground("job_costs"), []
    for action in books.actions("job_costs").values():
        record = action.record or ground.wrote.get(action.source_id)
        if record is not None:
            found.append(record)
    return _by_project(books, found)


def _by_project(books: Books, totals: Any) -> dict[str, dict[str, Three]]:
    found: dict[str, dict[str, Three]] = {}
    for one in totals:
        project, code = place_of(books, one)
        job_to_date = number(one["job_to_date_cost"]) or NOUGHT
        invoiced = number(one["commitment_invoiced"]) or NOUGHT
        direct = number(one.get("direct_costs"))
        found.setdefault(project, {})[code] = Three(
            job_to_date, invoiced, job_to_date - invoiced if direct is None else direct
        )
    return found


class Budget:
    """The budget views of Procore, read now. Once it cannot be reached, nobody asks again."""

    def __init__(self, connection: Connection, books: Books):
        self.connection = connection
        self.books = books
        self.unread = ""

    def of(self, project: Project) -> dict[str, Three] | None:
        """The three figures by budget code; None where they cannot be read."""
        if self.unread:
            return None
        try:
            rows = self._rows(project)
        except Unreachable as problem:
            self.unread = f"Procore's budget was not read: {problem.text}"
            return None
        if rows is None:
            return None
        found: dict[str, Three] = {}
        for row in rows:
            if row.get("cost_code_id") is not None and row.get("category_id") is not None:
                code = self.books.code(row["cost_code_id"], row["category_id"])
                found[code] = Three(*(number(row.get(name)) or NOUGHT for name in COLUMNS))
        return found

    def _rows(self, project: Project) -> list[Mapping[str, Any]] | None:
        """The rows of the first view that has the three columns."""
        for view in self._pages(VIEWS, {"source_id": project.id}):
            rows = self._pages(ROWS, {"source_id": project.id, "id": view["id"]})
            if not rows or all(name in rows[0] for name in COLUMNS):
                return rows
        return None

    def _pages(self, name: str, places: Mapping[str, Any]) -> list[Any]:
        call, port = self.connection.calls[name]
        return [row for page in port.rows(call, places) for row in page]
