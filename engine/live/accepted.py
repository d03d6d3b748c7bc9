"""What an accounting approver accepted in Procore's ERP Integrations tool, and the answer to each request.

With `approval_home: erp_tool` only what an open request names is made; what is linked goes on as ever.
A request is closed as

- success: with the last mark of what it asked for, or at once where that is linked and as it should be;
- failed: when something was refused, or can never go as it is: a rule of the mapping holds or skips it, it
  is wrong in itself or cannot be read, its document was deleted there. The reason is shown to its user, who
  puts it right in Procore and sends it again;
- not yet: while it only waits: for a link, a fact, a setting, a person's word on a twin, an effect under way.

Requests that only mean "sync now" are closed after a whole run, those that carry ids alone are answered by
`live/erp`; kinds nobody knows are left open and named. Before: `read.requests`. After: `sync`, which asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.check.typed import Flow
from engine.compile.frame import key_text
from engine.ledger import mirror, ops
from engine.ledger.ops import Member
from engine.live.admission import TOOL, own_of
from engine.live.asking import Asking
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.erp.answers import typed_in
from engine.live.erp.table import HERE, NOW
from engine.plan.actions import BAD, Action
from engine.plan.grounds import Ground
from engine.read import requests
from engine.read.recognise import Unreadable
from engine.system.port import Port
from engine.write import close

SEND_AGAIN = "send it to the ERP Integrations tool again; if it comes the same way, ask Procore's support"
READ_AGAIN = "read everything again (sync --full); if it comes the same way, ask that system's support"


class Accepted:
    """The requests of one customer, for one run."""

    def __init__(self, connection: Connection, wanted: Iterable[str] = ()):
        self.connection = connection
        self.ledger = connection.ledger
        self.home = connection.settings().get("approval_home")
        self.wanted = set(wanted)
        self.waiting: dict[tuple[str, str], list[str]] = {}
        self.now: dict[str, str] = {}  # details that a run answers, with the mapping that may fail them
        self.by_ids: list[str] = []  # for `erp`, in a whole run
        self.others: Counter[str] = Counter()
        self.asking = Asking()
        self.malformed: dict[str, list[requests.Detail]] = {}
        self.asked_in: dict[tuple[str, str], Mapping[str, Any]] = {}  # the last request about a record

    # ------------------------------------------------------------ reading

    def port(self) -> Port | None:
        """The port of the system that sends requests."""
        every = self.connection.ports.values()
        return next((port for port in every if requests.LIST_DETAILS in port.system.calls), None)

    def read(self, files: Iterable[Path] = ()) -> None:
        """By poll, if the tool is where it is decided; by file, whenever there are some."""
        port, given = self.port(), list(files)
        if self.home == TOOL and port is not None:
            requests.poll(self.ledger, self.connection.book, port)
        if given:
            try:
                requests.taken_in(self.ledger, self.connection.book, given)
            except requests.NoRequest as error:
                raise Declined(str(error), "give the JSON of ERP requests, or a folder of it") from None

    def load(self) -> None:
        """What is open now."""
        self.waiting, self.asked_in, self.asking = {}, {}, Asking()
        self.now, self.by_ids, self.others, self.malformed = {}, [], Counter(), {}
        with self.ledger.look() as tx:
            owed = {source_id for name, source_id in ops.under_way(self.ledger, tx) if name == close.NAME}
            every = [one for one in requests.details(self.ledger, tx) if one.status not in requests.FINAL]
            mine = [one for one in every if one.id not in owed]
            told = mirror.some(self.ledger, tx, requests.REQUESTS, {one.request for one in mine})
        ids = {key: _ids(requests.records(self.connection.book, row)) for key, row in told.items()}
        for one in mine:
            name = str(told.get(one.request, {}).get("request_name", ""))
            items = [item for item in ids.get(one.request, ()) if item[1] == one.item]
            if not items and len(ids.get(one.request, ())) == 1:
                items = ids[one.request]
            if name in NOW:
                self.now[one.id] = NOW[name]
            elif name in HERE:
                self.by_ids.append(one.id)
            elif items:
                self.waiting.setdefault(items[0], []).append(one.id)
                self.asked_in[items[0]] = told[one.request]
            elif one.request in told and requests.is_malformed(self.connection.book, told[one.request]):
                self.malformed.setdefault(one.request, []).append(one)
            elif name:
                self.others[name] += 1

    # ------------------------------------------------------------ planning

    def requested(self, flow: Flow, ground: Ground) -> dict[str, list[str]]:
        """The open details that ask for records of a flow, by record."""
        if flow.back or not self._sends(flow.source):
            return {}
        ids = _record_ids(ground)
        found = {own: self.waiting.get((flow.source, number), []) for own, number in ids.items()}
        return {own: details for own, details in found.items() if details}

    def typed(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What approvers typed in the tool for what is open, by mapping and record."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for flow in self.connection.flows:
            for (shape, number), request in self.asked_in.items() if not flow.back else ():
                if shape == flow.source and (told := typed_in(self.connection.book, flow.mapping, request)):
                    found[flow.name, key_text([number])] = told
        return found

    def hear(
        self, flow: Flow, ground: Ground, actions: Iterable[Action], requested: Mapping[str, list[str]]
    ) -> None:
        """Keeps which details the actions of a flow answer."""
        if self.wanted and flow.name not in self.wanted:
            return
        parts, answered = len(flow.source_root.identity), set[str]()
        for action in actions:
            for detail in requested.get(own_of(action.source_id, parts), ()):
                answered.add(detail)
                self.asking.add(detail, flow.name, action.source_id in ground.links, action)
        self.asking.nothing |= {d for details in requested.values() for d in details} - answered

    def unreadable(self, flow: Flow, one: Unreadable) -> Action:
        """What could not be read as a record of a flow; a request that is so is answered with that."""
        details = self.malformed.get(one.request, [])
        item = next((detail.item for detail in details if detail.item), "")
        action = Action(flow.name, flow.back, item, BAD, flow.target, label=f"{item} {one.at}".strip())
        action.code, action.reason = "unreadable", f"{one.at} cannot be read: {one.text}"
        action.fix = SEND_AGAIN if one.request else READ_AGAIN
        for detail in details if not self.wanted or flow.name in self.wanted else ():
            self.asking.add(detail.id, flow.name, False, action)
        return action

    @property
    def for_a_whole_run(self) -> bool:
        """Whether anything waits that a run for some mappings leaves alone."""
        return bool(self.now or self.by_ids)

    def _sends(self, shape: str) -> bool:
        return any("request" in told for told in self.connection.book.shapes[shape].sources.values())

    # ------------------------------------------------------------ what is left

    def ended(self, failures: Iterable[tuple[Member, str]]) -> dict[str, list[str]]:
        """The details that this run answers: why they failed, if so."""
        failed = list(failures)
        return {
            detail: [reason for member, reason in failed if member.mapping == mapping]
            for detail, mapping in self.now.items()
        }

    def told(self) -> list[str]:
        """What was left open, once for each kind."""
        return [
            f"request {name} of Procore's ERP tool ({count}) is left open: nobody here knows it"
            for name, count in sorted(self.others.items())
        ]


def _ids(records: Iterable[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, str]]:
    return [(shape, str(record["id"])) for shape, record in records if record.get("id") is not None]


def _record_ids(ground: Ground) -> dict[str, str]:
    """Procore's id of every record, by its key."""
    identity = ground.mapper.flow.source_root.identity
    return {
        key_text([record.get(name) for name in identity]): str(record.get("id"))
        for record in ground.records
        if isinstance(record, dict) and record.get("id") is not None
    }
