"""The ground under the stories: a first sync over HTTP, a quiet second one, and a time that is moved."""

from __future__ import annotations

from engine.live.sync import Sync
from tests.worlds.sandboxed import Sandbox, connected


def test_a_second_sync_writes_nothing(sandbox: Sandbox, url: str) -> None:
    with connected(sandbox, url) as connection:
        first = Sync(connection).sync()
        assert first.tally.done
        assert not first.failures
        sandbox.forget_calls()
        second = Sync(connection).sync()
        assert not second.owed.effects
    assert {call["method"] for call in sandbox.calls()} == {"GET"}


def test_waiting_moves_both_clocks(sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    sandbox.clock.sleep(3600)
    assert 3600 <= (sandbox.clock.now() - before).total_seconds() < 3700
    assert abs(float(sandbox.ask("GET", "/clock")["ahead"]) - 3600) < 1
