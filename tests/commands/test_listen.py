"""listen: it starts with what proves a webhook or not at all; it tells Procore where to send."""

from __future__ import annotations

import json
import socket

import pytest

from engine.live.diary import Diary
from engine.system.clock import SystemClock
from tests.commands.conftest import Crosswalk
from tests.worlds.sandboxed import Sandbox

PUBLIC = "https://hooks.builder.example"
SECRET = "CROSSWALK_PROCORE_WEBHOOK_SECRET"


def test_without_a_secret_it_does_not_start(crosswalk: Crosswalk) -> None:
    said = crosswalk("listen", "demo", code=1).stderr
    assert "nothing proves a webhook for demo" in said
    assert SECRET in said
    assert "CROSSWALK_XERO_WEBHOOK_KEY" in said


def test_without_knowing_whose_a_webhook_is_it_does_not_start(
    crosswalk: Crosswalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSWALK_DEMO_XERO_WEBHOOK_KEY", "a key")
    said = crosswalk("listen", "demo", code=1).stderr
    assert "demo has no xero_tenant" in said
    assert "CROSSWALK_XERO_TENANT" in said


def test_a_taken_port_and_an_unknown_customer_are_told(
    crosswalk: Crosswalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "a secret")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "ddress already in use" in crosswalk("listen", "demo", "--port", port, code=2).stderr
    assert "no customer 'dmo'" in crosswalk("listen", "dmo", code=2).stderr


def test_procore_is_told_where_to_send_once(
    crosswalk: Crosswalk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SECRET in crosswalk("listen", "demo", "--register", PUBLIC, code=1).stderr
    monkeypatch.setenv(SECRET, "a secret")
    said = crosswalk("listen", "demo", "--register", f"{PUBLIC}/").stdout
    assert f"to {PUBLIC}/procore/demo is made" in said
    assert "its trigger for ERP Requests is made" in said
    (hook,) = sandbox.of("procore", "_hooks")
    assert hook["destination_headers"] == {"Authorization": "Bearer a secret"}
    assert [one["resource_name"] for one in hook["_triggers"]] == ["ERP Requests"]
    assert crosswalk("listen", "demo", "--register", PUBLIC).stdout.count("is there") == 2
    assert len(sandbox.of("procore", "_hooks")) == 1


def test_half_a_registration_is_completed(
    crosswalk: Crosswalk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "a secret")
    sandbox.faults({"kind": "cut", "system": "procore", "method": "POST", "path": "triggers"})
    assert "Procore made no trigger" in crosswalk("listen", "demo", "--register", PUBLIC, code=1).stderr
    said = crosswalk("listen", "demo", "--register", PUBLIC).stdout
    assert "procore/demo is there" in said
    assert "its trigger for ERP Requests is made" in said


def test_an_address_without_tls_is_not_given_a_secret(
    crosswalk: Crosswalk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "a secret")
    said = crosswalk("listen", "demo", "--register", "http://hooks.builder.example", code=1).stderr
    assert "no https address" in said
    assert not sandbox.of("procore", "_hooks")


def test_the_same_refusal_is_told_once_a_minute_with_its_count() -> None:
    lines: list[str] = []
    now = 0.0
    diary = Diary(SystemClock(), lines.append, lambda: now)
    told = []
    for second in range(0, 121, 10):
        now = float(second)
        told.append(diary.refused("xero", "demo", "wrong"))
    assert [times for times in told if times] == [1, 6, 6]
    assert diary.refused("procore", "demo", "wrong") == 1
    assert [json.loads(line)["times"] for line in lines] == [1, 6, 6, 1]
