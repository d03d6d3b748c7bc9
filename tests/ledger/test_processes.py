"""Several processes on one ledger: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger import links
from engine.ledger.ledger import Ledger
from engine.ledger.store import Store
from engine.ledger.upgrade import CURRENT, state
from tests.ledger.conftest import Clock

ROOT = Path(__file__).resolve().parents[2]

BEGINNING = """
import json, sys, time
from datetime import UTC, datetime
from engine.ledger import links, mirror, ops
from engine.ledger.ledger import Ledger
from engine.ledger.links import Link
from engine.ledger.ops import Member
from engine.ledger.rates import LedgerBudgets
from engine.ledger.store import LedgerError, Store
from engine.ledger.tokens import LedgerTokens
from engine.ledger.upgrade import upgrade
from engine.system.port import Token

class Clock:
    def now(self):
        return datetime.now(UTC)

clock, store, who = Clock(), Store(sys.argv[1]), sys.argv[2]
upgrade(store)
ledger = Ledger(store, "demo", clock)
"""


def begin(url: str, who: str, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGINNING + program + "\nstore.close()", url, who],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def together(url: str, program: str, count: int = 3) -> list[Any]:
    """What each of several processes prints, run at once."""
    running = [begin(url, str(number), program) for number in range(count)]
    ends = [(process, *process.communicate(timeout=120)) for process in running]
    assert [err for process, _, err in ends if process.returncode] == []
    return [json.loads(out) for _, out, _ in ends]


def test_processes_that_write_at_once_lose_nothing(url: str, clock: Clock) -> None:
    """They are also the first ones: each finds an empty database and upgrades it."""
    told = together(
        url,
        """
for number in range(40):
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("companies", f"{who}-{number}", f"c-{who}-{number}", {"n": number})])
        ops.add(ledger, tx, "xero.contact.create", {}, [Member("companies", f"{who}-{number}", "create", {})])
        mirror.keep(ledger, tx, "procore.vendor", {f"{who}-{number}": {}, "shared": {"of": who}}, {})
        ledger.note(tx, who, "made")
print(json.dumps("done"))
""",
    )
    assert told == ["done"] * 3
    store = Store(url)
    assert state(store) == CURRENT
    with store.look() as tx:
        assert len(links.all_of(Ledger(store, "demo", clock), tx)) == 120
        for table, rows in {"op": 120, "op_member": 120, "event": 120, "mirror": 121}.items():
            assert tx.execute(sa.text(f"select count(*) from {table}")).scalar() == rows
    store.close()


def test_one_record_is_planned_by_one_of_them(url: str) -> None:
    told = together(
        url,
        """
won = []
for number in range(30):
    try:
        with ledger.begin() as tx:
            ops.add(ledger, tx, "xero.bill.create", {}, [Member("invoices", str(number), "create", {})])
        won.append(number)
    except LedgerError as error:
        assert "under way already" in error.text, error.text
print(json.dumps(won))
""",
    )
    assert sorted(number for won in told for number in won) == list(range(30))


def test_a_budget_is_one_for_all(url: str) -> None:
    told = together(
        url,
        """
from engine.system.model import Limit
budgets, limits = LedgerBudgets(store, clock), (Limit("minute", 50, 600), Limit("day", 500, 86400))
print(json.dumps([budgets.take("demo", limits, clock.now()) for _ in range(40)].count(0.0)))
""",
    )
    assert sum(told) == 50


def test_one_process_refreshes_a_token(url: str) -> None:
    key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    told = together(
        url,
        f"""
tokens, refreshed = LedgerTokens(store, "demo", clock, {key!r}, Token), 0
while tokens.get("xero") is None:
    if tokens.claim("xero", 30):
        if tokens.get("xero") is None:
            time.sleep(0.2)
            refreshed += 1
            tokens.put("xero", Token(f"access of {{who}}", clock.now()))
        tokens.release("xero")
    time.sleep(0.01)
print(json.dumps([refreshed, tokens.get("xero").access]))
""",
    )
    assert sum(count for count, _ in told) == 1
    assert len({access for _, access in told}) == 1


def test_one_process_works_for_a_customer_at_a_time(url: str) -> None:
    told = together(
        url,
        """
numbers = []
while len(numbers) < 4:
    try:
        with ledger.leased():
            with ledger.begin() as tx:
                at = int(mirror.position(ledger, tx, "count") or 0)
            time.sleep(0.005)
            with ledger.begin() as tx:
                mirror.move(ledger, tx, "count", str(at + 1))
            numbers.append(ledger.lease_no)
    except LedgerError as error:
        assert "another run is working" in error.text, error.text
        time.sleep(0.003)
with ledger.look() as tx:
    print(json.dumps([numbers, mirror.position(ledger, tx, "count")]))
""",
    )
    numbers = [number for one, _ in told for number in one]
    assert sorted(numbers) == list(range(1, 13))
    assert max(int(count) for _, count in told) == 12


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_a_killed_process_leaves_whole_transactions_and_a_free_lease(url: str, clock: Clock) -> None:
    process = begin(
        url,
        "killed",
        """
ledger.leased().__enter__()
number = 0
while True:
    number += 1
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("companies", str(number), f"c-{number}", {})])
        mirror.move(ledger, tx, "procore.vendor", str(number))
    print(number, flush=True)
""",
    )
    assert process.stdout is not None
    while int(process.stdout.readline()) < 20:
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    store = Store(url)
    clock.time = clock.time.fromtimestamp(time.time(), clock.time.tzinfo)
    heir = Ledger(store, "demo", clock)
    with heir.leased(), heir.begin() as tx:
        assert heir.lease_no == 2
        found = tx.execute(sa.text("select count(*), (select position from cursor) from link")).one()
        assert found[0] == int(found[1]) >= 20
    store.close()
