"""From the living systems into the mirror: what changed since the last time, or everything on demand.

A list is asked from where the last read of it ended, less an overlap, since clocks and commits are not
exact; what has no such question is read whole. A record whose list says too little is completed by reads
of its own, a few at a time. The cursor moves in the transaction that keeps what was read. Before:
`system`, which asks. After: `mirrored`, which makes records of what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.ledger import mirror
from engine.ledger.ledger import Ledger
from engine.system.conditions import holds
from engine.system.model import Call, Detail, Object
from engine.system.port import GONE, Port, Unreachable

AHEAD = timedelta(minutes=5)  # a cursor that is further in the future is not believed
MARK = "^updated"  # what the list said of a completed record
NOT_FOR_US = (403, 404)  # what is asked of a project that was deleted, or is hidden from us
A_WHILE = 50  # reads of details after which we say that we are alive
SAME_SECOND = timedelta(seconds=10)  # a change this young may have a twin in the same second, unseen


@dataclass(frozen=True, slots=True)
class Stream:
    """One object of one system, as the mirror names it."""

    port: Port
    object: Object

    @property
    def name(self) -> str:
        """system.object"""
        return f"{self.port.system.name}.{self.object.name}"


@dataclass(slots=True)
class Seen:
    """What a read brought: rows read and rows new or changed, by stream."""

    rows: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)

    def count(self, stream: Stream, rows: int, changed: int) -> None:
        """Adds to the counts."""
        self.rows[stream.name] = self.rows.get(stream.name, 0) + rows
        self.changed[stream.name] = self.changed.get(stream.name, 0) + changed


@dataclass(slots=True)
class Found:
    """What the pages of one list brought: ids, how many pages, when the newest row changed."""

    ids: set[str] = field(default_factory=set)
    pages: int = 0
    latest: str = ""
    moved: bool = False  # a row came twice


class Live:
    """Reads streams into the mirror."""

    def __init__(
        self,
        ledger: Ledger,
        streams: Sequence[Stream],
        progress: Callable[[str, int], None] = lambda name, rows: None,
    ):
        self.ledger = ledger
        self.streams = {stream.name: stream for stream in streams}
        self.progress = progress
        self.lasting: set[str] = set()  # streams whose record never becomes another one: the organisation
        self.refused: dict[str, dict[str, Unreachable]] = {}  # by stream, the projects that refuse it

    def refresh(self, names: Iterable[str] | None = None, full: bool = False) -> Seen:
        """Brings the mirror up to date; scopes (projects) before what is listed under them."""
        seen = Seen()
        wanted = set(self.streams) if names is None else set(names)
        for stream in sorted(self.streams.values(), key=lambda one: bool(one.object.scope)):
            if stream.name in wanted and stream.object.list is not None and self._asked_for(stream):
                self._stream(stream, full, seen)
        return seen

    def _asked_for(self, stream: Stream) -> bool:
        """Whether there is any reason to read it (custom segments, for budget codes)."""
        other, condition = stream.object.only_if
        if not other:
            return True
        name = f"{stream.port.system.name}.{other}"
        with self.ledger.look() as tx:
            return any(holds(condition, row) for _, _, row in mirror.rows(self.ledger, tx, name))

    def _stream(self, stream: Stream, full: bool, seen: Seen) -> None:
        refused: dict[str, Unreachable] = {}
        scopes = self._scopes(stream)
        for scope, places in scopes:
            try:
                self._read(stream, scope, places, full, seen)
            except Unreachable as error:
                if not scope or error.status not in NOT_FOR_US:
                    raise
                refused[scope] = error
        self._note(stream, refused, seen)
        if not stream.object.where_ours and refused and len(scopes) == len(self.refused[stream.name]):
            raise next(iter(refused.values()))
        self._leave_out_what_has_no_scope(stream, seen)
        self.progress(f"read {stream.name}", seen.rows.get(stream.name, 0))

    def _scopes(self, stream: Stream) -> list[tuple[str, dict[str, Any]]]:
        what = stream.object
        if not what.scope:
            return [("", {})]
        name = f"{stream.port.system.name}.{what.scope}"
        with self.ledger.look() as tx:
            ours = mirror.scopes(self.ledger, tx, stream.name) if what.where_ours else None
            return [
                (key, {what.scope_as: key})
                for key, _, row in mirror.rows(self.ledger, tx, name)
                if holds(what.scope_when, row) and (ours is None or key in ours)
            ]

    def _note(self, stream: Stream, refused: dict[str, Unreachable], seen: Seen) -> None:
        """Keeps the refusals of projects that are there still: what changed names no deleted one."""
        if not refused:
            self.refused.pop(stream.name, None)
            return
        holder = self.streams[f"{stream.port.system.name}.{stream.object.scope}"]
        self._read(holder, "", {}, True, seen)
        there = self._ids(holder.name)
        self.refused[stream.name] = {scope: error for scope, error in refused.items() if scope in there}

    def _leave_out_what_has_no_scope(self, stream: Stream, seen: Seen) -> None:
        """Records of a project that is gone are gone with it; should it come back, they are read anew."""
        if not stream.object.scope:
            return
        with self.ledger.look() as tx:
            known = mirror.scopes(self.ledger, tx, stream.name)
        for scope in known - self._ids(f"{stream.port.system.name}.{stream.object.scope}") if known else ():
            with self.ledger.begin() as tx:
                lost = mirror.not_there_any_more(self.ledger, tx, stream.name, scope, set())
                mirror.forget(self.ledger, tx, [f"{stream.name}/{scope}"])
            seen.gone.setdefault(stream.name, []).extend(lost)

    def _ids(self, name: str, scope: str | None = None) -> set[str]:
        with self.ledger.look() as tx:
            return mirror.ids(self.ledger, tx, name, scope)

    # ------------------------------------------------------------ one list

    def _read(self, stream: Stream, scope: str, places: Mapping[str, Any], full: bool, seen: Seen) -> None:
        call = stream.object.list
        assert call is not None
        place = f"{stream.name}/{scope}" if scope else stream.name
        since, known = self._since(stream, call, place, full)
        began = stream.port.now().isoformat()
        found = self._pages(stream, scope, places, since, seen)
        if found.pages > 1 and (found.moved or (since is None and self._ids(stream.name, scope) - found.ids)):
            again = self._pages(stream, scope, places, since, seen)
            found.ids, found.latest = found.ids | again.ids, max(found.latest, again.latest)
        latest = max(known, found.latest)
        with self.ledger.begin() as tx:
            if since is None:
                lost = mirror.not_there_any_more(self.ledger, tx, stream.name, scope, found.ids)
                seen.gone.setdefault(stream.name, []).extend(lost)
            if call.since is not None and latest:
                # A row that claims to change tomorrow must not hide what changes until then.
                mirror.move(self.ledger, tx, place, min(latest, began))

    def _pages(
        self, stream: Stream, scope: str, places: Mapping[str, Any], since: datetime | None, seen: Seen
    ) -> Found:
        """Every page of a list, kept as it came.

        A list that somebody changes while it is turned over moves under the reader: a row slips onto a page
        that was read already. It shows in a row that comes twice, or in one that does not come at all.
        """
        call, found = stream.object.list, Found()
        assert call is not None
        for page in stream.port.rows(call, places, since):
            rows = _elements(call, page)
            records = self._whole(stream, self._completed(stream, rows, places))
            kept = {str(record[stream.object.id]): record for record in records}
            if stream.name in self.lasting:
                self._is_the_same(stream, kept)
            with self.ledger.begin() as tx:
                changed = mirror.keep(self.ledger, tx, stream.name, kept, dict.fromkeys(kept, scope))
            ids = {str(row[stream.object.id]) for row in rows}
            found.moved = found.moved or bool(found.ids & ids)
            found.ids, found.pages = found.ids | ids, found.pages + 1
            found.latest = max([found.latest, *(_updated(call, row) for row in rows)])
            seen.count(stream, len(rows), changed)
            self.progress(f"read {stream.name}", seen.rows[stream.name])
            self.ledger.renew()
        return found

    def _is_the_same(self, stream: Stream, kept: Mapping[str, Any]) -> None:
        """Raises Unreachable when all that was linked so far belongs to somebody else's books."""
        known = self._ids(stream.name)
        if known and kept and not known & set(kept):
            title, what = stream.port.system.title, stream.object.name
            raise Unreachable(
                f"{title} answers with another {what} ({', '.join(kept)}) than the one this ledger belongs to"
                f" ({', '.join(sorted(known))}); nothing was written",
                "choose the first one again in the settings, or use a ledger of its own for the other",
            )

    def _since(self, stream: Stream, call: Call, place: str, full: bool) -> tuple[datetime | None, str]:
        """From when to ask (None: everything), and the cursor as it stands."""
        if call.since is None or full:
            return None, ""
        with self.ledger.look() as tx:
            position = mirror.position(self.ledger, tx, place)
        if not position:
            return None, ""
        moment = datetime.fromisoformat(position)
        if moment > stream.port.now() + AHEAD:
            return None, ""  # not believed: everything is read again
        return moment, position

    @staticmethod
    def _whole(stream: Stream, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """With what only the address tells, and without what the list holds besides."""
        what = stream.object
        made = [{**record, **what.given} for record in records]
        return [record for record in made if holds(what.only, record)]

    # ------------------------------------------------------------ details

    def _completed(
        self, stream: Stream, rows: list[dict[str, Any]], places: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Rows with their further reads; what is known and did not change is not read again."""
        details = stream.object.details
        if not details:
            return rows
        call = stream.object.list
        assert call is not None
        now = stream.port.now()
        marks = {str(row[stream.object.id]): _mark(call, row, now) for row in rows}
        with self.ledger.look() as tx:
            have = mirror.some(self.ledger, tx, stream.name, marks)
        records = []
        with ThreadPoolExecutor(max(1, stream.port.system.in_flight)) as pool:
            made = pool.map(lambda row: self._complete(stream, row, places, marks, have), rows)
            for number, record in enumerate(made):
                records += [record] if record is not None else []
                if number % A_WHILE == 0:
                    self.ledger.renew()
        return records

    def _complete(
        self,
        stream: Stream,
        row: dict[str, Any],
        places: Mapping[str, Any],
        marks: Mapping[str, str],
        have: Mapping[str, Any],
    ) -> dict[str, Any] | None:
        key = str(row[stream.object.id])
        old = have.get(key)
        if old is not None and marks[key] and old.get(MARK) == marks[key]:
            return dict(old)
        record = dict(row)
        for detail in stream.object.details:
            before = old is not None and holds(detail.when, old)  # what it was read for once is read on
            if not before and not holds(detail.when, record):
                continue
            more = self._detail(stream, detail, record, places)
            if more is None:
                return None
            record = more
        return {**record, MARK: marks[key]}

    def _detail(
        self, stream: Stream, detail: Detail, record: dict[str, Any], places: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        try:
            answer = stream.port.read(detail.call, {**record, **places})
        except Unreachable as error:
            if error.status == 404:
                return None  # deleted between the list and this read
            raise
        if answer.meaning == GONE:
            return None
        body = answer.body
        if detail.put:
            return {**record, detail.put: body}
        return {**record, **body} if isinstance(body, dict) else record


def _elements(call: Call, page: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows of a page; of rows that hold elements, each with its holder's own members beside it."""
    rows = [row for row in page if isinstance(row, dict)]
    if not call.each:
        return rows
    made = []
    for holder in rows:
        own = {name: value for name, value in holder.items() if name != call.each}
        made += [{**own, call.each: [element], **_ids(element)} for element in holder.get(call.each) or ()]
    return made


def _ids(element: Mapping[str, Any]) -> dict[str, Any]:
    """The ids of an element, by which the mirror finds it beside its holder."""
    return {name: value for name, value in element.items() if name.endswith("ID")}


def _mark(call: Call, row: Mapping[str, Any], now: datetime) -> str:
    """What tells that a row is as it was; "" where a second change in the same second would not be seen."""
    updated = _updated(call, row)
    if not updated or abs(now - datetime.fromisoformat(updated)) < SAME_SECOND:
        return ""
    return updated


def _updated(call: Call, row: Mapping[str, Any]) -> str:
    """When a row changed, as ISO text in UTC; "" if nobody says."""
    if call.since is None or not call.since.updated:
        return ""
    value = row.get(call.since.updated)
    if not isinstance(value, str):
        return ""
    if value.startswith("/Date("):
        milliseconds = int(value[6:].rstrip(")/").split("+")[0].split("-")[0] or 0)
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
