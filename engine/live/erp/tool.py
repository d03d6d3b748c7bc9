"""The ERP Integrations tool as a run hears it: open requests, and what every answer needs.

Whatever is done and the closing are owed in one transaction, so that a kill leaves both or none; a request
that comes twice finds things done. Before: `read/requests`. After: the themes beside this file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.compile.frame import key_text
from engine.ledger import links, mirror, ops
from engine.live import log
from engine.live.admission import THERE
from engine.plan.desk import Desk
from engine.read import requests
from engine.read.requests import Detail
from engine.write import close

if TYPE_CHECKING:
    from engine.live.sync import Sync
    from engine.write.route import Route

MADE = "request"  # in the data of an event: the request it came of


@dataclass(frozen=True, slots=True)
class Wish:
    """A request that is open: what it carries, and the details it waits by."""

    name: str
    request: str
    data: Any
    details: tuple[Detail, ...]

    def get(self, *path: str) -> Any:
        """A member of what it carries; nothing where it is not there."""
        value = self.data
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def rows(self, *path: str) -> list[Mapping[str, Any]]:
        """A list of objects it carries."""
        found = self.get(*path)
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []

    @property
    def ids(self) -> list[str]:
        """The details it waits by."""
        return [one.id for one in self.details]

    def of(self, row: Mapping[str, Any]) -> list[str]:
        """The details of one of several things: the one that it names itself, else every one."""
        named = text(row.get("request_detail_id"))
        return [named] if named in self.ids else [] if named else self.ids

    @property
    def may_fail(self) -> bool:
        """Whether Procore waits for a yes or no; where it opens no detail it only tells what it did."""
        return any(not one.untold for one in self.details)


def text(value: object) -> str:
    """An id as text; empty if there is none."""
    return "" if value is None else str(value)


class Tool:
    """The open requests of a customer, in one run."""

    def __init__(self, sync: Sync):
        self.sync = sync
        self.connection = sync.connection
        self.ledger = sync.ledger
        self.told: list[str] = []
        self._desks: dict[str, Desk] = {}
        self._whole: set[str] = set()

    # ------------------------------------------------------------ what is asked

    def wishes(self, names: Collection[str]) -> list[Wish]:
        """Requests of these names that were open when this was asked first, oldest first."""
        return [one for one in self._open if one.name in names]

    @cached_property
    def _open(self) -> list[Wish]:
        """What nobody has dealt with; what is done and on its way to be closed is not among it."""
        with self.ledger.look() as tx:
            owed = {source for name, source in ops.under_way(self.ledger, tx) if name == close.NAME}
            owed |= close.awaited(self.ledger, tx)
            every = [one for one in requests.details(self.ledger, tx) if one.status not in requests.FINAL]
            waiting: dict[str, list[Detail]] = {}
            for one in every:
                if one.id not in owed:
                    waiting.setdefault(one.request, []).append(one)
            rows = mirror.some(self.ledger, tx, requests.REQUESTS, waiting)
        found = [
            Wish(str(row["request_name"]), key, row.get("request_data"), tuple(waiting[key]))
            for key, row in rows.items()
        ]
        return sorted(found, key=lambda one: age(one.request))

    def overtaken(self, tx: sa.Connection, mapping: str, own: str, wish: Wish) -> bool:
        """Whether a later request was dealt with about this record: what comes late changes nothing."""
        made = (text(one.data.get(MADE)) for one in log.entries(self.ledger, tx, mapping, own))
        return any(age(request) >= age(wish.request) for request in made if request)

    # ------------------------------------------------------------ what there is

    def route(self, mapping: str) -> Route:
        """Where the records of a mapping go."""
        return self.connection.routes[mapping]

    def desk(self, mapping: str) -> Desk:
        """The records of a mapping and what is there, as of this run's read. Ask before a transaction."""
        if mapping not in self._desks:
            self._desks[mapping] = self.sync.desk(mapping)
        return self._desks[mapping]

    def seen_whole(self, mapping: str) -> Desk:
        """The same for whoever must know what is gone: a list that tells of changes alone has no word of what
        was deleted, so it is read whole.
        """
        stream = self.connection.stream_of(self.route(mapping))
        if mapping not in self._whole and stream is not None and not stream.object.gone:
            self.sync.live.refresh([stream.name], True)
            self.moved(mapping)
        self._whole.add(mapping)
        return self.desk(mapping)

    def moved(self, mapping: str) -> None:
        """Links of a mapping were made: whoever asks next sees them."""
        self._desks.pop(mapping, None)

    def own(self, mapping: str, number: object) -> str:
        """The key of a record by Procore's id; empty if there is none."""
        desk = self.desk(mapping)
        names = desk.flow.source_root.identity
        for record in desk.ground.records:
            if isinstance(record, dict) and text(record.get("id")) == text(number) != "":
                return key_text([record.get(name) for name in names])
        return key_text([text(number)]) if tuple(names) == ("id",) and text(number) else ""

    def linked(self, tx: sa.Connection, mapping: str, own: str) -> bool:
        """Whether any document of a record is known at this moment."""
        desk = self.desk(mapping)
        known = (links.one(self.ledger, tx, mapping, one) for one in desk.ids_of(own))
        return any(one is not None for one in known)

    # ------------------------------------------------------------ what is answered

    def note(
        self, tx: sa.Connection, what: str, mapping: str, own: str, why: str, wish: Wish, **data: Any
    ) -> None:
        """Writes down what Procore's tool did, with the request it came of."""
        self.ledger.note(tx, THERE, what, mapping, own, why, {MADE: wish.request, **data})

    def refuse(self, tx: sa.Connection, mapping: str, own: str, reason: str, wish: Wish) -> None:
        """Writes down that it was not done; where Procore asks for no answer, the run says so."""
        self.note(tx, log.REFUSED, mapping, own, reason, wish, verb=wish.name)
        if not wish.may_fail:
            self.told.append(f"request {wish.name} of Procore's ERP tool was not obeyed: {reason}")

    def end(self, tx: sa.Connection, details: Iterable[str], messages: Sequence[str] = ()) -> None:
        """Owes closing details: as success, or as failed with what their user is told."""
        port = self.sync.accepted.port()
        if port is not None:
            answers = {detail: list(messages) for detail in details}
            close.owe(self.ledger, tx, port.system, answers, self.sync.run)


def age(key: str) -> tuple[int, str]:
    """Ids are numbers that grow."""
    return len(key), key
