"""A plan is looked at, kept, and done just so; or refused in words."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import Crosswalk, data
from tests.worlds.sandboxed import Sandbox


def writes(sandbox: Sandbox) -> set[str]:
    return {c["method"] for c in sandbox.calls() if "token" not in c["path"]} - {"GET"}


def test_a_plan_and_a_rehearsal_send_nothing(crosswalk: Crosswalk, sandbox: Sandbox) -> None:
    planned = data(crosswalk("plan", "demo", "--json"))
    assert planned["counts"]["create"] > 5
    found = data(crosswalk("rehearse", "demo", "--offline", "--json", code=1))
    assert {one["code"] for one in found} >= {"too-long", "twin", "ask"}
    assert writes(sandbox) == set()


def test_a_saved_plan_is_done_once(crosswalk: Crosswalk, sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    crosswalk("plan", "demo", "--out", file)
    wanted = sum(a["kind"] == "create" for a in json.loads(file.read_text())["content"]["actions"])
    done = data(crosswalk("apply", file, "--json"))
    assert done["summary"]["planned"]["create"] == wanted
    assert writes(sandbox)
    again = crosswalk("apply", file, code=1)
    assert "the plan is stale" in again.stderr
    assert "links changed" in again.stderr


def test_what_a_link_still_owes_is_named_where_it_makes_a_plan_stale(
    crosswalk: Crosswalk, tmp_path: Path
) -> None:
    crosswalk("link", "demo", "--all")
    file = tmp_path / "plan.json"
    crosswalk("plan", "demo", "--out", file)
    stale = crosswalk("apply", file, code=1).stderr
    assert "effects owed from before were sent first" in stale
    crosswalk("plan", "demo", "--out", file)
    crosswalk("apply", file)


def test_an_invoice_goes_by_its_own_number_and_not_by_its_orders(crosswalk: Crosswalk) -> None:
    crosswalk("link", "demo", "--all")
    planned = data(crosswalk("plan", "demo", "--json"))
    bills = [a["label"] for a in planned["actions"] if a["mapping"] == "invoices" and a["kind"] == "create"]
    assert "BG-1041" in bills
    assert not [label for label in bills if label.startswith("SC-")]


def test_a_plan_of_some_mappings_is_kept_to_them(crosswalk: Crosswalk, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    crosswalk("plan", "demo", "companies", "--out", file)
    done = data(crosswalk("apply", file, "--json"))
    assert {one["mapping"] for one in done["actions"]} == {"companies"}


def test_what_moved_is_named_and_nothing_is_done(
    crosswalk: Crosswalk, sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    crosswalk("plan", "demo", "--out", file)
    sandbox.in_procore("PATCH", "/records/vendors/7301", {"name": "Bluegum Formwork Limited"})
    refused = crosswalk("apply", file, code=1)
    assert "what was read of procore.company changed" in refused.stderr
    assert writes(sandbox) == set()


def test_a_file_that_was_changed_by_hand(crosswalk: Crosswalk, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    crosswalk("plan", "demo", "companies", "--out", file)
    file.write_text(file.read_text().replace("Bluegum", "Redgum"))
    assert "another digest" in crosswalk("apply", file, code=1).stderr
    file.write_text("no plan")
    assert "plan again" in crosswalk("apply", file, code=1).stderr


def test_wrong_use(crosswalk: Crosswalk, tmp_path: Path) -> None:
    crosswalk("apply", tmp_path / "none.json", code=2)
    assert "did you mean" in crosswalk("plan", "demo", "companie", code=2).stderr
    assert "nothing of demo was read" in crosswalk("plan", "demo", "--offline", code=1).stderr
