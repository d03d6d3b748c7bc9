"""The gate's verbs: who wants what with which record, decided by the table, written into the log.

Every wish ends as an event or as a refusal with its reason; both are kept with who it was. Deciding takes
turns, so that of two approvers at once one is told what the other did. Before: `tabs`, `approve.decide`.
After: the commands `erp …`; the next run, which does what was let through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.approve import states
from engine.approve.decide import IMPORTING, VERBS, Asked, Decision, decide
from engine.approve.kinds import GONE, Kind, Rules, rules_of
from engine.approve.people import Person
from engine.approve.permissions import Question, refusal
from engine.approve.standing import stands
from engine.ledger import events
from engine.ledger.store import LedgerError
from engine.live import log, outbox, telling
from engine.live.admission import LOCAL, TOOL
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.tabs import Item, Tabs, looked, named, quiet
from engine.live.undoing import forgotten, standing_there

NOBODY = "nobody was named for {0} yet, so nobody may do anything"
FIRST = "name the Company Administrator first: crosswalk erp grant {0} NAME --company-administrator"
DIRECT = "direct export"
READS = (
    "send",
    "resend",
    "unlink",
    "edit",
    "delete",
    "reset",
    "merge",
)  # what has to see things as they are now
UNDOES = ("unlink", "reset")
WHERE = {
    TOOL: "Procore's own ERP Integrations tool decides for {0} (approval_home erp_tool)",
    "none": "nobody is asked for {0} (approval_home none): what may go goes with the next sync",
}
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one wish: the record with where it stands now, or why not."""

    verb: str
    mapping: str
    source_id: str
    label: str
    state: str = ""
    reasons: tuple[str, ...] = ()
    fix: str = ""
    note: str = ""

    @property
    def refused(self) -> bool:
        """Whether nothing changed."""
        return bool(self.reasons)


class Gate:
    """The gate of a customer for one person. Names of records are ids, numbers or names."""

    def __init__(self, connection: Connection, who: str):
        self.connection = connection
        self.ledger = connection.ledger
        self.who = who
        self.rules: Rules = rules_of(connection.book)
        self.home = str(connection.settings().get("approval_home"))

    # ------------------------------------------------------------ people

    def person(self, tx: sa.Connection) -> Person:
        """Who asks. Declined while nobody was named at all."""
        everybody = log.everybody(self.ledger, tx)
        if not everybody:
            name = self.connection.name
            raise Declined(NOBODY.format(name), FIRST.format(name))
        return everybody.get(self.who) or Person(self.who)

    def forbidden(self, tx: sa.Connection, verb: str, of: str, importing: bool = False) -> str:
        """Why the permission table does not let this person; nothing if it does."""
        kind = self.rules.kinds.get(of)
        own = kind.tool if kind is not None else ""
        asked = Question(self.person(tx), verb, of, own, self.rules.tools, importing)
        return refusal(asked, self.rules.rows)

    def allow(self, verb: str, of: str, source_id: str = "", importing: bool = False) -> None:
        """Declined, and noted, unless this person may."""
        with self.ledger.begin() as tx:
            reason = self.forbidden(tx, verb, of, importing)
            if reason:
                self.refuse(tx, verb, f"{of}{log.IMPORT}" if importing else of, source_id, reason)
        if reason:
            raise Declined(reason, "somebody who may can do it; crosswalk erp people lists who")

    def refuse(self, tx: sa.Connection, verb: str, mapping: str, source_id: str, reason: str) -> None:
        """Writes a refusal down."""
        self.ledger.note(tx, self.who, log.REFUSED, mapping, source_id, reason, {"verb": verb})

    # ------------------------------------------------------------ wishes

    def decided_here(self) -> None:
        """Declined unless this is where it is decided."""
        if self.home != LOCAL:
            reason = WHERE.get(self.home, WHERE["none"]).format(self.connection.name)
            raise Declined(reason, "do it there; or set approval_home to local")

    def kind(self, verb: str, mapping: str) -> Kind:
        """The kind of record. Declined, and noted, for what is not supported or not known."""
        found = self.rules.kinds.get(mapping)
        if found is not None:
            return found
        with self.ledger.begin() as tx:
            reason = self.forbidden(tx, verb, mapping)
            if reason:
                self.refuse(tx, verb, mapping, "", reason)
        if reason and reason.startswith("not supported"):
            raise Declined(f"{mapping}: {reason}")
        raise Declined(f"the gate knows no {mapping}", f"it knows {', '.join(self.rules.kinds)}")

    def act(
        self,
        verb: str,
        mapping: str,
        names: Sequence[str],
        why: str = "",
        typed: Mapping[str, Any] | None = None,
        progress: Progress = quiet,
    ) -> list[Done]:
        """One verb on several records of a kind, each by itself."""
        self.decided_here()
        self.kind(verb, mapping)
        with self.ledger.look() as tx:
            self.person(tx)
        done = self._acted(verb, mapping, names, why, typed or {}, progress)
        with suppress(LedgerError):  # what was decided stands; what is owed is tried again
            done = _posted(done, outbox.deliver(self.connection, self.who))
        return done

    def _acted(
        self,
        verb: str,
        mapping: str,
        names: Sequence[str],
        why: str,
        typed: Mapping[str, Any],
        progress: Progress,
    ) -> list[Done]:
        if verb not in READS:
            tabs = looked(self.connection, (mapping,), False, progress)
            return [self._one(tabs, verb, mapping, name, why, typed) for name in names]
        with self.ledger.leased():
            tabs = looked(self.connection, (mapping,), True, progress)
            done = [self._one(tabs, verb, mapping, name, why, typed) for name in names]
            if verb in UNDOES and tabs.sync is not None:
                tabs.sync.finish()
        return done

    def _one(
        self, tabs: Tabs, verb: str, mapping: str, name: str, why: str, typed: Mapping[str, Any]
    ) -> Done:
        importing = verb in IMPORTING
        found = tabs.named(mapping, importing, name)
        if len(found) != 1:
            return self._unknown(verb, mapping, name, found)
        (item,) = found
        gone = verb == "unlink" and item.kind.unlink == GONE
        still = standing_there(tabs.desks[mapping], item.own) if gone else ()
        try:
            return self._decided(tabs, verb, item, why, still, typed)
        except Declined as declined:
            with self.ledger.begin() as tx:
                self.refuse(tx, verb, *item.logged, declined.text)
            wish = self._wish(item, verb, why, still)
            return _told(wish, item, Decision("", (declined.text,), declined.fix))

    def _decided(
        self,
        tabs: Tabs,
        verb: str,
        item: Item,
        why: str,
        still: tuple[str, ...],
        typed: Mapping[str, Any],
    ) -> Done:
        """One wish in one transaction: what is decided is written down with what follows, or nothing is."""
        with self.ledger.begin() as tx:
            events.alone(self.ledger, tx)
            item = self._as_of_now(tx, item)
            wish = self._wish(item, verb, why, still)
            decision = decide(wish, self.forbidden(tx, verb, item.kind.mapping, item.imported))
            if not decision.event:
                self.refuse(tx, verb, *item.logged, "; ".join(decision.reasons))
                return _told(wish, item, decision)
            note = self._happens(tx, tabs, item, decision.event, why, typed)
            linked = item.standing.linked and decision.event not in (states.UNLINK, states.RESET)
            item = self._as_of_now(tx, replace(item, standing=replace(item.standing, linked=linked)))
        return replace(_told(wish, item, decision), note=note)

    def _unknown(self, verb: str, mapping: str, name: str, found: Sequence[Item]) -> Done:
        reason = f"no {self.rules.kinds[mapping].called} is known as {name}"
        fix = "name its id, its number or its name; crosswalk erp list shows them"
        if found:
            reason = f"{name} may be {' or '.join(f'{one.label} ({one.id or one.own})' for one in found[:5])}"
            fix = "name its id"
        with self.ledger.begin() as tx:
            self.refuse(tx, verb, mapping, name, reason)
        return Done(verb, mapping, name, name, "", (reason,), fix)

    def _as_of_now(self, tx: sa.Connection, item: Item) -> Item:
        """The item with what the log says at this moment."""
        entries = log.entries(self.ledger, tx, *item.logged)
        return replace(item, standing=stands(entries, item.standing.linked, item.imported))

    def _wish(self, item: Item, verb: str, why: str, still: tuple[str, ...]) -> Asked:
        unmet = item.unmet
        if self._waits_for_workflow(item):
            unmet = ()  # its status comes with the workflow's end
        return Asked(
            verb,
            item.kind,
            f"{item.kind.called} {item.label}",
            item.standing,
            why,
            item.status,
            unmet if verb in ("send", "resend") else (),
            still,
            self.ledger.now(),
        )

    def offered(self, mapping: str, name: str) -> Item | None:
        """What the other system offers under a name; None where nothing is known."""
        found = named(looked(self.connection, (mapping,), False).of(mapping, True), name)
        return found[0] if len(found) == 1 else None

    # ------------------------------------------------------------ events

    def direct(self, mapping: str) -> str:
        """Whether records of a kind need no approver: on, after-workflow, or nothing."""
        with self.ledger.look() as tx:
            return log.direct_exports(self.ledger, tx, self.connection.settings(), self.rules.kinds).get(
                mapping, ""
            )

    def _waits_for_workflow(self, item: Item) -> bool:
        return self.direct(item.kind.mapping) == "after-workflow"

    def _happens(
        self, tx: sa.Connection, tabs: Tabs, item: Item, event: str, why: str, typed: Mapping[str, Any]
    ) -> str:
        """Writes the event down, and what follows from it at once; gives what to say besides."""
        mapping, own = item.logged
        data: dict[str, Any] = {"label": item.label}
        mode = self.direct(mapping) if event in (states.SENT, states.RESENT) else ""
        if mode == "after-workflow":
            data["workflow"] = True
        if event == states.ACCEPT:
            data["seen"] = tabs.seen(item)
        if event == states.ACCEPT and typed:
            data["typed"] = dict(typed)
        if event in (states.UNLINK, states.RESET):
            data["documents"] = list(item.targets)
            forgotten(self.connection, tx, tabs.desks[mapping], own)
        self.ledger.note(tx, self.who, event, mapping, own, why, data)
        if event == states.REJECT:
            return telling.rejected(self.connection, tx, self.who, item, why)
        if mode == "on":
            self.ledger.note(tx, DIRECT, states.ACCEPT, mapping, own, "", {"direct": True})
            return "direct export is on: it goes with the next sync"
        if mode:
            return "it goes with the first sync after its workflow"
        return ""


def _posted(done: Sequence[Done], sent: Sequence[outbox.Sent]) -> list[Done]:
    """The same, with what became of mails that did not leave."""
    failed = {(one.owed.mapping, one.owed.source_id): one for one in sent if one.reason}
    return [_unsent(one, failed.get((one.mapping, one.source_id))) for one in done]


def _unsent(done: Done, sent: outbox.Sent | None) -> Done:
    if sent is None:
        return done
    more = "" if sent.final else "; it is tried again"
    return replace(done, note=f"{sent.about} did not leave: {sent.reason}{more}")


def _told(wish: Asked, item: Item, decision: Decision) -> Done:
    mapping, own = item.logged
    return Done(
        wish.verb, mapping, own, item.label, item.standing.state, tuple(decision.reasons), decision.fix
    )


__all__ = ["VERBS", "Done", "Gate"]
