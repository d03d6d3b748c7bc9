"""The fewest calls a sync can do with, term by term: the formula the goal of `calls` is set against.

Pages hold a thousand rows, batches of Xero fifty elements, sync calls and marks of Procore a thousand. What
has a call of its own by the other side's rules (an option, the lines of a commitment, a payment) counts
one each. Nothing here asks the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.company import LINES, Size

PAGE, BATCH, SYNC = 1_000, 50, 1_000


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the bound: which call, how many, and why."""

    system: str
    call: str
    value: int
    says: str


def _up(count: int, by: int) -> int:
    return -(-count // by)


def _pages(count: int) -> int:
    return max(1, _up(count, PAGE))


def first(size: Size, world: Mapping[str, Any]) -> list[Term]:
    """The first sync."""
    new = size.projects - size.known
    items = len(world["xero"]["Items"]) - 1  # of which RETENTION is no cost code's
    codes = 2 * (-(-size.codes // 2))
    return [
        *_reads_of_xero(size, contacts=1),
        Term("xero", "tracking_option.create", new, f"P' = {new}, one a call"),
        Term("xero", "item.create", _up(codes - items, BATCH), f"⌈K/50⌉, K = {codes - items} not there yet"),
        Term(
            "xero",
            "contact.create",
            _up(size.vendors - 1, BATCH),
            f"⌈V/50⌉, V = {size.vendors - 1} not there",
        ),
        Term(
            "xero", "purchase_order.create", _up(size.commitments, BATCH), f"⌈C/50⌉, C = {size.commitments}"
        ),
        Term("xero", "contact.update", 1, "the contact that was there gets its company's telephone"),
        *_changes(size),
        Term("xero", "bill.create", _up(size.invoices, BATCH), f"⌈I/50⌉, I = {size.invoices}"),
        *_reads_of_procore(size, world),
        *_lines_of_procore(size),
        *_costs(size),
        _marks(size, world),
        Term("procore", "external_data", 1, "links that a person made before, told before anything else"),
        Term("procore", "close_requests", 0, "requests closed: none, nobody is asked (approval_home none)"),
        Term("xero", "token", 1, "one a run"),
        Term("procore", "token", 1, "one a run"),
    ]


def paid(size: Size, touched: int, payments: int) -> list[Term]:
    """After an accountant approved and paid: her bills are read, their costs and payments told to Procore.

    Procore says of every contract, change order and invoice we marked that it changed, so each is read again:
    nobody can tell our mark from somebody's work.
    """
    return [
        *_lists(size),
        *_lines_of_procore(size),
        Term("procore", "direct_cost.show", size.bills, f"D = {size.bills}, just written: N+1"),
        Term("procore", "job_cost.create", touched, f"{touched} projects with new totals, one each"),
        Term("procore", "contract_payment.create", payments, f"M = {payments}, one a call"),
    ]


def quiet(size: Size) -> list[Term]:
    """Nothing happened: each list is asked once."""
    return _lists(size)


def changed(size: Size, vendors: int, contracts: int) -> list[Term]:
    """Some vendors and contracts changed."""
    return [
        *_lists(size),
        *_details(size, contracts, 0),
        Term("xero", "contact.update", _up(vendors, BATCH), f"⌈dV/50⌉, dV = {vendors}"),
        Term("xero", "purchase_order.update", 0, "dC: a description is no part of an order"),
    ]


# ---------------------------------------------------------------- the parts


def _reads_of_xero(size: Size, contacts: int) -> list[Term]:
    typed = size.bills - size.spent
    return [
        Term("xero", "organisation.list", 1, "the organisation"),
        Term("xero", "item.list", 1, "items have no pages"),
        Term("xero", "tracking_option.list", 1, "one category, no pages"),
        Term(
            "xero", "contact.list", _pages(contacts), f"⌈V/1000⌉, {contacts} there; the sweep before creating"
        ),
        Term("xero", "purchase_order.list", 1, "none there; the sweep before creating"),
        Term("xero", "bill.list", _pages(typed), f"⌈B/1000⌉, B = {typed}; the sweep before creating"),
        Term("xero", "credit_note.list", 1, "none there"),
        Term("xero", "spend_money.list", _pages(size.spent), f"⌈S/1000⌉, S = {size.spent}"),
        Term("xero", "payment.list", 1, "none there"),
    ]


def _lists(size: Size) -> list[Term]:
    """Every list once, a page each."""
    names = ("organisation", "item", "tracking_option", "contact", "purchase_order", "bill", "credit_note")
    xero = [Term("xero", f"{name}.list", 1, "asked once") for name in (*names, "spend_money", "payment")]
    company = ("cost_code", "cost_type", "wbs_segment", "project", "company")
    once = [Term("procore", f"{name}.list", 1, "asked once") for name in company]
    costs = sum(1 for count in _documents(size) if count)
    return [
        *xero,
        *once,
        *_of_projects(dict.fromkeys(PER_PROJECT, size.projects), "P, asked once each"),
        Term("procore", "direct_cost.list", costs, "projects in which a direct cost of ours stands"),
    ]


PER_PROJECT = (
    *("project_cost_code", "work_order_contract", "purchase_order_contract", "change_order"),
    "requisition",
)


def _of_projects(pages: Mapping[str, int], says: str) -> list[Term]:
    return [Term("procore", f"{name}.list", count, says) for name, count in pages.items()]


def _reads_of_procore(size: Size, world: Mapping[str, Any]) -> list[Term]:
    procore = world["procore"]
    codes = _pages(len(procore["standard_cost_codes"]))
    a_project = _pages(len(procore["cost_codes"]) // size.projects)
    pages = dict.fromkeys(PER_PROJECT, size.projects) | {"project_cost_code": size.projects * a_project}
    invoices = _pages(_up(size.invoices, size.projects))
    pages["requisition"] = size.projects * invoices
    return [
        Term("procore", "cost_code.list", codes, "⌈codes/1000⌉"),
        Term("procore", "cost_type.list", 1, "cost types"),
        Term("procore", "wbs_segment.list", 1, "segments: none is custom, so no WBS codes"),
        Term("procore", "project.list", _pages(size.projects), "⌈P/1000⌉"),
        Term("procore", "company.list", _pages(size.vendors), "⌈V/1000⌉"),
        *_of_projects(pages, f"P × pages, P = {size.projects}"),
    ]


def _details(size: Size, contracts: int, changes: int) -> list[Term]:
    orders = contracts // 2
    return [
        Term("procore", "work_order_contract.show", contracts - orders, "lines of a commitment: N+1"),
        Term("procore", "purchase_order_contract.show", orders, "lines of a commitment: N+1"),
        Term("procore", "change_order.show", changes, "lines of a change order: N+1"),
    ]


def _lines_of_procore(size: Size) -> list[Term]:
    stored = Term(
        "procore", "requisition.detail", size.stored, f"details of {size.stored} with stored materials"
    )
    projects = Term("procore", "project.show", size.projects, "code list and integration of a project: N+1")
    return [projects, *_details(size, size.commitments, size.changes), stored]


def _changes(size: Size) -> list[Term]:
    """Lines below those of an order, and the read before them, since every line is sent again."""
    if not size.changes:
        return []
    orders = min(size.changes, size.commitments)
    return [
        Term(
            "xero",
            "purchase_order.update",
            _up(orders, BATCH),
            f"⌈X/50⌉, X = {size.changes} on {orders} orders",
        ),
        Term(
            "xero",
            "purchase_order.list",
            _up(orders, BATCH) * _pages(size.commitments),
            "orders read before each batch of them to which lines are added",
        ),
    ]


def _costs(size: Size) -> list[Term]:
    """Documents typed in Xero: headers and lines by project, and the project's totals."""
    some = [count for count in _documents(size) if count]
    headers, lines = sum(_up(n, SYNC) for n in some), sum(_up(3 * n, SYNC) for n in some)
    return [
        Term(
            "procore",
            "direct_cost.create",
            headers,
            f"D = {size.bills} in {len(some)} projects, ⌈D/1000⌉ each",
        ),
        Term("procore", "direct_cost.lines", lines, "their lines, ⌈lines/1000⌉ a project"),
        Term("procore", "job_cost.create", len(some), "totals, one a project"),
    ]


def _documents(size: Size) -> list[int]:
    """How many documents typed in Xero each project has that had an option before."""
    return [len(range(at, size.bills, size.known)) for at in range(size.known)]


def _marks(size: Size, world: Mapping[str, Any]) -> Term:
    procore = world["procore"]
    codes = sum(1 for each in procore["standard_cost_codes"].values() if each["parent_id"] is not None)
    lines = size.commitments * LINES + sum(
        len(each["line_items"]) for each in procore["change_order_packages"].values()
    )
    new = size.projects - size.known
    billed = sum(len(each["items"]) for each in procore["requisitions"].values())
    heads = codes + new + size.vendors - 1 + size.commitments + size.changes + size.invoices
    count = heads + lines + billed
    return Term("procore", "external_data", _up(count, SYNC), f"marks: ⌈{count:,}/1000⌉")
