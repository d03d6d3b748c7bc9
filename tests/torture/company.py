"""The smallest company with a record of each kind, and what happens in its books.

Three chapters, each a world in which one sync has everything of its kind to do: `first` (a company, a
project, codes, an order of two lines, its change order, an invoice), `money` (the bill is paid, a bill
and a payment from the bank are booked by the accountant), `changes` (a payment is removed, a cost is
voided, a company renamed). A chapter begins where an undisturbed sync ended the one before.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.answers import parse, write
from sandbox.sample import TENANT, sample_world
from tests.worlds.sandboxed import Sandbox

World = dict[str, Any]
KEPT = {
    "vendors": {"7301"},
    "projects": {"520101"},
    "standard_cost_codes": {"610004", "610005", "610007"},
    "work_order_contracts": {"880101"},
    "purchase_order_contracts": set[str](),
    "change_order_packages": {"930101"},
    "requisitions": {"660101"},
    "requisition_details": {"660101"},
}
EMPTY = ("Contacts", "Invoices", "CreditNotes", "BankTransactions", "Payments", "PurchaseOrders")
JOB = "ca000000-0000-4000-8000-000000000001"
RETENTION = "RETENTION"


def small() -> World:
    """One record of each kind in Procore; in Xero an organisation that has only just begun."""
    world = new_books()
    for name, ids in KEPT.items():
        world["procore"][name] = {key: row for key, row in world["procore"][name].items() if key in ids}
    codes = {int(key) for key in KEPT["standard_cost_codes"]}
    project = world["procore"]["cost_codes"]
    world["procore"]["cost_codes"] = {
        key: row
        for key, row in project.items()
        if row["biller_id"] == 520101 and row["standard_cost_code_id"] in codes
    }
    return world


def new_books() -> World:
    """The whole sample company in Procore; in Xero an organisation that has only just begun."""
    world = sample_world()
    xero = world["xero"]
    for name in EMPTY:
        xero[name] = {}
    xero["Items"] = {key: row for key, row in xero["Items"].items() if row["Code"] == RETENTION}
    xero["TrackingCategories"] = {JOB: {**xero["TrackingCategories"][JOB], "Options": []}}
    return world


# ---------------------------------------------------------------- what happens in the books


class Accountant:
    """Somebody who works in Xero while we look away."""

    def __init__(self, sandbox: Sandbox):
        where = urlsplit(sandbox.base)
        self._where = (where.hostname or "", where.port)
        login = base64.b64encode(b"accountant:sandbox-secret").decode()
        form = urlencode({"grant_type": "client_credentials"}).encode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
        self._token = ""
        self._token = self._send("POST", "/xero/identity/connect/token", form, headers)["access_token"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A call to Xero's API."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "xero-tenant-id": TENANT,
            "Accept": "application/json",
        }
        return self._send(method, f"/xero/api.xro/2.0{path}", write(body) if body else None, headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        line = http.client.HTTPConnection(*self._where, timeout=60)
        try:
            line.request(method, path, body, {**headers, "Connection": "close"})
            answer = line.getresponse()
            said = answer.read()
            assert answer.status == 200, f"{method} {path}: {answer.status} {said.decode()}"
            return parse(said) if self._token else json.loads(said)
        finally:
            line.close()

    # -------------------------------------------------------- chapters

    def books_money(self) -> None:
        """Every bill of ours is approved and paid; a bill and spend money are booked on the job."""
        for bill in self.ask("GET", "/Invoices?page=1")["Invoices"]:
            self.ask(
                "POST",
                "/Invoices",
                {"Invoices": [{"InvoiceID": bill["InvoiceID"], "Status": "AUTHORISED"}]},
            )
            part = {"Account": {"Code": "090"}, "Date": "2026-03-20", "Amount": bill["AmountDue"]}
            self.ask(
                "PUT", "/Payments", {"Payments": [{"Invoice": {"InvoiceID": bill["InvoiceID"]}, **part}]}
            )
        who = self.ask("GET", "/Contacts?page=1")["Contacts"][0]["ContactID"]
        common = {
            "Contact": {"ContactID": who},
            "Date": "2026-03-12",
            "LineAmountTypes": "Exclusive",
            "LineItems": list(self._cost_lines()),
        }
        bill = {**common, "Type": "ACCPAY", "InvoiceNumber": "HIRE-1", "DueDate": "2026-04-12"}
        self.ask("PUT", "/Invoices", {"Invoices": [{**bill, "Status": "AUTHORISED"}]})
        spent = {**common, "Type": "SPEND", "BankAccount": {"Code": "090"}, "Reference": "EFT 1"}
        self.ask("PUT", "/BankTransactions", {"BankTransactions": [spent]})

    def _cost_lines(self) -> Iterable[dict[str, Any]]:
        options = self.ask("GET", "/TrackingCategories")["TrackingCategories"][0]
        job = {"TrackingCategoryID": JOB, "TrackingOptionID": options["Options"][0]["TrackingOptionID"]}
        for code, amount in (("03-100.L", "700.00"), ("03-300.S", "49.95")):
            yield {
                "Description": f"On {code}",
                "Quantity": 1,
                "UnitAmount": Decimal(amount),
                "ItemCode": code,
                "AccountCode": "312",
                "TaxType": "INPUT",
                "Tracking": [job],
            }

    def changes_mind(self) -> None:
        """A payment is removed, and spend money voided."""
        payment = self.ask("GET", "/Payments")["Payments"][0]["PaymentID"]
        self.ask("POST", f"/Payments/{payment}", {"Status": "DELETED"})
        spent = self.ask("GET", "/BankTransactions?page=1")["BankTransactions"][0]["BankTransactionID"]
        self.ask(
            "POST",
            "/BankTransactions",
            {"BankTransactions": [{"BankTransactionID": spent, "Status": "VOIDED"}]},
        )


def renames(sandbox: Sandbox) -> None:
    """The company has another name, in Procore."""
    sandbox.in_procore(
        "PATCH", "/records/vendors/7301", {"name": "Bluegum Formwork Pty Limited", "force": True}
    )
