"""Every answer of the Xero half, and every body it takes, fits Xero's own description with objects closed."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from sandbox.answers import write
from tests.contract.closed import closed, missing_contracts, xero_document
from tests.sandbox.xero_client import BANK, BASE, CURRAWONG, JOB, Sandbox, bill, line, order

pytestmark = pytest.mark.skipif(missing_contracts() is not None, reason=str(missing_contracts()))

# Every Xero answer has these around its collection; the description leaves them out of most.
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC"}


@cache
def operation(method: str, path: str) -> dict[str, Any] | None:
    """The description of a call: the path with the fewest parameters wins."""
    wanted = path.split("?")[0].removeprefix(BASE)
    found = []
    for template, operations in xero_document()["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
        if re.fullmatch(pattern, wanted) and method.lower() in operations:
            found.append((template.count("{"), template, operations[method.lower()]))
    return min(found, key=lambda each: each[:2])[2] if found else None


@cache
def validator(reference: str) -> Draft202012Validator:
    schema = {"$ref": reference, "components": {"schemas": xero_document()["components"]["schemas"]}}
    return Draft202012Validator(closed(schema), format_checker=FormatChecker())


def problems(content: dict[str, Any], value: Any) -> list[str]:
    if "$ref" in content:
        _, kind, name = content["$ref"].rsplit("/", 2)
        content = xero_document()["components"][kind][name]
    schema = content["content"]["application/json"]["schema"]
    errors = validator(schema["$ref"]).iter_errors(json.loads(write(value)))
    return [f"{error.json_path}: {error.message[:160]}" for error in errors]


def check(sandbox: Sandbox, method: str, path: str, body: Any = None) -> Any:
    """One call whose body and answer both fit; gives the answer's values."""
    described = operation(method, BASE + path)
    assert described is not None, f"{method} {path} is in no description"
    answer = sandbox.send(method, BASE + path, body)
    assert answer.status == 200, answer.text
    known = {each.get("name") for each in described.get("parameters", []) if "name" in each}
    refs = {each["$ref"].rsplit("/", 1)[-1] for each in described.get("parameters", []) if "$ref" in each}
    names = known | {xero_document()["components"]["parameters"][each]["name"] for each in refs}
    asked = {part.split("=")[0] for part in path.partition("?")[2].split("&") if part}
    wrong = [f"no parameter {name!r}" for name in asked - names]
    if body is not None:
        wrong += [f"body {text}" for text in problems(described["requestBody"], body)]
    plain = {name: value for name, value in answer.body.items() if name not in ENVELOPE}
    wrong += problems(described["responses"]["200"], plain)
    assert wrong == [], f"{method} {path}: " + "\n".join(wrong)
    return answer.body


LISTS = [
    "/Organisation",
    "/Organisation/Actions",
    "/Accounts",
    "/TaxRates",
    "/Currencies",
    "/Items?unitdp=4",
    "/TrackingCategories?includeArchived=true",
    "/Contacts?includeArchived=true&page=1&pageSize=100",
    "/PurchaseOrders?page=1&pageSize=100",
    '/Invoices?where=Type=="ACCPAY"&page=1&pageSize=1000&unitdp=4&order=UpdatedDateUTC ASC',
    "/CreditNotes?page=1&pageSize=100&unitdp=4",
    "/BankTransactions?page=1&pageSize=100&unitdp=4",
    '/Payments?where=PaymentType=="ACCPAYPAYMENT"&page=1&pageSize=100',
]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_read(path: str) -> None:
    check(Sandbox(), "GET", path)


def test_what_is_made_and_changed() -> None:
    sandbox = Sandbox()
    apart = "?summarizeErrors=false"
    item = {
        "Code": "04-200.M",
        "Name": "Grout",
        "IsPurchased": True,
        "PurchaseDetails": {"AccountCode": "311"},
    }
    made = check(sandbox, "PUT", f"/Items{apart}&unitdp=4", {"Items": [item, {"Code": "RETENTION"}]})
    check(
        sandbox,
        "POST",
        f"/Items/{made['Items'][0]['ItemID']}",
        {"Items": [{**item, "Name": "Grout, cement"}]},
    )
    option = check(sandbox, "PUT", f"/TrackingCategories/{JOB}/Options", {"Name": "Wattle Creek"})["Options"][
        0
    ]
    path = f"/TrackingCategories/{JOB}/Options/{option['TrackingOptionID']}"
    check(sandbox, "POST", path, {"Name": "Wattle Creek 2"})
    contact = {
        "Name": "Gumnut",
        "ContactNumber": "k",
        "Addresses": [{"AddressType": "POBOX", "City": "Orange"}],
    }
    check(sandbox, "PUT", f"/Contacts{apart}", {"Contacts": [contact, {"Name": "Wombat Couriers"}]})
    check(sandbox, "GET", f"/Contacts/{CURRAWONG}")
    orders = {"PurchaseOrders": [order("SC-1", line(), line("RETENTION", "-5")), order("SC-1")]}
    first = check(sandbox, "PUT", f"/PurchaseOrders{apart}", orders)["PurchaseOrders"][0]
    path = f"/PurchaseOrders/{first['PurchaseOrderID']}"
    kept = [{"LineItemID": each["LineItemID"]} for each in first["LineItems"]]
    check(sandbox, "POST", path, {"PurchaseOrders": [{"Status": "DRAFT", "LineItems": [*kept, line()]}]})
    check(sandbox, "GET", path)
    check(sandbox, "PUT", f"{path}/History", {"HistoryRecords": [{"Details": "Sent by Crosswalk"}]})
    check(sandbox, "GET", f"{path}/History")


def test_what_is_billed_and_paid() -> None:
    sandbox = Sandbox()
    warned = bill(line(AccountCode="999"))
    body = {"Invoices": [bill(Status="AUTHORISED"), warned, bill(line(Quantity=-1))]}
    made = check(sandbox, "PUT", "/Invoices?summarizeErrors=false&unitdp=4", body)["Invoices"]
    path = f"/Invoices/{made[0]['InvoiceID']}"
    check(sandbox, "POST", path, {"Invoices": [{"Status": "AUTHORISED", "DueDate": "2026-07-15"}]})
    pay = {"Invoice": {"InvoiceID": made[0]["InvoiceID"]}, "Account": BANK, "Date": "2026-06-20"}
    paid = check(sandbox, "PUT", "/Payments?summarizeErrors=false", {"Payments": [{**pay, "Amount": 60}]})
    check(sandbox, "POST", f"/Payments/{paid['Payments'][0]['PaymentID']}", {"Status": "DELETED"})
    note = {name: each for name, each in bill().items() if name not in {"InvoiceNumber", "DueDate"}}
    note |= {"Type": "ACCPAYCREDIT", "CreditNoteNumber": "CN-77", "Status": "AUTHORISED"}
    credit = check(sandbox, "PUT", "/CreditNotes?summarizeErrors=false", {"CreditNotes": [note]})[
        "CreditNotes"
    ][0]
    part = {"Amount": 50, "Date": "2026-06-30", "Invoice": {"InvoiceID": made[0]["InvoiceID"]}}
    allocations = f"/CreditNotes/{credit['CreditNoteID']}/Allocations"
    check(sandbox, "PUT", allocations, {"Allocations": [part]})
    check(sandbox, "GET", "/CreditNotes/CN-77")
    check(sandbox, "GET", path)
    spent = {"Type": "SPEND", "Contact": {"ContactID": CURRAWONG}, "BankAccount": BANK, "LineItems": [line()]}
    check(sandbox, "PUT", "/BankTransactions?summarizeErrors=false", {"BankTransactions": [spent]})


def test_a_refusal() -> None:
    sandbox = Sandbox()
    answer = sandbox.put("/Items", {"Items": [{"Code": "RETENTION"}]})
    described = xero_document()["components"]["schemas"]["Error"]
    schema = {**described, "components": {"schemas": xero_document()["components"]["schemas"]}}
    plain = json.loads(write(answer.body))
    loose = {**schema, "properties": {k: v for k, v in schema["properties"].items() if k != "Elements"}}
    assert list(Draft202012Validator(loose).iter_errors(plain)) == []
    assert set(plain) == {"ErrorNumber", "Type", "Message", "Elements"}


def test_the_check_bites() -> None:
    sandbox = Sandbox()
    next(iter(sandbox.world.xero["Items"].values()))["Kode"] = "x"
    with pytest.raises(AssertionError, match="Kode"):
        check(sandbox, "GET", "/Items")
