"""Budgets of calls, counted in rows: over processes, threads and restarts.

A budget is a fixed window that begins with its first call. Every budget of a call is taken in one statement,
or none. What a header says is left lowers a budget until its window ends; nothing ever raises one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa

from engine.ledger.ledger import Time, moment, stamp
from engine.ledger.store import Store
from engine.ledger.tables import rate


class Limit(Protocol):
    """A budget: so many calls in so many seconds (`model.Limit`)."""

    @property
    def name(self) -> str:
        """What the row is called."""

    @property
    def calls(self) -> int:
        """The most calls of a window."""

    @property
    def seconds(self) -> int:
        """How long a window is."""


APART = timedelta(
    seconds=15
)  # how far the clocks of two processes may be apart, and one be late with its call


class LedgerBudgets:
    """The budgets of every connection of a ledger. May be shared by threads."""

    def __init__(self, store: Store, clock: Time):
        self._store = store.quick()
        self._clock = clock
        self._limits: dict[str, Limit] = {}
        self._used: dict[tuple[str, str], tuple[str, int]] = {}  # end of the window, calls seen used in it

    def take(self, connection: str, limits: Sequence[Limit], now: datetime) -> float:
        """Takes one call from every budget: 0.0 when granted, else seconds until it may be asked again."""
        if not limits:
            return 0.0
        self._limits.update({limit.name: limit for limit in limits})
        given: dict[str, Any] = {"connection": connection, "now": stamp(now)}
        for at, limit in enumerate(sorted(limits, key=lambda limit: limit.name)):
            ends = stamp(now + timedelta(seconds=limit.seconds))
            odd = stamp(now + timedelta(seconds=limit.seconds) + APART)
            given |= {f"name{at}": limit.name, f"calls{at}": limit.calls, f"ends{at}": ends, f"odd{at}": odd}
        with self._store.begin() as tx:
            granted = tx.execute(_take(len(limits)), given).all()
            if len(granted) == len(limits):
                for row in granted:
                    self._used[connection, row.budget] = (row.window_ends, row.used)
                return 0.0
            full = {limit.name for limit in limits} - {row.budget for row in granted}
            wait = self._wait(tx, connection, full, now)
            tx.rollback()
        return wait

    def _wait(self, tx: sa.Connection, connection: str, full: set[str], now: datetime) -> float:
        query = sa.select(sa.func.max(rate.c.window_ends)).where(
            rate.c.connection == connection, rate.c.budget.in_(sorted(full))
        )
        return max(0.001, (moment(tx.execute(query).scalar_one()) - now).total_seconds())

    def lower(self, connection: str, limit: str, remaining: int, until: datetime) -> None:
        """What a header said is left, until the window ends; never raises a budget."""
        known = self._limits.get(limit)
        if known is None:
            return  # a budget nobody takes from
        now = self._clock.now()
        used = known.calls - max(0, remaining)
        ends, seen = self._used.get((connection, limit), ("", 0))
        if used <= 0 or (seen >= used and ends > stamp(now)):
            return  # we know at least as much: nothing to write
        last = stamp(now + timedelta(seconds=known.seconds))
        end = min(stamp(until), last)
        if end <= stamp(now):
            return
        row = {"connection": connection, "budget": limit, "window_ends": end, "used": used}
        insert = self._store.insert(rate)
        new = insert.excluded
        odd = stamp(now + timedelta(seconds=known.seconds) + APART)
        over = (rate.c.window_ends <= stamp(now)) | (rate.c.window_ends > odd)
        later = over | (rate.c.window_ends < new.window_ends)
        statement = insert.values(row).on_conflict_do_update(
            index_elements=["connection", "budget"],
            set_={
                "used": new.used,
                "window_ends": sa.case((later, new.window_ends), else_=rate.c.window_ends),
            },
            where=over | (rate.c.used < new.used),
        )
        with self._store.begin() as tx:
            tx.execute(statement)


@cache
def _take(budgets: int) -> sa.TextClause:
    """One statement for so many budgets, the same for both databases: a row comes back for each granted.

    A window that ends later than one begun now would is of a clock that was put right since: it is over. Not
    so if it is later by less than two processes may be apart: another one has just begun it.
    """
    rows = ", ".join(f"(:connection, :name{at}, :ends{at}, 1)" for at in range(budgets))
    calls = " ".join(f"when :name{at} then cast(:calls{at} as integer)" for at in range(budgets))
    odd = " ".join(f"when :name{at} then :odd{at}" for at in range(budgets))
    over = f"(rate.window_ends <= :now or rate.window_ends > case rate.budget {odd} end)"
    return sa.text(
        f"insert into rate (connection, budget, window_ends, used) values {rows}"
        " on conflict (connection, budget) do update set"
        f" used = case when {over} then 1 else rate.used + 1 end,"
        f" window_ends = case when {over} then excluded.window_ends else rate.window_ends end"
        f" where {over} or rate.used < case rate.budget {calls} end"
        " returning budget, window_ends, used"
    )
