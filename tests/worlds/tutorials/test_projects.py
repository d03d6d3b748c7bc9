"""Tutorials of projects: options of the tracking category, made, added, linked."""

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

NOT_ON_PROJECT = "is not Admin on the project's Admin tool"
FITOUT = "0b000000-0000-4000-8000-000000000001"


@tutorial("Send a Procore Project to ERP for Accounting Acceptance")
def test_send_a_project(company: Company) -> None:
    company.refused(READER, "erp send demo projects 520201", f"reader {NOT_ON_PROJECT}")
    assert "Sent Street: waiting" in company.does(OFFICE, "erp send demo projects 'Sent Street'")


@tutorial("Retrieve a Project from ERP Before Accounting Acceptance")
def test_retrieve_a_project_before_acceptance(company: Company) -> None:
    company.does(OFFICE, "erp send demo projects 520203")
    company.refused(BOOKKEEPER, "erp retrieve demo projects 520203", NOT_ON_PROJECT)
    assert "retrieved" in company.does(OFFICE, "erp retrieve demo projects 520203")


@tutorial("Accept or Reject a Project for Export to ERP")
def test_accept_or_reject_a_project(company: Company) -> None:
    company.does(OFFICE, "erp send demo projects 520202 520102")
    company.refused(BOOKKEEPER, "erp accept demo projects 520202", NO_APPROVER)
    company.refused(OFFICE, "erp reject demo projects 520102 --why no", "has None on ERP Integrations")
    company.does(APPROVER, "erp reject demo projects 520102 --why 'wrong client'")
    company.does(APPROVER, "erp accept demo projects 520202 --now")
    option = company.options()["Accepted Avenue"]
    assert company.shows("projects", 520202)["origin_id"] == option["TrackingOptionID"]
    company.does(OFFICE, "erp resend demo projects 520202")  # a synced project may be sent again


@tutorial("Resend a Rejected Project to ERP for Accounting Acceptance")
def test_resend_a_rejected_project(company: Company) -> None:
    company.does(OFFICE, "erp send demo projects 520204")
    company.does(APPROVER, "erp reject demo projects 520204 --why 'wrong name'")
    company.refused(READER, "erp resend demo projects 520204", NOT_ON_PROJECT)
    assert "waiting" in company.does(OFFICE, "erp resend demo projects 520204")


@tutorial("Link ERP Projects to Existing Procore Projects")
def test_link_an_option_to_a_project(company: Company) -> None:
    category = company.sandbox.of("xero", "TrackingCategories")[0]["TrackingCategoryID"]
    made = company.books.xero("PUT", f"TrackingCategories/{category}/Options", {"Name": "Linked lane"})
    option = made["Options"][0]["TrackingOptionID"]
    company.refused(READER, f"erp link demo projects 520205 {option}", "this takes Standard or Admin")
    company.does(BOOKKEEPER, f"erp link demo projects 520205 {option}")
    assert company.state("projects", 520205) == "synced"


@tutorial("Add an ERP Job to Procore")
def test_add_an_option_to_procore(company: Company) -> None:
    company.refused(BOOKKEEPER, f"erp add demo projects {FITOUT}", "is not somebody who may create projects")
    company.does(CONTROLLER, f"erp add demo projects {FITOUT}")
    (added,) = [
        one for one in company.sandbox.of("procore", "projects") if one["name"].startswith("Head Office")
    ]
    assert added["origin_id"] == FITOUT


@tutorial("Configure Cost Code Preferences for ERP")
def test_a_project_on_another_list_is_told_to_change_it(company: Company) -> None:
    company.edits("projects", 520206, standard_cost_code_list_id=77)
    words = "Only projects on the Xero Standard Cost Codes can be synced; choose that list"
    company.refused(OFFICE, "erp send demo projects 520206", words)
    company.edits("projects", 520206, standard_cost_code_list_id=1180)
    assert "waiting" in company.does(OFFICE, "erp send demo projects 520206")


def test_why_a_project_is_missing(company: Company) -> None:
    company.refused(OFFICE, "erp send demo projects 520104", "is inactive in Procore. Make it Active")
    company.refused(
        OFFICE, "erp send demo projects 520103", "has 120 characters; Tracking Category Option holds 100"
    )
