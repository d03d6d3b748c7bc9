"""Budgets of calls, counted in rows: over processes, threads and restarts.

A budget is a fixed window that begins with its first call. Every budget of a call is taken in one statement,
or none. What a header says is left lowers a budget until its window ends; nothing ever raises one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
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


class LedgerBudgets:
    """The budgets of every connection of a ledger. May be shared by threads."""

    def __init__(self, store: Store, clock: Time):
        self._store = store
        self._clock = clock
        self._limits: dict[str, Limit] = {}
        self._used: dict[tuple[str, str], tuple[str, int]] = {}  # end of the window, calls seen used in it

    def take(self, connection: str, limits: Sequence[Limit], now: datetime) -> float:
        """Takes one call from every budget: 0.0 when granted, else seconds until it may be asked again."""
        if not limits:
            return 0.0
        wanted = {limit.name: limit for limit in sorted(limits, key=lambda limit: limit.name)}
        self._limits.update(wanted)
        most = {name: limit.calls for name, limit in wanted.items()}
        ends = {name: stamp(now + timedelta(seconds=limit.seconds)) for name, limit in wanted.items()}
        rows = [
            {"connection": connection, "budget": name, "window_ends": ends[name], "used": 1}
            for name in wanted
        ]
        # A window that ends later than one begun now would is of a clock that was put right since.
        over = (rate.c.window_ends <= stamp(now)) | (rate.c.window_ends > _by_name(ends, sa.Text()))
        insert = self._store.insert(rate)
        changes = {
            "used": sa.case((over, 1), else_=rate.c.used + 1),
            "window_ends": sa.case((over, insert.excluded.window_ends), else_=rate.c.window_ends),
        }
        statement = insert.values(rows).on_conflict_do_update(
            index_elements=["connection", "budget"],
            set_=changes,
            where=over | (rate.c.used < _by_name(most, sa.Integer())),
        )
        with self._store.begin() as tx:
            granted = tx.execute(statement.returning(rate.c.budget, rate.c.window_ends, rate.c.used)).all()
            if len(granted) == len(wanted):
                for row in granted:
                    self._used[connection, row.budget] = (row.window_ends, row.used)
                return 0.0
            full = set(wanted) - {row.budget for row in granted}
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
        over = (rate.c.window_ends <= stamp(now)) | (rate.c.window_ends > last)
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


def _by_name(values: Mapping[str, Any], kind: Any) -> sa.ColumnElement[Any]:
    """The value of a row's budget."""
    whens = [(rate.c.budget == name, sa.literal(value, kind)) for name, value in values.items()]
    return sa.case(*whens)
