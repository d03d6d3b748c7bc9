"""Somebody changes a system in the middle of a call of ours: nothing is doubled, what cannot be done is told.

The sandbox lets the call wait; the person acts; then it goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.live.sync import Report
from engine.plan.actions import HOLD
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import CATEGORY, CHANGE, CONTACT, CONTRACT, OPTION, comes, is_changed

BILL = 601501
BILLS = {"system": "xero", "method": "PUT", "path": "Invoices"}
ORDERS = {"system": "xero", "method": "POST", "path": "PurchaseOrders"}
MARKS = {"system": "procore", "method": "PATCH", "path": "external_data"}
WAITS = 30


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def meanwhile(scene: Scene, call: dict[str, Any], acts: Callable[[], object]) -> Report:
    """A run in which somebody acts after we made a call, and before it has its effect."""
    scene.sandbox.faults({"kind": "slow", "seconds": WAITS, **call})
    scene.sandbox.forget_calls()
    reports: list[Report] = []
    running = threading.Thread(target=lambda: reports.append(scene.run()))
    running.start()
    while not any(one["status"] is None for one in scene.sandbox.calls(**call)):
        assert running.is_alive(), "it ended without that call"
        time.sleep(0.01)
    acts()
    scene.sandbox.clock.move(WAITS + 1)
    running.join()
    scene.sandbox.faults()
    return reports[0]


def order(scene: Scene) -> Record:
    (found,) = scene.books.all("PurchaseOrders")
    return found


def bill(scene: Scene) -> Record:
    (found,) = scene.books.all("Invoices")
    return found


def test_a_commitment_is_deleted_between_the_list_and_its_own_read(scene: Scene) -> None:
    """What could not be read is not written; the order that was made of it stays as it is."""
    scene.edits("work_order_contracts", CONTRACT, title="Concrete package, stage 1")
    before = order(scene)
    read = {"system": "procore", "method": "GET", "path": rf"work_order_contracts/{CONTRACT}\?"}
    report = meanwhile(
        scene, read, lambda: scene.sandbox.in_procore("DELETE", f"/records/work_order_contracts/{CONTRACT}")
    )
    assert not report.failures
    assert order(scene) == before
    assert scene.quiet()


def test_an_order_is_deleted_while_lines_are_added_to_it(scene: Scene) -> None:
    is_changed(scene.sandbox)
    gone = {"PurchaseOrderID": order(scene)["PurchaseOrderID"], "Status": "DELETED"}
    report = meanwhile(scene, ORDERS, lambda: scene.books.write("PurchaseOrders", gone))
    ((mapping, number, _, reason),) = report.failures
    assert (mapping, number) == ("change_orders", str(CHANGE))
    assert reason == "Purchase Order not of valid status for modification"
    kind, words = said(scene.run(), "change_orders", CHANGE)
    assert kind == HOLD
    assert "was deleted there, and nothing can be added to it" in words


def test_a_contact_is_archived_while_its_bill_is_sent(scene: Scene) -> None:
    comes(scene.sandbox, "INV-501")
    archived = {"ContactID": CONTACT, "ContactStatus": "ARCHIVED"}
    report = meanwhile(scene, BILLS, lambda: scene.sandbox.in_xero("contact", **archived))
    ((_, _, _, reason),) = report.failures
    assert "must be un-archived" in reason
    assert not scene.books.all("Invoices")
    kind, words = said(scene.run(), "invoices", BILL)
    assert (kind, "Restore the contact in Xero" in words) == (HOLD, True)
    scene.sandbox.in_xero("contact", ContactID=CONTACT, ContactStatus="ACTIVE")
    scene.run(retry=True)
    assert scene.office.mark_of("requisitions", BILL) == bill(scene)["InvoiceID"]
    assert scene.quiet()


def test_a_project_is_closed_in_xero_while_its_bill_is_sent(scene: Scene) -> None:
    comes(scene.sandbox, "INV-501")
    option = f"/xero/api.xro/2.0/TrackingCategories/{CATEGORY}/Options/{OPTION}"
    report = meanwhile(scene, BILLS, lambda: scene.books.call("POST", option, {"Status": "ARCHIVED"}))
    ((_, _, _, reason),) = report.failures
    assert reason == "The tracking option 'Harbour St' is archived"
    scene.books.call("POST", option, {"Status": "ACTIVE"})
    scene.run(retry=True)
    assert bill(scene)["Status"] == "DRAFT"
    assert scene.quiet()


def test_an_invoice_is_deleted_in_procore_while_its_bill_is_marked(scene: Scene) -> None:
    """The bill stands in Xero. Every run says that its invoice shows nothing of it, until it does."""
    comes(scene.sandbox, "INV-501")
    report = meanwhile(
        scene, MARKS, lambda: scene.sandbox.in_procore("DELETE", f"/records/requisitions/{BILL}")
    )
    ((_, number, _, reason),) = report.failures
    assert number == str(BILL)
    assert reason == "item_id not found"
    (told,) = scene.run().tally.told
    assert told.endswith("since it was refused: item_id not found. Put that right, then sync --retry")
    comes(scene.sandbox, "INV-501")  # it was a mistake: it is brought back
    scene.run(retry=True)
    assert scene.office.mark_of("requisitions", BILL) == bill(scene)["InvoiceID"]
    assert scene.quiet()


def test_a_mark_that_was_refused_is_not_forgotten(scene: Scene) -> None:
    """The head is marked, the rows are not; no plan sees it, since both documents agree."""
    comes(scene.sandbox, "INV-501")
    scene.sandbox.faults({"kind": "half_batch", **MARKS})
    assert scene.run().failures
    scene.sandbox.forget_calls()
    (told,) = scene.run().tally.told
    assert told.endswith("Put that right, then sync --retry")
    assert not scene.written()
    scene.run(retry=True)
    lines = [one["LineItemID"] for one in bill(scene)["LineItems"] if one["ItemCode"] != "RETENTION"]
    items = scene.stored("requisitions", BILL)["items"]
    assert [item["origin_id"] for item in items if item.get("origin_id")] == lines
    assert scene.quiet()
