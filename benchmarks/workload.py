"""What all engines are given: one customer's flows, its links, and the records in slices.

The customer has the base mappings and settings of its own; a tenth of the documents are in Xero
already, so that line ids and fields written only once are looked up too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import data
from engine.check.typed import Flow
from engine.compile.frame import Facts
from engine.spec.model import Customer
from engine.workspace import Desk, Workspace

ROOT = Path(__file__).resolve().parent.parent
CUSTOMER = "builder"
Records = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Workload:
    """One mapping with everything it is run with."""

    name: str
    title: str
    flow: Flow
    facts: Facts
    records: Callable[[int, int], Records]

    def slice(self, count: int, start: int) -> list[dict[str, Any]]:
        """Records as they come out of a JSON reader: every text and list their own."""
        found: list[dict[str, Any]] = json.loads(json.dumps(list(self.records(count, start))))
        return found


def desk() -> Desk:
    """The benchmark's customer: base mappings, own settings."""
    workspace = Workspace(ROOT)
    builder = Customer(CUSTOMER, "benchmarks", None, data.SETTINGS, {})
    workspace.book = replace(workspace.book, customers={CUSTOMER: builder})
    return workspace.customer(CUSTOMER)


def workloads(count: int) -> list[Workload]:
    """Both mappings, with links for so many documents."""
    own = desk()
    return [
        Workload(
            "commitments",
            "commitments of 12 lines",
            own.flow("commitments"),
            own.facts(commitment_links(count)),
            data.commitments,
        ),
        Workload(
            "invoices",
            "subcontractor invoices of 12 lines",
            own.flow("invoices"),
            own.facts(invoice_links(count)),
            data.invoices,
        ),
    ]


def shared_links() -> dict[str, dict[str, Any]]:
    """Companies, projects and items that were exported before."""
    terms = [(30, "DAYSAFTERBILLDATE"), (20, "OFFOLLOWINGMONTH"), (14, "DAYSAFTERBILLMONTH"), None]
    companies = {}
    for index in range(data.VENDORS):
        own, due = 7_000 + index, terms[index % len(terms)]
        memory = {
            "ContactID": data.contact_id(own),
            "Name": f"Vendor {own} Pty Ltd",
            "ContactStatus": "ACTIVE",
        }
        if due is not None:
            memory |= {"PaymentTerms.Bills.Day": due[0], "PaymentTerms.Bills.Type": due[1]}
        companies[str(own)] = memory
    projects = {
        str(520_000 + index): {"TrackingOptionID": data.option_id(520_000 + index), "Status": "ACTIVE"}
        for index in range(data.PROJECTS)
    }
    codes = {
        json.dumps([code, kind], separators=(",", ":")): {"ItemID": f"{code}{kind}", "Code": f"{code}.{kind}"}
        for code in [*data.CODES, data.LONG_CODE]
        for kind in data.TYPES
    }
    codes |= {
        json.dumps([data.LONG_CODE, kind], separators=(",", ":")): {"Code": f"{data.LONG_CODE}..{kind}"}
        for kind in data.TYPES
    }
    return {"companies": companies, "projects": projects, "cost_codes": codes}


def commitment_links(count: int) -> dict[str, dict[str, Any]]:
    """Every tenth commitment is an order already."""
    linked = range(880_000, 880_000 + count, 10)
    orders = {str(own): {"PurchaseOrderID": f"d0-{own}"} for own in linked}
    return {**shared_links(), "commitments": orders, "commitments.LineItems.work": _rows(linked)}


def invoice_links(count: int) -> dict[str, dict[str, Any]]:
    """Every commitment is an order, every tenth invoice a bill already."""
    linked = range(660_000, 660_000 + count, 10)
    orders = {
        str(880_000 + index): {
            "PurchaseOrderID": f"d0-{index}",
            "PurchaseOrderNumber": f"SC-{index:05}",
            "vendor.id": 7_000 + index % data.VENDORS,
        }
        for index in range(count)
    }
    bills = {str(own): {"InvoiceID": f"b1-{own}"} for own in linked}
    found = {**shared_links(), "commitments": orders, "invoices": bills}
    return {**found, "invoices.LineItems.work": _rows(linked)}


def _rows(documents: range) -> dict[str, dict[str, str]]:
    return {
        f'["{own}","{own * 100 + number}"]': {"LineItemID": f"11-{own}-{number}"}
        for own in documents
        for number in range(12)
    }
