"""What an accounting approver accepted in Procore's ERP Integrations tool, and the answer to each request.

With `approval_home: erp_tool` only what an open request names is made; what is linked goes on as ever.
A request is closed as

- success: with the last mark of what it asked for, or at once where that is linked and as it should be;
- failed: when something was refused, or can never go as it is: a rule of the mapping holds or skips it, it
  is wrong in itself or cannot be read, its document was deleted there. The reason is shown to its user, who
  puts it right in Procore and sends it again;
- not yet: while it only waits: for a link, a fact, a setting, a person's word on a twin, an effect under way.

Requests that only mean "sync now" are closed after a whole run; kinds nobody handles are left open and named.
Before: `read.requests`. After: `sync`, which asks here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.check.typed import Flow
from engine.compile.frame import key_parts, key_text
from engine.ledger import mirror, ops
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.map.outcome import HELD
from engine.plan.actions import (
    APPEND,
    ASK,
    BAD,
    CONFLICT,
    CREATE,
    DRIFT,
    HOLD,
    LINK,
    SAME,
    SKIP,
    WRITES,
    Action,
    held,
)
from engine.plan.grounds import Ground
from engine.read import requests
from engine.read.recognise import Unreadable
from engine.system.port import Port
from engine.write import close

TOOL = "erp_tool"
SYNC_NOW = {"sync_vendors", "sync_jobs", "sync_contract_payments", "sync_single_job"}
WAITS = {  # why a record is held that may go one day as it is
    *("unlinked", "missing", "setting-missing", "today-missing", "no-code", "document-in-doubt"),
    *("under-way", "not-accepted"),
}
NOT_ACCEPTED = "not accepted in Procore's ERP tool yet"
FIX = "send it to the ERP Integrations tool in Procore, and accept it there"
SEND_AGAIN = "send it to the ERP Integrations tool again; if it comes the same way, ask Procore's support"
READ_AGAIN = "read everything again (sync --full); if it comes the same way, ask that system's support"
NOTHING = "nothing of it can be made in the accounting system as it is"


class Accepted:
    """The requests of one customer, for one run."""

    def __init__(self, connection: Connection, wanted: Iterable[str] = ()):
        self.connection = connection
        self.ledger = connection.ledger
        self.home = connection.settings().get("approval_home")
        self.wanted = set(wanted)
        self.waiting: dict[tuple[str, str], list[str]] = {}
        self.now: list[str] = []
        self.others: Counter[str] = Counter()
        self.found: dict[str, list[tuple[str, bool, Action]]] = {}
        self.nothing: set[str] = set()
        self.malformed: dict[str, list[requests.Detail]] = {}

    # ------------------------------------------------------------ reading

    def port(self) -> Port | None:
        """The port of the system that sends requests."""
        every = self.connection.ports.values()
        return next((port for port in every if requests.LIST_DETAILS in port.system.calls), None)

    def read(self, files: Iterable[Path] = ()) -> None:
        """By poll, if the tool is where it is decided; by file, whenever there are some."""
        port, given = self.port(), list(files)
        if self.home == TOOL and port is not None:
            requests.poll(self.ledger, port)
        if given:
            try:
                requests.taken_in(self.ledger, self.connection.book, given)
            except requests.NoRequest as error:
                raise Declined(str(error), "give the JSON of ERP requests, or a folder of it") from None

    def load(self) -> None:
        """What is open now."""
        self.waiting, self.found = {}, {}
        self.now, self.others, self.nothing, self.malformed = [], Counter(), set(), {}
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
            if name in SYNC_NOW:
                self.now.append(one.id)
            elif items:
                self.waiting.setdefault(items[0], []).append(one.id)
            elif one.request in told and requests.is_malformed(self.connection.book, told[one.request]):
                self.malformed.setdefault(one.request, []).append(one)
            elif name:
                self.others[name] += 1

    # ------------------------------------------------------------ planning

    def decide(self, flow: Flow, ground: Ground, actions: list[Action]) -> list[Action]:
        """The actions of a flow, without what nobody accepted; and whose details they answer."""
        if flow.back or not self._sends(flow.source):
            return actions
        ids = _record_ids(ground)
        parts = len(flow.source_root.identity)
        linked = {key_text(key_parts(source_id)[:parts]) for source_id in ground.links}
        gate = self.home == TOOL and self._approval(flow) == "accounting"
        chosen = not self.wanted or flow.name in self.wanted
        answered: set[str] = set()
        for action in actions:
            own = key_text(key_parts(action.source_id)[:parts])
            details = self.waiting.get((flow.source, ids.get(own, "")), [])
            if gate and not details and own not in linked and action.kind in (CREATE, LINK, APPEND):
                held(action, "not-accepted", NOT_ACCEPTED, FIX).quiet = True
            for detail in details if chosen else ():
                answered.add(detail)
                self.found.setdefault(detail, []).append(
                    (flow.name, action.source_id in ground.links, action)
                )
        if chosen:
            here = {(flow.source, one) for one in ids.values()}
            self.nothing |= {d for at, ds in self.waiting.items() if at in here for d in ds} - answered
        return actions

    def unreadable(self, flow: Flow, one: Unreadable) -> Action:
        """What could not be read as a record of a flow; a request that is so is answered with that."""
        details = self.malformed.get(one.request, [])
        item = next((detail.item for detail in details if detail.item), "")
        action = Action(flow.name, flow.back, item, BAD, flow.target, label=f"{item} {one.at}".strip())
        action.code, action.reason = "unreadable", f"{one.at} cannot be read: {one.text}"
        action.fix = SEND_AGAIN if one.request else READ_AGAIN
        for detail in details if not self.wanted or flow.name in self.wanted else ():
            self.found.setdefault(detail.id, []).append((flow.name, False, action))
        return action

    def _sends(self, shape: str) -> bool:
        return any("request" in told for told in self.connection.book.shapes[shape].sources.values())

    def _approval(self, flow: Flow) -> str:
        own = self.connection.settings().get("approvals") or {}
        return str(own.get(flow.name, flow.mapping.approval))

    # ------------------------------------------------------------ closing

    def asked(self) -> dict[tuple[str, str], dict[str, list[tuple[str, str]]]]:
        """The details that are closed when an action is done, by (mapping, source id), each with all those
        that it is closed after.
        """
        made: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
        for detail, found in self.found.items():
            together = [(name, action.source_id) for name, _, action in found if _writes(action)]
            if not any(_waits(action) for _, _, action in found):
                for one in together:
                    made.setdefault(one, {})[detail] = together
        return made

    def answers(self, refused: Mapping[tuple[str, str], str]) -> dict[str, list[str]]:
        """The details that are answered at once: why they failed, if so. `refused`: what cannot be sent."""
        made: dict[str, list[str]] = {detail: [NOTHING] for detail in self.nothing}
        for detail, found in self.found.items():
            told = [refused[name, a.source_id] for name, _, a in found if (name, a.source_id) in refused]
            if told:
                made[detail] = told
            elif not any(_waits(action) or _writes(action) for _, _, action in found):
                made[detail] = [text for _, linked, a in found for text in _reasons(a, linked)]
        return made

    def told(self) -> list[str]:
        """What was left open, once for each kind."""
        return [
            f"request {name} of Procore's ERP tool ({count}) is left open: nothing here does it yet"
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


def _writes(action: Action) -> bool:
    return action.kind in WRITES or action.kind == LINK


def _waits(action: Action) -> bool:
    """Whether it may go one day as it is."""
    if action.kind != HOLD:
        return action.kind in (ASK, CONFLICT)
    codes = {remark.code for remark in action.remarks if remark.kind == HELD} or {action.code}
    return codes <= WAITS or action.code in ("under-way", "not-accepted")


def _reasons(action: Action, linked: bool) -> list[str]:
    """Why nothing came of it, in the user's words; nothing where it is there already."""
    if (
        action.kind == SAME
        or (linked and action.kind == SKIP)
        or (action.kind == DRIFT and action.code != "gone")
    ):
        return []
    if action.kind in (HOLD, BAD, SKIP, DRIFT):
        said = [remark.text for remark in action.remarks if remark.kind == HELD and remark.code not in WAITS]
        return [text for text in (action.reason, *said, action.fix) if text] or [NOTHING]
    return []
