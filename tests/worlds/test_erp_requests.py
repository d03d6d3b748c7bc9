"""Procore's ERP Integrations tool decides: what an approver accepts there is made, marked and closed.

The world is the subcontract's first day; `approval_home` is erp_tool, so nothing is made unasked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.live.sync import Sync
from engine.plan.actions import BAD, HOLD, Action
from engine.plan.grounds import Ground
from tests.worlds import subcontract
from tests.worlds.erp_tool import Tool, deciding
from tests.worlds.sandboxed import Sandbox
from tests.worlds.settled import of
from tests.worlds.subcontract import CHANGE, COMPANY, CONTRACT, INVOICES, VENDOR, comes, is_changed

POLL = rf"/companies/{COMPANY}/erp_request"
CLOSE = "erp_request_details/sync"


@pytest.fixture
def it(sandbox: Sandbox, url: str) -> Iterator[Tool]:
    """The first day, company and project linked by hand, cost codes accepted."""
    with deciding(sandbox, url) as made:
        yield made


def test_what_nobody_accepted_is_not_made(it: Tool) -> None:
    report = it.sync()
    action = of(report, "commitments", CONTRACT)
    assert (action.kind, action.reason) == (HOLD, "not accepted in Procore's ERP tool yet")
    assert not it.orders()


def test_an_accepted_commitment_is_made_marked_and_closed(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    (order,) = it.orders()
    contract = it.stored("work_order_contracts", CONTRACT)
    assert contract["origin_id"] == order["PurchaseOrderID"]
    lines = {line["LineItemID"] for line in order["LineItems"]}
    assert {line["origin_id"] for line in contract["line_items"]} == lines
    assert it.details(CONTRACT) == [("success", [])]
    paths = [call["path"] for call in it.sandbox.calls("procore", "PATCH")]
    marks = [n for n, path in enumerate(paths) if "external_data" in path]
    closings = [n for n, path in enumerate(paths) if "erp_request_details" in path]
    assert max(marks) < min(closings), "closed before it was marked"
    quiet = it.quiet()
    assert of(quiet, "commitments", CONTRACT).kind == "same"


def test_what_was_dealt_with_follows_what_is_read_later(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    title = {"title": "Formwork, all levels"}
    it.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", title)
    assert of(it.sync(), "commitments", CONTRACT).kind == "update"
    (order,) = it.orders()
    assert "Formwork, all levels" in json.dumps(order, default=str)


def test_a_change_order_keeps_the_lines_only_its_request_tells(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    before = len(it.orders()[0]["LineItems"])
    is_changed(it.sandbox)
    it.send("change_order", CHANGE)
    it.sync()
    after = len(it.orders()[0]["LineItems"])
    assert after > before
    assert it.details(CHANGE) == [("success", [])]
    it.quiet()
    assert len(it.orders()[0]["LineItems"]) == after


def test_an_invoice_request_is_completed_by_what_rest_tells(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    comes(it.sandbox, "INV-501")
    own = INVOICES["INV-501"]
    (request,) = it.send("requisition", own)
    assert "vendor_id" not in request["request_data"]["requisitions"][0]
    it.sync()
    bill = it.books.bill_of(own)
    assert bill["Contact"]["ContactID"] == subcontract.CONTACT
    assert it.stored("requisitions", own)["origin_id"] == bill["InvoiceID"]
    assert it.details(own) == [("success", [])]
    it.quiet()


def test_a_refusal_is_told_to_whoever_sent_it_and_may_be_sent_again(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    sync = Sync(it.connection)
    contact = {"ContactID": subcontract.CONTACT}
    lines = [{"Description": "Typed in meanwhile", "Quantity": 1, "UnitAmount": 1}]
    typed: list[dict[str, Any]] = []

    def meanwhile(ground: Ground, actions: list[Action]) -> list[Action]:
        if not typed:
            order = {"PurchaseOrderNumber": "SC-1001", "Contact": contact, "LineItems": lines}
            typed.append(it.books.write("PurchaseOrders", order, "PUT"))
        return actions

    sync.decide = meanwhile
    ((_, _, _, reason),) = sync.sync().failures
    assert "Order number must be unique" in reason
    assert it.details(CONTRACT) == [("failed", [reason])]
    other = {"PurchaseOrderID": typed[0]["PurchaseOrderID"], "PurchaseOrderNumber": "TYPED"}
    it.books.write("PurchaseOrders", other)
    it.quiet()
    it.send("work_order_contract", CONTRACT)
    it.sync()
    assert [status for status, _ in it.details(CONTRACT)] == ["failed", "success"]
    assert len(it.orders()) == 2


def test_what_a_rule_holds_is_told_and_closed(it: Tool) -> None:
    it.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", {"line_items": []})
    it.send("work_order_contract", CONTRACT)
    it.sync()
    ((status, messages),) = it.details(CONTRACT)
    assert status == "failed"
    assert "has no line on its Schedule of Values" in messages[0]


def test_a_request_without_its_record_is_told_and_may_be_sent_again(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.spoils("commitment")
    report = it.sync()
    (bad,) = report.plan.of_kind(BAD)
    assert (bad.mapping, bad.source_id, bad.code) == ("commitments", str(CONTRACT), "unreadable")
    assert bad.label.startswith(f"{CONTRACT} Procore request")
    assert "cannot be read: the request has no 'commitment'" in bad.reason
    assert it.details(CONTRACT) == [("failed", [bad.reason, bad.fix])]
    assert not [text for text in report.tally.told if "left open" in text]
    assert not it.quiet().plan.of_kind(BAD)
    it.send("work_order_contract", CONTRACT)
    it.sync()
    assert it.details(CONTRACT)[1:] == [("success", [])]
    assert len(it.orders()) == 1


def test_the_codes_of_a_job_may_be_missing_from_its_request(it: Tool) -> None:
    """They only stand beside it: the request is about the job."""
    it.send("project", subcontract.PROJECT)
    it.spoils("all_cost_codes")
    assert not it.sync().plan.of_kind(BAD)
    assert it.details(subcontract.PROJECT) == [("success", [])]


def test_what_waits_for_another_record_stays_open(it: Tool) -> None:
    other = it.sandbox.in_procore("GET", f"/records/vendors/{VENDOR}") | {"id": 4799, "name": "Another Ltd"}
    it.sandbox.in_procore("PUT", "/records/vendors/4799", {**other, "origin_id": None})
    vendor = {"vendor": {"id": 4799, "company": "Another Ltd"}}
    it.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", vendor)
    it.send("work_order_contract", CONTRACT)
    assert of(it.sync(), "commitments", CONTRACT).kind == HOLD
    assert it.details(CONTRACT) == [("in_progress", [])]
    it.send("vendor", 4799)
    it.sync()
    assert it.details(4799) == it.details(CONTRACT) == [("success", [])]
    assert len(it.orders()) == 1


def test_the_same_request_twice_makes_one_document(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.send("work_order_contract", CONTRACT)
    it.sync()
    it.send("work_order_contract", CONTRACT, force=True)
    it.sync()
    assert it.details(CONTRACT) == [("success", [])] * 3
    assert len(it.orders()) == 1
    it.quiet()


def test_killed_before_it_is_closed_it_is_closed_by_the_next_run(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sandbox.faults({"kind": "cut", "system": "procore", "path": CLOSE, "times": 0})
    report = Sync(it.connection).sync()
    assert report.tally.left
    assert it.details(CONTRACT) == [("in_progress", [])]
    it.sandbox.faults()
    it.sync()
    assert it.details(CONTRACT) == [("success", [])]
    assert len(it.orders()) == 1
    it.quiet()


def test_killed_before_anything_is_owed_again(it: Tool) -> None:
    """Dead between the receipt and the mark: both, and the closing, are what the next run begins with."""
    it.send("work_order_contract", CONTRACT)
    sync = Sync(it.connection)

    def dies(what: str, count: int) -> None:
        if "purchase_order" in what and "update" not in what and it.orders():
            raise KeyboardInterrupt

    sync.progress = dies
    with pytest.raises(KeyboardInterrupt):
        sync.sync()
    assert it.details(CONTRACT) == [("in_progress", [])]
    it.sync()
    assert it.details(CONTRACT) == [("success", [])]
    assert len(it.orders()) == 1


def test_requests_of_other_kinds(it: Tool) -> None:
    it.sandbox.in_procore("POST", "/requests", {"request_name": "sync_vendors"})
    it.renamed(it.sandbox.in_procore("POST", "/requests", {"request_name": "sync_vendors"}))
    report = it.sync()
    assert it.details()[-2:] == [("success", []), ("in_progress", [])]
    told = [text for text in report.tally.told if "create_prime_contract" in text]
    assert len(told) == 1
    it.quiet()


def test_a_quiet_run_asks_twice_and_no_more(it: Tool) -> None:
    it.quiet()
    assert len(it.sandbox.calls("procore", "GET", POLL)) == 2
