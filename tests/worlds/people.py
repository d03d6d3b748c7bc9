"""The people of a story: an accountant on Xero's side, a site office on Procore's. Neither knows the engine.

    books = Accountant(sandbox)
    books.approve(bill); books.pay(bill, "100.00", "2026-05-29")
    office = SiteOffice(sandbox, 5501)
    office.budget(41001)["03-100.S"]      # ("20345.67", "20345.67", "0.00")

What an accountant does goes over Xero's API with a client of her own; what the site office looks at are
Procore's reads, so that a story asserts what people would see.
"""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.worlds.sandboxed import Sandbox

BANK = {"Code": "090"}
VIEW = 5001
FIGURES = ("Job to Date Costs", "Commitments Invoiced", "Direct Costs")
_ENCODER = msgspec.json.Encoder(decimal_format="number")
Record = dict[str, Any]


class Caller:
    """Calls one system over HTTP with a token of its own."""

    def __init__(self, sandbox: Sandbox, token: str, form: dict[str, str]):
        self.sandbox = sandbox
        self.headers: dict[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}
        raw = urllib.parse.urlencode({"grant_type": "client_credentials", **form}).encode()
        access = self.call("POST", token, raw)["access_token"]
        self.headers = {"Authorization": f"Bearer {access}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; anything but a 2xx fails the story with the answer's words."""
        raw = body if isinstance(body, bytes) or body is None else _ENCODER.encode(body)
        where = urlsplit(self.sandbox.base)
        line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        try:
            line.request(method, path, raw, {**self.headers, "Accept": "application/json"})
            answer = line.getresponse()
            said = answer.read()
        finally:
            line.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {said.decode()}"
        return json.loads(said, parse_float=Decimal) if said else None


class Accountant(Caller):
    """Somebody who keeps the books in Xero."""

    def __init__(self, sandbox: Sandbox):
        form = {"client_id": "accountant", "client_secret": "sandbox-secret"}
        super().__init__(sandbox, "/xero/identity/connect/token", form)

    def xero(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the accounting API; an element that is refused fails the story."""
        found = self.call(method, f"/xero/api.xro/2.0/{path}", body)
        told = [e for each in found.values() if isinstance(each, list) for e in each if isinstance(e, dict)]
        wrong = [each["ValidationErrors"] for each in told if each.get("ValidationErrors")]
        assert not wrong, wrong
        return found

    # ------------------------------------------------------------ documents

    def write(self, collection: str, record: Record, method: str = "POST") -> Record:
        """A record written: made, or changed where it has an id."""
        made: Record = self.xero(method, f"{collection}?unitdp=4", {collection: [record]})[collection][0]
        return made

    def approve(self, bill: Record) -> Record:
        """A draft bill becomes payable."""
        return self.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "AUTHORISED"})

    def void(self, bill: Record) -> Record:
        """An approved bill is taken back."""
        return self.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "VOIDED"})

    def pay(self, bill: Record, amount: str, day: str) -> str:
        """Pays (a part of) a bill; gives the payment's id."""
        body = {"Invoice": {"InvoiceID": bill["InvoiceID"]}, "Account": BANK, "Date": day}
        return str(self.write("Payments", {**body, "Amount": Decimal(amount)}, "PUT")["PaymentID"])

    def take_back(self, payment: str) -> None:
        """Removes a payment: a check that bounced, or a slip."""
        self.xero("POST", f"Payments/{payment}", {"Status": "DELETED"})

    def allocate(self, note: Record, bill: Record, amount: str, day: str) -> None:
        """Sets a credit note against a bill."""
        part = {"Amount": Decimal(amount), "Date": day, "Invoice": {"InvoiceID": bill["InvoiceID"]}}
        self.xero("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", {"Allocations": [part]})

    # ------------------------------------------------------------ looking

    def read(self, collection: str, number: str) -> Record:
        """One document as Xero shows it, lines included."""
        found: Record = self.xero("GET", f"{collection}/{number}?unitdp=4")[collection][0]
        return found

    def all(self, collection: str) -> list[Record]:
        """Every record of a kind, as Xero shows them, archived ones too."""
        query = "?page=1&pageSize=1000&unitdp=4&includeArchived=true"
        found: list[Record] = self.xero("GET", f"{collection}{query}")[collection]
        return found

    def bill_of(self, invoice: object) -> Record:
        """The bill that was made of a Procore invoice, by the link back it carries."""
        tail = f"/requisitions/{invoice}"
        (found,) = [each for each in self.all("Invoices") if str(each.get("Url", "")).endswith(tail)]
        return found


class SiteOffice(Caller):
    """Somebody who runs the jobs in Procore."""

    def __init__(self, sandbox: Sandbox, company: int):
        form = {"client_id": "crosswalk", "client_secret": "sandbox-secret"}
        super().__init__(sandbox, "/procore/oauth/token", form)
        self.headers["Procore-Company-Id"] = str(company)
        self.company = company

    def see(self, path: str, **query: object) -> Any:
        """A read of Procore's API."""
        asked = urllib.parse.urlencode({"company_id": self.company, **query})
        return self.call("GET", f"/procore/rest/{path}?{asked}")

    def budget(self, project: int) -> dict[str, tuple[str, ...]]:
        """Job to date, commitment invoiced and direct costs by code and type; the project under ""."""
        at = f"v1.0/budget_views/{VIEW}"
        types = {each["id"]: each["code"] for each in self.see("v1.0/line_item_types")}
        rows = self.see(f"{at}/detail_rows", project_id=project)
        found = {
            f"{row['cost_code'].split(' - ')[0]}.{types[row['category_id']]}": _three(row) for row in rows
        }
        (whole,) = self.see(f"{at}/summary_rows", project_id=project)
        return {**found, "": _three(whole)}

    def payments(self, project: int, contract: int) -> list[Record]:
        """Payments issued on a commitment, in the order of their dates."""
        found = self.see("v1.0/contract_payments", project_id=project, contract_id=contract)
        return sorted(found, key=lambda each: (each["date"], each["id"]))

    def direct_costs(self, project: int) -> list[Record]:
        """Direct costs with their lines, in the order of their dates."""
        at = f"v1.1/projects/{project}/direct_costs"
        found = [self.see(f"{at}/{each['id']}") for each in self.see(at)]
        return sorted(found, key=lambda each: (each["direct_cost_date"], each["id"]))

    def mark_of(self, collection: str, number: object) -> str | None:
        """The id of ours that a record carries, as stored."""
        record = self.sandbox.in_procore("GET", f"/records/{collection}/{number}")
        return None if record["origin_id"] is None else str(record["origin_id"])


def _three(row: Record) -> tuple[str, ...]:
    return tuple(f"{Decimal(row[name]):.2f}" for name in FIGURES)


def lines(document: Record) -> list[tuple[str, Decimal, Decimal]]:
    """The lines of a Xero document as item, quantity, unit price."""
    return [
        (each.get("ItemCode", ""), Decimal(each["Quantity"]), Decimal(each["UnitAmount"]))
        for each in document["LineItems"]
    ]


def figures(document: Record) -> tuple[str, ...]:
    """Before tax, tax, total."""
    return tuple(f"{Decimal(document[name]):.2f}" for name in ("SubTotal", "TotalTax", "Total"))


def day(value: str) -> str:
    """The day of a date as Xero tells it."""
    from datetime import UTC, datetime

    if value.startswith("/Date("):
        return f"{datetime.fromtimestamp(int(value[6:].split('+')[0]) / 1000, UTC):%Y-%m-%d}"
    return value[:10]


def total(values: Iterable[object]) -> Decimal:
    """A sum of amounts in any form."""
    return sum((Decimal(str(value)) for value in values), Decimal(0))
