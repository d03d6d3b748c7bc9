"""Tutorials of commitment change orders: they add lines to the order their commitment made, once accepted."""

from __future__ import annotations

from tests.worlds.tutorials.company import (
    APPROVER,
    BOOKKEEPER,
    CONTROLLER,
    NO_APPROVER,
    OFFICE,
    READER,
    Company,
    tutorial,
)

NOT_ON_COMMITMENTS = "is not Admin on the project's Commitments tool"


def lines(company: Company) -> list[str]:
    """The descriptions of the order's lines."""
    return [line["Description"] for line in company.orders()["SC-110"]["LineItems"]]


def taken_off(company: Company, number: str) -> None:
    """The accountant deletes the lines of a change order."""
    order = company.books.read("PurchaseOrders", company.orders()["SC-110"]["PurchaseOrderID"])
    rest = [line for line in order["LineItems"] if f"CO {number}:" not in line["Description"]]
    kept = [{"LineItemID": line["LineItemID"]} for line in rest]
    company.sandbox.ask("POST", "/switches", {"omitted_ids": "remove"})
    company.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "LineItems": kept})


@tutorial("Send a CCO to ERP for Accounting Acceptance")
def test_send_a_change_order(company: Company) -> None:
    company.refused(READER, "erp send demo change_orders 933001", NOT_ON_COMMITMENTS)
    assert "101 Change 101: waiting" in company.does(OFFICE, "erp send demo change_orders 101")


@tutorial("Retrieve a CCO from ERP Integrations Before Acceptance")
def test_retrieve_a_change_order_before_acceptance(company: Company) -> None:
    company.does(OFFICE, "erp send demo change_orders 104")
    company.refused(BOOKKEEPER, "erp retrieve demo change_orders 104", NOT_ON_COMMITMENTS)
    assert "retrieved" in company.does(OFFICE, "erp retrieve demo change_orders 104")


@tutorial("Accept or Reject a CCO for Export to ERP")
def test_accept_or_reject_a_change_order(company: Company) -> None:
    company.does(OFFICE, "erp send demo change_orders 102 103")
    company.refused(OFFICE, "erp accept demo change_orders 102", "has None on ERP Integrations")
    company.refused(BOOKKEEPER, "erp reject demo change_orders 103 --why no", NO_APPROVER)
    assert "accepted" in company.does(APPROVER, "erp accept demo change_orders 102")
    assert "rejected" in company.does(APPROVER, "erp reject demo change_orders 103 --why 'not agreed'")


@tutorial("Resend a Rejected CCO to ERP Integrations for Accounting Acceptance")
def test_resend_a_rejected_change_order(company: Company) -> None:
    company.does(OFFICE, "erp send demo change_orders 105")
    company.does(APPROVER, "erp reject demo change_orders 105 --why 'not agreed'")
    company.refused(OFFICE, "erp send demo change_orders 105", "was rejected", "what can be done now: resend")
    company.refused(READER, "erp resend demo change_orders 105", NOT_ON_COMMITMENTS)
    assert "waiting" in company.does(OFFICE, "erp resend demo change_orders 105")


@tutorial("Export a Commitment Change Order (CCO) to ERP")
def test_export_a_change_order(company: Company) -> None:
    company.does(OFFICE, "erp send demo change_orders 106")
    company.refused(BOOKKEEPER, "erp accept demo change_orders 106 --now", NO_APPROVER)
    company.does(
        APPROVER, "erp accept demo change_orders 106 --now --type 'description=Formwork, more of it'"
    )
    assert "CO 106: Formwork, more of it" in lines(company)
    assert company.state("change_orders", 933006) == "synced"


@tutorial("Unlink CCOs Synced with ERP")
def test_unlink_a_change_order(company: Company) -> None:
    lives = "1 line of Purchase Order SC-110 is still in your accounting system"
    company.refused(APPROVER, "erp unlink demo change_orders 107", lives)
    taken_off(company, "107")
    company.refused(CONTROLLER, "erp unlink demo change_orders 107", NOT_ON_COMMITMENTS)
    assert "unlinked" in company.does(APPROVER, "erp unlink demo change_orders 107")
    assert company.shows("change_order_packages", 933007)["origin_id"] is None


@tutorial("Delete a CCO Synced with ERP")
def test_delete_a_change_order_once_it_is_unlinked_and_a_draft(company: Company) -> None:
    taken_off(company, "108")
    company.does(APPROVER, "erp unlink demo change_orders 108")
    company.refused(
        OFFICE, "erp delete demo change_orders 108", "is approved in Procore; it is deleted from draft"
    )
    company.edits("change_order_packages", 933008, status="draft")
    company.refused(READER, "erp delete demo change_orders 108", NOT_ON_COMMITMENTS)
    assert "deleted" in company.does(OFFICE, "erp delete demo change_orders 108")


def test_the_order_stays_linked_while_change_orders_wrote_into_it(company: Company) -> None:
    company.refused(APPROVER, "erp unlink demo commitments SC-110", "is still in your accounting system")
