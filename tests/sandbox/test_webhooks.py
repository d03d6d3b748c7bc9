"""The webhooks of the sandbox: as both systems describe them, tried again, and to whom they are due."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from sandbox import post
from sandbox.faults import Faults
from sandbox.post import Postman
from sandbox.procore import webhooks as procore
from sandbox.procore.sample import COMPANY
from sandbox.world import HOOKS
from sandbox.xero import webhooks as xero
from tests.contract import closed as contracts
from tests.sandbox.procore_client import V0, Procore

URL = "https://hooks.builder.example/procore/demo"
HOOK = {"api_version": "v2", "destination_url": URL, "destination_headers": {"Authorization": "Bearer s"}}
TRIGGER = {"resource_name": "ERP Requests", "event_type": "create"}
TENANT = "7e000000-0000-4000-8000-000000000001"


def hooked(office: Procore, **more: Any) -> int:
    """A hook with its trigger; gives its number."""
    made = office.send("POST", f"{V0}/webhooks/hooks", {"company_id": COMPANY, "hook": {**HOOK, **more}})
    assert made.status == 201, made.text
    number = int(made["id"])
    body = {"company_id": COMPANY, "api_version": "v2", "trigger": TRIGGER}
    assert office.send("POST", f"{V0}/webhooks/hooks/{number}/triggers", body).status == 201
    return number


def letters(office: Procore) -> list[Any]:
    return list(procore.letters(office.world, office.world.news))


def request(office: Procore) -> None:
    assert office.person("POST", "/requests", {"request_name": "sync_vendors"}).status == 201


@pytest.mark.skipif(contracts.missing_contracts() is not None, reason=str(contracts.missing_contracts()))
@pytest.mark.parametrize("version", ["v2", "v4"])
def test_what_procore_sends_is_as_its_guide_shows_it(version: str) -> None:
    office = Procore()
    hooked(office, api_version=version)
    request(office)
    ((_, url, headers, body, about),) = letters(office)
    assert (url, headers) == (URL, {"Authorization": "Bearer s"})
    assert about.startswith("ERP Requests create ")
    schema = contracts.operation(f"webhook_delivery_{version}")["payload"]
    wrong = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(json.loads(body))
    assert [error.message for error in wrong] == []


def test_hooks_and_triggers_are_shown_as_they_were_made() -> None:
    office = Procore()
    number = hooked(office)
    (hook,) = office.send("GET", f"{V0}/webhooks/hooks", company_id=COMPANY)
    assert (hook["id"], hook["destination_url"]) == (number, URL)
    assert "_triggers" not in hook
    (trigger,) = office.send("GET", f"{V0}/webhooks/hooks/{number}/triggers", company_id=COMPANY)
    assert (trigger["resource_name"], trigger["event_type"]) == ("ERP Requests", "CREATE")
    plain = {**HOOK, "destination_url": "http://hooks.builder.example"}
    assert office.send("POST", f"{V0}/webhooks/hooks", {"company_id": COMPANY, "hook": plain}).status == 422
    assert office.send("GET", f"{V0}/webhooks/hooks/1/triggers", company_id=COMPANY).status == 404


def test_where_nobody_registered_nothing_is_kept() -> None:
    office = Procore()
    request(office)
    assert office.world.news == []


def test_events_of_xero_are_numbered_and_signed() -> None:
    office = Procore()
    hook = {"url": URL, "key": "k", "status": "OK", "sequence": 4}
    office.world.of("xero", HOOKS)["app"] = hook
    news = [
        ("xero", xero.event(TENANT, "Contacts", "c1", "2026-03-02T09:00:00.123", True)),
        ("xero", xero.event(TENANT, "Invoices", "i1", "2026-03-02T09:00:00.123", False)),
    ]
    ((_, _, headers, body, about),) = xero.letters(office.world, news)
    told = json.loads(body)
    assert (told["firstEventSequence"], told["lastEventSequence"], about) == (
        5,
        6,
        "CONTACT CREATE INVOICE UPDATE",
    )
    assert headers == {"x-xero-signature": xero.signature("k", body)}
    ((_, _, _, after, _),) = xero.letters(office.world, news[:1])
    assert json.loads(after)["firstEventSequence"] == 7


# ---------------------------------------------------------------- delivery


class Door(http.server.BaseHTTPRequestHandler):
    """A receiver that refuses so many times."""

    refusals = 2
    came: list[bytes]

    def do_POST(self) -> None:
        """Takes a delivery, or not yet."""
        kind = type(self)
        kind.came.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(503 if len(kind.came) <= kind.refusals else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def door() -> Iterator[tuple[type[Door], str]]:
    kind = type("OneDoor", (Door,), {"came": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kind, f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_what_is_refused_comes_again_and_what_another_world_said_does_not(
    door: tuple[type[Door], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "FIRST_PAUSE", 0.02)
    kind, url = door
    office = Procore()
    hooked(office, destination_url=url)
    postman = Postman(office.world, Faults())
    postman.age = office.world.age
    postman.start()
    request(office)
    states = _states_until(postman, "delivered")
    assert states == ["tried", "tried", "delivered"]
    assert len(set(kind.came)) == 1
    kind.refusals = 100
    request(office)
    _states_until(postman, "tried", after=3)
    office.world.load({})
    office.world.rung.set()
    time.sleep(0.3)
    count = len(kind.came)
    time.sleep(0.3)
    assert len(kind.came) == count


def _states_until(postman: Postman, state: str, after: int = 0) -> list[str]:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        states = [one["state"] for one in postman.sent]
        if state in states[after:]:
            return states
        time.sleep(0.01)
    raise AssertionError(list(postman.sent))
