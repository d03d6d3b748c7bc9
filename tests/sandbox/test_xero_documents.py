"""Orders, bills, credit and payments: what Xero computes, and every refusal by its real words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero_client import ARCHIVED, BANK, JOB, Sandbox, bill, line, order

LOCKED = "The document date cannot be before the period lock date, currently set at 31-Jan-2026"
ALLOCATED = "This document cannot be edited as it has a payment or credit note allocated to it."
RETENTION = "RETENTION"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


def made(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    answer = sandbox.put("/Invoices", {"Invoices": [bill(Status="AUTHORISED", **more)]})
    assert answer.status == 200, answer.text
    record: dict[str, Any] = answer["Invoices"][0]
    return record


def read(sandbox: Sandbox, record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.get(f"/Invoices/{record['InvoiceID']}")["Invoices"][0]
    return found


# ------------------------------------------------------------------------------------------ orders


def test_an_order_number_is_taken_for_ever(sandbox: Sandbox) -> None:
    first = sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-1")]})["PurchaseOrders"][0]
    assert sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("sc-1")]}).told() == [
        "Order number must be unique"
    ]
    gone = {"Status": "DELETED"}
    assert sandbox.post(f"/PurchaseOrders/{first['PurchaseOrderID']}", gone).status == 200
    assert sandbox.get("/PurchaseOrders/SC-1")["PurchaseOrders"][0]["Status"] == "DELETED"
    assert sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-1")]}).status == 400


def test_lines_with_ids_stay_and_one_without_is_new(sandbox: Sandbox) -> None:
    first = sandbox.put(
        "/PurchaseOrders", {"PurchaseOrders": [order("SC-1", line(), line("RETENTION", "5"))]}
    )
    old = [each["LineItemID"] for each in first["PurchaseOrders"][0]["LineItems"]]
    kept = [{"LineItemID": each} for each in old]
    appended = {"Status": "DRAFT", "LineItems": [*kept, line("03-200.M", "-20.00")]}
    path = f"/PurchaseOrders/{first['PurchaseOrders'][0]['PurchaseOrderID']}"
    changed = sandbox.post(path, {"PurchaseOrders": [appended]})["PurchaseOrders"][0]
    assert [each["LineItemID"] for each in changed["LineItems"]][:2] == old
    assert (len(changed["LineItems"]), changed["SubTotal"], changed["Total"]) == (3, 85, Decimal("93.5"))


@pytest.mark.parametrize(("switch", "count"), [("remove", 1), ("duplicate", 2)])
def test_lines_sent_again_without_ids(sandbox: Sandbox, switch: str, count: int) -> None:
    sandbox.steer("POST", "/switches", {"omitted_ids": switch})
    first = sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-1")]})["PurchaseOrders"][0]
    again = sandbox.post("/PurchaseOrders", {"PurchaseOrders": [order("SC-1", Status="DRAFT")]})
    assert again["PurchaseOrders"][0]["PurchaseOrderID"] == first["PurchaseOrderID"]
    assert len(again["PurchaseOrders"][0]["LineItems"]) == count


def test_a_billed_order_is_closed(sandbox: Sandbox) -> None:
    first = sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-1")]})["PurchaseOrders"][0]
    sandbox.steer("POST", "/xero/copy_to_bill", {"PurchaseOrderID": first["PurchaseOrderID"]})
    again = sandbox.post("/PurchaseOrders", {"PurchaseOrders": [order("SC-1", Status="BILLED")]})
    assert again.told() == ["Purchase Order not of valid status for modification"]


def test_an_order_creates_no_contact_and_wants_a_live_one(sandbox: Sandbox) -> None:
    nobody = order("SC-1", Contact={"ContactID": "c0000000-0000-4000-8000-00000000ffff"})
    archived = order("SC-2", Contact={"ContactID": ARCHIVED})
    named = order("SC-3", Contact={"Name": "A new one"})
    both = sandbox.put("/PurchaseOrders?summarizeErrors=false", {"PurchaseOrders": [nobody, archived]})
    assert both.status == 200
    assert both.told()[0] == "A Contact must be specified for this type of transaction"
    assert "archived" in both.told()[1]
    assert "PurchaseOrders[0].Contact.Name: cannot be written" in sandbox.put("/PurchaseOrders", named).text


# ------------------------------------------------------------------------------------------- bills


def test_sums_of_the_first_bill_of_the_life_story(sandbox: Sandbox) -> None:
    lines = [line("03-200.M", "20345.67"), line("03-200.M", "1200", Quantity=10), line(RETENTION, "-3234.57")]
    record = made(sandbox, LineItems=[{**each, "TaxType": "INPUT"} for each in lines])
    assert (record["SubTotal"], record["TotalTax"]) == (Decimal("29111.10"), Decimal("2911.11"))
    assert (record["Total"], record["AmountDue"]) == (Decimal("32022.21"), Decimal("32022.21"))
    assert [each["TaxAmount"] for each in record["LineItems"]] == [
        *(Decimal("2034.57"), Decimal("1200.00"), Decimal("-323.46"))
    ]


def test_tax_inside_the_price(sandbox: Sandbox) -> None:
    record = made(sandbox, LineItems=[line(amount="968.00")], LineAmountTypes="Inclusive")
    assert (record["SubTotal"], record["TotalTax"], record["Total"]) == (880, 88, 968)


def test_unit_prices_keep_four_places_only_when_asked(sandbox: Sandbox) -> None:
    body = {"Invoices": [bill(line(amount="0.1255", Quantity=1000))]}
    assert sandbox.put("/Invoices", body)["Invoices"][0]["SubTotal"] == 130
    assert sandbox.put("/Invoices?unitdp=4", body)["Invoices"][0]["SubTotal"] == Decimal("125.5")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"LineItems": [line(Quantity=-1)]}, "Quantity must not be less than zero"),
    (
        {"LineItems": [line(LineAmount=Decimal("90"))]},
        "The line total 90 does not match the expected line total 100",
    ),
    ({"LineItems": [line(amount="-1")]}, "The document total must be greater than or equal to zero"),
    ({"LineItems": [line("99-999.X")]}, "Item code '99-999.X' is not valid"),
    ({"Date": "2026-01-31", "Status": "AUTHORISED"}, LOCKED),
    ({"DueDate": None, "Status": "AUTHORISED"}, "The document due date cannot be empty"),
    ({"CurrencyCode": "USD"}, "Organisation is not subscribed to currency USD"),
    ({"Url": "https://app.procore.com/xero/1"}, "Url cannot contain the word 'xero'"),
    ({"Status": "PAID"}, "A new Invoice cannot be PAID"),
]


@pytest.mark.parametrize(("change", "text"), REFUSED, ids=[text[:40] for _, text in REFUSED])
def test_refused_with_its_words(sandbox: Sandbox, change: dict[str, Any], text: str) -> None:
    answer = sandbox.put("/Invoices", {"Invoices": [{**bill(), **change}]})
    assert (answer.status, answer.told()) == (400, [text])


def test_the_lock_of_a_year_says_its_own_name(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/xero/organisation", {"PeriodLockDate": None, "EndOfYearLockDate": "2026-06-30"})
    body = {"Invoices": [bill(Status="AUTHORISED", Date="2026-06-30")]}
    assert sandbox.put("/Invoices", body).told() == [
        "The document date cannot be before the end of year lock date, currently set at 30-Jun-2026"
    ]
    note = {**bill(), "Type": "ACCPAYCREDIT", "CreditNoteNumber": "CN-1", "Date": "2026-07-01"}
    del note["InvoiceNumber"]
    made_note = sandbox.put("/CreditNotes", {"CreditNotes": [{**note, "Status": "AUTHORISED"}]})
    sandbox.steer("POST", "/xero/organisation", {"EndOfYearLockDate": "2026-07-31"})
    path = f"/CreditNotes/{made_note['CreditNotes'][0]['CreditNoteID']}"
    assert "end of year lock date" in sandbox.post(path, {"Status": "VOIDED"}).told()[0]


def test_a_draft_may_lie_in_a_locked_period(sandbox: Sandbox) -> None:
    answer = sandbox.put("/Invoices", {"Invoices": [bill(Date="2026-01-31")]})
    assert answer["Invoices"][0]["Status"] == "DRAFT"


def test_an_unknown_account_is_removed_with_a_warning(sandbox: Sandbox) -> None:
    body = {"Invoices": [bill(line(AccountCode="999"))]}
    answer = sandbox.put("/Invoices?summarizeErrors=false", body)["Invoices"][0]
    text = "Account code '999' has been removed as it does not match a recognised account."
    assert (answer["StatusAttributeString"], answer["Warnings"]) == ("WARNING", [{"Message": text}])


def test_a_misspelt_member_is_refused_though_xero_would_ignore_it(sandbox: Sandbox) -> None:
    answer = sandbox.put("/Invoices", {"Invoices": [bill(Refrence="SC-1")]})
    assert (answer.status, answer["Type"]) == (400, "PostDataInvalidException")
    assert answer["Message"] == "Invoices[0].Refrence: is not known here"


def test_a_bill_may_share_its_number_and_a_post_of_it_is_a_second_one(sandbox: Sandbox) -> None:
    first, second = (sandbox.post("/Invoices", bill())["Invoices"][0]["InvoiceID"] for _ in range(2))
    assert first != second
    found = sandbox.get("/Invoices?InvoiceNumbers=SC-1&page=1&createdByMyApp=true")
    assert {each["InvoiceID"] for each in found["Invoices"]} == {first, second}


def test_what_another_app_made_is_not_ours(sandbox: Sandbox) -> None:
    made(sandbox)
    sandbox.sign_in("accountant")
    assert sandbox.get("/Invoices?InvoiceNumbers=SC-1&createdByMyApp=true&page=1")["Invoices"] == []


# ---------------------------------------------------------------------------------- paid and credited


def test_payments_pay_and_close_a_bill_and_its_deletion_opens_it(sandbox: Sandbox) -> None:
    record = made(sandbox)
    pay = {"Invoice": {"InvoiceID": record["InvoiceID"]}, "Account": BANK, "Date": "2026-06-20"}
    too_much = sandbox.put("/Payments", {"Payments": [{**pay, "Amount": 111}]})
    assert too_much.told() == ["Payment amount exceeds the amount outstanding on this document"]
    assert sandbox.put("/Payments", {"Payments": [{**pay, "Amount": 0}]}).told() == [
        "Payment amounts must be positive amounts"
    ]
    sandbox.put("/Payments", {"Payments": [{**pay, "Amount": Decimal("60.05")}]})
    part = read(sandbox, record)
    assert (part["Status"], part["AmountPaid"], part["AmountDue"]) == (
        *("AUTHORISED", Decimal("60.05"), Decimal("49.95")),
    )
    last = sandbox.post("/Payments", {**pay, "Amount": Decimal("49.95")})["Payments"][0]
    assert (read(sandbox, record)["Status"], last["PaymentType"]) == ("PAID", "ACCPAYPAYMENT")
    sandbox.post(f"/Payments/{last['PaymentID']}", {"Status": "DELETED"})
    assert (read(sandbox, record)["Status"], read(sandbox, record)["AmountDue"]) == (
        *("AUTHORISED", Decimal("49.95")),
    )
    listed = sandbox.get('/Payments?where=PaymentType=="ACCPAYPAYMENT"&page=1&order=Date DESC')["Payments"]
    assert {each["Status"] for each in listed if each["Invoice"]["InvoiceID"] == record["InvoiceID"]} == {
        *("AUTHORISED", "DELETED")
    }


def test_a_part_paid_bill_takes_its_short_list_only(sandbox: Sandbox) -> None:
    record = made(sandbox)
    pay = {"Invoice": {"InvoiceID": record["InvoiceID"]}, "Account": BANK, "Date": "2026-06-20", "Amount": 60}
    sandbox.post("/Payments", pay)
    path, keep = f"/Invoices/{record['InvoiceID']}", {"Status": "AUTHORISED"}
    assert sandbox.post(path, {**keep, "DueDate": "2026-07-15"}).status == 200
    line_id = {"LineItemID": record["LineItems"][0]["LineItemID"]}
    assert (
        sandbox.post(path, {**keep, "LineItems": [{**line_id, "Description": "Told better"}]}).status == 200
    )
    for change in (
        {"Date": "2026-06-01"},
        {"LineItems": [{**line_id, "UnitAmount": 90}]},
        {"Status": "VOIDED"},
    ):
        assert sandbox.post(path, {**keep, **change}).told() == [ALLOCATED]


def test_an_approved_bill_is_changed_only_with_its_status(sandbox: Sandbox) -> None:
    record = made(sandbox)
    path = f"/Invoices/{record['InvoiceID']}"
    assert sandbox.post(path, {"DueDate": "2026-07-15"}).told() == [
        "Invoice not of valid status for modification"
    ]
    assert sandbox.post(path, {"Status": "VOIDED"})["Invoices"][0]["AmountDue"] == 0
    assert sandbox.post(path, {"Status": "AUTHORISED"}).status == 400


def test_credit_is_allocated_to_a_bill(sandbox: Sandbox) -> None:
    record = made(sandbox)
    note = {
        name: value
        for name, value in bill(line(amount="80")).items()
        if name not in {"InvoiceNumber", "Type"}
    }
    note |= {"Type": "ACCPAYCREDIT", "CreditNoteNumber": "CN-77", "Status": "AUTHORISED"}
    made_note = sandbox.put("/CreditNotes", {"CreditNotes": [note]})["CreditNotes"][0]
    assert made_note["RemainingCredit"] == 88
    path = f"/CreditNotes/{made_note['CreditNoteID']}/Allocations"
    part = {"Amount": 88, "Date": "2026-06-30", "Invoice": {"InvoiceID": record["InvoiceID"]}}
    assert sandbox.put(path, {"Allocations": [part]}).status == 200
    after = read(sandbox, record)
    assert (after["AmountCredited"], after["AmountDue"], after["Status"]) == (88, 22, "AUTHORISED")
    spent = sandbox.get("/CreditNotes/CN-77")["CreditNotes"][0]
    assert (spent["Status"], spent["RemainingCredit"]) == ("PAID", 0)


def test_spend_money_is_approved_at_once(sandbox: Sandbox) -> None:
    given = {"Type": "SPEND", "Contact": bill()["Contact"], "BankAccount": BANK, "Date": "2026-06-10"}
    given |= {"LineAmountTypes": "Inclusive", "Reference": "EFT 3381", "LineItems": [line(amount="968")]}
    record = sandbox.put("/BankTransactions", {"BankTransactions": [given]})["BankTransactions"][0]
    assert (record["Status"], record["SubTotal"], record["Reference"]) == ("AUTHORISED", 880, "EFT 3381")


def test_an_archived_option_takes_no_new_line_but_keeps_its_old_ones(sandbox: Sandbox) -> None:
    first = sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-1")]})["PurchaseOrders"][0]
    option = line()["Tracking"][0]["TrackingOptionID"]
    sandbox.post(f"/TrackingCategories/{JOB}/Options/{option}", {"Status": "ARCHIVED"})
    assert "is archived" in sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-2")]}).told()[0]
    kept = {**line(), "LineItemID": first["LineItems"][0]["LineItemID"]}
    again = order("SC-1", kept, Status="DRAFT")
    assert sandbox.post("/PurchaseOrders", {"PurchaseOrders": [again]}).status == 200


def test_an_approval_leaves_exact_prices_as_they_are(sandbox: Sandbox) -> None:
    draft = {"Invoices": [bill(line(amount="0.1255", Quantity=1000))]}
    path = f"/Invoices/{sandbox.put('/Invoices?unitdp=4', draft)['Invoices'][0]['InvoiceID']}"
    approved = sandbox.post(path, {"Status": "AUTHORISED"})["Invoices"][0]
    assert (approved["Status"], approved["SubTotal"]) == ("AUTHORISED", Decimal("125.5"))


@pytest.mark.parametrize(
    "change", [{"Amount": "ten"}, {"Amount": 1, "Date": "2026-02-30"}, {"Invoice": "b1"}]
)
def test_a_payment_of_the_wrong_form(sandbox: Sandbox, change: dict[str, Any]) -> None:
    pay = {"Invoice": {"InvoiceID": made(sandbox)["InvoiceID"]}, "Account": BANK, **change}
    answer = sandbox.put("/Payments?summarizeErrors=false", {"Payments": [pay]})
    assert (answer.status, answer["Type"]) == (400, "PostDataInvalidException")


def test_a_day_the_calendar_does_not_have(sandbox: Sandbox) -> None:
    assert sandbox.put("/PurchaseOrders", order("SC-1", Date="2026-02-30")).status == 400


def test_a_world_from_a_folder_of_answers(sandbox: Sandbox) -> None:
    from pathlib import Path

    from sandbox.sample import xero_world

    story = Path(__file__).resolve().parents[1] / "story" / "given"
    sandbox.world.xero = xero_world(story)
    sandbox.sign_in()
    assert sandbox.get("/Items/RETENTION")["Items"][0]["PurchaseDetails"]["AccountCode"] == "815"
    found = sandbox.get("/Invoices?page=1&unitdp=4")["Invoices"]
    assert found
    assert all(each["LineItems"] for each in found)
