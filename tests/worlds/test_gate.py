"""The accounting gate from end to end, in short: sent, accepted, exported; and what stops it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.ledger import links
from tests.worlds import subcontract
from tests.worlds.gated import APPROVER, OFFICE, Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import CONTACT, CONTRACT, VENDOR


@pytest.fixture
def gated(sandbox: Sandbox, url: str) -> Iterator[Gated]:
    """The first day behind the gate, cost codes through it."""
    with behind_the_gate(sandbox, url) as made:
        made.codes_synced()
        yield made


def orders(gated: Gated) -> list[str]:
    """The numbers of the orders in Xero."""
    return [one["PurchaseOrderNumber"] for one in gated.sandbox.of("xero", "PurchaseOrders")]


def test_nothing_leaves_before_it_is_accepted(gated: Gated) -> None:
    assert gated.state("commitments", CONTRACT) == "unsent"
    gated.sync()
    assert not orders(gated)
    gated.send("commitments", CONTRACT)
    gated.sync()
    assert not orders(gated)
    assert gated.state("commitments", CONTRACT) == "waiting"
    gated.accept("commitments", CONTRACT)
    gated.sync()
    assert orders(gated) == ["SC-1001"]
    stands = gated.stands("commitments", CONTRACT)
    assert (stands.state, stands.sender, stands.approver) == ("synced", OFFICE, APPROVER)


def test_what_the_approver_types_reaches_the_order(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT, number="PO-77")
    gated.sync()
    assert orders(gated) == ["PO-77"]
    gated.sync()
    assert orders(gated) == ["PO-77"]


def test_a_rejected_commitment_comes_back_with_the_reason(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    (refused,) = gated.act(APPROVER, "reject", "commitments", CONTRACT)
    assert refused.reasons == ("a rejection needs a reason",)
    (done,) = gated.act(APPROVER, "reject", "commitments", CONTRACT, why="wrong company")
    assert done.state == "rejected"
    (again,) = gated.act(OFFICE, "resend", "commitments", CONTRACT)
    assert again.state == "waiting"


def test_unlinked_once_the_order_is_gone_and_sent_again(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sync()
    (refused,) = gated.act(APPROVER, "unlink", "commitments", CONTRACT)
    assert "still in your accounting system" in refused.reasons[0]
    (order,) = gated.sandbox.of("xero", "PurchaseOrders")
    gated.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Status": "DELETED"})
    (done,) = gated.act(APPROVER, "unlink", "commitments", CONTRACT)
    assert done.state == "unlinked", done
    stored = gated.sandbox.in_procore("GET", f"/records/work_order_contracts/{CONTRACT}")
    assert stored["origin_id"] is None
    assert all(line["origin_id"] is None for line in stored["line_items"])


def test_the_approver_sees_that_somebody_typed_the_bill_already(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sync()
    subcontract.comes(gated.sandbox, "INV-501")
    gated.sync()
    gated.send("invoices", "INV-501")
    assert gated.item("invoices", "INV-501").doubts == ()
    bill = {"Type": "ACCPAY", "Contact": {"ContactID": CONTACT}, "InvoiceNumber": "INV-501"}
    line = {"Description": "Formwork", "Quantity": 1, "UnitAmount": 1, "AccountCode": "310"}
    gated.books.write("Invoices", {**bill, "Date": "2026-03-31", "LineItems": [line]}, "PUT")
    gated.sync()
    (doubt,) = gated.item("invoices", "INV-501").doubts
    assert "has the same contact and number" in doubt
    gated.accept("invoices", "INV-501")  # the guard warns and decides nothing


def test_what_was_changed_since_it_was_accepted_does_not_go(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    change = {"title": "Formwork, all levels", "force": True}
    gated.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", change)
    gated.run()
    assert not orders(gated)
    stands = gated.stands("commitments", CONTRACT)
    assert stands.state == "failed"
    assert "changed since it was accepted" in stands.why
    gated.act(OFFICE, "resend", "commitments", CONTRACT)
    gated.accept("commitments", CONTRACT, number="PO-77")
    gated.sync()
    assert orders(gated) == ["PO-77"]


def test_what_waits_for_another_kind_is_not_given_up_by_a_run_of_its_own_kind(gated: Gated) -> None:
    with gated.connection.ledger.leased(), gated.connection.ledger.begin() as tx:
        links.remove(gated.connection.ledger, tx, "companies", str(VENDOR))
    gated.sandbox.in_xero("contact", ContactID=CONTACT, Name="Renamed by somebody")
    gated.run()
    gated.send("companies", VENDOR)
    gated.accept("companies", VENDOR)
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.run(mappings=("commitments",))
    assert gated.state("commitments", CONTRACT) == "accepted"
    gated.sync()
    assert orders(gated) == ["SC-1001"]
