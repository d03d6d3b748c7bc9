"""One linked document, as we wrote it and as it stands there: what happened to it, by field and in money.

The comparison is the plan's own, with what was written in the place of what is wanted: so only what somebody
else did shows. Before: `books`. After: `drift`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.ledger.ledger import stamp
from engine.live.reports.books import Books, day_in
from engine.live.reports.costs import NOUGHT, net
from engine.map.names import names_of
from engine.map.outcome import READY, Outcome
from engine.map.trace import every_line
from engine.plan.actions import BOTH, SET, Change
from engine.plan.compare import Comparison
from engine.plan.desk import Desk
from engine.plan.grounds import Known
from engine.plan.placeholders import is_pending
from engine.plan.rows import KEY, row_id_of
from engine.plan.values import exact, is_nothing
from engine.report import drift as report
from engine.report.documents import number
from engine.report.drift import Drifted, Field
from engine.report.sheet import MONEY, shown
from engine.spec.model import Member
from engine.write.route import Route

Record = Mapping[str, Any]
STATES = {"VOIDED": report.VOIDED, "ARCHIVED": report.ARCHIVED, "BILLED": report.BILLED}
CHANGED = ("UpdatedDateUTC", "updated_at")
DATES = {"Date", "DueDate", "date", "direct_cost_date"}
NOTHING = "nothing"
_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\]]*)\])?")


class Drifts:
    """The documents of one mapping. `once`: what lines write once belongs to the other side from then on."""

    def __init__(self, books: Books, route: Route, desk: Desk):
        self.books, self.route, self.desk = books, route, desk
        self.root = desk.flow.target_root
        settings = books.settings
        self.once = {
            found.line.address
            for found in every_line(desk.flow).values()
            if str(settings.get(found.line.line.write.removeprefix("settings."), found.line.line.write))
            not in ("always", "follow")
        }
        self.lists = {name: self.root.members[name] for name in self._lists() if name in self.root.members}

    def _lists(self) -> list[str]:
        lines = self.route.target.lines
        return [*self.route.target.line_id, *([lines.member] if lines is not None else [])]

    def of(self, base: Drifted, known: Known, there: Record | None, ours: bool) -> Iterator[Drifted]:
        """What happened to one; `ours`: we made it, and nobody linked it by hand."""
        wrote = self.desk.ground.wrote.get(known.source_id) or {}
        if there is None or self.desk.is_gone(there):
            lost = self._worth(wrote, self._own(wrote))
            what = report.LOST if there is None else STATES.get(_state(there), report.DELETED)
            yield replace(
                base, what=what, since=self._since(there), difference=None if lost is None else -lost
            )
            return
        base = replace(base, since=self._since(there))
        into = str(there.get(self.route.target.merged_into) or "") if self.route.target.merged_into else ""
        if into:
            yield replace(base, what=report.MERGED, theirs=self._name(into))
        elif (what := STATES.get(_state(there), report.EDITED)) != report.EDITED and self.route.owns:
            yield replace(base, what=what)
        yield from self._edited(base, known, there, wrote, ours)

    def _edited(
        self, base: Drifted, known: Known, there: Record, wrote: Record, ours: bool
    ) -> Iterator[Drifted]:
        if not wrote:
            return
        changes = self._compared(known, there, wrote)
        added = self._added(there) if ours and self.route.owns else {}
        if not changes and not any(added.values()):
            return
        fields = [self._field(change, wrote) for change in changes]
        for name, rows in added.items():
            title = self.lists[name].label
            fields += [Field(f"{title}: line added", NOTHING, self._row(there, row)) for row in rows]
        yield replace(
            base,
            what=self._what(known, changes, ours),
            fields=tuple(fields),
            difference=self._difference(known, there, wrote, added),
        )

    def _what(self, known: Known, changes: list[Change], ours: bool) -> str:
        action = self.books.actions(self.route.name).get(known.source_id)
        if not changes:
            return report.ADDED
        if action is not None and any(change.what == BOTH for change in action.changes):
            return report.BOTH
        if not ours:
            return report.BY_HAND
        if all(change.what == SET for change in changes):
            return report.BACK
        return report.REDATED if {change.path for change in changes} <= DATES else report.EDITED

    def _compared(self, known: Known, there: Record, wrote: Record) -> list[Change]:
        """What differs from what was written, whatever is wanted now."""
        record = {name: [_bare(row) for row in v] if isinstance(v, list) else v for name, v in wrote.items()}
        keys = {
            name: [str(row[KEY]) for row in rows]
            for name in self.lists
            if isinstance(rows := wrote.get(name), list) and all(row.get(KEY) for row in rows)
        }
        outcome = Outcome(self.desk.flow.name, known.source_id, READY, record, keys=keys)
        compared = Comparison(self.desk.flow, outcome, there, wrote, known.rows, self.desk.policy).run()
        return [
            change
            for change in compared.changes
            if change.line not in self.once and not is_pending(change.wrote)  # an id that was born with it
        ]

    # ------------------------------------------------------------ rows and money

    def _own(self, record: Record) -> list[Record]:
        return [row for name in self.lists for row in record.get(name) or ()]

    def _added(self, there: Record) -> dict[str, list[Record]]:
        """Lines there that no link knows."""
        found = {}
        for name, member in self.lists.items():
            id_member = self.desk.policy.line_id(name, member)
            rows = there.get(name) or ()
            found[name] = [row for row in rows if row_id_of(row, id_member) not in self.books.lines]
        return found

    def _difference(
        self, known: Known, there: Record, wrote: Record, added: Mapping[str, list[Record]]
    ) -> Decimal | None:
        """Theirs less ours: our lines as they stand there, and those that were added."""
        ours, theirs = self._worth(wrote, self._own(wrote)), [row for rows in added.values() for row in rows]
        for name, member in self.lists.items():
            ids, id_member = set(known.rows.get(name, {}).values()), self.desk.policy.line_id(name, member)
            theirs += [row for row in there.get(name) or () if row_id_of(row, id_member) in ids]
        now = self._worth({}, theirs)
        return None if ours is None or now is None else now - ours

    def _worth(self, record: Record, rows: list[Record]) -> Decimal | None:
        """What lines come to, as they are stated; None for what has none."""
        amounts = [number(row.get("amount")) if "amount" in row else net({}, row) for row in rows]
        sign = -1 if record.get("Type") == "ACCPAYCREDIT" else 1
        return sign * sum((one or NOUGHT for one in amounts), NOUGHT) if self.lists else None

    # ------------------------------------------------------------ words

    def _field(self, change: Change, wrote: Record) -> Field:
        """A change with the names that people know."""
        member: Member | None = self.root
        place: Any = wrote
        said: list[str] = []
        for name, key in _STEP.findall(change.path):
            member = member.members.get(name) if member is not None else None
            place = place.get(name) if isinstance(place, Mapping) else None
            said.append(member.label if member is not None else name)
            if key:
                member = member.item if member is not None else None
                rows = place if isinstance(place, list) else []
                place = next((row for row in rows if str(row.get(KEY, "")).endswith(key)), None)
                said[-1] = (*names_of(place), *_description(place), said[-1])[0]
        if change.path.endswith("]"):
            return Field(": ".join(said), self._row(wrote, change.wrote), self._row(wrote, change.there))
        return Field(": ".join(said), self._value(change.wrote, member), self._value(change.there, member))

    def _value(self, value: Any, member: Member | None) -> str:
        found = exact(value, member) if member is not None else value
        if is_nothing(found):
            return NOTHING
        return shown(found, MONEY) if isinstance(found, Decimal) else self._name(str(found))

    def _row(self, record: Record, row: Any) -> str:
        if not isinstance(row, Mapping):
            return NOTHING
        amount = self._worth(record, [row])
        name = (*names_of(row), *_description(row), "a line")[0]
        return f"{name} {shown(amount, MONEY)}".strip()

    def _name(self, value: str) -> str:
        """What an id stands for, where it is a contact's or a tracking option's."""
        for mapping in ("companies", "projects"):
            found = (self.books.ground(mapping).there or {}).get(value)
            if found is not None:
                return str(found.get("Name") or value)
        return value

    def _since(self, there: Record | None) -> str:
        """The day it was changed there last."""
        for name in CHANGED:
            member, value = self.root.members.get(name), (there or {}).get(name)
            found = exact(value, member) if member is not None else None
            if isinstance(found, datetime):
                zone = str(self.books.settings.get("timezone") or "UTC")
                return day_in(zone, stamp(found.astimezone(UTC)))
            if isinstance(found, date):
                return str(found)
        return ""


def _state(there: Record) -> str:
    return str(there.get("Status") or there.get("ContactStatus") or "")


def _bare(row: Any) -> Any:
    return {name: v for name, v in row.items() if name != KEY} if isinstance(row, Mapping) else row


def _description(row: Any) -> list[str]:
    """What a line says of itself."""
    found = [row.get("ItemCode"), row.get("Description"), row.get("description")] if row else []
    return [str(one) for one in found if one]
