"""The project's switch for job cost transactions comes in a request; and requests that come by file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.live.declined import Declined
from engine.live.sync import Sync
from engine.plan.actions import BAD
from tests.worlds import subcontract
from tests.worlds.people import Accountant
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.settled import settled
from tests.worlds.subcontract import CONTACT, CONTRACT, OPTION, PROJECT, VENDOR

LINE = {"Description": "Formwork", "ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": 100}
TRACKING = [{"TrackingCategoryID": subcontract.CATEGORY, "TrackingOptionID": OPTION}]
BILL = {
    "Type": "ACCPAY",
    "InvoiceNumber": "HD-1",
    "Contact": {"ContactID": CONTACT},
    "Status": "AUTHORISED",
    "Date": "2026-05-04",
    "DueDate": "2026-06-04",
    "LineItems": [{**LINE, "Tracking": TRACKING}],
}


def switch(sandbox: Sandbox, on: bool) -> Any:
    body = {"project_id": PROJECT, "enabled": on}
    return sandbox.in_procore("POST", "/job_cost_transactions", body)


def costs(sandbox: Sandbox) -> int:
    return len(sandbox.of("procore", "direct_costs"))


def test_the_switch_of_the_project_is_obeyed(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.load(subcontract.first_day())
    desk = subcontract.customer(retainage_item="RETENTION", approval_home="erp_tool")
    with connected(sandbox, tmp_path / "ledger.db", desk) as connection:
        with connection.ledger.leased(), connection.ledger.begin() as tx:
            subcontract.link(connection, tx, "companies", VENDOR, CONTACT)
            subcontract.link(connection, tx, "projects", PROJECT, OPTION)
        codes = [one["id"] for one in sandbox.of("procore", "standard_cost_codes")]
        sandbox.in_procore("POST", "/send", {"item_type": "standard_cost_code", "item_ids": codes})
        Sync(connection).sync()
        Accountant(sandbox).write("Invoices", BILL, "PUT")
        Sync(connection).sync()
        assert costs(sandbox) == 0
        switch(sandbox, True)
        Sync(connection).sync()
        assert costs(sandbox) == 1
        switch(sandbox, False)
        Accountant(sandbox).write("Invoices", {**BILL, "InvoiceNumber": "HD-2"}, "PUT")
        Sync(connection).sync()
        assert costs(sandbox) == 1


@pytest.mark.parametrize("home", ["none", "local"])
def test_without_the_tool_nothing_is_polled(sandbox: Sandbox, tmp_path: Path, home: str) -> None:
    with settled(sandbox, tmp_path, approval_home=home) as it:
        it.sync()
        assert not it.sandbox.calls("procore", "", "erp_request")


def test_a_request_that_comes_by_file_is_closed_too(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, approval_home="none") as it:
        sent = {"item_type": "work_order_contract", "item_id": CONTRACT}
        (request,) = it.sandbox.in_procore("POST", "/send", sent)
        folder = tmp_path / "requests"
        folder.mkdir()
        (folder / "1.json").write_text(json.dumps(request, default=str))
        run = Sync(it.connection)
        run.files.append(folder)
        assert not run.sync().failures
        (detail,) = it.sandbox.of("procore", "erp_request_details")
        assert (detail["status"], detail["messages"]) == ("success", [])
        assert not it.sandbox.calls("procore", "GET", "erp_request")
        it.quiet()


def test_a_request_of_a_file_that_lacks_its_record_is_told_once(sandbox: Sandbox, tmp_path: Path) -> None:
    wrong = tmp_path / "request.json"
    wrong.write_text('{"id": 12, "request_name": "create_vendor", "request_data": {"company_id": 1}}')
    with settled(sandbox, tmp_path) as it:
        run = Sync(it.connection)
        run.files.append(wrong)
        (bad,) = run.sync().plan.of_kind(BAD)
        assert (bad.mapping, bad.label) == ("companies", "Procore request 12")
        assert "the request has no 'vendor'" in bad.reason
        assert not it.quiet().plan.of_kind(BAD)


def test_a_file_that_is_no_request_is_declined(sandbox: Sandbox, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"id": 1}')
    with settled(sandbox, tmp_path) as it:
        run = Sync(it.connection)
        run.files.append(wrong)
        with pytest.raises(Declined, match="no ERP request"):
            run.sync()
