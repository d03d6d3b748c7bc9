"""Bodies are judged by the project's own shapes: misspelt names, wrong types, closed members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.bodies import check

LINE = {"Description": "Work", "Quantity": 1, "UnitAmount": Decimal("100.1234")}

WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("xero.item", {"Kode": "A"}, "xero.item.Kode: is not known here", "form"),
    ("xero.item", {"Code": 7}, "xero.item.Code: is 7, not of type string", "form"),
    ("xero.item", {"IsSold": "true"}, "xero.item.IsSold: is 'true', not of type boolean", "form"),
    ("xero.item", {"InventoryAssetAccountCode": "1"}, "InventoryAssetAccountCode: cannot be written", "form"),
    ("xero.item", {"UpdatedDateUTC": "x"}, "xero.item.UpdatedDateUTC: cannot be written", "form"),
    ("xero.item", {"Code": "A" * 31}, "xero.item.Code: has 31 characters, at most 30", "limit"),
    (
        "xero.contact",
        {"Phones": [{"Number": "1"}]},
        "xero.contact.Phones[0].Number: is not known here",
        "form",
    ),
    ("xero.bill", {"Date": "31/05/2026"}, "is '31/05/2026', not a date as YYYY-MM-DD", "form"),
    ("xero.bill", {"Reference": "SC-1"}, "xero.bill.Reference: cannot be written", "form"),
    ("xero.bill", {"Status": "OPEN"}, "is 'OPEN', not one of DRAFT", "limit"),
    ("xero.bill", {"LineItems": [{"LineAmount": Decimal("1.001")}]}, "with more than 2 places", "limit"),
    ("xero.bill", {"LineItems": [{"Tracking": [{}, {}, {}]}]}, "has 3 elements, at most 2", "limit"),
    ("xero.bill", {"Contact": {"Name": "A"}}, "xero.bill.Contact.Name: cannot be written", "form"),
    ("xero.bill", {"LineItems": {"Description": "A"}}, "xero.bill.LineItems: is not a list", "form"),
    ("xero.bill", {"LineItems": [None]}, "xero.bill.LineItems[0]: is null", "form"),
    ("xero.tracking_option", {"TrackingCategoryID": "x"}, "TrackingCategoryID", "form"),
]


@pytest.mark.parametrize(("name", "body", "text", "kind"), WRONG, ids=[text[:50] for _, _, text, _ in WRONG])
def test_what_is_wrong(name: str, body: dict[str, Any], text: str, kind: str) -> None:
    if name == "xero.tracking_option":
        body = {**body, "CategoryName": "Job"}  # no source of a written option has it
        text = "CategoryName"
    found = [problem for problem in check(name, body) if text in str(problem)]
    assert [problem.kind for problem in found] == [kind]


def test_what_is_right() -> None:
    body = {"InvoiceID": "i", "Type": "ACCPAY", "Contact": {"ContactID": "c"}, "DueDate": None}
    assert (
        check("xero.bill", {**body, "Date": "2026-05-31", "LineItems": [{**LINE, "LineItemID": "l"}]}) == []
    )
