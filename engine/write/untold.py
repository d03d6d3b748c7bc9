"""What follows a document and was refused: marks, their removal, notes. No plan owes these again.

So every run tells of them as long as they are missing, and `sync --retry` sends them again. Before: `follow`,
which owes them. After: `sync`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from engine.ledger import links, ops, refused
from engine.ledger.ledger import Ledger
from engine.ledger.refused import Refused
from engine.write.follow import AFTER, MARK, UNMARK
from engine.write.route import Route

LACKS = {MARK: "its mark is missing", UNMARK: "its mark is still there"}


def missing(ledger: Ledger, tx: sa.Connection, routes: Mapping[str, Route]) -> Iterator[Refused]:
    """What is still to be said of documents that are linked, and of those that are not any more."""
    for steps in ((MARK, UNMARK), (f"{AFTER} *",)):
        for one in refused.last_tries(ledger, tx, steps):
            route = routes.get(one.member.mapping)
            if route is not None and _still(ledger, tx, route, one):
                yield one


def _still(ledger: Ledger, tx: sa.Connection, route: Route, one: Refused) -> bool:
    link = links.one(ledger, tx, route.mapping, one.member.source_id)
    linked = link is not None and link.target_id == one.member.target_id
    return not linked if one.member.step == UNMARK else linked


def send_again(ledger: Ledger, tx: sa.Connection, routes: Mapping[str, Route]) -> None:
    """Owes all of it once more."""
    positions: dict[str, list[int]] = {}
    for one in list(missing(ledger, tx, routes)):
        positions.setdefault(one.op, []).append(one.member.position)
    for name, found in positions.items():
        refused.reopen(ledger, tx, ops.load(ledger, tx, name), found)


def told(ledger: Ledger, tx: sa.Connection, routes: Mapping[str, Route], run: str) -> list[str]:
    """One line of all that an earlier run was refused; what this one was refused is told as a failure."""
    found = [one for one in missing(ledger, tx, routes) if one.run != run]
    if not found:
        return []
    first = found[0].member
    more = f" ({len(found) - 1:,} more like it)" if len(found) > 1 else ""
    lacks = LACKS.get(first.step, "its note is missing")
    name = f"{first.mapping} {first.extra.get('label') or first.source_id}"
    return [f"{name}{more}: {lacks}, since it was refused: {first.reason}. Put that right, then sync --retry"]
