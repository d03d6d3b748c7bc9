"""Hints: kept once, served by the run that looked, forgotten when nobody can send them again."""

from __future__ import annotations

import sqlalchemy as sa

from engine.ledger import hints
from engine.ledger.hints import Hint
from engine.ledger.ledger import Ledger
from engine.ledger.store import Store
from engine.ledger.tables import hint
from tests.ledger.conftest import Clock

ONE = Hint("procore 1", "procore", "ERP Requests", "create", "9001")
TWO = Hint("xero t 2 now", "xero", "INVOICE", "UPDATE", "b1")


def put(ledger: Ledger, *found: Hint) -> int:
    with ledger.begin() as tx:
        return hints.put(ledger, tx, found)


def waiting(ledger: Ledger) -> list[Hint]:
    with ledger.look() as tx:
        return hints.waiting(ledger, tx)


def serve(ledger: Ledger, *ids: str) -> None:
    with ledger.begin() as tx:
        hints.serve(ledger, tx, ids)


def test_what_was_said_before_is_not_new(ledger: Ledger, clock: Clock) -> None:
    assert put(ledger, ONE, ONE) == 1
    clock.move(hours=1)
    assert put(ledger, ONE, TWO) == 1
    assert waiting(ledger) == [ONE, TWO]


def test_a_hint_that_was_served_does_not_wait_again(ledger: Ledger) -> None:
    put(ledger, ONE, TWO)
    serve(ledger, ONE.id)
    assert waiting(ledger) == [TWO]
    assert put(ledger, ONE) == 0
    assert waiting(ledger) == [TWO]


def test_hints_of_one_customer_are_no_other_customers(ledger: Ledger, store: Store, clock: Clock) -> None:
    other = Ledger(store, "other", clock)
    put(ledger, ONE)
    assert put(other, ONE) == 1
    serve(ledger, ONE.id)
    assert waiting(other) == [ONE]


def test_only_what_was_served_long_ago_is_forgotten(ledger: Ledger, clock: Clock) -> None:
    put(ledger, ONE, TWO)
    serve(ledger, ONE.id)
    clock.move(days=32)
    serve(ledger)
    assert waiting(ledger) == [TWO]
    with ledger.look() as tx:
        assert tx.execute(sa.select(hint.c.id)).scalars().all() == [TWO.id]
