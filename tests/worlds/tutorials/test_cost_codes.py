"""Tutorials of cost codes: made in Procore's Admin tool, sent in a batch, accepted, and items in Xero."""

from __future__ import annotations

from tests.worlds.tutorials import records
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

NOT_ON_ADMIN = "is not Admin on the company's Admin tool"


def typed_in(company: Company, number: int, full_code: str) -> None:
    """Somebody adds a standard cost code, and puts it on the first project with a cost type."""
    kinds = {"standard_cost_codes": 610005, "cost_codes": 710004}
    shown = {name: {str(like): company.shows(name, like)} for name, like in kinds.items()}
    records.code(shown, number, full_code)
    for name, found in shown.items():
        for own, record in found.items():
            if int(own) != kinds[name]:
                company.sandbox.in_procore("PUT", f"/records/{name}/{own}", record)


@tutorial(
    "Create Standard Cost Codes in Procore and Sync to your ERP System",
    "Add ERP Standard Cost Codes to the Company Level Admin Tool",
    "Add ERP Standard Cost Codes to a Project",
)
def test_create_standard_cost_codes_and_sync(company: Company) -> None:
    typed_in(company, 615101, "07-100")
    company.refused(READER, "erp send demo cost_codes 07-100", f"reader {NOT_ON_ADMIN}")
    company.does(OFFICE, "erp send demo cost_codes 07-100")
    company.does(APPROVER, "erp accept demo cost_codes 07-100 --now")
    assert "07-100.S" in company.items()
    assert company.shows("standard_cost_codes", 615101)["origin_id"] == "07-100"


@tutorial("Send Unsynced ERP Standard Cost Codes to ERP Integrations for Accounting Acceptance")
def test_send_several_codes_of_which_one_is_too_long(company: Company) -> None:
    long = "26-LV-SUBMAINS-AND-DBS-L02-12"
    company.refused(BOOKKEEPER, "erp send demo cost_codes 05-100", NOT_ON_ADMIN)
    result = company.run(OFFICE, f"erp send demo cost_codes 05-100 {long} 05-200", 1)
    said = " ".join(result.output.split())
    assert "has 31 characters; Item Code holds 30" in said
    assert [company.state("cost_codes", code) for code in ("05-100", long, "05-200")] == [
        "waiting",
        "unsent",
        "waiting",
    ]


@tutorial("Accept or Reject Cost Codes for Export to ERP")
def test_accept_or_reject_cost_codes(company: Company) -> None:
    company.does(OFFICE, "erp send demo cost_codes 05-300 05-400")
    company.refused(BOOKKEEPER, "erp accept demo cost_codes 05-300", NO_APPROVER)
    company.refused(OFFICE, "erp reject demo cost_codes 05-400 --why no", "has None on ERP Integrations")
    company.does(APPROVER, "erp reject demo cost_codes 05-400 --why 'we book that to 05-300'")
    company.does(APPROVER, "erp accept demo cost_codes 05-300 --now")
    assert "05-300.S" in company.items()
    assert "05-400.S" not in company.items()


@tutorial("Refresh the Cost Codes on an ERP Integrated Project")
def test_refresh_the_cost_codes(company: Company) -> None:
    company.refused(APPROVER, "erp refresh demo cost_codes", "this takes Admin")
    company.does(CONTROLLER, "erp refresh demo cost_codes")


@tutorial("Archive and Unarchive Cost Codes Synced With an ERP Integration")
def test_a_code_made_inactive_in_procore_stays_an_item(company: Company) -> None:
    company.edits("standard_cost_codes", 610003, status="inactive")
    company.sync()
    assert company.state("cost_codes", "01-200") == "synced"
    assert "01-200.E" in company.items()


@tutorial("Delete Project Cost Codes from an ERP Integrated Project")
def test_a_code_deleted_from_a_project_stays_an_item(company: Company) -> None:
    company.sandbox.in_procore("DELETE", "/records/cost_codes/710001")
    company.refused(BOOKKEEPER, "erp unlink demo cost_codes 08-410", NO_APPROVER)
    company.refused(APPROVER, "erp unlink demo cost_codes 08-410", "is still in your accounting system")
    company.sync()
    assert "01-100.L" in company.items()
