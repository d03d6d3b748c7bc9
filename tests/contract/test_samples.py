"""The sample company and the life story are what the real systems would send.

Every JSON input is validated against the system's own description with objects closed, so an invented
or misspelt member fails here and not in front of a customer. Then the figures are added up: a sample
whose totals disagree would teach the engine nothing.
"""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.contract import closed as contracts

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "mappings" / "procore_xero" / "sample"
STORY = ROOT / "tests" / "story" / "given"

# What a file holds: one answer, a list of single answers, or the operation's own list.
PROCORE = {
    "standard_cost_codes": ("list_standard_cost_codes", "list"),
    "cost_types": ("list_line_item_types", "list"),
    "project_cost_codes": ("list_cost_codes", "list"),
    "projects": ("list_projects", "list"),
    "companies": ("list_company_vendors", "list"),
    "commitments": ("show_work_order_contract", "each"),
    "change_orders": ("show_change_order_package", "each"),
    "requisitions": ("show_requisition", "each"),
    "requisition_details": ("show_requisition_detail", "details"),
}
XERO = {
    "contacts": "Contacts",
    "tracking_categories": "TrackingCategories",
    "items": "Items",
    "invoices": "Invoices",
    "bank_transactions": "BankTransactions",
    "credit_notes": "CreditNotes",
    "payments": "Payments",
    "purchase_orders": "PurchaseOrders",
    "organisation": "Organisations",
}
# Every Xero answer has these around its collection; the description of the collection leaves them out.
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC"}
# Members only a purchase order contract has: they tell which of the two operations a commitment came from.
ONLY_ON_ORDERS = {"ship_via", "ship_to_address", "bill_to_address", "payment_terms", "delivery_date"}

CENT = Decimal("0.01")

MISSING = contracts.missing_contracts()
needs_contracts = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")


def _files(*folders: Path) -> list[Path]:
    return sorted(
        path for folder in folders for path in folder.glob("*.json") if path.name.split(".")[0] != "links"
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def _loose(path: Path) -> Any:
    """As a validator wants it: numbers as floats."""
    return json.loads(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _kind(path: Path) -> str:
    """`invoices.untaxed.json` holds invoices, in a variant."""
    return path.name.split(".")[0]


@cache
def _validator(system: str, name: str) -> Draft202012Validator:
    if system == "xero":
        schema = contracts.xero_schema(name)
    else:
        schema = contracts.operation_schema(name, "event" if system == "event" else "response")
    return Draft202012Validator(contracts.closed(schema), format_checker=FormatChecker())


def _problems(system: str, name: str, data: Any) -> list[str]:
    found = _validator(system, name).iter_errors(data)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def _parts(path: Path) -> list[tuple[str, str, Any]]:
    """The pieces of a file, each with the system and the description it must match."""
    data, kind = _loose(path), _kind(path)
    if path.parent.name == "events":
        return [("event", data["request_name"], data)]
    if kind in XERO:
        assert ENVELOPE | {XERO[kind]} <= set(data)
        assert data["Status"] == "OK"
        return [("xero", XERO[kind], {key: value for key, value in data.items() if key not in ENVELOPE})]
    operation, form = PROCORE[kind]
    if form == "list":
        return [("procore", operation, data)]
    if form == "details":
        return [("procore", operation, entry["detail"]) for entry in data]
    if kind == "commitments":
        order = "show_purchase_order_contract"
        return [("procore", order if ONLY_ON_ORDERS & set(each) else operation, each) for each in data]
    return [("procore", operation, each) for each in data]


INPUTS = _files(SAMPLE, SAMPLE / "events", STORY, STORY / "events")


@needs_contracts
@pytest.mark.parametrize("path", INPUTS, ids=_name)
def test_as_the_systems_send_it(path: Path) -> None:
    """Nothing here that the systems' own descriptions do not know."""
    found = [problem for part in _parts(path) for problem in _problems(*part)]
    assert not found, "\n".join(found)


@needs_contracts
def test_the_check_can_fail() -> None:
    """A member nobody sends is noticed, deep inside a line too."""
    commitments = _loose(SAMPLE / "commitments.json")
    commitments[0]["line_items"][0]["cost_kode"] = {}
    assert _problems("procore", "show_work_order_contract", commitments[0])
    bills = _loose(SAMPLE / "invoices.json")
    bills["Invoices"][0]["LineItems"][0]["ItemKode"] = "03-100.S"
    assert _problems("xero", "Invoices", {"Invoices": bills["Invoices"]})


@pytest.mark.parametrize("path", INPUTS, ids=_name)
def test_written_one_way(path: Path) -> None:
    """Two spaces, one line break at the end, no key twice: a change shows as the change it is."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    text = path.read_text(encoding="utf-8")
    json.loads(text, object_pairs_hook=once)
    assert text.endswith(("}\n", "]\n"))
    assert not any(line != line.rstrip() for line in text.splitlines())


# ---- figures -------------------------------------------------------------------------------------


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _d(value: Any) -> Decimal:
    return Decimal(str(value))


def _documents(kind: str) -> list[Any]:
    paths = [path for path in INPUTS if _kind(path) == kind and path.parent.name != "events"]
    return [
        pytest.param(record, id=f"{path.parent.name}-{path.stem}-{_identity(record)}")
        for path in paths
        for record in (_read(path)[XERO[kind]] if kind in XERO else _read(path))
    ]


def _identity(record: dict[str, Any]) -> str:
    named = (
        "InvoiceID",
        "CreditNoteID",
        "BankTransactionID",
        "PurchaseOrderID",
        "PaymentID",
        "id",
        "requisition_id",
    )
    return str(next(record[name] for name in named if name in record))[-12:]


@pytest.mark.parametrize(
    "document",
    [
        d
        for kind in ("invoices", "credit_notes", "bank_transactions", "purchase_orders")
        for d in _documents(kind)
    ],
)
def test_xero_documents_add_up(document: dict[str, Any]) -> None:
    """Quantity times price is the line, tax is rounded per line, and the lines are the totals."""
    inclusive = document["LineAmountTypes"] == "Inclusive"
    for line in document["LineItems"]:
        assert _cents(line["Quantity"] * line["UnitAmount"]) == line["LineAmount"]
        assert line["Quantity"] > 0
        share = {"INPUT": Decimal(1) / (11 if inclusive else 10)}.get(line["TaxType"], Decimal(0))
        assert line["TaxAmount"] == _cents(line["LineAmount"] * share)
    amounts = sum((line["LineAmount"] for line in document["LineItems"]), Decimal(0))
    tax = sum((line["TaxAmount"] for line in document["LineItems"]), Decimal(0))
    assert document["TotalTax"] == tax
    assert document["SubTotal"] == (amounts - tax if inclusive else amounts)
    assert document["Total"] == document["SubTotal"] + tax
    if "AmountDue" in document and document["Status"] != "VOIDED":
        settled = document["AmountPaid"] + document["AmountCredited"]
        assert document["AmountDue"] == document["Total"] - settled
        assert (document["Status"] == "PAID") == (document["AmountDue"] == 0)


def test_payments_are_the_bills_amount_paid() -> None:
    """Live payments of a bill are what the bill says was paid."""
    bills = {bill["InvoiceID"]: bill for bill in _read(SAMPLE / "invoices.json")["Invoices"]}
    paid = dict.fromkeys(bills, Decimal(0))
    for payment in _read(SAMPLE / "payments.json")["Payments"]:
        if payment["Status"] == "AUTHORISED":
            paid[payment["Invoice"]["InvoiceID"]] += payment["Amount"]
    assert {key: bill["AmountPaid"] for key, bill in bills.items()} == paid


@pytest.mark.parametrize("commitment", _documents("commitments"))
def test_commitments_add_up(commitment: dict[str, Any]) -> None:
    """The lines are the contract; a calculated line is quantity times cost."""
    lines = commitment["line_items"]
    assert sum((_d(line["amount"]) for line in lines), Decimal(0)) == _d(commitment["grand_total"])
    for line in lines:
        if line["extended_type"] == "calculated":
            assert _cents(_d(line["quantity"]) * _d(line["unit_cost"])) == _cents(_d(line["amount"]))


@pytest.mark.parametrize("folder", [SAMPLE, STORY], ids=["sample", "story"])
def test_requisitions_add_up(folder: Path) -> None:
    """Running totals, retainage and payment due agree, and the detail agrees with the read."""
    details = {
        entry["requisition_id"]: entry["detail"] for entry in _read(folder / "requisition_details.json")
    }
    requisitions = _read(folder / "requisitions.json")
    assert {each["id"] for each in requisitions} == set(details)
    for requisition in requisitions:
        due = Decimal(0)
        by_id = {entry["id"]: entry for entry in details[requisition["id"]]}
        assert [item["id"] for item in requisition["items"]] == list(by_id)
        for item in requisition["items"]:
            detail = by_id[item["id"]]
            stored = _d(item["materials_presently_stored"])
            to_date = _d(item["total_completed_and_stored_to_date"])
            before = _d(item["total_completed_and_stored_to_date_from_previous"])
            work = _d(item["work_completed_this_period"])
            assert to_date == _d(item["work_completed_from_previous_application"]) + work + stored
            held = _d(detail["total_retainage_currently_retained"]) - _d(
                detail["total_retainage_from_previous_application"]
            )
            parts = (
                _d(detail["work_completed_retainage_retained_this_period"])
                + _d(detail["materials_stored_retainage_retained_this_period"])
                - _d(detail["materials_retainage_retained_moved"])
                - _d(detail["work_completed_retainage_released_this_period"])
                - _d(detail["materials_stored_retainage_released_this_period"])
            )
            assert held == parts
            for member in set(item) & set(detail) - {"id"}:
                assert item[member] == detail[member], member
            due += to_date - before - held
        assert due == _d(requisition["summary"]["current_payment_due"])


@pytest.mark.parametrize("folder", [SAMPLE, STORY], ids=["sample", "story"])
def test_events_and_reads_tell_the_same(folder: Path) -> None:
    """An ERP request is about the record the plain read shows."""
    commitments = {each["id"]: each for each in _read(folder / "commitments.json")}
    changes = {each["id"]: each for each in _read(folder / "change_orders.json")}
    requisitions = {each["id"]: each for each in _read(folder / "requisitions.json")}
    for path in _files(folder / "events"):
        event = _read(path)
        data = event["request_data"]
        if event["request_name"] == "create_commitment":
            lines = [(each["id"], each["amount"]) for each in data["commitment_items"]]
            assert lines == [
                (e["id"], e["amount"]) for e in commitments[data["commitment"]["id"]]["line_items"]
            ]
        elif event["request_name"] == "create_commitment_change_order":
            lines = [(each["id"], each["amount"]) for each in data["change_order_items"]]
            assert lines == [
                (e["id"], e["total_amount"]) for e in changes[data["change_order"]["id"]]["line_items"]
            ]
        elif event["request_name"] == "create_requisitions":
            for each in data["requisitions"]:
                read = requisitions[each["procore_requisition_id"]]
                assert each["billing_date"] == read["billing_date"]
                for line, item in zip(each["line_items"], read["items"], strict=True):
                    assert line["procore_requisition_item_id"] == item["id"]
                    work = _d(item["work_completed_this_period"]) + _d(item["materials_presently_stored"])
                    assert _d(line["amount"]) == work


@pytest.mark.parametrize("folder", [SAMPLE, STORY], ids=["sample", "story"])
def test_links_lead_somewhere(folder: Path) -> None:
    """What the memory knows exists on the Xero side, under that id."""
    links = _read(folder / "links.json")
    contacts = {each["ContactID"] for each in _read(folder / "contacts.json")["Contacts"]}
    options = {
        option["TrackingOptionID"]
        for category in _read(folder / "tracking_categories.json")["TrackingCategories"]
        for option in category["Options"]
    }
    items = {each["ItemID"]: each["Code"] for each in _read(folder / "items.json")["Items"]}
    codes = {
        (entry["biller_id"], entry["full_code"]): entry["id"]
        for entry in _read(folder / "project_cost_codes.json")
    }
    assert {each["ContactID"] for each in links["companies"].values()} <= contacts
    assert {each["TrackingOptionID"] for each in links["projects"].values()} <= options
    for key, each in links["cost_codes"].items():
        assert items[each["ItemID"]] == each["Code"] == ".".join(json.loads(key))
    for key, each in links["project_cost_codes"].items():
        project, code = json.loads(key)
        assert codes[int(project), code] == each["id"]
    if folder == SAMPLE:
        bills = {each["InvoiceID"] for each in _read(folder / "invoices.json")["Invoices"]}
        assert {each["InvoiceID"] for each in links["invoices"].values()} <= bills
