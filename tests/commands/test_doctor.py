"""The doctor: each thing that can be wrong has a line of its own, and nothing crashes on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.live.doctor import FAIL, OK, UNTRIED, WARN, Check, examined
from engine.live.doctor_xero import verdict_of
from engine.live.gate import Gate
from engine.live.granting import grant
from engine.workspace import Workspace
from tests.worlds.sandboxed import Sandbox, connected, desk


def quiet(what: str, count: int) -> None:
    pass


def checks(sandbox: Sandbox, path: Path, environ: Mapping[str, str] | None = None) -> dict[str, Check]:
    environ = {**sandbox.environ(), **(environ or {})}
    found = examined(desk(), str(path / "ledger.db"), environ, quiet)
    return {one.name: one for one in found}


def test_all_is_well_and_nothing_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    found = checks(sandbox, tmp_path)
    assert {one.state for one in found.values()} == {OK}
    assert {c["method"] for c in sandbox.calls() if "token" not in c["path"]} == {"GET"}


def test_without_secrets_everything_else_is_not_tried(sandbox: Sandbox, tmp_path: Path) -> None:
    found = examined(desk(), str(tmp_path / "ledger.db"), {"CROSSWALK_LEDGER_KEY": ""}, quiet)
    by_name = {one.name: one for one in found}
    assert by_name["Procore: secrets"].state == FAIL
    assert "CROSSWALK_PROCORE_CLIENT_ID" in by_name["Procore: secrets"].fix
    assert by_name["Procore: company"].state == UNTRIED
    assert by_name["Xero: items"].state == UNTRIED
    assert by_name["ledger"].state == OK


def test_a_wrong_secret(sandbox: Sandbox, tmp_path: Path) -> None:
    found = checks(sandbox, tmp_path, {"CROSSWALK_PROCORE_CLIENT_SECRET": "wrong"})
    assert "does not know these credentials" in found["Procore: host and token"].text
    assert found["Procore: company"].state == UNTRIED
    assert found["Xero: organisation"].state == OK


def test_a_secret_that_was_changed_is_found_while_the_token_of_the_old_one_lasts(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    assert checks(sandbox, tmp_path)["Procore: host and token"].state == OK
    for system in ("Procore", "Xero"):
        told = checks(sandbox, tmp_path, {f"CROSSWALK_{system.upper()}_CLIENT_SECRET": "old"})
        assert told[f"{system}: host and token"].state == FAIL
        assert "settings" in told[f"{system}: host and token"].place


def test_a_host_where_nobody_is(sandbox: Sandbox, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    found = checks(
        sandbox, tmp_path, {"CROSSWALK_XERO_HOST": nowhere, "CROSSWALK_XERO_IDENTITY_HOST": nowhere}
    )
    told = next(one for one in found.values() if one.name.endswith("host and token") and one.state == FAIL)
    assert "not reached" in told.text


def test_another_tenant_under_the_same_token_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    found = checks(sandbox, tmp_path, {"CROSSWALK_XERO_TENANT": "7e000000-0000-4000-8000-00000000000f"})
    assert found["Xero: tenant"].state == FAIL
    assert "it opens Tallowgum Constructions" in found["Xero: tenant"].text
    assert found["Xero: organisation"].state == UNTRIED


def test_a_company_the_account_does_not_see(sandbox: Sandbox, tmp_path: Path) -> None:
    found = checks(sandbox, tmp_path, {"CROSSWALK_PROCORE_COMPANY": "7"})
    assert "it sees Tallowgum Constructions Pty Ltd (8841)" in found["Procore: company"].text


def test_what_the_organisation_says(sandbox: Sandbox, tmp_path: Path) -> None:
    members: dict[str, Any] = {
        "Class": "STARTER",
        "CountryCode": "US",
        "BaseCurrency": "USD",
        "PaymentTerms": {},
    }
    sandbox.in_xero("organisation", **members)
    found = checks(sandbox, tmp_path)
    assert (found["Xero: edition"].state, found["Xero: country and currency"].state) == (FAIL, FAIL)
    assert "Early (STARTER) in US is not accepted" in found["Xero: edition"].text
    assert found["Xero: payment terms"].state == OK  # due_days has a default


def test_lists_that_lack_what_the_settings_name(sandbox: Sandbox, tmp_path: Path) -> None:
    world = sandbox.world()
    for category in world["xero"]["TrackingCategories"].values():
        category["Status"] = "ARCHIVED"
    for account in world["xero"]["Accounts"].values():
        account["Status"] = "ARCHIVED" if account["Code"] == "310" else account["Status"]
    for key, item in list(world["xero"]["Items"].items()):
        if item["Code"] == "RETENTION":
            del world["xero"]["Items"][key]
    sandbox.load(world)
    found = checks(sandbox, tmp_path)
    assert found["Xero: tracking category"].state == FAIL
    assert "account 310 is ARCHIVED" in found["Xero: expense_account"].text
    assert "there is no item RETENTION" in found["Xero: retainage item"].text
    assert found["Xero: accounts of items"].state == WARN


def test_a_ledger_that_is_none(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("this is no database, " * 60)
    found = checks(sandbox, tmp_path)
    assert found["ledger"].state == FAIL
    assert "damaged" in found["ledger"].text
    assert found["Procore: company"].state == OK  # looked at all the same


@pytest.mark.parametrize(
    ("plan", "country", "verdict"),
    [
        ("STARTER", "US", "refuse"),
        ("STANDARD", "CA", "allow"),
        ("PREMIUM_20", "US", "allow"),
        ("GROW", "AU", "allow"),
        ("ULTIMATE_100", "NZ", "allow"),
        ("GROW", "US", "refuse"),
        ("STANDARD", "AU", "refuse"),
        ("STANDARD", "GB", "refuse"),
        ("DEMO", "GB", "warn"),
        ("LEDGER", "AU", "refuse"),
    ],
)
def test_editions(plan: str, country: str, verdict: str) -> None:
    assert verdict_of(desk().book.page, plan, country)[0] == verdict


def test_a_gate_without_an_approver_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    gated = Workspace().customer("demo")
    ledger = tmp_path / "ledger.db"
    with connected(sandbox, ledger, gated) as connection:
        assert _approver(examined(gated, str(ledger), sandbox.environ(), quiet)).state == FAIL
        grant(Gate(connection, "ada"), "ada", {"company_administrator": True})
        grant(Gate(connection, "ada"), "bea", {"level": "standard", "approver": True, "full_name": "Bea"})
        found = _approver(examined(gated, str(ledger), sandbox.environ(), quiet))
        assert (found.state, found.text) == (OK, "Bea may accept what is sent")


def _approver(found: Iterable[Check]) -> Check:
    return next(one for one in found if one.name == "accounting approver")
