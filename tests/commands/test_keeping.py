"""The audit, the ledger and explain, after a sync."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Crosswalk, data
from tests.worlds.sandboxed import Sandbox


def test_after_a_sync_all_is_linked_and_explained(
    crosswalk: Crosswalk, sandbox: Sandbox, tmp_path: Path
) -> None:
    crosswalk("sync", "demo", "companies", code=None)
    assert data(crosswalk("audit", "demo", "--json")) == []
    told = data(crosswalk("explain", "demo", "companies", "7301", "Name", "--json"))
    assert told["live"]["written"] == told["live"]["there"] == "Bluegum Formwork Pty Ltd"
    assert told["live"]["call"] == "xero.contact.create"
    status = data(crosswalk("ledger", "demo", "status", "--json"))
    assert status["links"]["companies"] == 3
    assert status["runs"][-1]["verb"] == "sync"
    file = tmp_path / "ledger.json"
    crosswalk("ledger", "demo", "export", "--out", file)
    other = f"{tmp_path}/other.db"
    assert data(crosswalk("ledger", "demo", "import", file, "--ledger", other, "--json"))["links"] == 3
    assert "is not empty" in crosswalk("ledger", "demo", "import", file, "--ledger", other, code=1).stderr
    # Somebody deletes what we made: the link is alone.
    world = sandbox.world()
    link = next(c for c in world["xero"]["Contacts"].values() if c["Name"] == "Bluegum Formwork Pty Ltd")
    del world["xero"]["Contacts"][link["ContactID"]]
    sandbox.load(world)
    (gone,) = data(crosswalk("audit", "demo", "--json", code=1))
    assert (gone["kind"], gone["source_id"]) == ("gone", "7301")


def test_two_projects_in_one_category_are_not_made_twice(crosswalk: Crosswalk) -> None:
    crosswalk("link", "demo", "--all")
    crosswalk("sync", "demo")
    status = data(crosswalk("ledger", "demo", "status", "--json"))
    assert status["links"]["projects"] == 2
    assert data(crosswalk("audit", "demo", "--json")) == []


def test_a_day_is_told_as_a_day_however_it_came(crosswalk: Crosswalk) -> None:
    crosswalk("link", "demo", "--all")
    crosswalk("sync", "demo")
    told = data(crosswalk("explain", "demo", "invoices", "BG-1041", "DueDate", "--json"))["live"]
    assert (told["written"], told["there"]) == ("2026-03-20", "2026-03-20")


def test_what_goes_all_the_same_is_warned_of(crosswalk: Crosswalk, sandbox: Sandbox) -> None:
    crosswalk("link", "demo", "--all")
    crosswalk("sync", "demo", *["companies", "projects", "cost_codes", "commitments", "change_orders"])
    world = sandbox.world()
    typed = next(one for one in world["xero"]["Invoices"].values() if one["InvoiceNumber"] == "HIRE-2201")
    (contact,) = (c for c in world["xero"]["Contacts"].values() if c["Name"] == "Bluegum Formwork Pty Ltd")
    typed |= {"InvoiceNumber": "BG-1041", "Contact": {"ContactID": contact["ContactID"]}}
    sandbox.load(world)
    told = crosswalk("sync", "demo", "invoices", "--full").stdout
    assert "warned  Subcontractor Invoices: BG-1041" in told
    assert "has the same contact and number" in told


def test_what_was_refused_is_not_told_as_made(crosswalk: Crosswalk, sandbox: Sandbox) -> None:
    sandbox.faults({"kind": "half_batch", "system": "xero", "method": "PUT", "path": "Contacts"})
    told = crosswalk("sync", "demo", "companies", code=1).stdout.splitlines()
    head, row = told[0].split(), next(line for line in told if line.startswith("Companies ")).split()
    counts = dict(zip(head, row[1:], strict=True))
    assert (counts["created"], counts["failed"]) == ("2", "1")


def test_what_was_refused_waits_and_is_sent_again_when_somebody_says_so(
    crosswalk: Crosswalk, sandbox: Sandbox
) -> None:
    sandbox.faults({"kind": "half_batch", "system": "xero", "method": "PUT", "path": "Contacts"})
    crosswalk("sync", "demo", "companies", code=1)
    assert data(crosswalk("ledger", "demo", "ops", "--json")) == []
    before = len(sandbox.of("xero", "Contacts"))
    crosswalk("sync", "demo", "companies", code=None)
    assert len(sandbox.of("xero", "Contacts")) == before  # just as it was refused it does not go again
    crosswalk("sync", "demo", "companies", "--retry", code=None)
    assert len(sandbox.of("xero", "Contacts")) > before


def test_an_effect_is_given_up_with_a_reason(crosswalk: Crosswalk, sandbox: Sandbox) -> None:
    sandbox.faults({"kind": "cut", "system": "xero", "method": "PUT", "path": "Contacts", "times": 0})
    crosswalk("sync", "demo", "companies", code=None)
    (one,) = data(crosswalk("ledger", "demo", "ops", "--json"))
    assert one["state"] in ("sending", "planned")
    crosswalk("ledger", "demo", "ops", "--retry", one["id"], code=1)
    crosswalk("ledger", "demo", "ops", "--give-up", one["id"][:8], "--why", "typed by hand")
    assert data(crosswalk("ledger", "demo", "ops", "--json")) == []
    (final,) = data(crosswalk("ledger", "demo", "ops", "--failed", "--json"))
    assert final["records"][0]["reason"] == "given up by ann: typed by hand"
    crosswalk("ledger", "demo", "ops", "--retry", one["id"])
    sandbox.ask("DELETE", "/faults")
    crosswalk("sync", "demo", "companies", code=None)
    assert data(crosswalk("audit", "demo", "--json")) == []
    crosswalk("ledger", "demo", "ops", "--give-up", "zzzz", code=2)
