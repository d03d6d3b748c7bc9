"""Putting things right at the command line: shown first, done after a yes, and written down."""

from __future__ import annotations

from tests.worlds.people import Record
from tests.worlds.tutorials.company import APPROVER, BOOKKEEPER, READER, Company

IDS = ("TrackingCategoryID", "TrackingOptionID")


def test_what_can_be_done_is_shown_and_nothing_is_done(company: Company) -> None:
    company.refused(READER, "erp correct demo invoices 660101", "this takes Standard or Admin")
    before = (company.log(), company.effects())
    said = company.does(APPROVER, "erp correct demo invoices 660101")
    assert "is synced at the gate" in said
    assert "Delete the draft and send it again" in said
    assert "crosswalk erp unlink demo invoices 660101" in said
    found = company.data(APPROVER, "erp correct demo invoices 660101")
    assert {way["title"] for way in found["ways"]} >= {"Approve it in Xero as it is"}
    assert (company.log(), company.effects()) == before


def test_a_credit_note_is_linked_after_a_yes(company: Company) -> None:
    bill = company.books.read("Invoices", company.shows("requisitions", 665007)["origin_id"])
    company.books.approve(bill)
    first = bill["LineItems"][0]
    places = [{name: one[name] for name in IDS} for one in first["Tracking"]]
    line: Record = {
        "ItemCode": first["ItemCode"],
        "Quantity": 1,
        "UnitAmount": 100,
        "Description": "Not done",
    }
    line["Tracking"] = places
    note: Record = {
        "Type": "ACCPAYCREDIT",
        "CreditNoteNumber": "CN-1",
        "Date": "2026-10-30",
        "Status": "AUTHORISED",
    }
    note |= {"Contact": {"ContactID": bill["Contact"]["ContactID"]}, "LineItems": [line]}
    company.books.write("CreditNotes", note, "PUT")
    company.sync()
    company.refused(BOOKKEEPER, "erp credit demo 665007 CN-1", "is not an accounting approver")
    before = (company.log(), company.effects())
    said = company.does(APPROVER, "erp credit demo 665007 CN-1")
    assert "Commitment invoiced" in said
    assert "-100.00" in said
    assert "nothing was done; --yes does it" in said
    assert (company.log(), company.effects()) == before
    assert "done" in company.does(APPROVER, "erp credit demo 665007 CN-1 --yes --why 'billed, not done'")
    event = company.data(APPROVER, "erp history demo invoices 665007")[-1]
    assert (event["who"], event["what"], event["why"]) == (APPROVER, "credited", "billed, not done")


def test_default_cost_types_are_shown_and_ticked(company: Company) -> None:
    company.refused(READER, "erp types demo 03-300 --types E", "this takes Standard or Admin")
    assert "03-300" in company.does(BOOKKEEPER, "erp types demo")
    said = company.does(BOOKKEEPER, "erp types demo 03-300 --types E")
    assert "03-300 keeps" in said
    (row,) = company.data(BOOKKEEPER, "erp types demo 03-300")
    assert row["types"]["E"] == row["projects"] > 0
