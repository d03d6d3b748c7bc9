"""Contacts, items, tracking, and how lists are cut: filters, pages, what changed since."""

from __future__ import annotations

import re

import pytest

from tests.sandbox.xero_client import ARCHIVED, CURRAWONG, HARBOUR, JOB, Sandbox, bill, order


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


# ---------------------------------------------------------------------------------------- contacts


def test_a_contact_name_is_given_once_in_any_letters(sandbox: Sandbox) -> None:
    answer = sandbox.put("/Contacts", {"Contacts": [{"Name": "currawong plumbing pty ltd"}]})
    assert answer.told() == [
        "The contact name Currawong Plumbing Pty Ltd is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    ]
    assert sandbox.put("/Contacts", {"Contacts": [{"Name": "Two  spaces"}]}).status == 400
    assert sandbox.put("/Contacts", {"Contacts": [{"Name": "N" * 256}]}).told() == [
        "Contacts[0].Name: has 256 characters, at most 255"
    ]


def test_our_key_finds_a_contact_and_a_post_of_it_changes_it(sandbox: Sandbox) -> None:
    body = {"Contacts": [{"Name": "Gumnut Roofing", "ContactNumber": "procore:8841:7309"}]}
    made = sandbox.put("/Contacts", body)["Contacts"][0]
    kinds = [each["PhoneType"] for each in made["Phones"]]
    assert (kinds, made["IsSupplier"]) == (["DDI", "DEFAULT", "FAX", "MOBILE"], False)
    changed = {"ContactNumber": "procore:8841:7309", "Name": "Gumnut Roofing Pty Ltd"}
    assert sandbox.post("/Contacts", {"Contacts": [changed]})["Contacts"][0]["ContactID"] == made["ContactID"]
    found = sandbox.get("/Contacts/procore:8841:7309")["Contacts"][0]
    assert found["Name"] == "Gumnut Roofing Pty Ltd"


def test_archived_and_merged_contacts(sandbox: Sandbox) -> None:
    listed = [each["ContactID"] for each in sandbox.get("/Contacts?page=1")["Contacts"]]
    assert ARCHIVED not in listed
    found = sandbox.get(f"/Contacts?includeArchived=true&IDs={ARCHIVED}&page=1")["Contacts"][0]
    assert (found["ContactStatus"], found["MergedToContactID"]) == ("ARCHIVED", CURRAWONG)
    refused = sandbox.post(f"/Contacts/{ARCHIVED}", {"Contacts": [{"EmailAddress": "a@b.example"}]})
    assert refused.told() == ["Archived contacts cannot be modified"]


def test_a_merge_moves_documents_without_touching_their_dates(sandbox: Sandbox) -> None:
    made = sandbox.put("/PurchaseOrders", {"PurchaseOrders": [order("SC-1")]})["PurchaseOrders"][0]
    into = next(c["ContactID"] for c in sandbox.get("/Contacts?page=1")["Contacts"] if "Kestrel" in c["Name"])
    sandbox.steer("POST", "/xero/merge_contacts", {"from": CURRAWONG, "into": into})
    found = sandbox.get("/PurchaseOrders/SC-1")["PurchaseOrders"][0]
    assert (found["Contact"]["ContactID"], found["UpdatedDateUTC"]) == (into, made["UpdatedDateUTC"])


def test_a_contact_by_its_exact_name(sandbox: Sandbox) -> None:
    found = sandbox.get('/Contacts?where=Name=="Wombat Couriers"&page=1')["Contacts"]
    assert [each["Name"] for each in found] == ["Wombat Couriers"]


# ------------------------------------------------------------------------------------------- items


def test_an_item_code_is_taken(sandbox: Sandbox) -> None:
    answer = sandbox.put("/Items", {"Items": [{"Code": "RETENTION"}]})
    assert answer.told() == ["Price List Item with Code 'RETENTION' already exists"]
    renamed = sandbox.post("/Items", {"Items": [{"Code": "RETENTION", "Name": "Held back"}]})["Items"][0]
    assert (renamed["Name"], renamed["PurchaseDetails"]["AccountCode"]) == ("Held back", "815")
    assert sandbox.get("/Items/RETENTION")["Items"][0]["ItemID"] == renamed["ItemID"]
    assert sandbox.get("/Items/none").status == 404


def test_one_bad_element_takes_a_batch_back_or_fails_alone(sandbox: Sandbox) -> None:
    body = {"Items": [{"Code": "A"}, {"Code": "RETENTION"}, {"Code": "B" * 31}]}
    whole = sandbox.put("/Items", body)
    assert (whole.status, whole["Type"], len(whole["Elements"])) == (400, "ValidationException", 2)
    assert sandbox.get("/Items/A").status == 404
    apart = sandbox.put("/Items?summarizeErrors=false", body)
    states = [each["StatusAttributeString"] for each in apart["Items"]]
    assert (apart.status, states) == (200, ["OK", "ERROR", "ERROR"])
    assert sandbox.get("/Items/A").status == 200


# ---------------------------------------------------------------------------------------- tracking


def test_an_option_is_made_renamed_archived_and_hidden(sandbox: Sandbox) -> None:
    path = f"/TrackingCategories/{JOB}/Options"
    made = sandbox.put(path, {"Name": "Wattle Creek"})["Options"][0]
    assert sandbox.put(path, {"Name": "wattle creek"}).told() == [
        "A tracking option with the name 'wattle creek' already exists"
    ]
    sandbox.post(f"{path}/{made['TrackingOptionID']}", {"Name": "Wattle Creek 2", "Status": "ARCHIVED"})
    assert "Wattle Creek 2" not in sandbox.get("/TrackingCategories").text
    assert "Wattle Creek 2" in sandbox.get("/TrackingCategories?includeArchived=true").text


def test_a_clash_may_answer_without_an_id(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/faults", [{"kind": "option_clash", "system": "xero"}])
    answer = sandbox.put(f"/TrackingCategories/{JOB}/Options", {"Name": "Wattle Creek"})
    assert (answer.status, answer["Options"]) == (200, [{"Name": "Wattle Creek", "Status": "ACTIVE"}])
    assert "Wattle Creek" not in sandbox.get("/TrackingCategories").text


def test_only_an_unused_option_goes(sandbox: Sandbox) -> None:
    used = sandbox.send("DELETE", f"/xero/api.xro/2.0/TrackingCategories/{JOB}/Options/{HARBOUR}")
    assert used.told() == ["The tracking option is used and can only be archived"]


# ------------------------------------------------------------------------------------------- lists


def test_filters_pages_and_order(sandbox: Sandbox) -> None:
    where = 'Type=="ACCPAY" AND Date>=DateTime(2026,04,15) AND (Status=="AUTHORISED" OR Status=="PAID")'
    first = sandbox.get(f"/Invoices?where={where}&page=1&pageSize=2&order=Date DESC")
    assert first["pagination"] == {"page": 1, "pageSize": 2, "pageCount": 3, "itemCount": 5}
    assert [each["InvoiceNumber"] for each in first["Invoices"]] == ["CP-9017", "W-77"]
    assert sandbox.get(f"/Invoices?where={where}&page=4")["Invoices"] == []
    contact = f'Contact.ContactID==guid("{CURRAWONG}")'
    assert {
        each["Contact"]["ContactID"] for each in sandbox.get(f"/Invoices?where={contact}")["Invoices"]
    } == {CURRAWONG}
    assert sandbox.get("/Invoices?where=Type=ACCPAY").body["Type"] == "QueryParseException"


def test_days_and_instants_in_xeros_form(sandbox: Sandbox) -> None:
    """A day is the midnight of it in UTC, whatever zone the organisation is in."""
    made = sandbox.put("/Invoices", bill(Date="2026-05-31", DueDate="2026-06-30"))["Invoices"][0]
    assert (made["Date"], made["DueDate"]) == ("/Date(1780185600000+0000)/", "/Date(1782777600000+0000)/")
    found = re.fullmatch(r"/Date\((\d{13})\+0000\)/", made["UpdatedDateUTC"])
    assert found
    assert abs(int(found[1]) / 1000 - sandbox.world.clock.timestamp()) < 60
    lock = sandbox.get("/Organisation")["Organisations"][0]["PeriodLockDate"]
    assert lock == "/Date(1769817600000+0000)/"


def test_orders_have_no_filter_language(sandbox: Sandbox) -> None:
    """The real one would ignore it, and give every order there is."""
    assert sandbox.get('/PurchaseOrders?where=Status=="DRAFT"&page=1')["Type"] == "QueryParseException"
    sandbox.put("/PurchaseOrders", order("SC-1"))
    assert len(sandbox.get("/PurchaseOrders?Status=DRAFT&page=1")["PurchaseOrders"]) == 1
    assert sandbox.get("/PurchaseOrders?DateFrom=2026-05-02&page=1")["PurchaseOrders"] == []


def test_lines_come_only_with_a_page(sandbox: Sandbox) -> None:
    assert all(not each["LineItems"] for each in sandbox.get("/Invoices")["Invoices"])
    assert all(each["LineItems"] for each in sandbox.get("/Invoices?page=1")["Invoices"])
    assert all(not each["LineItems"] for each in sandbox.get("/Invoices?page=1&summaryOnly=true")["Invoices"])


def test_what_changed_since(sandbox: Sandbox) -> None:
    before = sandbox.steer("POST", "/clock", {"advance": 60})["now"][:19]
    assert sandbox.get("/Invoices?page=1", if_modified_since=before)["Invoices"] == []
    sandbox.put("/Invoices", bill())
    assert len(sandbox.get("/Invoices?page=1", if_modified_since=before)["Invoices"]) == 1
    assert sandbox.get("/Invoices?page=1", if_modified_since="2099-01-01T00:00:00")["Invoices"] == []


def test_a_note_in_the_history(sandbox: Sandbox) -> None:
    made = sandbox.put("/PurchaseOrders", order("SC-1"))["PurchaseOrders"][0]
    path = f"/PurchaseOrders/{made['PurchaseOrderID']}/History"
    assert sandbox.put(path, {"HistoryRecords": [{"Details": "Sent by Crosswalk"}]}).status == 200
    assert sandbox.get(path)["HistoryRecords"][0]["Details"] == "Sent by Crosswalk"
    assert sandbox.put(path, {"HistoryRecords": [{"Details": "n" * 2501}]}).status == 400


def test_the_plan_and_its_actions(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/switches", {"forbidden_actions": ["TrackingCategories"]})
    actions = {each["Name"]: each["Status"] for each in sandbox.get("/Organisation/Actions")["Actions"]}
    assert actions["TrackingCategories"] == "NOT-ALLOWED"
    assert sandbox.get("/Organisation")["Organisations"][0]["Class"] == "GROW"
