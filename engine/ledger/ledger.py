"""One customer's ledger: a store, a connection's name, the clock, and the lease that lets us write.

Every write says whose it is: a transaction begins by asking whether the lease is still ours, so a
worker that was taken for dead cannot move anything when it wakes up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from engine.ledger.exact import text_of
from engine.ledger.owner import dead, me, shown
from engine.ledger.store import LedgerError, Store
from engine.ledger.tables import event, lease, run

LEASE = timedelta(minutes=5)  # longer than a request may take, shorter than the settle time


class Time(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """An aware instant."""


class LeaseLost(LedgerError):
    """Somebody else works for this connection now."""


class LeaseHeld(LedgerError):
    """Somebody else works for this connection; it is waited for."""


def stamp(moment: datetime) -> str:
    """An instant as the tables hold it: UTC, microseconds, sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The instant of a stamp."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Ledger:
    """The memory of one connection. Read with `look`, write with `begin` while the lease is held."""

    def __init__(self, store: Store, connection: str, clock: Time, owner: str = ""):
        self.store = store
        self.connection = connection
        self.clock = clock
        self.owner = owner or me()
        self.lease_no = 0

    def now(self) -> str:
        """The present as a stamp."""
        return stamp(self.clock.now())

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction; raises LeaseLost if another worker has taken over."""
        with self.store.begin() as tx:
            if self.lease_no:
                self._still_ours(tx)
            yield tx

    @contextmanager
    def look(self) -> Iterator[sa.Connection]:
        """A reading transaction."""
        with self.store.look() as tx:
            yield tx

    def _still_ours(self, tx: sa.Connection) -> None:
        query = sa.select(lease.c.no).where(lease.c.connection == self.connection)
        if not self.store.is_sqlite:
            query = query.with_for_update()
        if tx.execute(query).scalar() != self.lease_no:
            raise LeaseLost(
                f"another run has taken over {self.connection}", "nothing to do: it goes on from here"
            )

    # ------------------------------------------------------------ the lease

    @contextmanager
    def leased(self) -> Iterator[None]:
        """Holds the connection for one run. Raises LeaseHeld while another process has it."""
        self.lease_no = self._take()
        try:
            yield
        finally:
            with suppress(LedgerError):  # then it runs out by itself; what went wrong before is told
                self._give_back()
            self.lease_no = 0

    def renew(self) -> None:
        """Says that we are alive; called at every step of a run. Whoever only looks holds no lease."""
        if not self.lease_no:
            return
        with self.begin() as tx:
            tx.execute(
                lease.update()
                .where(lease.c.connection == self.connection)
                .values(expires=stamp(self.clock.now() + LEASE))
            )

    def holder(self) -> str:
        """Who holds the connection now, as a message says it; "" while nobody does."""
        with self.look() as tx:
            row = tx.execute(sa.select(lease).where(lease.c.connection == self.connection)).first()
        return shown(row.owner) if row is not None and self._holds(row) else ""

    def _holds(self, row: Any) -> bool:
        return bool(row.owner) and row.expires > self.now() and not dead(row.owner)

    def _take(self) -> int:
        until = stamp(self.clock.now() + LEASE)
        with self.store.begin() as tx:
            own = {"connection": self.connection, "owner": self.owner, "no": 1, "expires": until}
            new = self.store.insert(lease).values(own).on_conflict_do_nothing().returning(lease.c.no)
            if tx.execute(new).first() is not None:
                return 1
            query = sa.select(lease).where(lease.c.connection == self.connection)
            if not self.store.is_sqlite:
                query = query.with_for_update()
            row = tx.execute(query).one()
            if self._holds(row):
                raise LeaseHeld(
                    f"another run is working for {self.connection} ({shown(row.owner)})",
                    f"wait for it; if it is gone, it is taken over after {row.expires}",
                )
            tx.execute(
                lease.update()
                .where(lease.c.connection == self.connection)
                .values(owner=self.owner, no=row.no + 1, expires=until)
            )
            return int(row.no) + 1

    def _give_back(self) -> None:
        with self.store.begin() as tx:
            tx.execute(
                lease.update()
                .where(lease.c.connection == self.connection, lease.c.no == self.lease_no)
                .values(owner="", expires="")
            )

    # ------------------------------------------------------------ events and runs

    def note(
        self,
        tx: sa.Connection,
        who: str,
        what: str,
        mapping: str = "",
        source_id: str = "",
        why: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes down who did what and why; never changed, never deleted. `data`: exact values."""
        tx.execute(
            event.insert().values(
                connection=self.connection,
                at=self.now(),
                who=who,
                what=what,
                mapping=mapping,
                source_id=source_id,
                why=why,
                data=text_of(dict(data or {})),
            )
        )

    def run_begins(self, run_id: str, verb: str) -> None:
        """A run is written down when it begins, so that one that never ends is seen."""
        with self.begin() as tx:
            tx.execute(
                run.insert().values(id=run_id, connection=self.connection, verb=verb, began=self.now())
            )

    def made(self, tx: sa.Connection, mapping: str) -> frozenset[str]:
        """The ids of all documents a mapping ever made, those it is no longer linked to as well."""
        query = sa.select(event.c.why).where(
            event.c.connection == self.connection, event.c.mapping == mapping, event.c.what == "create"
        )
        return frozenset(tx.execute(query).scalars())

    def first_run(self, tx: sa.Connection) -> str:
        """When the first run began, which is when the connection was made; "" before it."""
        began = sa.select(sa.func.min(run.c.began)).where(run.c.connection == self.connection)
        noted = sa.select(sa.func.min(event.c.at)).where(event.c.connection == self.connection)  # these move
        return min((str(found) for q in (began, noted) if (found := tx.execute(q).scalar())), default="")

    def run_ends(self, run_id: str, outcome: str, summary: str) -> None:
        """How a run ended."""
        with self.begin() as tx:
            tx.execute(
                run.update()
                .where(run.c.id == run_id)
                .values(ended=self.now(), outcome=outcome, summary=summary)
            )
