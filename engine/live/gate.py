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
TOGETHER = 100  # records in one transaction, each a part of it; nobody waits long for the next
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants with records of a kind, and what is the same for each of them in a transaction."""

    tx: sa.Connection
    tabs: Tabs
    verb: str
    mapping: str
    why: str
    typed: Mapping[str, Any]
    forbidden: str
    direct: str


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
            return self._each(tabs, verb, mapping, names, why, typed)
        with self.ledger.leased():
            tabs = looked(self.connection, (mapping,), True, progress)
            done = self._each(tabs, verb, mapping, names, why, typed)
            if verb in UNDOES and tabs.sync is not None:
                tabs.sync.finish()
        return done

    def _each(
        self,
        tabs: Tabs,
        verb: str,
        mapping: str,
        names: Sequence[str],
        why: str,
        typed: Mapping[str, Any],
    ) -> list[Done]:
        done: list[Done] = []
        for start in range(0, len(names), TOGETHER):
            if self.ledger.lease_no:
                self.ledger.renew()
            with self.ledger.begin() as tx:
                events.alone(self.ledger, tx)
                forbidden = self.forbidden(tx, verb, mapping, verb in IMPORTING)
                direct = self._direct(tx, mapping)
                wish = Wish(tx, tabs, verb, mapping, why, typed, forbidden, direct)
                done += [self._one(wish, name) for name in names[start : start + TOGETHER]]
        return done

    def _one(self, wish: Wish, name: str) -> Done:
        """A wish about one record: written down with all that follows from it, or refused with a reason."""
        found = wish.tabs.named(wish.mapping, wish.verb in IMPORTING, name)
        if len(found) != 1:
            return self._unknown(wish, name, found)
        item = self._as_of_now(wish.tx, found[0])
        asked = self._asked(item, wish)
        decision = decide(asked, wish.forbidden)
        note = ""
        try:
            if decision.event:
                with self.ledger.store.part(wish.tx):
                    note = self._happens(wish, item, decision.event)
        except Declined as declined:
            decision = Decision("", (declined.text,), declined.fix)
        if not decision.event:
            self.refuse(wish.tx, wish.verb, *item.logged, "; ".join(decision.reasons))
            return _told(asked, item, decision)
        linked = item.standing.linked and decision.event not in (states.UNLINK, states.RESET)
        item = self._as_of_now(wish.tx, replace(item, standing=replace(item.standing, linked=linked)))
        return replace(_told(asked, item, decision), note=note)

    def _unknown(self, wish: Wish, name: str, found: Sequence[Item]) -> Done:
        reason = f"no {self.rules.kinds[wish.mapping].called} is known as {name}"
        fix = "name its id, its number or its name; crosswalk erp list shows them"
        if found:
            reason = f"{name} may be {' or '.join(f'{one.label} ({one.id or one.own})' for one in found[:5])}"
            fix = "name its id"
        self.refuse(wish.tx, wish.verb, wish.mapping, name, reason)
        return Done(wish.verb, wish.mapping, name, name, "", (reason,), fix)

    def _as_of_now(self, tx: sa.Connection, item: Item) -> Item:
        """The item with what the log says at this moment."""
        entries = log.entries(self.ledger, tx, *item.logged)
        return replace(item, standing=stands(entries, item.standing.linked, item.imported))

    def _asked(self, item: Item, wish: Wish) -> Asked:
        sends = wish.verb in ("send", "resend") and wish.direct != "after-workflow"
        gone = wish.verb == "unlink" and item.kind.unlink == GONE
        return Asked(
            wish.verb,
            item.kind,
            f"{item.kind.called} {item.label}",
            item.standing,
            wish.why,
            item.status,
            item.unmet
            if sends
            else (),  # where a workflow comes first, its status comes with the end of that
            standing_there(wish.tabs.desks[wish.mapping], item.own) if gone else (),
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
            return self._direct(tx, mapping)

    def _direct(self, tx: sa.Connection, mapping: str) -> str:
        settings = self.connection.settings()
        return log.direct_exports(self.ledger, tx, settings, self.rules.kinds).get(mapping, "")

    def _happens(self, wish: Wish, item: Item, event: str) -> str:
        """Writes the event down, and what follows from it at once; gives what to say besides."""
        (mapping, own), tx = item.logged, wish.tx
        data: dict[str, Any] = {"label": item.label}
        mode = wish.direct if event in (states.SENT, states.RESENT) else ""
        if mode == "after-workflow":
            data["workflow"] = True
        if event == states.ACCEPT:
            data["seen"] = wish.tabs.seen(item)
        if event == states.ACCEPT and wish.typed:
            data["typed"] = dict(wish.typed)
        if event in (states.UNLINK, states.RESET):
            data["documents"] = list(item.targets)
            forgotten(self.connection, tx, wish.tabs.desks[mapping], own)
        self.ledger.note(tx, self.who, event, mapping, own, wish.why, data)
        if event == states.REJECT:
            return telling.rejected(self.connection, tx, self.who, item, wish.why)
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
