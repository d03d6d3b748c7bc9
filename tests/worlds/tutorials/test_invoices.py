"""Tutorials of subcontractor invoices and their payments."""

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


@tutorial("Send Subcontractor Invoices to ERP Integrations for Accounting Acceptance")
def test_send_an_invoice(company: Company) -> None:
    company.refused(READER, "erp send demo invoices IN-201", f"reader {NOT_ON_COMMITMENTS}")
    assert "IN-201: waiting" in company.does(OFFICE, "erp send demo invoices IN-201")


@tutorial("Retrieve a Subcontractor Invoice from ERP Integrations Before Acceptance")
def test_retrieve_an_invoice_before_acceptance(company: Company) -> None:
    company.does(OFFICE, "erp send demo invoices IN-204")
    company.refused(BOOKKEEPER, "erp retrieve demo invoices IN-204", NOT_ON_COMMITMENTS)
    assert "retrieved" in company.does(OFFICE, "erp retrieve demo invoices IN-204")


@tutorial("Accept or Reject Subcontractor Invoices for Export to ERP")
def test_accept_or_reject_several_invoices(company: Company) -> None:
    company.does(OFFICE, "erp send demo invoices IN-202 IN-203 KR-7802")
    company.refused(OFFICE, "erp accept demo invoices IN-202", "has None on ERP Integrations")
    company.refused(BOOKKEEPER, "erp reject demo invoices IN-203 --why no", NO_APPROVER)
    company.does(APPROVER, "erp reject demo invoices IN-203 --why 'claims more than was built'")
    company.does(APPROVER, "erp accept demo invoices IN-202 KR-7802")
    states = [company.state("invoices", number) for number in (665002, 665003, 660104)]
    assert states == ["accepted", "rejected", "accepted"]


@tutorial("Resend a Rejected Subcontractor Invoice to ERP Integrations for Accounting Acceptance")
def test_resend_a_rejected_invoice(company: Company) -> None:
    company.does(OFFICE, "erp send demo invoices IN-205")
    company.does(APPROVER, "erp reject demo invoices IN-205 --why 'claims too much'")
    company.refused(READER, "erp resend demo invoices IN-205", NOT_ON_COMMITMENTS)
    assert "waiting" in company.does(OFFICE, "erp resend demo invoices IN-205")


@tutorial("Export Subcontractor Invoices from Procore to ERP")
def test_export_an_invoice(company: Company) -> None:
    company.does(OFFICE, "erp send demo invoices IN-206")
    company.refused(BOOKKEEPER, "erp accept demo invoices IN-206 --now", NO_APPROVER)
    company.does(APPROVER, "erp accept demo invoices IN-206 --now")
    bill = company.bills()["665006"]
    assert (bill["Type"], bill["Status"], bill["InvoiceNumber"]) == ("ACCPAY", "DRAFT", "SC-002")
    assert company.shows("requisitions", 665006)["origin_id"] == bill["InvoiceID"]


@tutorial("Unlink Subcontractor Invoices Synced with ERP")
def test_unlink_an_invoice(company: Company) -> None:
    company.refused(APPROVER, "erp unlink demo invoices IN-207", "is still in your accounting system")
    company.books.write(
        "Invoices", {"InvoiceID": company.bills()["665007"]["InvoiceID"], "Status": "DELETED"}
    )
    company.refused(CONTROLLER, "erp unlink demo invoices IN-207", NOT_ON_COMMITMENTS)
    assert "unlinked" in company.does(APPROVER, "erp unlink demo invoices IN-207")
    assert company.shows("requisitions", 665007)["origin_id"] is None


@tutorial("Sync Paid Invoice Notifications from ERP into Procore")
def test_sync_payments_of_invoices(company: Company) -> None:
    bill = company.books.approve(company.bills()["665008"])
    company.books.pay(bill, "1000.00", "2026-05-12")
    company.refused(APPROVER, "erp sync-payments demo", "this takes Admin")
    company.does(CONTROLLER, "erp sync-payments demo")
    (paid,) = company.sandbox.of("procore", "contract_payments")
    assert str(paid["date"]) == "2026-05-12"
    assert paid["origin_id"]
