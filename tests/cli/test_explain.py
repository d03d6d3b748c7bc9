"""`explain`: one value back to its line, whatever name people have for record and field."""

from __future__ import annotations

import json

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import SAMPLE, Run
from tests.cli.test_check import unnumbered

ASKED = {
    "an overlay": ("commitments", "SC-001", "Reference"),
    "rows": ("commitments", "880104", "LineItems.Quantity"),
    "one row": ("commitments", "PO-001", "LineItems[1].UnitAmount"),
    "a row below a row": ("invoices", "660104", "LineItems[0].Tracking[0].TrackingOptionID"),
    "a label of the page": ("invoices", "BG-1041", "Due Date"),
    "a table of codes": ("companies", "7309", "Addresses.POBOX.Region"),
    "a frozen field": ("companies", "7301", "Addresses.POBOX.City"),
    "a sum": ("job_costs", '["0b000000-0000-4000-8000-000000520101","710002","4404"]', "job_to_date_cost"),
    "a share": ("payments", "EFT 2204", "amount"),
    "a record that waits": ("commitments", "SC-005", "Contact.ContactID"),
}


@pytest.mark.parametrize("case", ASKED)
def test_explained(case: str, run: Run, snapshot: SnapshotAssertion) -> None:
    result = run("explain", "demo", *ASKED[case])
    assert (result.exit_code, result.stderr) == (0, "")
    assert unnumbered(result.stdout) == snapshot


def test_it_is_data_as_well(run: Run) -> None:
    found = json.loads(run("explain", "demo", "commitments", "SC-001", "Reference", "--json").stdout)
    assert found["values"] == [{"path": "Reference", "value": "Harbour Street Apartments: Formwork package"}]
    assert found["how"] == "replaced"
    assert found["over"]["place"].startswith("mappings/procore_xero/commitments.yaml:")
    assert {each["name"] for each in found["read"]} == {"project.name", "title"}


def test_records_of_ones_own(run: Run) -> None:
    files = ("--in", SAMPLE / "commitments.json", "--links", SAMPLE / "links.json")
    result = run("explain", "demo", "commitments", "SC-002", "PurchaseOrderNumber", *files)
    assert result.stdout.startswith('PurchaseOrderNumber = "SC-002"')


def test_the_way_back(run: Run) -> None:
    result = run("explain", "demo", "companies", "Wombat Couriers", "name", "--back")
    assert result.stdout.startswith('name = "Wombat Couriers"')


def test_what_is_near_is_said(run: Run) -> None:
    for args, says in (
        (("commitments", "SC-001", "Referenc"), "did you mean 'Reference'?"),
        (("commitments", "SC-0001", "Reference"), "no record 'SC-0001' here; did you mean 'SC-001'?"),
        (("commitmnts", "SC-001", "Reference"), "did you mean 'commitments'?"),
        (("commitments", "SC-001", "Colour"), "no line of commitments writes 'Colour'; it writes "),
    ):
        result = run("explain", "demo", *args)
        assert (result.exit_code, result.stdout) == (2, ""), args
        assert says in result.stderr
