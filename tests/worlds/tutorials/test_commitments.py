"""Tutorials of commitments: sent, retrieved, accepted, rejected, exported, edited, unlinked, deleted."""

from __future__ import annotations

import pytest

from tests.worlds.tutorials.company import (
    ADMINISTRATOR,
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


def deleted_in_xero(company: Company, number: str) -> None:
    """The accountant deletes an order."""
    order = company.orders()[number]
    company.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Status": "DELETED"})


@tutorial("Send a Commitment to ERP Integrations for Accounting Acceptance")
def test_send_a_commitment(company: Company) -> None:
    company.refused(READER, "erp send demo commitments SC-101", f"reader {NOT_ON_COMMITMENTS}")
    assert "SC-101 Works of SC-101: waiting" in company.does(OFFICE, "erp send demo commitments SC-101")
    company.refused(OFFICE, "erp send demo commitments SC-101", "waits for acceptance by site office")
    assert company.stands("commitments", 883001)["sender"] == OFFICE


@tutorial("Retrieve a Commitment from ERP Integrations Before Acceptance")
def test_retrieve_a_commitment_before_acceptance(company: Company) -> None:
    company.does(OFFICE, "erp send demo commitments SC-104")
    company.refused(BOOKKEEPER, "erp retrieve demo commitments SC-104", f"bookkeeper {NOT_ON_COMMITMENTS}")
    assert "retrieved" in company.does(OFFICE, "erp retrieve demo commitments SC-104")
    words = ("was retrieved by site office", "what can be done now: send, resend")
    company.refused(APPROVER, "erp accept demo commitments SC-104", *words)


@tutorial("Accept or Reject a Commitment for Export to ERP")
def test_accept_or_reject_a_commitment(company: Company) -> None:
    company.does(OFFICE, "erp send demo commitments SC-102 SC-103")
    company.refused(OFFICE, "erp accept demo commitments SC-102", "has None on ERP Integrations")
    company.refused(BOOKKEEPER, "erp accept demo commitments SC-102", f"bookkeeper {NO_APPROVER}")
    company.refused(APPROVER, "erp reject demo commitments SC-103", "a rejection needs a reason", "--why")
    assert "SC-102: accepted" in company.does(APPROVER, "erp accept demo commitments SC-102")
    company.does(APPROVER, "erp reject demo commitments SC-103 --why 'the budget is not there'")
    company.refused(APPROVER, "erp accept demo commitments SC-103", "was rejected", "the budget is not there")
    rejected = company.stands("commitments", 883003)
    assert (rejected["state"], rejected["by"], rejected["sender"]) == ("rejected", APPROVER, OFFICE)


@tutorial("Resend a Rejected Commitment to ERP Integrations for Accounting Acceptance")
def test_resend_a_rejected_commitment(company: Company) -> None:
    company.does(OFFICE, "erp send demo commitments SC-105")
    company.does(APPROVER, "erp reject demo commitments SC-105 --why 'title is too vague'")
    company.refused(READER, "erp resend demo commitments SC-105", NOT_ON_COMMITMENTS)
    company.edits("work_order_contracts", 883005, title="Formwork to the ramp")
    said = company.does(OFFICE, "erp resend demo commitments SC-105")
    assert "SC-105 Formwork to the ramp: waiting" in said


@tutorial("Export a Commitment to ERP")
def test_export_a_commitment(company: Company) -> None:
    company.does(OFFICE, "erp send demo commitments SC-106")
    company.refused(CONTROLLER, "erp send demo commitments SC-106", NOT_ON_COMMITMENTS)
    company.refused(BOOKKEEPER, "erp accept demo commitments SC-106 --now", NO_APPROVER)
    assert "SC-106" not in company.orders()
    company.does(APPROVER, "erp accept demo commitments SC-106 --now")
    order = company.orders()["SC-106"]
    assert (order["Status"], order["Reference"]) == ("DRAFT", "Harbour Street Apartments: Works of SC-106")
    assert company.shows("work_order_contracts", 883006)["origin_id"] == order["PurchaseOrderID"]
    synced = company.stands("commitments", 883006)
    assert (synced["state"], synced["sender"], synced["approver"]) == ("synced", OFFICE, APPROVER)


@tutorial("Edit a Commitment Synced with ERP")
def test_edit_a_synced_commitment(company: Company) -> None:
    locked = "is Approved in Procore, and what is synced is locked then"
    company.refused(OFFICE, "erp edit demo commitments SC-107", locked, "a change order")
    company.edits("work_order_contracts", 883007, status="Draft", title="Formwork, east side")
    company.refused(READER, "erp edit demo commitments SC-107", "permission to update purchase orders")
    company.does(OFFICE, "erp edit demo commitments SC-107")
    company.edits("work_order_contracts", 883007, status="Approved")
    company.sync()
    assert company.orders()["SC-107"]["Reference"].endswith("Works of SC-107")
    company.does(OFFICE, "erp send demo commitments SC-107")
    company.does(APPROVER, "erp accept demo commitments SC-107 --now")
    assert company.orders()["SC-107"]["Reference"].endswith("Formwork, east side")
    assert company.state("commitments", 883007) == "synced"


@tutorial("Unlink Commitments Synced with ERP")
def test_unlink_a_commitment(company: Company) -> None:
    lives = "Purchase Order SC-108 is still in your accounting system"
    company.refused(APPROVER, "erp unlink demo commitments SC-108", lives, "delete it there before retrying")
    deleted_in_xero(company, "SC-108")
    company.refused(CONTROLLER, "erp unlink demo commitments SC-108", NOT_ON_COMMITMENTS)
    assert "unlinked" in company.does(APPROVER, "erp unlink demo commitments SC-108")
    contract = company.shows("work_order_contracts", 883008)
    assert contract["origin_id"] is None
    assert contract["line_items"][0]["origin_id"] is None


@tutorial("Delete a Commitment Synced with ERP")
def test_delete_a_commitment_once_it_is_unlinked_and_a_draft(company: Company) -> None:
    company.refused(OFFICE, "erp delete demo commitments SC-109", "is synced", "unlink")
    deleted_in_xero(company, "SC-109")
    company.does(APPROVER, "erp unlink demo commitments SC-109")
    company.refused(
        OFFICE, "erp delete demo commitments SC-109", "is Approved in Procore; it is deleted from Draft"
    )
    company.edits("work_order_contracts", 883009, status="Draft")
    company.refused(READER, "erp delete demo commitments SC-109", NOT_ON_COMMITMENTS)
    assert "deleted" in company.does(OFFICE, "erp delete demo commitments SC-109")
    company.sandbox.in_procore("DELETE", "/records/work_order_contracts/883009")
    company.refused(OFFICE, "erp resend demo commitments 883009", "was deleted", "nothing more can be done")


def test_reset_puts_a_commitment_back_to_unsent(company: Company) -> None:
    company.refused(
        CONTROLLER, "erp reset demo commitments SC-113", "controller is not a Company Administrator"
    )
    assert "SC-113: unsent" in company.does(ADMINISTRATOR, "erp reset demo commitments SC-113")
    assert company.shows("work_order_contracts", 883013)["origin_id"] is None


@tutorial("Enable or Disable ERP Direct Exports")
def test_direct_export_is_switched_on_and_off(company: Company) -> None:
    company.refused(APPROVER, "erp direct-export demo commitments on", "this takes Admin")
    company.refused(CONTROLLER, "erp direct-export demo companies on", "and nothing else")
    company.does(CONTROLLER, "erp direct-export demo commitments on")
    said = company.does(OFFICE, "erp send demo commitments SC-111")
    assert "direct export is on: it goes with the next sync" in said
    company.does(CONTROLLER, "erp direct-export demo commitments after-workflow")
    company.edits("work_order_contracts", 883012, status="Out For Bid")
    said = company.does(OFFICE, "erp send demo commitments SC-112")
    assert "it goes with the first sync after its workflow" in said
    company.sync()
    assert "SC-111" in company.orders()
    assert "SC-112" not in company.orders()
    company.edits("work_order_contracts", 883012, status="Approved")
    company.sync()
    assert "SC-112" in company.orders()
    company.does(CONTROLLER, "erp direct-export demo commitments off")
    assert "SC-114 Works of SC-114: waiting" in company.does(OFFICE, "erp send demo commitments SC-114")
    assert company.state("commitments", 883014) == "waiting"
    assert company.stands("commitments", 883011)["approver"] == "direct export"


@pytest.mark.parametrize("kind", ["companies", "commitments"])
def test_pending_ones_never_go_by_themselves(company: Company, kind: str) -> None:
    assert "SC-115" not in company.orders()
    assert {row["state"] for row in company.data(READER, f"erp list demo {kind} --offline")} >= {"unsent"}
