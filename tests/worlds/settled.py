"""The subcontract's world with other settings: a story names them, and starts on the first day.

with settled(sandbox, tmp_path, negative_invoices="credit_note") as it:
    comes(sandbox, "INV-501")
    report = it.sync()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import event
from engine.live.connect import Connection
from engine.live.sync import Report, Sync
from engine.plan.actions import Action
from tests.worlds import subcontract
from tests.worlds.people import Accountant
from tests.worlds.sandboxed import Sandbox, connected


@dataclass
class Settled:
    """A customer of these settings, both systems, and the accountant."""

    sandbox: Sandbox
    connection: Connection
    books: Accountant

    def sync(self) -> Report:
        """One run, in which nothing fails and nothing is left."""
        report = Sync(self.connection).sync()
        assert not report.failures, report.failures
        assert not report.tally.left, report.tally.told
        return report

    def sets(self, **settings: Any) -> None:
        """The customer changes settings."""
        self.connection.desk.settings = {**self.connection.desk.settings, **settings}

    def quiet(self) -> Report:
        """A further run, which writes nothing."""
        self.sandbox.forget_calls()
        report = self.sync()
        written = [call for call in self.sandbox.calls() if call["method"] != "GET"]
        assert not written, [(call["method"], call["path"], call["body"]) for call in written]
        return report

    def events(self) -> list[str]:
        """What the ledger noted, oldest first."""
        query = sa.select(event.c.what).order_by(event.c.id)
        with self.connection.ledger.look() as tx:
            return list(tx.execute(query).scalars())


@contextmanager
def settled(
    sandbox: Sandbox, folder: Path, world: Mapping[str, Any] | None = None, **settings: Any
) -> Iterator[Settled]:
    """The first day of the subcontract, its company and project linked, with these settings on top."""
    sandbox.load(world or subcontract.first_day())
    desk = subcontract.customer(**{"retainage_item": "RETENTION", **settings})
    with connected(sandbox, folder / "ledger.db", desk) as connection:
        subcontract.linked_by_hand(connection)
        yield Settled(sandbox, connection, Accountant(sandbox))


def of(report: Report, mapping: str, source_id: object) -> Action:
    """What was planned for one record."""
    planned = [a for a in report.plan.actions if a.mapping == mapping and not a.back]
    (found,) = [action for action in planned if action.source_id == str(source_id)]
    return found


def codes(action: Action) -> set[str]:
    """The codes of everything that is said of an action."""
    return {action.code, *(remark.code for remark in action.remarks)} - {""}
