"""The world of the sample company on the day before Crosswalk: Procore whole, Xero as people typed it.

What Crosswalk itself makes (`links.json` names it) is not there yet: its orders, its bills and their
payments, the options, contacts and items that only it would have made. What a typed-in document uses
stays, so that matching and linking is seen; one project's option is left for Crosswalk to make, and
lines on it have lost it. Procore's half is made by `procore/sample.py`: nothing there knows of Xero.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.answers import parse
from sandbox.procore.sample import procore_world

Record = dict[str, Any]
Collections = dict[str, dict[str, Record]]

XERO = {
    "organisation": ("Organisations", "OrganisationID"),
    "contacts": ("Contacts", "ContactID"),
    "items": ("Items", "ItemID"),
    "tracking_categories": ("TrackingCategories", "TrackingCategoryID"),
    "invoices": ("Invoices", "InvoiceID"),
    "credit_notes": ("CreditNotes", "CreditNoteID"),
    "bank_transactions": ("BankTransactions", "BankTransactionID"),
    "payments": ("Payments", "PaymentID"),
    "purchase_orders": ("PurchaseOrders", "PurchaseOrderID"),
}
DOCUMENTS = ("Invoices", "CreditNotes", "BankTransactions")
MADE = "0b000000-0000-4000-8000-000000520102"  # the option left for Crosswalk to make
_WIRE_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_INSTANTS = {"UpdatedDateUTC", "CreatedDateUTC"}
TENANT = "7e000000-0000-4000-8000-000000000001"

ACCOUNTS = [
    ("090", "Trading account", "BANK", "ASSET", "BASEXCLUDED"),
    ("200", "Contract revenue", "REVENUE", "REVENUE", "OUTPUT"),
    ("310", "Subcontractors", "DIRECTCOSTS", "EXPENSE", "INPUT"),
    ("311", "Materials", "DIRECTCOSTS", "EXPENSE", "INPUT"),
    ("312", "Site labour", "DIRECTCOSTS", "EXPENSE", "INPUT"),
    ("313", "Plant hire", "DIRECTCOSTS", "EXPENSE", "INPUT"),
    ("314", "Other job costs", "DIRECTCOSTS", "EXPENSE", "INPUT"),
    ("400", "Advertising", "EXPENSE", "EXPENSE", "INPUT"),
    ("425", "Freight and couriers", "EXPENSE", "EXPENSE", "INPUT"),
    ("800", "Accounts payable", "CURRLIAB", "LIABILITY", "BASEXCLUDED"),
    ("815", "Retentions held", "CURRLIAB", "LIABILITY", "INPUT"),
]
TAX_RATES = [
    ("INPUT", "GST on Expenses", 10, True),
    ("OUTPUT", "GST on Income", 10, False),
    ("EXEMPTEXPENSES", "GST Free Expenses", 0, True),
    ("EXEMPTOUTPUT", "GST Free Income", 0, False),
    ("BASEXCLUDED", "BAS Excluded", 0, True),
]


def sample_world(root: Path | None = None) -> Record:
    """The sample company as a world; `root` is the folder that holds `mappings`."""
    root = root or _root()
    return {"procore": procore_world(root), "xero": _xero(root / "mappings" / "procore_xero" / "sample")}


def _root() -> Path:
    above = Path(__file__).resolve().parents[1]
    return above if (above / "mappings").is_dir() else above / "engine" / "_data"


def _xero(folder: Path) -> Collections:
    world = xero_world(folder)
    _without_ours(world, parse((folder / "links.json").read_bytes()))
    return world


def xero_world(folder: Path) -> Collections:
    """A Xero from a folder of its answers, such as the sample's; files that are not there leave it empty."""
    world: Collections = {}
    for name, (collection, key) in XERO.items():
        file = folder / f"{name}.json"
        records = _stored(parse(file.read_bytes())[collection]) if file.exists() else []
        world[collection] = {each[key]: each for each in records}
    world["Accounts"] = {each["AccountID"]: each for each in map(_account, ACCOUNTS)}
    world["TaxRates"] = {row[0]: _tax_rate(row) for row in TAX_RATES}
    world["Currencies"] = {
        code: {"Code": code, "Description": text}
        for code, text in (("AUD", "Australian Dollar"), ("NZD", "New Zealand Dollar"))
    }
    organisation: Record = next(iter(world["Organisations"].values()), {"Name": "Sandbox"})
    world["_connections"] = {TENANT: {"tenantId": TENANT, "tenantName": organisation["Name"]}}
    return world


def _without_ours(world: Collections, links: Record) -> None:
    """Take away what Crosswalk makes, and what hangs on it."""
    for made in links["commitments"].values():
        world["PurchaseOrders"].pop(made["PurchaseOrderID"], None)
    for made in links["invoices"].values():
        world["Invoices"].pop(made["InvoiceID"], None)
    payments = world["Payments"]
    for payment in [p for p in payments.values() if p["Invoice"]["InvoiceID"] not in world["Invoices"]]:
        del payments[payment["PaymentID"]]
    documents = [each for name in DOCUMENTS for each in world[name].values()]
    lines = [line for each in documents for line in each["LineItems"]]
    for line in lines:
        line["Tracking"] = [t for t in line.get("Tracking", []) if t["TrackingOptionID"] != MADE]
    for category in world["TrackingCategories"].values():
        category["Options"] = [o for o in category["Options"] if o["TrackingOptionID"] != MADE]
    used = {each["Contact"]["ContactID"] for each in documents if "Contact" in each}
    used |= {c["MergedToContactID"] for c in world["Contacts"].values() if "MergedToContactID" in c}
    codes = {line.get("ItemCode") for line in lines}
    for made in links["companies"].values():
        if made["ContactID"] not in used:
            del world["Contacts"][made["ContactID"]]
        else:
            world["Contacts"][made["ContactID"]].pop("ContactNumber", None)
    for made in links["cost_codes"].values():
        if made["Code"] not in codes:
            del world["Items"][made["ItemID"]]


def _account(row: tuple[str, str, str, str, str]) -> Record:
    code, name, kind, group, tax = row
    account = {"AccountID": f"ac000000-0000-4000-8000-000000000{code}", "Code": code, "Name": name}
    account |= {"Status": "ACTIVE", "Type": kind, "Class": group, "TaxType": tax}
    account |= {"UpdatedDateUTC": "2025-07-01T00:00:00Z"}
    if kind == "BANK":
        account |= {"BankAccountType": "BANK", "CurrencyCode": "AUD"}
    if code == "800":
        account["SystemAccount"] = "CREDITORS"
    return account


def _tax_rate(row: tuple[str, str, int, bool]) -> Record:
    kind, name, rate, expenses = row
    return {
        "Name": name,
        "TaxType": kind,
        "Status": "ACTIVE",
        "CanApplyToExpenses": expenses,
        "CanApplyToRevenue": not expenses,
        "CanApplyToAssets": True,
        "CanApplyToEquity": True,
        "CanApplyToLiabilities": True,
        "DisplayTaxRate": rate,
        "EffectiveRate": rate,
    }


def _stored(value: Any, name: str = "") -> Any:
    """A value of an answer as the world keeps it: ISO dates and instants."""
    if isinstance(value, list):
        return [_stored(each, name) for each in value]
    if isinstance(value, dict):
        return {n: _stored(each, n) for n, each in value.items() if not n.endswith("String")}
    if isinstance(value, str) and (found := _WIRE_DATE.fullmatch(value)):
        moment = datetime.fromtimestamp(int(found[1]) / 1000, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if name in _INSTANTS else f"{moment:%Y-%m-%d}"
    if isinstance(value, str) and name.endswith("Date") and "T" in value:
        return value[:10]
    return value
