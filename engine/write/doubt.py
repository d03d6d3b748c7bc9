"""Looking for what may have been made although nobody told us: each member's document, as it is there now.

Before: `worker`, when nothing sent can still arrive. After: `worker`, which adopts what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.ledger import links, mirror
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member
from engine.write.lookup import Found, look, noted
from engine.write.route import Route


class Doubt:
    """Looks on the other side. `refresh` reads an object anew."""

    def __init__(self, ledger: Ledger, routes: Mapping[str, Route], refresh: Callable[[Route], None]):
        self.ledger = ledger
        self.routes = routes
        self.refresh = refresh

    def found(self, member: Member, draft: Any) -> Found:
        """What is there of one member. Raises Unreachable."""
        route = self.routes[member.mapping].at(member.extra.get("at") or "")
        note = dict(route.target.after).get(member.step.partition(" ")[2])
        return look(route, draft, self._there) if note is None else noted(route, note.call, draft)

    def _there(self, route: Route, target_id: str) -> Any:
        """The record as it is now, read anew, without the rows that belong to a source row already."""
        self.refresh(route)
        name = f"{route.port.system.name}.{route.target.name}"
        with self.ledger.look() as tx:
            record = mirror.some(self.ledger, tx, name, [target_id]).get(target_id)
            if record is None:
                return None
            ids = [str(row.get(i)) for n, i in route.target.line_id.items() for row in record.get(n) or ()]
            taken = links.rows_taken(self.ledger, tx, ids)
        free = {
            n: [row for row in record.get(n) or () if str(row.get(i)) not in taken]
            for n, i in route.target.line_id.items()
        }
        return {**record, **free}
