"""A rehearsal names every future failure by its cause, with a count and what helps."""

from __future__ import annotations

from typing import Any

from engine.plan.actions import Action
from engine.plan.grounds import Ground
from engine.plan.rehearse import Finding, rehearse
from engine.workspace import Desk
from tests.plan.conftest import demo_ground

BILL: dict[str, Any] = {
    "Type": "ACCPAY",
    "Status": "AUTHORISED",
    "Contact": {"ContactID": "c1"},
    "LineItems": [{"ItemCode": "03-100.S", "Tracking": [{"TrackingOptionID": "o1"}]}],
}


def bills(desk: Desk, *records: dict[str, Any]) -> tuple[Ground, list[Action]]:
    made = [
        Action("invoices", False, str(i), "create", "xero.bill", label=f"B-{i}", record=one, body=one)
        for i, one in enumerate(records)
    ]
    return demo_ground(desk, "invoices", desk.facts({})), made


def there(desk: Desk, mapping: str, **records: Any) -> tuple[Ground, list[Action]]:
    return demo_ground(desk, mapping, desk.facts({}), there=records), []


def codes(found: list[Finding]) -> dict[str, tuple[str, int]]:
    return {one.code: (one.severity, one.count) for one in found}


def test_bills_that_cannot_be_approved_are_counted_by_cause(demo: Desk) -> None:
    items = there(demo, "cost_codes", i1={"Code": "03-100.S"}, i2={"Code": "RETENTION"})
    found = codes(rehearse([items, bills(demo, BILL, BILL)]))
    assert found == {"no-due-date": ("failure", 2), "no-account": ("failure", 2)}
    warned = rehearse([items, bills(demo, {**BILL, "Status": "DRAFT", "DueDate": "x"})])
    assert [(one.severity, one.code) for one in warned] == [("warning", "no-account")]


def test_items_and_the_retainage_item_that_are_not_there(demo: Desk) -> None:
    items = there(demo, "cost_codes", i1={"Code": "OTHER"})
    found = codes(rehearse([items, bills(demo, {**BILL, "DueDate": "x"})]))
    assert found == {"item-not-there": ("failure", 1), "retainage-item": ("failure", 1)}


def test_archived_contacts_and_options_stop_documents(demo: Desk) -> None:
    contacts = there(demo, "companies", c1={"Name": "Gone Pty Ltd", "ContactStatus": "ARCHIVED"})
    options = there(demo, "projects", o1={"Name": "Old job", "Status": "ARCHIVED"})
    found = rehearse([contacts, options, bills(demo, {**BILL, "DueDate": "x"})])
    assert codes(found) == {"contact-archived": ("failure", 1), "option-archived": ("failure", 1)}
    assert "Gone Pty Ltd" in found[0].text


def test_a_category_that_is_nearly_full_is_said_before_it_is(demo: Desk) -> None:
    category = demo.settings["tracking_category"]
    options = {
        f"o{i}": {"Name": f"{i}", "Status": "ACTIVE", "TrackingCategoryID": category} for i in range(90)
    }
    (found,) = rehearse([there(demo, "projects", **options)])
    assert (found.severity, found.code) == ("warning", "tracking-full")
    assert "90 of at most 100" in found.text
    del options["o1"]
    assert rehearse([there(demo, "projects", **options)]) == []


def test_more_items_than_the_price_list_takes_is_a_failure(demo: Desk) -> None:
    limit = int(demo.settings["item_limit"])
    items = {f"i{n}": {"Code": f"{n}"} for n in range(limit)} | {"r": {"Code": "RETENTION"}}
    (found,) = rehearse([there(demo, "cost_codes", **items)])
    assert (found.severity, found.code) == ("failure", "items-full")
