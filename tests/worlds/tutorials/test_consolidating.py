"""Tutorials of companies that are in the Directory twice."""

from __future__ import annotations

from tests.worlds.tutorials.company import APPROVER, CONTROLLER, OFFICE, READER, Company, tutorial

NOT_ON_DIRECTORY = "is not Admin on the company's Directory tool"
PLUMBING = "c0000000-0000-4000-8000-000000007304"
JOINERY = "c0000000-0000-4000-8000-000000007308"


@tutorial("Consolidate Duplicate Companies in the Company Directory")
def test_consolidate_duplicate_companies(company: Company) -> None:
    company.refused(APPROVER, "erp merge demo companies 7304 7305", f"approver {NOT_ON_DIRECTORY}")
    said = company.does(OFFICE, "erp merge demo companies 7304 7305 --why 'typed twice'")
    assert "merged into Currawong Plumbing Pty Ltd" in said
    assert company.state("companies", 7305) == "merged"
    assert company.shows("vendors", 7304)["origin_id"] == PLUMBING
    assert "is synced" not in company.does(OFFICE, "why demo companies 7305")


@tutorial("Remove Duplicate Companies from the Company Directory")
def test_remove_a_duplicate_company(company: Company) -> None:
    company.does(CONTROLLER, f"erp link demo companies 7308 {JOINERY}")
    company.sync()
    double = {**company.shows("vendors", 7308), "id": 7498, "origin_id": None, "origin_code": None}
    company.sandbox.in_procore("PUT", "/records/vendors/7498", {**double, "name": "Joinery of the same name"})
    company.sandbox.in_procore("DELETE", "/records/vendors/7308")
    company.refused(READER, "erp merge demo companies 7498 7308", NOT_ON_DIRECTORY)
    company.does(OFFICE, "erp merge demo companies 7498 7308")
    assert company.shows("vendors", 7498)["origin_id"] == JOINERY
    assert company.state("companies", 7498) == "synced"


def test_two_contacts_are_not_made_one(company: Company) -> None:
    company.refused(OFFICE, "erp merge demo companies 7304 7302", "linked to different contacts")
