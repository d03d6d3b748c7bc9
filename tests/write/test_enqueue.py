"""From actions to ops: as many in a call as it takes, by number and by bytes, in the order of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.ledger import links, ops, queue
from engine.live.connect import Connection
from engine.plan.actions import CREATE, DELETE, Action
from engine.system.body import encoded
from engine.write.enqueue import Owed, enqueue
from engine.write.route import Route
from tests.ledger.conftest import Clock
from tests.worlds.sandboxed import KEY, desk


class Stopped(Clock):
    """A time in which nobody waits."""

    def sleep(self, seconds: float) -> None:
        self.move(seconds=seconds)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A customer that nobody calls."""
    environ = {"CROSSWALK_LEDGER_KEY": KEY}
    made = Connection(desk(), str(tmp_path / "ledger.db"), Stopped(), None, environ)
    yield made
    made.close()


def limited(connection: Connection, batch: int, most_bytes: int = 1_000_000) -> Route:
    """The way of companies, with a call that takes less."""
    route = connection.routes["companies"]
    assert route.target.create is not None
    call = replace(route.target.create, batch=batch, most_bytes=most_bytes)
    return replace(route, target=replace(route.target, create=call))


def contact(number: int, **more: Any) -> Action:
    record = {"Name": f"Supplier {number}", **more}
    return Action("companies", False, str(number), CREATE, "xero.contact", record=record, body=dict(record))


def put_down(connection: Connection, route: Route, actions: list[Action]) -> tuple[Owed, list[list[str]]]:
    """What is owed, and whose effects go in which call, in order."""
    with connection.ledger.begin() as tx:
        owed = enqueue(connection.ledger, tx, actions, {route.name: route}, {}, "run")
    with connection.ledger.look() as tx:
        every = [ops.load(connection.ledger, tx, op.id) for op in queue.waiting(connection.ledger, tx)]
    return owed, [[member.source_id for member in op.members] for op in every]


def test_a_call_takes_no_more_than_its_number(connection: Connection) -> None:
    owed, calls = put_down(connection, limited(connection, batch=3), [contact(n) for n in range(7)])
    assert calls == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert (owed.ops, owed.effects) == (3, 7)


def test_a_call_takes_no_more_than_its_bytes(connection: Connection) -> None:
    """Small ones beside a big one: what counts is all they take, not the size of the last."""
    actions = [contact(0, FirstName="x" * 500), *(contact(n) for n in range(1, 20))]
    route = limited(connection, batch=50, most_bytes=800)
    _, calls = put_down(connection, route, actions)
    assert [one for call in calls for one in call] == [str(n) for n in range(20)]
    with connection.ledger.look() as tx:
        drafts = [
            [member.draft for member in ops.load(connection.ledger, tx, op.id).members]
            for op in queue.waiting(connection.ledger, tx)
        ]
    assert all(len(encoded(each)) <= 800 for each in drafts)
    assert len(calls) > 1


def test_what_is_too_large_for_a_call_goes_alone(connection: Connection) -> None:
    """The other system says no to it in its own words; the others are none the worse."""
    actions = [contact(0), contact(1, FirstName="x" * 2000), contact(2)]
    _, calls = put_down(connection, limited(connection, batch=50, most_bytes=800), actions)
    assert calls == [["0"], ["1"], ["2"]]


def test_what_is_deleted_is_named_by_what_was_written_of_it(connection: Connection) -> None:
    route = connection.routes["payments"]
    written = {"project_id": 1, "contract_id": 2, "amount": "10.00"}
    with connection.ledger.begin() as tx:
        others = {str(n): {"project_id": n} for n in range(5)}
        links.write_down(connection.ledger, tx, "payments", 1, {"p-1": written, **others})
    gone = Action("payments", False, "p-1", DELETE, "procore.contract_payment", target_id="77")
    put_down(connection, route, [gone])
    with connection.ledger.look() as tx:
        (op,) = queue.waiting(connection.ledger, tx)
        (member,) = ops.load(connection.ledger, tx, op.id).members
    assert member.draft == {**written, "id": "77"}
    assert op.places["project_id"] == 1
