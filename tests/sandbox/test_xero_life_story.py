"""The life of one subcontract as Xero sees it, to the cent: every total, tax and open amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sandbox.xero_client import BANK, CURRAWONG, HARBOUR, JOB, Sandbox

ITEMS = {"03-100.S": "310", "03-200.S": "310", "03-300.S": "310", "RETENTION": "815"}

BILLS: dict[str, tuple[str, list[tuple[str, str, str]], str, str, str]] = {
    "B1": (
        "2026-03-31",
        [("03-100.S", "1", "20345.67"), ("03-200.S", "10", "1200.00"), ("RETENTION", "1", "-3234.57")],
        *("29111.10", "2911.11", "32022.21"),
    ),
    "B2": (
        "2026-04-30",
        [
            *(("03-100.S", "1", "15000"), ("03-200.S", "1", "12000"), ("03-100.S", "1", "5250")),
            ("RETENTION", "1", "-3225"),
        ],
        *("29025.00", "2902.50", "31927.50"),
    ),
    "B3": (
        "2026-05-31",
        [
            *(("03-100.S", "1", "10000"), ("03-200.S", "1", "6000"), ("03-300.S", "1", "4000")),
            ("RETENTION", "1", "500"),
        ],
        *("20500.00", "2050.00", "22550.00"),
    ),
    "B5": ("2026-07-31", [("RETENTION", "1", "5459.57")], "5459.57", "545.96", "6005.53"),
}


class Story(Sandbox):
    """An organisation with the four items of the story and no lock dates."""

    def __init__(self) -> None:
        super().__init__()
        self.steer("POST", "/xero/organisation", {"PeriodLockDate": None, "EndOfYearLockDate": None})
        for code, account in ITEMS.items():
            item = {"Code": code, "PurchaseDetails": {"AccountCode": account, "TaxType": "INPUT"}}
            assert self.post("/Items", {"Items": [item]}).status == 200
        self.bills: dict[str, str] = {}

    def lines(self, rows: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
        tracking = [{"TrackingCategoryID": JOB, "TrackingOptionID": HARBOUR}]
        return [
            {"ItemCode": code, "Quantity": Decimal(quantity), "UnitAmount": Decimal(unit)}
            | {"Description": "Concrete", "Tracking": tracking}
            for code, quantity, unit in rows
        ]

    def send(self, *given: Any, **headers: Any) -> Any:
        answer = super().send(*given, **headers)
        assert answer.status == 200, answer.text
        return answer

    def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/Invoices/{self.bills[name]}?unitdp=4")["Invoices"][0]
        return found

    def pay(self, name: str, day: str, amount: str) -> str:
        body = {"Invoice": {"InvoiceID": self.bills[name]}, "Account": BANK, "Date": day}
        answer = self.put("/Payments", {"Payments": [{**body, "Amount": Decimal(amount)}]})
        return str(answer["Payments"][0]["PaymentID"])


def billed() -> Story:
    story = Story()
    for name, (day, rows, net, tax, total) in BILLS.items():
        body = {
            "Type": "ACCPAY",
            "Contact": {"ContactID": CURRAWONG},
            "InvoiceNumber": "SC-1001",
            "Date": day,
        }
        body |= {"DueDate": day, "LineAmountTypes": "Exclusive", "LineItems": story.lines(rows)}
        made = story.put("/Invoices?unitdp=4", {"Invoices": [body]})["Invoices"][0]
        assert made["Status"] == "DRAFT"
        assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (*map(Decimal, (net, tax, total)),)
        story.bills[name] = made["InvoiceID"]
        story.post(f"/Invoices/{made['InvoiceID']}", {"Status": "AUTHORISED"})
    return story


def test_the_order_and_its_change() -> None:
    story = Story()
    rows = [("03-100.S", "1", "60000"), ("03-200.S", "25", "1200"), ("03-300.S", "1", "10000")]
    body = {
        "PurchaseOrderNumber": "SC-1001",
        "Contact": {"ContactID": CURRAWONG},
        "Reference": "Concrete package",
    }
    body |= {"Date": "2026-03-02", "LineItems": story.lines(rows)}
    made = story.put("/PurchaseOrders", {"PurchaseOrders": [body]})["PurchaseOrders"][0]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (100_000, 10_000, 110_000)
    kept = [{"LineItemID": each["LineItemID"]} for each in made["LineItems"]]
    change = {"Status": "DRAFT", "LineItems": [*kept, *story.lines([("03-100.S", "1", "10500")])]}
    after = story.post(f"/PurchaseOrders/{made['PurchaseOrderID']}", change)["PurchaseOrders"][0]
    assert (after["SubTotal"], after["TotalTax"], after["Total"]) == (110_500, 11_050, 121_550)
    assert after["LineItems"][:3] == made["LineItems"]
    assert (after["Date"], after["Reference"]) == (made["Date"], "Concrete package")


def test_paid_in_parts_and_one_part_taken_back() -> None:
    story = billed()
    story.pay("B1", "2026-04-15", "10000.05")
    second = story.pay("B1", "2026-04-20", "10000.05")
    story.post(f"/Payments/{second}", {"Status": "DELETED"})
    story.pay("B1", "2026-04-24", "10000.05")
    assert story.read("B1")["AmountDue"] == Decimal("12022.11")
    story.pay("B1", "2026-04-30", "12022.11")
    paid = story.read("B1")
    assert (paid["Status"], paid["AmountPaid"], paid["AmountDue"]) == ("PAID", Decimal("32022.21"), 0)
    story.pay("B2", "2026-05-30", "20000")
    assert story.read("B2")["AmountDue"] == Decimal("11927.50")


def test_credit_lowers_what_is_due_without_being_a_payment() -> None:
    story = billed()
    note = {"Type": "ACCPAYCREDIT", "CreditNoteNumber": "CN-77", "Contact": {"ContactID": CURRAWONG}}
    note |= {"Date": "2026-06-30", "Status": "AUTHORISED"}
    note |= {"LineItems": story.lines([("03-100.S", "1", "5000"), ("RETENTION", "1", "-500")])}
    made = story.put("/CreditNotes", {"CreditNotes": [note]})["CreditNotes"][0]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (4_500, 450, 4_950)
    part = {"Amount": 4950, "Date": "2026-06-30", "Invoice": {"InvoiceID": story.bills["B3"]}}
    story.put(f"/CreditNotes/{made['CreditNoteID']}/Allocations", {"Allocations": [part]})
    story.pay("B3", "2026-07-05", "17600")
    paid = story.read("B3")
    assert (paid["Status"], paid["AmountPaid"], paid["AmountCredited"]) == ("PAID", 17_600, 4_950)
    story.pay("B5", "2026-08-20", "6005.53")
    assert story.read("B5")["Status"] == "PAID"
