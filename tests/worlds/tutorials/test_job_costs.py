"""Tutorials of job costs: what was spent in Xero is brought to the budget and to the direct costs."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.tutorials.company import APPROVER, CONTROLLER, OFFICE, READER, Company, tutorial


def costs(company: Company) -> list[dict[str, object]]:
    """The direct costs in Procore."""
    return company.sandbox.of("procore", "direct_costs")


@tutorial(
    "Sync Job Cost Transactions from an Integrated ERP into Procore",
    "Enable ERP Job Cost Transaction Syncing on a Procore Project",
    "Edit Synced Direct Cost Transactions",
)
def test_sync_job_costs_of_a_project_and_set_back_what_was_edited(company: Company, tmp_path: Path) -> None:
    company.refused(APPROVER, "erp sync-costs demo", "this takes Admin")
    company.does(CONTROLLER, "erp sync-costs demo")
    assert not costs(
        company
    )  # Procore's ERP tool tells the switch of a project; without the tool a setting does
    with company.with_settings(tmp_path, 'job_cost_transactions: "on"'):
        company.does(CONTROLLER, "erp sync-costs demo")
        edited = next(one for one in costs(company) if one.get("description"))
        company.edits("direct_costs", edited["id"], description="typed over", force=True)
        company.does(CONTROLLER, "erp sync-costs demo")
        assert company.shows("direct_costs", edited["id"])["description"] == edited["description"]


@tutorial(
    "Add Columns to a Budget View for ERP Job Cost Transaction Detail",
    "Add the 'ERP Direct Costs' Column to a Procore Budget View for ERP Integrations",
    "View an ERP Job Costs Report",
)
def test_view_the_job_costs(company: Company) -> None:
    company.refused(APPROVER, "report job-costs demo", "this takes Admin")
    assert "Harbour Street Apartments" in company.does(CONTROLLER, "report job-costs demo")
    company.refused(
        READER, "report job-costs demo --project 520101", "is not Read Only on the project's Reports tool"
    )


@tutorial("View an ERP Unsyncable Direct Costs Report")
def test_view_what_cannot_be_synced(company: Company) -> None:
    company.refused(READER, "report unsyncable demo", "reader is not Read Only on the project's Reports tool")
    assert "HIRE-2230" in company.does(OFFICE, "report unsyncable demo")
