"""The event log as the gate reads it: entries of records, people, and what was switched on.

Before: `ledger.events`. After: `admission`, the gate's verbs, the reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.approve import states
from engine.approve.kinds import Kind
from engine.approve.people import GRANTED, PEOPLE, REVOKED, Person, people
from engine.approve.standing import Entry
from engine.ledger import events
from engine.ledger.ledger import Ledger

IMPORT = "<"  # behind a mapping's name: a record of the other system
REFUSED = "refused"
SWITCHED, DIRECT = "switched", "direct_export"
MAY_BE_DIRECT = ("off", "on", "after-workflow")


def entries(ledger: Ledger, tx: sa.Connection, mapping: str = "", source_id: str = "") -> list[Entry]:
    """What moves records, in the order of the log."""
    return [_entry(one) for one in events.of(ledger, tx, states.EVENTS, mapping, source_id)]


def everybody(ledger: Ledger, tx: sa.Connection) -> dict[str, Person]:
    """The people of a customer, by name."""
    return people(_entry(one) for one in events.of(ledger, tx, (GRANTED, REVOKED), PEOPLE))


def direct_exports(
    ledger: Ledger, tx: sa.Connection, settings: Any, kinds: Mapping[str, Kind]
) -> dict[str, str]:
    """By mapping that may: on, or after-workflow. What was switched last goes before the settings."""
    waits = settings.get("direct_export_after_workflow") or ()
    found = {name: "after-workflow" if name in waits else "on" for name in settings.get(DIRECT) or ()}
    for one in events.of(ledger, tx, (SWITCHED,), DIRECT):
        found[one.source_id] = one.why
    may = {name for name, kind in kinds.items() if kind.direct_export}
    return {name: mode for name, mode in found.items() if mode != "off" and name in may}


def _entry(one: events.Event) -> Entry:
    return Entry(one.at, one.who, one.what, one.mapping, one.source_id, one.why, one.data)


def history(ledger: Ledger, mapping: str, source_id: str) -> list[Entry]:
    """Everything the log has of one record: what moved it, what was refused, what a run did."""
    with ledger.look() as tx:
        return [_entry(one) for one in events.of(ledger, tx, (), mapping, source_id)]
