"""Tutorials of rights, settings and the reports about people."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.tutorials.company import (
    ADMINISTRATOR,
    APPROVER,
    BOOKKEEPER,
    CONTROLLER,
    NO_APPROVER,
    OFFICE,
    Company,
    tutorial,
)


@tutorial("Grant Accounting Approver Privileges")
def test_grant_the_approvers_privilege_and_take_it_back(company: Company) -> None:
    company.does(OFFICE, "erp send demo companies 7402")
    words = "approver is not a Company Administrator or"
    company.refused(APPROVER, "erp grant demo bookkeeper --approver", words)
    company.does(CONTROLLER, "erp grant demo bookkeeper --approver --export invoices")
    company.refused(BOOKKEEPER, "erp accept demo companies 7402", "for the export of companies")
    company.does(CONTROLLER, "erp grant demo bookkeeper --export companies --export invoices")
    company.does(BOOKKEEPER, "erp accept demo companies 7402")
    company.does(ADMINISTRATOR, "erp revoke demo bookkeeper --approver")
    company.does(OFFICE, "erp send demo companies 7401")
    company.refused(BOOKKEEPER, "erp accept demo companies 7401", NO_APPROVER)
    company.refused(ADMINISTRATOR, "erp revoke demo administrator", "is the last Company Administrator")


@tutorial("View an Accountant Report for ERP")
def test_view_who_the_accountants_are(company: Company) -> None:
    company.refused(APPROVER, "report accountants demo", "this takes Admin")
    said = company.does(CONTROLLER, "report accountants demo")
    assert "Ap Prover" in said
    assert "Con Troller" in said
    assert "bookkeeper" not in said


@tutorial("Configure Advanced Settings: ERP Integrations")
def test_settings_are_a_file_and_a_wrong_one_is_told_with_its_place(company: Company, tmp_path: Path) -> None:
    wrong, right = "payments_schedule: fortnightly", "payments_schedule: hourly"
    with company.with_settings(tmp_path, wrong) as settings:
        said = company.run(CONTROLLER, "check --customer demo", 1).output
        assert "mappings/customers/demo/settings.yaml:" in said
        assert "fortnightly" in said
        settings.write_text(settings.read_text("utf-8").replace(wrong, right), "utf-8")
        company.does(CONTROLLER, "check --customer demo")
