"""The schedule in the foreground: what goes at once, what goes by the clock, and what no failure stops."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine.ledger import hints
from engine.ledger.hints import Hint
from engine.ledger.ledger import LeaseHeld, Ledger
from engine.ledger.tables import run
from engine.live import auditing, running
from engine.live.connect import Connection
from engine.live.running import Runner
from tests.worlds import subcontract
from tests.worlds.gated import APPROVER, Gated, behind_the_gate
from tests.worlds.postbox import Postbox, free_port, postbox
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.subcontract import CONTRACT

HOUR, MINUTE = 3600, 60
SYDNEY = ZoneInfo("Australia/Sydney")
LOST = {"kind": "lost_answer", "system": "xero", "method": "PUT", "path": "PurchaseOrders", "times": 0}


class Schedule:
    """A runner under the test's clock, with what it wrote on its log."""

    def __init__(self, *connections: Connection):
        self.lines: list[str] = []
        self.runner = Runner(connections, self.lines.append)

    def round(self) -> list[dict[str, Any]]:
        """One look; gives the lines it wrote."""
        self.lines.clear()
        self.runner.round()
        return [json.loads(line) for line in self.lines]

    def did(self) -> list[str]:
        """One look; the jobs that ran."""
        return [line["job"] for line in self.round() if line["what"] == "ran"]


@pytest.fixture
def gated(sandbox: Sandbox, tmp_path: Path) -> Iterator[Gated]:
    """The office behind the gate."""
    with behind_the_gate(sandbox, tmp_path / "ledger.db") as made:
        yield made


@contextmanager
def unguarded(
    sandbox: Sandbox, ledger: str | Path, name: str = "story", **settings: Any
) -> Iterator[Connection]:
    """A customer whom nobody is asked for."""
    desk = subcontract.customer(**{"retainage_item": "RETENTION", **settings})
    desk.name = name
    with connected(sandbox, ledger, desk) as connection:
        yield connection


def runs(connection: Connection, verb: str) -> list[datetime]:
    """When a job ran to its end."""
    query = sa.select(run.c.began).where(run.c.verb == f"schedule {verb}", run.c.outcome == "done")
    with connection.ledger.look() as tx:
        return [datetime.fromisoformat(one) for one in tx.execute(query.order_by(run.c.began)).scalars()]


def orders(sandbox: Sandbox) -> list[str]:
    """The numbers of the orders in Xero."""
    return [one["PurchaseOrderNumber"] for one in sandbox.of("xero", "PurchaseOrders")]


def at(sandbox: Sandbox, hour: int, zone: ZoneInfo = SYDNEY) -> None:
    """Moves on to that hour by the clock of the office."""
    now = sandbox.clock.now().astimezone(zone)
    then = (now + timedelta(days=now.hour >= hour)).replace(hour=hour, minute=0, second=0, microsecond=0)
    sandbox.clock.move((then.astimezone(UTC) - now.astimezone(UTC)).total_seconds())


# ---------------------------------------------------------------- at once


def test_what_is_accepted_goes_at_the_next_look(gated: Gated) -> None:
    schedule = Schedule(gated.connection)
    gated.codes_synced()
    schedule.round()
    assert "exports" not in schedule.did()
    gated.send("commitments", CONTRACT)
    assert schedule.did() == []
    gated.accept("commitments", CONTRACT)
    assert schedule.did() == ["exports"]
    assert orders(gated.sandbox) == ["SC-1001"]
    assert gated.state("commitments", CONTRACT) == "synced"
    gated.sandbox.forget_calls()
    assert schedule.did() == []
    assert not gated.sandbox.calls()  # a look is a look into the ledger


def test_what_is_accepted_and_cannot_go_yet_is_not_tried_at_every_look(gated: Gated) -> None:
    gated.codes_synced()
    schedule = Schedule(gated.connection)
    schedule.round()
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", {"status": "Draft"})
    assert schedule.did() == ["exports"]
    assert not orders(gated.sandbox)
    if gated.state("commitments", CONTRACT) == "accepted":
        assert schedule.did() == []


def test_what_xero_tells_of_is_brought_at_once_except_what_is_never_wanted(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.load(subcontract.first_day())
    settings = {"sync_schedule": "never", "payments_schedule": "never"}
    with unguarded(sandbox, tmp_path / "ledger.db", **settings) as connection:
        schedule = Schedule(connection)
        schedule.round()

        def tells(number: str, about: str) -> None:
            with connection.ledger.begin() as tx:
                hints.put(connection.ledger, tx, [Hint(number, "xero", about)])

        tells("one", "CONTACT")
        assert schedule.did() == ["exports"]
        assert schedule.did() == []
        sandbox.forget_calls()
        tells("two", "INVOICE")
        schedule.round()
        assert not [call for call in sandbox.calls("xero") if "BankTransactions" in call["path"]]
        assert schedule.did() == []  # it is served all the same


# ---------------------------------------------------------------- by the clock


@pytest.mark.parametrize(
    ("schedule", "count"),
    [("every_4_hours", 2), ("every_2_hours", 4), ("hourly", 8), ("never", 0)],
)
def test_job_costs_and_payments_come_by_their_own_schedules(
    sandbox: Sandbox, tmp_path: Path, schedule: str, count: int
) -> None:
    sandbox.load(subcontract.first_day())
    settings = {"sync_schedule": schedule, "payments_schedule": "daily"}
    with unguarded(sandbox, tmp_path / "ledger.db", **settings) as connection:
        at(sandbox, 9)
        looks = Schedule(connection)
        for _ in range(16):
            looks.round()
            sandbox.clock.move(HOUR / 2)
        assert len(runs(connection, "job costs")) == count
        assert len(runs(connection, "payments")) == 1


@pytest.mark.parametrize("schedule", ["every_4_hours", "every_2_hours", "hourly", "never"])
def test_payments_may_have_any_of_the_schedules(sandbox: Sandbox, tmp_path: Path, schedule: str) -> None:
    with unguarded(sandbox, tmp_path / "ledger.db", payments_schedule=schedule) as connection:
        assert running.jobs.jobs_of(connection)[2].schedule == schedule


def test_daily_jobs_go_once_a_day_after_two_by_the_clock_of_the_office(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.load(subcontract.first_day())
    with unguarded(sandbox, tmp_path / "ledger.db") as connection:
        schedule = Schedule(connection)
        at(sandbox, 1)
        schedule.round()
        at(sandbox, 2)
        assert {"job costs", "payments", "audit", "digest"} <= set(schedule.did())
        sandbox.clock.move(-3 * HOUR)  # a clock that is put back
        assert schedule.did() == ["records"]  # whose hour was three hours ago, or is to come
        sandbox.clock.move(3 * HOUR)
        assert "audit" not in schedule.did()
        at(sandbox, 2)
        assert "audit" in schedule.did()


def test_the_summary_is_mailed_in_the_night(sandbox: Sandbox, tmp_path: Path) -> None:
    with postbox() as box, behind_the_gate(sandbox, tmp_path / "ledger.db", **box.settings()) as gated:
        gated.grant(APPROVER, mail="accounts@harbour-builders.example")
        schedule = Schedule(gated.connection)
        schedule.round()
        assert not box.mails  # nothing waits
        gated.codes_synced()
        gated.send("commitments", CONTRACT)
        at(sandbox, 2)
        said = schedule.round()
        (mail,) = box.mails
        assert mail["Subject"] == "ERP Integrations Daily Summary"
        assert [line["about"] for line in said if line["what"] == "mailed"] == [
            "the mail “ERP Integrations Daily Summary” to approver"
        ]
        sandbox.clock.move(HOUR)
        schedule.round()
        assert len(box.mails) == 1


def test_a_mail_that_cannot_leave_is_told_now_and_then_and_sent_in_the_end(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    box = Postbox(free_port())
    with behind_the_gate(sandbox, tmp_path / "ledger.db", **box.settings()) as gated:
        gated.grant(APPROVER, mail="accounts@harbour-builders.example")
        gated.codes_synced()
        gated.send("commitments", CONTRACT)
        schedule = Schedule(gated.connection)
        assert [line["why"] for line in schedule.round() if line["what"] == "not mailed"]
        sandbox.clock.move(2 * MINUTE)
        assert not [line for line in schedule.round() if line["what"] == "not mailed"]
        with postbox(port=box.port) as up:
            sandbox.clock.move(2 * MINUTE)
            schedule.round()
            assert len(up.mails) == 1


def test_what_the_audit_finds_is_on_the_log_and_in_the_ledger(
    gated: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = auditing.Finding("double", "xero.bill", ("a", "b"), "two bills were made of INV-501", "void one")
    monkeypatch.setattr(running.jobs, "audited", lambda *_: [found])
    said = Schedule(gated.connection).round()
    (line,) = [line for line in said if line.get("job") == "audit"]
    assert line["findings"] == 1
    assert line["told"] == ["two bills were made of INV-501"]


def test_a_button_in_procore_is_answered_whatever_the_schedule(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.load(subcontract.first_day())
    settings = {"approval_home": "erp_tool", "sync_schedule": "never", "payments_schedule": "never"}
    with unguarded(sandbox, tmp_path / "ledger.db", **settings) as connection:
        schedule = Schedule(connection)
        schedule.round()
        sandbox.in_procore("POST", "/requests", {"request_name": "sync_contract_payments"})
        sandbox.clock.move(11 * MINUTE)  # nobody told; the requests are polled
        assert "records" in schedule.did()
        (detail,) = sandbox.of("procore", "erp_request_details")
        assert detail["status"] == "success"
        assert not runs(connection, "payments")


# ---------------------------------------------------------------- what was left, and what fails


def test_a_lost_answer_is_looked_up_without_anybodys_doing(gated: Gated) -> None:
    gated.codes_synced()
    schedule = Schedule(gated.connection)
    schedule.round()
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sandbox.faults(LOST)
    schedule.round()
    assert gated.state("commitments", CONTRACT) in ("sending", "unsure")
    gated.sandbox.faults()
    gated.sandbox.clock.move(8 * MINUTE)
    assert "swept" in [line["what"] for line in schedule.round()]
    assert orders(gated.sandbox) == ["SC-1001"]
    assert gated.state("commitments", CONTRACT) == "synced"


def test_a_customer_who_cannot_be_reached_stops_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.load(subcontract.first_day())
    ledger = tmp_path / "ledger.db"
    with unguarded(sandbox, ledger, "away") as away, unguarded(sandbox, ledger, "story") as story:
        away.environ = {**away.environ, "CROSSWALK_XERO_HOST": "http://127.0.0.1:9"}
        said = Schedule(away, story).round()
    failed = [line for line in said if line["what"] == "failed"]
    assert {line["customer"] for line in failed} == {"away"}
    assert "records" in [line["job"] for line in failed]
    assert all(line["why"] for line in failed)
    assert "records" in [line["job"] for line in said if line["customer"] == "story"]


def test_what_could_not_be_read_is_tried_again_after_a_while(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.load(subcontract.first_day())
    with unguarded(sandbox, tmp_path / "ledger.db") as connection:
        sandbox.faults({"kind": "503", "system": "xero", "method": "GET", "times": 0})
        schedule = Schedule(connection)
        assert "failed" in [line["what"] for line in schedule.round()]
        sandbox.faults()
        assert "records" not in schedule.did()  # not at every look
        sandbox.clock.move(11 * MINUTE)
        assert "records" in schedule.did()


def test_a_mistake_of_our_own_stops_nobody_and_names_its_place(
    gated: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(running.jobs, "audited", breaks)
    said = Schedule(gated.connection).round()
    (line,) = [line for line in said if line["what"] == "failed"]
    assert line["job"] == "audit"
    assert line["why"].startswith("ZeroDivisionError at test_run.py:")
    assert "secret" not in json.dumps(said)
    assert "digest" in [line.get("job") for line in said]


def test_while_another_process_works_for_a_customer_it_waits(gated: Gated) -> None:
    schedule = Schedule(gated.connection)
    elsewhere = Ledger(gated.connection.store, "story", gated.connection.clock, "elsewhere:7:0@there")
    with elsewhere.leased():
        said = schedule.round()
        assert [line["what"] for line in said] == ["waits"]
        assert "elsewhere:7" in said[0]["why"]
        assert schedule.round() == []  # said once
    assert "records" in schedule.did()


def test_one_customer_after_the_other_until_somebody_ends_it(gated: Gated) -> None:
    """The step under way is finished, and nothing is begun."""
    schedule = Schedule(gated.connection)
    one = schedule.runner.customers[0]
    done = []

    def first(connection: Connection) -> dict[str, Any]:
        schedule.runner.stop()
        done.append("first")
        return {}

    one.jobs = [running.Job("first", "hourly", first), running.Job("second", "hourly", first)]
    schedule.runner.run()
    assert done == ["first"]
    assert len(runs(gated.connection, "first")) == 1
    with pytest.raises(KeyboardInterrupt):
        schedule.runner.stop()


def test_the_post_is_free_again_when_its_holder_is_gone(gated: Gated) -> None:
    with running.on_post(gated.connection) as lost:
        assert not lost()
        with pytest.raises(LeaseHeld, match="another crosswalk run works"), running.on_post(gated.connection):
            pass
    with running.on_post(gated.connection):
        pass
