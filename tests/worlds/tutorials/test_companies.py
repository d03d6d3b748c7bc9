"""Tutorials of companies: both ways through the gate, linked to contacts, archived and restored."""

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

NOT_ON_DIRECTORY = "is not Admin on the company's Directory tool"
JOINERY, PLANT = "c0000000-0000-4000-8000-000000007308", "c0000000-0000-4000-8000-000000007310"


@tutorial("Send a Procore Company to ERP Integrations for Accounting Acceptance")
def test_send_a_company(company: Company) -> None:
    company.refused(READER, "erp send demo companies 7401", f"reader {NOT_ON_DIRECTORY}")
    assert "Sent Scaffolding: waiting" in company.does(OFFICE, "erp send demo companies 'Sent Scaffolding'")


@tutorial("Retrieve a Company from ERP Integrations Before Acceptance")
def test_retrieve_a_company_before_acceptance(company: Company) -> None:
    company.does(OFFICE, "erp send demo companies 7404")
    company.refused(BOOKKEEPER, "erp retrieve demo companies 7404", NOT_ON_DIRECTORY)
    assert "retrieved" in company.does(OFFICE, "erp retrieve demo companies 7404")


@tutorial("Accept or Reject a Company for Export to ERP")
def test_accept_or_reject_a_company(company: Company) -> None:
    company.does(OFFICE, "erp send demo companies 7402 7403")
    company.refused(BOOKKEEPER, "erp accept demo companies 7402", NO_APPROVER)
    company.refused(OFFICE, "erp reject demo companies 7403 --why no", "has None on ERP Integrations")
    assert "accepted" in company.does(APPROVER, "erp accept demo companies 7402")
    assert "rejected" in company.does(APPROVER, "erp reject demo companies 7403 --why 'never heard of'")


@tutorial("Resend a Rejected Company to ERP Integrations for Accounting Acceptance")
def test_resend_a_rejected_company(company: Company) -> None:
    company.does(OFFICE, "erp send demo companies 7405")
    company.does(APPROVER, "erp reject demo companies 7405 --why 'no address'")
    company.refused(READER, "erp resend demo companies 7405", NOT_ON_DIRECTORY)
    assert "waiting" in company.does(OFFICE, "erp resend demo companies 7405")


@tutorial("Export a Procore Company Record to ERP")
def test_export_a_company(company: Company) -> None:
    company.does(OFFICE, "erp send demo companies 7406")
    company.refused(BOOKKEEPER, "erp accept demo companies 7406 --now", NO_APPROVER)
    company.does(APPROVER, "erp accept demo companies 7406 --now")
    contact = company.contacts()["Exported Excavation"]
    assert company.shows("vendors", 7406)["origin_id"] == contact["ContactID"]
    company.refused(OFFICE, "erp resend demo companies 7406", "is synced")


@tutorial("Unlink a Company Synced with ERP")
def test_unlink_a_company_whose_contact_stays(company: Company) -> None:
    company.refused(OFFICE, "erp unlink demo companies 7407", "has None on ERP Integrations")
    assert "unlinked" in company.does(CONTROLLER, "erp unlink demo companies 7407")
    assert company.shows("vendors", 7407)["origin_id"] is None
    assert company.contacts()["Unlinked Upholstery"]["ContactStatus"] == "ACTIVE"


@tutorial("Add an ERP Company to the Procore Company Directory")
def test_add_a_contact_to_the_directory(company: Company) -> None:
    company.refused(READER, "erp add demo companies 'Wombat Couriers'", "this takes Standard or Admin")
    company.does(BOOKKEEPER, "erp add demo companies 'Wombat Couriers'")
    (added,) = [one for one in company.sandbox.of("procore", "vendors") if one["name"] == "Wombat Couriers"]
    assert added["origin_id"] == company.contacts()["Wombat Couriers"]["ContactID"]
    company.refused(BOOKKEEPER, "erp add demo companies 'Wombat Couriers'", "is linked already")


@tutorial(
    "Archive an ERP Company in Procore",
    "View the Archived Companies List for ERP",
    "Restore an Archived ERP Company for ERP Integrations",
)
def test_archive_and_restore_a_contact(company: Company) -> None:
    company.refused(
        READER, "erp archive demo companies 'Quokka Scaffold Hire Pty Ltd'", "this takes Standard or Admin"
    )
    assert "archived" in company.does(BOOKKEEPER, "erp archive demo companies 'Quokka Scaffold Hire Pty Ltd'")
    company.refused(BOOKKEEPER, "report archived demo", f"bookkeeper {NO_APPROVER}")
    assert "Quokka Scaffold" in company.does(APPROVER, "report archived demo")
    listed = company.data(READER, "erp list demo companies --offline --filter archived")
    assert [one["label"] for one in listed] == ["Quokka Scaffold Hire Pty Ltd"]
    company.refused(BOOKKEEPER, "erp add demo companies 'Quokka Scaffold Hire Pty Ltd'", "is archived")
    company.refused(
        READER, "erp restore demo companies 'Quokka Scaffold Hire Pty Ltd'", "this takes Standard or Admin"
    )
    assert "ready" in company.does(BOOKKEEPER, "erp restore demo companies 'Quokka Scaffold Hire Pty Ltd'")


def test_a_linked_contact_is_not_archived(company: Company) -> None:
    kestrel = "c0000000-0000-4000-8000-000000007302"
    company.refused(BOOKKEEPER, f"erp archive demo companies {kestrel}", "no company is known as")


@tutorial(
    "Link ERP Companies to Procore Companies", "Consolidate and Link ERP Companies to Procore Companies"
)
def test_link_companies_one_by_one_and_all_at_once(company: Company) -> None:
    company.refused(APPROVER, f"erp link demo companies 7308 {JOINERY}", "this takes Admin")
    company.does(CONTROLLER, f"erp link demo companies 7308 {JOINERY}")
    assert company.state("companies", 7308) == "synced"
    said = company.does(CONTROLLER, "erp link demo companies --all")
    assert "Bandicoot Plant Hire" in said
    assert company.state("companies", 7310) == "synced"
    company.sync()
    assert company.shows("vendors", 7310)["origin_id"] == PLANT


def test_a_name_is_taken_once_so_duplicates_are_consolidated_first(company: Company) -> None:
    said = company.does(OFFICE, "why demo companies 7305")
    assert "currawong plumbing" in said
    assert "wanted by Company Currawong Plumbing Pty Ltd (7304) too" in said


def test_refresh_the_companies(company: Company) -> None:
    company.refused(APPROVER, "erp refresh demo companies", "this takes Admin")
    company.does(CONTROLLER, "erp refresh demo companies")
