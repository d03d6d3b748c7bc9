"""The gate inside a run: what may go, what was typed for it, and what becomes of it in the log.

With `approval_home: local` a record goes once somebody accepted it here (or direct export let it through);
with `erp_tool` once a request says that it was accepted there, which is written down as if it had been here;
with `none` nobody is asked. Before: `plan`. After: `sync`, which asks here; `write.close`, which ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.approve import states
from engine.approve.admit import CODE, LET_THROUGH, REASONS, TOLD, admit
from engine.approve.kinds import rules_of
from engine.approve.standing import Entry, Standing, by_record, stands
from engine.check.typed import Flow
from engine.compile.frame import key_parts, key_text
from engine.ledger import events
from engine.live import log, typing_in
from engine.live.asking import Asking, Record
from engine.live.connect import Connection
from engine.live.sight import Sight
from engine.plan.actions import Action, held
from engine.plan.grounds import Ground
from engine.write import close

TOOL, LOCAL = "erp_tool", "local"
NOBODY = "none"  # the one word that needs no approver; whatever else is written in `approvals` does
NOT_ACCEPTED = "not accepted in Procore's ERP tool yet"
TYPE_AGAIN = "send it to the ERP Integrations tool in Procore again, and type that anew when you accept it"
ACCEPT_THERE = "send it to the ERP Integrations tool in Procore, and accept it there"
THERE, WORKFLOW, SYNC = "Procore's ERP tool", "the workflow in Procore", "sync"


class Admission:
    """The gate of one customer, for one run."""

    def __init__(self, connection: Connection, wanted: Iterable[str] = ()):
        self.connection = connection
        self.ledger = connection.ledger
        self.home = str(connection.settings().get("approval_home"))
        self.kinds = rules_of(connection.book).kinds
        self.direct: Mapping[str, str] = {}
        self.wanted = set(wanted)
        self.entries: dict[tuple[str, str], list[Entry]] = {}
        self.asking = Asking()
        self.news: list[Entry] = []
        self.heard: dict[tuple[str, str], list[Entry]] = {}
        self.asks = True  # a rehearsal looks at what would go if everything were accepted
        self.typed_there: Mapping[Record, Mapping[str, Any]] = {}  # in requests that are open
        self.wrong: Mapping[Record, str] = {}  # what is wrong with it

    def load(self, typed_there: Mapping[Record, Mapping[str, Any]]) -> None:
        """What the log says now. `typed_there`: what was typed in Procore's tool, by mapping and record."""
        self.asking, self.news, self.heard = Asking(), [], {}
        forms = {flow.name: flow.mapping for flow in self.connection.flows if not flow.back}
        wrong = {key: typing_in.problems(forms[key[0]], told) for key, told in typed_there.items()}
        self.wrong = {key: "; ".join(found) for key, found in wrong.items() if found}
        self.typed_there = {key: told for key, told in typed_there.items() if key not in self.wrong}
        with self.ledger.look() as tx:
            self.entries = by_record(log.entries(self.ledger, tx))
            self.direct = log.direct_exports(self.ledger, tx, self.connection.settings(), self.kinds)

    def guards(self, flow: Flow) -> bool:
        """Whether somebody must accept the records of a flow."""
        own = self.connection.settings().get("approvals") or {}
        approval = own.get(flow.name, flow.mapping.approval)
        return not flow.back and self.home in (TOOL, LOCAL) and approval != NOBODY

    def standing(self, mapping: str, own: str, linked: bool) -> Standing:
        """Where a record stands, with what this run has heard."""
        key = (mapping, own)
        return stands([*self.entries.get(key, ()), *self.heard.get(key, ())], linked)

    # ------------------------------------------------------------ planning

    def decide(
        self, flow: Flow, ground: Ground, actions: list[Action], requested: Mapping[str, Sequence[str]]
    ) -> list[Action]:
        """The actions, without what nobody accepted. `requested`: details of requests, by record."""
        if not self.asks or not self.guards(flow):
            return actions
        parts = len(flow.source_root.identity)
        linked = {own_of(source_id, parts) for source_id in ground.links}
        sight, seen = Sight(ground), set[str]()
        for action in actions:
            own = own_of(action.source_id, parts)
            seen.add(own)
            standing = self._heard(flow, own, own in linked, action, requested.get(own, ()))
            now = sight.of(own) if _was_looked_at(action, standing) else ""
            self._in_words_of_the_home(admit(action, standing, now))
            if action.kind in TOLD and (flow.name, own) in self.wrong:
                held(action, "typed", f"what was typed is wrong: {self.wrong[flow.name, own]}", TYPE_AGAIN)
            if standing.state in LET_THROUGH and self._chosen(flow):
                self.asking.add(
                    close.ours(flow.name, own), flow.name, action.source_id in ground.links, action
                )
        if self._chosen(flow):
            self._nothing_of(flow, seen, linked)
        return actions

    def _in_words_of_the_home(self, action: Action) -> None:
        """Where Procore's tool decides, what waits there has no state of ours to tell."""
        if self.home == TOOL and action.code == CODE:
            action.reason, action.fix = NOT_ACCEPTED, ACCEPT_THERE

    def _chosen(self, flow: Flow) -> bool:
        return not self.wanted or flow.name in self.wanted

    def _heard(self, flow: Flow, own: str, linked: bool, action: Action, details: Sequence[str]) -> Standing:
        """Where the record stands, once it is written down that it was accepted elsewhere."""
        standing = self.standing(flow.name, own, linked)
        if details and standing.state not in LET_THROUGH:
            first = states.SENT if states.after(standing.state, states.SENT) else states.RESENT
            self._hears(THERE, first, flow, own, {"requests": list(details)})
            typed = self.typed_there.get((flow.name, own))
            more = {"typed": dict(typed)} if typed else {}
            self._hears(THERE, states.ACCEPT, flow, own, {"requests": list(details), **more})
        elif self._goes_after_workflow(flow, standing) and action.kind in TOLD:
            self._hears(WORKFLOW, states.ACCEPT, flow, own, {"direct": True})
        else:
            return standing
        return self.standing(flow.name, own, linked)

    def _goes_after_workflow(self, flow: Flow, standing: Standing) -> bool:
        """Whether it was sent to go without an approver, and that was not switched off since."""
        waits = standing.state == states.WAITING and standing.waits_for_workflow
        return waits and flow.name in self.direct

    def _hears(self, who: str, what: str, flow: Flow, own: str, data: Mapping[str, Any]) -> None:
        entry = Entry(self.ledger.now(), who, what, flow.name, own, "", data)
        self.news.append(entry)
        self.heard.setdefault((flow.name, own), []).append(entry)

    def _nothing_of(self, flow: Flow, seen: set[str], linked: set[str]) -> None:
        """Accepted records of which nothing is left to plan: they were deleted in Procore since."""
        for mapping, own in self.entries:
            if mapping != flow.name or own in seen:
                continue
            if self.standing(mapping, own, own in linked).state == states.ACCEPTED:
                self.asking.nothing.add(close.ours(mapping, own))

    def typed(self, flow: Flow) -> Mapping[str, Mapping[str, Any]]:
        """What approvers typed for the records of a flow."""
        if not self.guards(flow) or flow.mapping.typed is None:
            return {}
        found = {}
        for mapping, own in {**self.entries, **self.typed_there}:
            if mapping == flow.name:
                told = self.typed_there.get((mapping, own)) or stands(self.entries[mapping, own]).typed
                if told:
                    found[own] = typing_in.exact(flow.mapping, told)
        return Typed(found, len(flow.source_root.identity))

    # ------------------------------------------------------------ writing down

    def begins(self, tx: sa.Connection, actions: Iterable[Action]) -> None:
        """Writes down what was heard, and that what is asked for is being exported now.

        What somebody took back or rejected since it was planned is held back of these actions.
        """
        if self.news:
            events.alone(self.ledger, tx)
            self._withdrawn(tx, actions)
        for one in self.news:
            self.ledger.note(tx, one.who, one.what, one.mapping, one.source_id, one.why, one.data)
        for detail in {detail for details in self.asking.asked().values() for detail in details}:
            self.ledger.note(tx, SYNC, states.STARTED, *close.record_of(detail))
        self.news = []

    def _withdrawn(self, tx: sa.Connection, actions: Iterable[Action]) -> None:
        parts = {flow.name: len(flow.source_root.identity) for flow in self.connection.flows}
        gone: dict[Record, Standing] = {}
        for key in {(one.mapping, one.source_id) for one in self.news}:
            entries = log.entries(self.ledger, tx, *key)
            now = stands([*entries, *self.heard[key]])
            if len(entries) != len(self.entries.get(key, ())) and now.state not in LET_THROUGH:
                gone[key] = now
        self.news = [one for one in self.news if (one.mapping, one.source_id) not in gone]
        for action in actions:
            own = own_of(action.source_id, parts.get(action.mapping, 1))
            if not action.back and (action.mapping, own) in gone:
                held(action, CODE, *REASONS[gone[action.mapping, own].state])
                self.asking.found.pop(close.ours(action.mapping, own), None)


class Typed(Mapping[str, Mapping[str, Any]]):
    """What was typed, by record; documents split from one record share it."""

    def __init__(self, found: Mapping[str, Mapping[str, Any]], parts: int):
        self.found = found
        self.parts = parts

    def __getitem__(self, source_id: str) -> Mapping[str, Any]:
        return self.found[own_of(source_id, self.parts)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def _was_looked_at(action: Action, standing: Standing) -> bool:
    """Whether it is known what the approver saw of it."""
    return action.kind in TOLD and bool(standing.seen) and standing.state == states.ACCEPTED


def own_of(source_id: str, parts: int) -> str:
    """A record's own key, of the id of a document that may be one of several made of it."""
    return key_text(key_parts(source_id)[:parts])
