"""An effect from planned to final: every move, one open effect a step, batches settled in parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.ledger import ops, queue
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member, Op
from engine.ledger.store import LedgerError
from engine.ledger.tables import (
    CONFIRMED,
    DONE,
    FAILED,
    OPEN,
    PLANNED,
    QUARANTINED,
    REJECTED,
    SENDING,
    UNSURE,
)
from tests.ledger.conftest import Clock

CALL = "xero.bill.create"


def bill(source_id: str, step: str = "create", draft: object = None) -> Member:
    return Member("invoices", source_id, step, draft or {"InvoiceNumber": source_id})


def planned(ledger: Ledger, *members: Member) -> Op:
    with ledger.begin() as tx:
        return ops.load(ledger, tx, ops.add(ledger, tx, CALL, {"company": 7}, members, "r1"))


def now(ledger: Ledger, op: Op) -> Op:
    with ledger.look() as tx:
        return ops.load(ledger, tx, op.id)


def sent(ledger: Ledger, *members: Member) -> Op:
    op = planned(ledger, *members)
    with ledger.begin() as tx:
        ops.intend(ledger, tx, op, "PUT", "https://xero/Invoices", b'{"Invoices": []}', ledger.clock.now())
    return now(ledger, op)


def settled(ledger: Ledger, op: Op, results: dict[int, tuple[str, str, str]]) -> Op:
    with ledger.begin() as tx:
        ops.settle(ledger, tx, op, results)
    return now(ledger, op)


def test_the_bytes_are_frozen_before_they_leave(ledger: Ledger, clock: Clock) -> None:
    op = planned(ledger, bill("1"))
    assert (op.state, op.generation, op.body, op.first_sent, op.places) == (
        PLANNED,
        0,
        None,
        None,
        {"company": 7},
    )
    op = sent(ledger, bill("2"))
    assert (op.state, op.method, op.url, op.body) == (
        SENDING,
        "PUT",
        "https://xero/Invoices",
        b'{"Invoices": []}',
    )
    assert op.first_sent == op.last_sent == clock.now()
    assert op.key == f"{op.id}-0"


def test_what_has_left_keeps_its_bytes(ledger: Ledger) -> None:
    op = sent(ledger, bill("1"))
    with pytest.raises(LedgerError, match="not planned any more"), ledger.begin() as tx:
        ops.intend(ledger, tx, op, "PUT", "u", b"others", ledger.clock.now())
    with ledger.begin() as tx:
        ops.renew(ledger, tx, op)
    with pytest.raises(LedgerError, match="not planned any more"), ledger.begin() as tx:
        ops.intend(ledger, tx, op, "PUT", "u", b"others", ledger.clock.now())  # of the generation before
    assert now(ledger, op).body is None


def test_resent_it_keeps_its_first_instant_and_its_key(ledger: Ledger, clock: Clock) -> None:
    op = sent(ledger, bill("1"))
    clock.move(seconds=30)
    with ledger.begin() as tx:
        ops.again(tx, op, ledger.clock.now())
    after = now(ledger, op)
    assert after.first_sent == op.first_sent
    assert after.last_sent == clock.now()
    assert after.key == op.key


def test_turned_away_unread_it_is_planned_again_under_the_same_key(ledger: Ledger, clock: Clock) -> None:
    op = sent(ledger, bill("1"))
    with ledger.begin() as tx:
        ops.back(ledger, tx, op, "2026-03-02T09:01:00.000000Z")
    after = now(ledger, op)
    assert (after.state, after.key, after.body, after.first_sent) == (PLANNED, op.key, None, None)
    assert after.not_before == clock.now() + timedelta(minutes=1)


@pytest.mark.parametrize("seconds", [0, 30, -30])
def test_turned_away_when_resent_it_stays_unknown(ledger: Ledger, clock: Clock, seconds: int) -> None:
    """What left first was never answered: a wait said to the second try says nothing of the first."""
    op = sent(ledger, bill("1"))
    clock.move(seconds=seconds)
    with ledger.begin() as tx:
        ops.again(tx, op, ledger.clock.now())
        ops.back(ledger, tx, op)
    after = now(ledger, op)
    assert (after.state, after.first_sent, after.body) == (SENDING, op.first_sent, op.body)


def test_known_not_to_have_happened_it_gets_a_new_key(ledger: Ledger) -> None:
    op = sent(ledger, bill("1"))
    with ledger.begin() as tx:
        ops.renew(ledger, tx, op)
    after = now(ledger, op)
    assert (after.state, after.generation, after.key, after.body) == (PLANNED, 1, f"{op.id}-1", None)
    with ledger.begin() as tx:
        ops.intend(ledger, tx, after, "PUT", "u", b"", ledger.clock.now())
    assert now(ledger, op).key == f"{op.id}-1"


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([(DONE, "b-1", "")], CONFIRMED),
        ([(FAILED, "", "no account")], REJECTED),
        ([(UNSURE, "", "two found")], QUARANTINED),
        ([(DONE, "b-1", ""), (FAILED, "", "no account")], CONFIRMED),
        ([(FAILED, "", "x"), (FAILED, "", "y")], REJECTED),
        ([(DONE, "b-1", ""), (FAILED, "", "x"), (UNSURE, "", "two found")], QUARANTINED),
    ],
)
def test_how_a_batch_ends(ledger: Ledger, results: list[tuple[str, str, str]], state: str) -> None:
    op = sent(ledger, *(bill(str(number)) for number in range(len(results))))
    after = settled(ledger, op, dict(enumerate(results)))
    assert after.state == state
    assert [(m.result, m.target_id, m.reason) for m in after.members] == results


def test_a_batch_is_settled_in_parts(ledger: Ledger) -> None:
    """Each part by what its caller knew at the beginning; the last one makes it final."""
    op = sent(ledger, bill("1"), bill("2"), bill("3"))
    assert settled(ledger, op, {0: (DONE, "b-1", "")}).state == SENDING
    assert [m.source_id for m in now(ledger, op).open] == ["2", "3"]
    assert settled(ledger, op, {2: (FAILED, "", "no account")}).state == SENDING
    assert settled(ledger, op, {1: (DONE, "b-2", "")}).state == CONFIRMED
    with ledger.look() as tx:
        assert queue.waiting(ledger, tx) == []
        assert [(m.source_id, reason) for m, reason in ops.failures(ledger, tx, "r1")] == [
            ("3", "no account")
        ]


def test_one_open_effect_for_a_record_and_a_step(ledger: Ledger) -> None:
    op = planned(ledger, bill("1"))
    planned(ledger, bill("1", "mark"))  # another step
    with pytest.raises(LedgerError, match="an effect of invoices 1 is under way already"):
        planned(ledger, bill("2"), bill("1"))
    with ledger.look() as tx:
        assert len(queue.waiting(ledger, tx)) == 2  # bill 2 is not half planned
        assert ops.under_way(ledger, tx).keys() == {("invoices", "1")}
    settled(ledger, op, {0: (FAILED, "", "no account")})
    planned(ledger, bill("1"))  # a new try


def test_effects_come_back_in_the_order_they_were_planned(ledger: Ledger) -> None:
    made = [planned(ledger, bill(str(number))).id for number in range(12)]
    with ledger.look() as tx:
        assert [op.id for op in queue.waiting(ledger, tx)] == made


def test_a_member_joins_what_was_not_sent_yet(ledger: Ledger) -> None:
    op = planned(ledger, bill("1", draft={"n": 1}))
    with ledger.begin() as tx:
        (found,) = ops.unsent(ledger, tx, CALL, '{"company":7}')
        ops.join(ledger, tx, found, bill("2"))
        ops.join(ledger, tx, found, bill("1", draft={"n": 2}))  # the newer one
        assert ops.unsent(ledger, tx, CALL, '{"company":8}') == []
    assert [(m.source_id, m.draft) for m in now(ledger, op).open] == [
        ("2", {"InvoiceNumber": "2"}),
        ("1", {"n": 2}),
    ]
    sent(ledger, bill("3"))
    with ledger.look() as tx:
        assert [found.id for found in ops.unsent(ledger, tx, CALL, '{"company":7}')] == [op.id]


def test_what_must_wait_is_parted_and_goes_behind(ledger: Ledger) -> None:
    op = planned(ledger, bill("1"), bill("2"), bill("3"))
    later = planned(ledger, bill("4"))
    with ledger.begin() as tx:
        parted = ops.part(ledger, tx, op, [1, 2], "r2")
    with ledger.look() as tx:
        every = [ops.load(ledger, tx, one.id) for one in queue.waiting(ledger, tx)]
    found = [(one.id, [m.source_id for m in one.open]) for one in every]
    assert found == [(op.id, ["1"]), (later.id, ["4"]), (parted, ["2", "3"])]


def test_a_person_ends_what_is_quarantined(ledger: Ledger) -> None:
    op = settled(ledger, sent(ledger, bill("1")), {0: (UNSURE, "", "two found")})
    with ledger.look() as tx:
        assert queue.waiting(ledger, tx) == []
        assert not queue.is_any(ledger, tx)
    assert now(ledger, op).state == QUARANTINED
    assert settled(ledger, op, {0: (DONE, "b-1", "anna said so")}).state == CONFIRMED


def test_what_is_open_or_in_doubt_is_asked_for_by_its_records(ledger: Ledger) -> None:
    kept = [replace(bill(number), extra={"n": number}) for number in ("1", "2", "3", "4")]
    op = sent(ledger, *kept)
    settled(ledger, op, {0: (DONE, "b-1", ""), 1: (UNSURE, "", "two found")})
    asked = [("invoices", number) for number in ("1", "2", "3")]
    with ledger.look() as tx:
        assert queue.is_any(ledger, tx)
        assert {one["n"] for one in queue.not_sure_yet(ledger, tx, asked)} == {"2", "3"}
        assert queue.not_sure_yet(ledger, tx, [("payments", "2")]) == []
        assert queue.in_doubt(ledger, tx, "invoices") == {"2"}


def test_what_an_earlier_run_left_is_told_by_the_run_that_ends_it(ledger: Ledger) -> None:
    final, left = sent(ledger, bill("1")), sent(ledger, bill("2"))
    settled(ledger, final, {0: (FAILED, "", "no account")})
    with ledger.begin() as tx:
        ops.take_over(ledger, tx, "r2")
    settled(ledger, left, {0: (FAILED, "", "no contact")})
    with ledger.look() as tx:
        told = {run: [reason for _, reason in ops.failures(ledger, tx, run)] for run in ("r1", "r2")}
    assert told == {"r1": ["no account"], "r2": ["no contact"]}


def test_the_trail_and_the_history_tell_everything(ledger: Ledger, clock: Clock) -> None:
    op = sent(ledger, bill("1"))
    with ledger.begin() as tx:
        ops.tried(ledger, tx, op, "unknown", 0, "timed out")
        clock.move(seconds=5)
        ops.tried(ledger, tx, op, "done", 200)
        ops.settle(ledger, tx, op, {0: (DONE, "b-1", "")})
    planned(ledger, bill("1", "mark"))
    with ledger.look() as tx:
        trail = tx.execute(sa.text("select at, meaning, status, reason from attempt order by id")).all()
        told = ops.history(ledger, tx, "invoices", "1")
    assert [tuple(row) for row in trail] == [
        ("2026-03-02T09:00:00.000000Z", "unknown", 0, "timed out"),
        ("2026-03-02T09:00:05.000000Z", "done", 200, ""),
    ]
    assert [(each["step"], each["result"]) for each in told] == [("create", DONE), ("mark", OPEN)]
