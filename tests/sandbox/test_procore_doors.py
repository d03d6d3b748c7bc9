"""Who gets into Procore, how lists are read, and in how many ways it says no."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.procore.sample import COMPANY
from tests.sandbox.procore_client import HARBOUR, LOGIN, MINE, V0, V1, Procore


@pytest.fixture
def procore() -> Procore:
    return Procore()


def test_a_token_lives_ninety_minutes(procore: Procore) -> None:
    assert procore.post("/oauth/token", LOGIN)["expires_in"] == 5_400
    assert procore.get(f"{V0}/me").status == 200
    procore.world.clock.advance(5_401)
    assert procore.get(f"{V0}/me").status == 401


def test_wrong_credentials_and_revoked_tokens(procore: Procore) -> None:
    wrong = procore.post("/oauth/token", {**LOGIN, "client_secret": "guess"})
    assert (wrong.status, wrong["error"]) == (401, "invalid_client")
    procore.person("POST", "/revoke")
    assert procore.get(f"{V0}/me").status == 401


def test_what_is_not_permitted_is_not_there(procore: Procore) -> None:
    """A foreign company, a foreign project and a project without permission: 404, never 403."""
    procore.headers["Procore-Company-Id"] = "9999"
    assert procore.get(f"{V0}/vendors", company_id=9999).status == 404
    del procore.headers["Procore-Company-Id"]
    assert procore.get(f"{V0}/vendors", company_id=COMPANY).status == 400
    assert procore.get(f"{V0}/companies").status == 200
    procore.headers["Procore-Company-Id"] = str(COMPANY)
    assert procore.get(f"{V0}/vendors", company_id=9999).status == 404
    procore.person("PATCH", f"/records/projects/{HARBOUR}", {"_permitted": False})
    assert procore.get(f"{V0}/work_order_contracts", project_id=HARBOUR).status == 404
    assert HARBOUR not in {each["id"] for each in procore.get(f"{V0}/projects", company_id=COMPANY)}


def test_pages_lead_to_the_last_one(procore: Procore) -> None:
    seen: list[int] = []
    address = f"{V0}/vendors?company_id={COMPANY}&per_page=4"
    while address:
        answer = procore.get(address)
        assert (answer.headers["total"], answer.headers["per-page"]) == ("10", "4")
        seen += [each["id"] for each in answer]
        links = dict(
            reversed(part.strip().split("; rel="))
            for part in answer.headers.get("link", "").split(",")
            if part
        )
        address = links.get('"next"', "").strip("<>").removeprefix("http://sandbox/procore")
    assert seen == sorted(set(seen))
    assert len(seen) == 10


def test_invoices_come_thirty_a_page_and_without_lines_unless_asked(procore: Procore) -> None:
    plain = procore.get(f"{V1}/requisitions", project_id=HARBOUR)
    assert plain.headers["per-page"] == "30"
    assert all("items" not in each for each in plain)
    full = procore.get(f"{V1}/requisitions", project_id=HARBOUR, view="items")
    assert all(each["items"] for each in full)


def test_only_what_changed(procore: Procore) -> None:
    """Three dots between two instants; every change moves `updated_at` by the sandbox's clock."""
    since = procore.world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    between = {"filters[updated_at]": f"{since}...2099-01-01T00:00:00Z"}
    assert procore.get(f"{V0}/vendors", company_id=COMPANY, **between).body == []
    procore.mark("vendor", 7309, "contact-1")
    changed = procore.get(f"{V0}/vendors", company_id=COMPANY, **between)
    assert [each["id"] for each in changed] == [7309]
    found = procore.get(f"{V0}/vendors", company_id=COMPANY, **{"filters[origin_id]": "contact-1"})
    assert [each["synced_to_erp"] for each in found] == [True]
    assert procore.get(f"{V0}/vendors", company_id=COMPANY, **{"filters[colour]": "red"}).status == 400


def test_bodies(procore: Procore) -> None:
    """Malformed JSON, unknown members and wrong types are refused, each in its own form."""
    assert procore.post(f"{V0}/vendors", b'{"company_id": 8841, ').status == 400
    unknown = procore.post(f"{V0}/vendors", {"company_id": COMPANY, "vendor": {"name": "A", "fax": "1"}})
    assert unknown["errors"] == {"fax": ["is not a known attribute"]}
    blank = procore.post(f"{V0}/vendors", {"company_id": COMPANY, "vendor": {"name": " "}})
    assert (blank.status, blank["errors"]) == (400, {"name": ["can't be blank"]})
    typed = procore.post(
        f"{V0}/vendors", {"company_id": COMPANY, "vendor": {"name": "A", "is_active": "yes"}}
    )
    assert typed["errors"] == {"is_active": ["must be a boolean"]}
    made = procore.post(f"{V0}/vendors", {"company_id": COMPANY, "vendor": {"name": "Banksia Tiling"}})
    assert (made.status, made["company"]) == (201, "Banksia Tiling")


def test_a_sync_finds_or_makes_and_keeps_going(procore: Procore) -> None:
    """By id, by origin id, new; the wrong ones come back with what they were."""
    procore.mark("vendor", 7301, "contact-1")
    updates: list[dict[str, Any]] = [
        {"id": 7302, "city": "Newcastle"},
        {"origin_id": "contact-1", "city": "Rozelle NSW"},
        {"name": "Fresh Pty Ltd", "origin_id": "contact-2"},
        {"id": 7303, "origin_id": "contact-1"},
        {"city": "Nowhere"},
        {"id": 404, "city": "Nowhere"},
        {"id": 7304, "ciity": "Nowhere"},
    ]
    answer = procore.patch(f"{V0}/vendors/sync", {"company_id": COMPANY, "updates": updates})
    assert answer.status == 200
    assert [each["city"] for each in answer["entities"]] == ["Newcastle", "Rozelle NSW", None]
    assert answer["errors"] == [
        {**updates[3], "errors": {"origin_id": ["has already been taken"]}},
        {**updates[4], "errors": {"name": ["can't be blank"]}},
        {**updates[5], "errors": {"id": ["not found"]}},
        {**updates[6], "errors": {"ciity": ["is not a known attribute"]}},
    ]
    again = procore.patch(f"{V0}/vendors/sync", {"company_id": COMPANY, "updates": [updates[2]]})
    assert again["entities"][0]["id"] == answer["entities"][2]["id"]
    many = [{"id": 7302}] * 1_001
    assert procore.patch(f"{V0}/vendors/sync", {"company_id": COMPANY, "updates": many}).status == 413


def test_half_a_batch(procore: Procore) -> None:
    procore.steer("POST", "/faults", [{"system": "procore", "kind": "half_batch", "path": "vendors/sync"}])
    updates = [{"id": 7301, "city": "A"}, {"id": 7302, "city": "B"}]
    answer = procore.patch(f"{V0}/vendors/sync", {"company_id": COMPANY, "updates": updates})
    assert [each["id"] for each in answer["entities"]] == [7301]
    assert [each["id"] for each in answer["errors"]] == [7302]


def test_marks(procore: Procore) -> None:
    """Unique by kind, lines too, taken away with a null, and listed."""
    assert procore.mark("work_order_contract", 880101, "po-1", origin_code="SC-001")["errors"] == []
    assert procore.mark("line_item", 990101, "line-1")["errors"] == []
    twice = procore.mark("line_item", 940101, "line-1")["errors"]
    assert twice[0]["errors"] == {"origin_id": ["has already been taken"]}
    assert procore.mark("requisition_contract_item", 66010101, "row-1")["errors"] == []
    assert procore.mark("requisition", 1, "bill-1")["errors"][0]["errors"] == {"item_id": ["not found"]}
    shown = procore.get(f"{V0}/work_order_contracts/880101", project_id=HARBOUR)
    assert (shown["origin_id"], shown["origin_code"]) == ("po-1", "SC-001")
    assert shown["line_items"][0]["origin_id"] == "line-1"
    listed = procore.get(f"{MINE}/external_data", item_type="line_item", item_id=990101)
    assert [each["origin_id"] for each in listed] == ["line-1"]
    procore.mark("work_order_contract", 880101, None)
    shown = procore.get(f"{V0}/work_order_contracts/880101", project_id=HARBOUR)
    assert (shown["origin_id"], shown["origin_code"]) == (None, None)
    body = {"item_type": "line_item", "item_ids": [990101]}
    assert procore.delete(f"{MINE}/external_data/bulk_destroy", body).status == 204
    assert procore.get(f"{MINE}/external_data", item_type="line_item").body == []


def test_a_line_of_a_change_order_shows_its_mark_only_below(procore: Procore) -> None:
    procore.mark("line_item", 940101, "line-9")
    package = procore.get(f"{V0}/change_order_packages/930101", project_id=HARBOUR)
    assert "origin_id" not in package["line_items"][0]
    below = procore.get(f"{V0}/potential_change_orders/930101/line_items", project_id=HARBOUR)
    assert [each["origin_id"] for each in below] == ["line-9", None]
