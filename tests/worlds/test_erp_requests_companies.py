"""Companies that people link, unlink and merge in Procore, and what they add from the staged records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds import subcontract
from tests.worlds.erp_tool import Tool, deciding
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import CONTACT, CONTRACT, VENDOR

OTHER, THIRD = 4798, 4799


@pytest.fixture
def it(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """Two more companies in Procore, two more contacts in Xero, staged."""
    with deciding(sandbox, tmp_path_factory.mktemp("ledger") / "ledger.db") as made:
        like = sandbox.in_procore("GET", f"/records/vendors/{VENDOR}")
        for number, name in ((OTHER, "Kessler Glazing"), (THIRD, "Third Ltd")):
            body = {**like, "id": number, "name": name, "origin_id": None, "origin_data": None}
            sandbox.in_procore("PUT", f"/records/vendors/{number}", body)
        made.does("refresh", what="vendors")
        yield made


def contact(it: Tool, name: str) -> str:
    """A contact the accountant makes."""
    return str(it.books.write("Contacts", {"Name": name}, "PUT")["ContactID"])


def staged(it: Tool) -> dict[str, str]:
    """Status of what waits in Procore, by name."""
    every = it.sandbox.of("procore", "staged_records")
    return {str((one.get("data") or {}).get("name")): one["status"] for one in every}


def test_new_contacts_are_staged_and_linked_ones_are_not(it: Tool) -> None:
    contact(it, "KESSLER GLAZING")
    it.sync()
    assert staged(it) == {"KESSLER GLAZING": "staged"}
    assert it.details()[-1] == ("success", [])
    it.quiet()


def test_what_somebody_archived_stays_archived(it: Tool) -> None:
    theirs = contact(it, "Kessler Glazing")
    it.sync()
    it.does("archive", item_type="vendor", origin_id=theirs)
    it.does("refresh", what="vendors")
    it.sync()
    assert staged(it) == {"Kessler Glazing": "archived"}
    it.does("restore", item_type="vendor", origin_id=theirs)
    it.does("refresh", what="vendors")
    it.sync()
    assert staged(it) == {"Kessler Glazing": "staged"}


def test_what_is_archived_in_xero_is_withdrawn(it: Tool) -> None:
    theirs = contact(it, "Kessler Glazing")
    it.sync()
    it.books.write("Contacts", {"ContactID": theirs, "ContactStatus": "ARCHIVED"})
    it.does("refresh", what="vendors")
    it.sync()
    assert staged(it)["Kessler Glazing"] == "invalid"


def test_the_staged_record_is_read_a_thousand_a_call_and_closed_once(it: Tool) -> None:
    names = [{"Name": f"Contact {number:04}"} for number in range(1005)]
    for start in range(0, len(names), 500):
        it.books.xero("PUT", "Contacts", {"Contacts": names[start : start + 500]})
    it.sandbox.forget_calls()
    it.sync()
    calls = it.sandbox.calls("procore", "PATCH", "staged_records/sync")
    assert len(calls) == 2
    assert len(it.sandbox.of("procore", "staged_records")) == 1005
    assert it.details()[-1] == ("success", [])


def test_a_company_that_is_linked_in_procore_is_linked_here(it: Tool) -> None:
    theirs = contact(it, "Kessler Glazing")
    it.sync()
    it.does("link", vendor_id=OTHER, origin_id=theirs)
    it.sync()
    assert it.links("companies")[str(OTHER)] == theirs
    assert it.stored("vendors", OTHER)["origin_id"] == theirs
    assert it.state("companies", OTHER) == "synced"
    assert it.heard("companies", OTHER) == ["linked"]
    it.quiet()


def test_link_all_links_every_suggestion(it: Tool) -> None:
    pairs = {OTHER: contact(it, "Kessler Glazing"), THIRD: contact(it, "THIRD LTD")}
    it.sync()
    it.does("link_all")
    it.sync()
    assert {n: it.links("companies")[str(n)] for n in pairs} == pairs
    assert {n: it.stored("vendors", n)["origin_id"] for n in pairs} == pairs


def test_a_link_to_a_contact_that_has_a_company_is_refused_and_told(it: Tool) -> None:
    contact(it, "Kessler Glazing")
    it.sync()
    it.asks("link_vendor", vendor_id=OTHER, origin_id=CONTACT)
    report = it.sync()
    assert str(OTHER) not in it.links("companies")
    (told,) = [text for text in report.tally.told if "link_vendor" in text]
    assert "is linked to" in told
    assert it.heard("companies", OTHER) == ["refused"]
    it.quiet()


def test_the_same_link_twice_and_an_older_one_late_change_nothing(it: Tool) -> None:
    first, second = contact(it, "Kessler Glazing"), contact(it, "Kessler Glass")
    it.sync()
    late = it.asks("link_vendor", vendor_id=THIRD, origin_id=first)
    it.sync()
    it.does("unlink", item_type="vendor", item_id=THIRD)
    for _ in range(2):
        it.does("link", vendor_id=THIRD, origin_id=second)
    it.sync()
    assert it.links("companies")[str(THIRD)] == second
    it.comes_late(late, 5)
    it.sync()
    assert it.links("companies")[str(THIRD)] == second
    it.quiet()


def test_an_unlinked_company_is_free_and_staged_again(it: Tool) -> None:
    theirs = contact(it, "Kessler Glazing")
    it.sync()
    it.does("link", vendor_id=OTHER, origin_id=theirs)
    it.sync()
    it.does("unlink", item_type="vendor", item_id=OTHER)
    it.sync()
    assert str(OTHER) not in it.links("companies")
    assert it.stored("vendors", OTHER)["origin_id"] is None
    assert it.state("companies", OTHER) == "unlinked"
    assert staged(it)["Kessler Glazing"] == "staged"


def test_a_contact_that_is_added_to_procore_is_linked(it: Tool) -> None:
    theirs = contact(it, "Kessler Fire")
    it.sync()
    made = it.sandbox.in_procore("POST", "/import", {"item_type": "vendor", "origin_id": theirs})
    it.sync()
    assert it.links("companies")[str(made["id"])] == theirs
    assert it.heard("companies<", theirs) == ["added"]
    it.quiet()


def test_an_option_that_is_added_to_procore_is_linked(it: Tool) -> None:
    category = f"TrackingCategories/{subcontract.CATEGORY}/Options"
    option = it.books.xero("PUT", category, {"Options": [{"Name": "Harbour Road"}]})["Options"][0]
    it.does("refresh", what="jobs")
    it.sync()
    assert staged(it)["Harbour Road"] == "staged"
    theirs = option["TrackingOptionID"]
    made = it.sandbox.in_procore("POST", "/import", {"item_type": "project", "origin_id": theirs})
    it.sync()
    assert it.links("projects")[str(made["id"])] == theirs
    it.quiet()


# ---------------------------------------------------------------- merging


def merged(it: Tool, master: int, *sources: int) -> list[str]:
    """They are merged in the Directory; what the next run tells."""
    it.does("merge", master_id=master, source_ids=list(sources))
    return it.sync().tally.told


def test_merged_into_a_linked_company_its_own_contact_is_kept(it: Tool) -> None:
    theirs = contact(it, "Kessler Glazing")
    it.sync()
    it.does("link", vendor_id=OTHER, origin_id=theirs)
    it.sync()
    (told,) = merged(it, VENDOR, OTHER)
    assert "Kessler Glazing belonged to a company merged into" in told
    assert it.links("companies") == {str(VENDOR): CONTACT}
    assert it.heard("companies", OTHER) == ["linked", "merged"]
    it.quiet()


def test_merged_into_an_unlinked_company_the_link_goes_along(it: Tool) -> None:
    it.sync()
    assert not merged(it, OTHER, VENDOR)
    assert it.links("companies") == {str(OTHER): CONTACT}
    assert it.stored("vendors", OTHER)["origin_id"] == CONTACT
    it.send("work_order_contract", CONTRACT)
    it.sync()
    (order,) = it.orders()
    assert order["Contact"]["ContactID"] == CONTACT


def test_merged_without_any_link_nothing_is_linked(it: Tool) -> None:
    it.sync()
    assert not merged(it, OTHER, THIRD)
    assert it.links("companies") == {str(VENDOR): CONTACT}
    assert it.heard("companies", THIRD) == ["merged"]


def test_a_merge_whose_sources_share_the_masters_contact(it: Tool) -> None:
    it.sync()
    request = it.asks("merge_vendors", master_id=VENDOR, source_ids=[THIRD])
    shares: dict[str, Any] = {**request["request_data"]}
    shares["source_vendors"] = [{"id": THIRD, "origin_id": CONTACT}]
    world = it.sandbox.world()
    world["procore"]["erp_requests"][str(request["id"])]["request_data"] = shares
    it.sandbox.load(world)
    assert not it.sync().tally.told
    assert it.links("companies") == {str(VENDOR): CONTACT}


def test_the_same_merge_twice_is_done_once(it: Tool) -> None:
    it.sync()
    request = it.does("merge", master_id=OTHER, source_ids=[VENDOR])
    it.sync()
    for number in (5, request["id"] + 100):
        it.comes_late(request, number)
        it.sync()
    assert it.links("companies") == {str(OTHER): CONTACT}
    assert it.heard("companies", OTHER) == ["linked"]
    assert it.heard("companies", VENDOR).count("merged") <= 2
