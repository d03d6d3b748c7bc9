"""`history_notes`, and what is refused when it is sent again: both are about what a lost answer leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.live.sync import Sync
from engine.system.port import REFUSED, UNKNOWN, Answer
from tests.worlds.sandboxed import Sandbox
from tests.worlds.settled import Settled, settled
from tests.worlds.subcontract import INVOICES, comes


def notes(it: Settled) -> list[str]:
    """What stands in the histories of all documents."""
    found = it.sandbox.world()["xero"].get("_history", {})
    return [each["Details"] for kept in found.values() for each in kept["records"]]


def test_a_note_in_the_history_of_what_was_made(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, history_notes=True, negative_invoices="credit_note") as it:
        comes(sandbox, "INV-501")
        comes(sandbox, "INV-552")
        it.sync()
        told = sorted(notes(it))
        assert [f"({one})" in " ".join(told) for one in (INVOICES["INV-501"], INVOICES["INV-552"])] == [
            True
        ] * 2
        assert len(told) == 3
        it.quiet()
        assert len(notes(it)) == 3


def test_no_note_by_default(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path) as it:
        it.sync()
        assert not notes(it)


@pytest.mark.parametrize("status", [401, 403])
def test_turned_away_when_sent_again(sandbox: Sandbox, tmp_path: Path, status: int) -> None:
    """The first sending landed and its answer was lost; then nobody listens to us. It stays unknown."""
    with settled(sandbox, tmp_path) as it:
        port: Any = it.connection.ports["xero"]
        send = port.send
        seen: list[Any] = []

        def plain(request: Any) -> Answer:
            answer: Answer = send(request)
            return answer

        def sent(request: Any) -> Answer:
            if "PurchaseOrders" not in request.url or len(seen) > 1:
                return plain(request)
            seen.append(request)
            if len(seen) > 1:
                return Answer(REFUSED, status, reason="not allowed")
            return replace(plain(request), meaning=UNKNOWN)

        port.send = sent
        report = Sync(it.connection).sync()
        assert not report.failures
        port.send = send
        sandbox.clock.move(500)
        it.sync()
        assert len(it.books.all("PurchaseOrders")) == 1
        it.quiet()
