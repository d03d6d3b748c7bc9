"""Told at once: both systems send webhooks to the listener, which keeps hints, and a run looks.

Procore's tool decides; the listener is a process of its own, over a socket, on the same ledger.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.ledger import hints
from engine.ledger.ledger import Ledger
from engine.live import hearing
from engine.live.sync import Sync
from sandbox.sample import TENANT
from tests.worlds import subcontract
from tests.worlds.listener import Listener, listening, settings, until
from tests.worlds.people import Accountant
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.settled import Settled
from tests.worlds.subcontract import COMPANY, CONTACT, CONTRACT, comes

TOLD = {
    "id": 7,
    "ulid": "01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "timestamp": "2026-03-02T09:00:00Z",
    "event_type": "create",
    "resource_name": "ERP Requests",
    "resource_id": 9001,
    "company_id": COMPANY,
    "project_id": None,
}
EVENT = {
    "resourceId": CONTACT,
    "tenantId": TENANT,
    "eventCategory": "CONTACT",
    "eventType": "UPDATE",
    "eventDateUtc": "2026-03-02T09:00:00.123",
}
SISTER, NOBODYS = (f"7e000000-0000-4000-8000-00000000000{n}" for n in (2, 3))


def numbered(*events: dict[str, Any], first: int = 1) -> dict[str, Any]:
    last = first + len(events) - 1
    return {"events": events, "firstEventSequence": first, "lastEventSequence": last, "entropy": "ABC"}


@dataclass
class Told(Settled):
    """The story with an approver in Procore's tool, and a listener."""

    ear: Listener

    def waits(self) -> list[str]:
        """What the hints are about that no run has looked into."""
        with self.connection.ledger.look() as tx:
            return [one.about for one in hints.waiting(self.connection.ledger, tx)]

    def send(self, kind: str, number: object) -> str:
        """Sent and accepted in Procore; gives the request's number."""
        body = {"item_type": kind, "item_id": number}
        (made,) = self.sandbox.in_procore("POST", "/send", body)
        return str(made["id"])

    def orders(self) -> list[dict[str, Any]]:
        return self.sandbox.of("xero", "PurchaseOrders")

    def looks(self) -> None:
        """A run as somebody starts it who waits for hints."""
        mappings = hearing.waiting(self.connection)
        assert mappings is not None
        report = Sync(self.connection, mappings).sync()
        assert not report.failures, report.failures


@pytest.fixture(scope="module")
def ear(sandbox_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    """One listener for all stories, for two customers of one app."""
    both = {"story": settings(COMPANY), "sister": settings(COMPANY + 1, SISTER)}
    with listening(tmp_path_factory.mktemp("listener"), sandbox_process, both) as made:
        yield made


@contextmanager
def told(sandbox: Sandbox, ear: Listener) -> Iterator[Told]:
    """The first day: company and project are linked by hand, nothing was synced."""
    sandbox.load(subcontract.first_day())
    ear.begins()
    desk = subcontract.customer(retainage_item="RETENTION", approval_home="erp_tool")
    with connected(sandbox, ear.ledger, desk) as connection:
        subcontract.linked_by_hand(connection)
        yield Told(sandbox, connection, Accountant(sandbox), ear)


@pytest.fixture
def it(sandbox: Sandbox, ear: Listener) -> Iterator[Told]:
    """The first day, with the listener of all stories."""
    with told(sandbox, ear) as made:
        yield made


@pytest.fixture
def ready(it: Told) -> Told:
    """The same, with cost codes accepted and linked, so that orders can be made."""
    codes = [one["id"] for one in it.sandbox.of("procore", "standard_cost_codes")]
    it.sandbox.in_procore("POST", "/send", {"item_type": "standard_cost_code", "item_ids": codes})
    it.sync()
    return it


# ---------------------------------------------------------------- Procore


def test_an_accepted_commitment_is_told_of_and_made(ready: Told) -> None:
    ready.ear.in_procore()
    number = ready.send("work_order_contract", CONTRACT)
    until(ready.waits)
    assert hearing.waiting(ready.connection) == hearing.EVERYTHING  # a request may be about anything
    ready.looks()
    assert len(ready.orders()) == 1
    assert hearing.waiting(ready.connection) is None
    (line,) = [line for line in ready.ear.log() if line["what"] == "heard"]
    assert (line["about"], line["new"]) == ([f"ERP Requests {number}"], 1)


def test_the_newer_form_of_a_webhook_says_the_same(it: Told) -> None:
    it.ear.in_procore(api_version="v4")
    it.send("work_order_contract", CONTRACT)
    assert until(it.waits) == ["ERP Requests"]


def test_what_comes_twice_is_one_hint_even_after_a_run(it: Told) -> None:
    it.ear.in_procore()
    it.sandbox.faults({"kind": "twice", "system": "procore"})
    it.send("work_order_contract", CONTRACT)
    until(lambda: len(it.ear.deliveries()) == 2)
    assert len(it.waits()) == 1
    assert it.ear.from_procore(TOLD)[0] == it.ear.from_procore(TOLD)[0] == 200
    assert len(it.waits()) == 2
    it.looks()
    assert it.ear.from_procore(TOLD)[0] == 200
    assert not it.waits()


def test_what_comes_late_and_in_another_order_changes_nothing(ready: Told) -> None:
    ready.ear.in_procore()
    ready.sandbox.faults({"kind": "overtaken", "system": "procore", "seconds": 600})
    first = ready.send("work_order_contract", CONTRACT)
    comes(ready.sandbox, "INV-501")
    second = ready.send("requisition", subcontract.INVOICES["INV-501"])
    assert until(ready.ear.deliveries) == [f"ERP Requests create {second}"]
    ready.looks()  # reads what is true now: both
    assert hearing.waiting(ready.connection) is None
    ready.sandbox.ask("POST", "/deliveries")
    assert until(lambda: ready.ear.deliveries()[1:]) == [f"ERP Requests create {first}"]
    assert ready.waits() == ["ERP Requests"]
    ready.sync()
    ready.quiet()
    assert len(ready.orders()) == 1


def test_what_was_never_delivered_is_found_by_the_poll(ready: Told) -> None:
    ready.ear.in_procore()
    ready.sandbox.faults({"kind": "dropped", "system": "procore"})
    ready.send("work_order_contract", CONTRACT)
    until(lambda: ready.ear.deliveries("dropped"))
    assert hearing.waiting(ready.connection) is None
    ready.sync()
    assert len(ready.orders()) == 1


def test_what_is_said_while_a_run_reads_waits_for_the_next(it: Told) -> None:
    it.ear.in_procore()
    sync, done = Sync(it.connection), []

    def meanwhile(what: str, count: int) -> None:
        if not done:
            done.append(it.send("work_order_contract", CONTRACT))
            until(it.waits)

    sync.live.progress = meanwhile
    sync.sync()
    assert it.waits() == ["ERP Requests"]


# ---------------------------------------------------------------- Xero


def test_xero_asks_first_whether_signatures_are_told_apart(it: Told) -> None:
    assert (
        it.ear.in_xero(key="another key") == "a right signature was answered with 401, not with an empty 200"
    )
    assert it.ear.in_xero() == "OK"
    assert not it.waits()


def test_a_change_in_xero_is_a_reason_to_look_at_what_reads_it(it: Told) -> None:
    it.ear.in_xero()
    it.sandbox.in_xero("contact", ContactID=CONTACT, EmailAddress="office@formwork.example")
    assert until(it.waits) == ["CONTACT"]
    assert hearing.waiting(it.connection) == ("companies",)
    Sync(it.connection, ["invoices"]).sync()
    assert it.waits() == ["CONTACT"]  # nobody looked at contacts for companies
    it.looks()
    assert hearing.waiting(it.connection) is None


def test_a_paid_bill_is_a_reason_to_look_for_payments(ready: Told) -> None:
    ready.send("work_order_contract", CONTRACT)
    ready.sync()
    comes(ready.sandbox, "INV-501")
    ready.send("requisition", subcontract.INVOICES["INV-501"])
    ready.sync()
    bill = ready.books.approve(ready.books.bill_of(subcontract.INVOICES["INV-501"]))
    ready.ear.in_xero()
    ready.books.pay(bill, "100.00", "2026-05-29")
    assert until(ready.waits) == ["INVOICE"]
    assert "payments" in (hearing.waiting(ready.connection) or ())
    ready.looks()
    assert len(ready.sandbox.of("procore", "contract_payments")) == 1


def test_what_xero_takes_back_is_not_told(it: Told) -> None:
    assert it.ear.in_xero() == "OK"
    it.sandbox.faults({"kind": "half_batch", "system": "xero", "path": "Contacts"})
    with pytest.raises(AssertionError):
        it.books.xero("PUT", "Contacts", {"Contacts": [{"Name": "One"}, {"Name": "Two"}]})
    it.books.write("Contacts", {"Name": "Three"}, "PUT")
    assert until(it.ear.deliveries) == ["CONTACT CREATE"]
    assert it.waits() == ["CONTACT"]


def test_what_nothing_reads_is_told_in_the_log_alone(it: Told) -> None:
    assert it.ear.from_xero(numbered({**EVENT, "eventCategory": "SUBSCRIPTION"}))[:2] == (200, b"")
    assert it.ear.from_procore({**TOLD, "resource_name": "Observations"})[:2] == (200, b"")
    assert not it.waits()
    assert [line["about"] for line in it.ear.log() if line["what"] == "not read"] == [
        "SUBSCRIPTION",
        "Observations",
    ]


def test_numbers_that_begin_anew_are_no_duplicates(it: Told) -> None:
    later = {**EVENT, "eventDateUtc": "2026-04-02T09:00:00.123"}
    assert [it.ear.from_xero(numbered(each))[0] for each in (EVENT, EVENT, later)] == [200] * 3
    assert it.waits() == ["CONTACT", "CONTACT"]


def test_an_app_of_several_organisations_has_one_address(it: Told) -> None:
    others = [{**EVENT, "tenantId": tenant} for tenant in (SISTER, NOBODYS)]
    assert it.ear.from_xero(numbered(EVENT, *others, first=8))[:2] == (200, b"")
    sister = Ledger(it.connection.store, "sister", it.connection.clock)
    with sister.look() as tx:
        (mine,) = hints.waiting(it.connection.ledger, tx)
        (hers,) = hints.waiting(sister, tx)
    assert mine.id.startswith(f"xero {TENANT} 8 ")
    assert hers.id.startswith(f"xero {SISTER} 9 ")
    assert it.ear.refusals() == ["an event is of another organisation than xero_tenant"]


# ---------------------------------------------------------------- what is refused


def test_what_is_forged_writes_no_hint_and_one_event_a_minute(sandbox: Sandbox, tmp_path: Path) -> None:
    with listening(tmp_path, sandbox, {"story": settings(COMPANY)}) as ear, told(sandbox, ear) as it:
        forged(it)


def forged(it: Told) -> None:
    body = numbered(EVENT)
    raw = json.dumps(body).encode()
    for _ in range(5):
        assert it.ear.from_procore(TOLD, secret="guessed")[:2] == (401, b"")
        assert it.ear.from_procore({**TOLD, "company_id": COMPANY + 1})[:2] == (404, b"")
        assert it.ear.from_xero(raw, key="guessed")[:2] == (401, b"")
        assert it.ear.from_xero(json.dumps(body, indent=1).encode(), signed=raw)[:2] == (401, b"")
    assert it.ear.call("/procore/story", b"{}", Content_Type="application/json")[0] == 401
    assert not it.waits()
    until(lambda: it.events().count("webhook refused") == 3)
    assert len(it.ear.refusals()) == 3  # Procore's two reasons, Xero's one


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{not json", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"id": 7, "company_id": 5501}', "application/json", 400),
        (b'{"resource_name": "ERP Requests", "company_id": 5501}', "application/json", 400),
        (json.dumps({**TOLD, "company_id": None}).encode(), "application/json", 400),
        (json.dumps(TOLD).encode(), "text/plain", 415),
        (b'{"id": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
def test_what_is_no_webhook_is_refused(ear: Listener, body: bytes, kind: str, status: int) -> None:
    assert ear.from_procore(body, kind=kind)[:2] == (status, b"")


def test_signed_nonsense_is_refused_too(ear: Listener) -> None:
    assert ear.from_xero(b"{not json")[:2] == (400, b"")
    assert ear.from_xero({"events": [{}], "firstEventSequence": 1})[:2] == (400, b"")
    assert ear.from_xero(numbered(EVENT), kind="text/plain")[:2] == (415, b"")


def test_a_customer_nobody_knows_is_not_there(ear: Listener) -> None:
    assert ear.from_procore(TOLD, name="nobody")[:2] == (404, b"")
    assert "nobody of that name is listened for" in ear.refusals()
    assert "nobody" not in {line["customer"] for line in ear.log()}


# ---------------------------------------------------------------- the ledger is busy


def test_while_a_run_holds_the_ledger_the_sender_is_asked_to_come_again(it: Told) -> None:
    it.ear.in_procore()
    run = sqlite3.connect(it.ear.ledger, isolation_level=None)
    run.execute("begin immediate")
    status, body, seconds = it.ear.from_procore(TOLD)
    assert (status, body) == (503, b"")
    assert seconds < 4, "both systems give up after five"
    it.send("work_order_contract", CONTRACT)
    until(lambda: it.ear.deliveries("tried"))
    run.execute("rollback")
    run.close()
    until(it.ear.deliveries)
    assert len(it.waits()) == 2  # the one that was called in vain was put down when there was room
