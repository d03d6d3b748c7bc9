"""May this person do this to this record now? The next event, or every reason why not.

Reasons come in the order a person would ask: is it possible at all, may I, is something missing, is it the
time for it, what must be done first. Before: `standing`, `permissions`. After: the gate's shell, which writes
the event, or the refusal, into the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.approve import states as s
from engine.approve.kinds import Kind
from engine.approve.standing import Standing

VERBS: Mapping[str, str] = {
    "send": s.SENT,
    "resend": s.RESENT,
    "retrieve": s.TAKEN_BACK,
    "accept": s.ACCEPT,
    "reject": s.REJECT,
    "edit": s.OPENED,
    "unlink": s.UNLINK,
    "delete": s.DELETE,
    "reset": s.RESET,
    "link": s.LINKED,
    "add": s.ADDED,
    "archive": s.ARCHIVE,
    "restore": s.RESTORE,
    "merge": s.MERGE,
}
IMPORTING = ("add", "archive", "restore")  # what is done to a record of the other system
SAID = {
    s.UNSENT: "was not sent",
    s.WAITING: "waits for acceptance",
    s.RETRIEVED: "was retrieved",
    s.REJECTED: "was rejected",
    s.ACCEPTED: "was accepted",
    s.SENDING: "is being exported",
    s.SYNCED: "is synced",
    s.FAILED: "failed to export",
    s.UNSURE: "was sent, and no answer came",
    s.UNLINKED: "was unlinked",
    s.DELETED: "was deleted",
    s.MERGED: "was merged into another one",
    s.READY: "waits to be imported",
    s.ARCHIVED: "is archived",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be decided. `unmet`: preconditions that are not met; `living`: what still stands there."""

    verb: str
    kind: Kind
    label: str
    standing: Standing
    why: str = ""
    status: str = ""  # of the record in Procore
    unmet: tuple[str, ...] = ()
    living: tuple[str, ...] = ()
    now: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The event that follows; or the reasons why none does, and what helps."""

    event: str = ""
    reasons: tuple[str, ...] = field(default=())
    fix: str = ""


def decide(asked: Asked, forbidden: str = "") -> Decision:
    """What follows. `forbidden`: what the permission table says against it."""
    if forbidden:
        return Decision("", (forbidden,), "somebody who may can do it; crosswalk erp people lists who")
    event = VERBS[asked.verb]
    if asked.verb == "reject" and not asked.why.strip():
        return Decision("", ("a rejection needs a reason",), "say it with --why: whoever sent it reads it")
    if s.after(asked.standing.state, event) is None or _sent_for_nothing(asked):
        return Decision("", (_untimely(asked),), _possible(asked))
    return _guarded(asked, event)


def _sent_for_nothing(asked: Asked) -> bool:
    """A synced record of a kind that has nothing to send again."""
    return asked.verb == "resend" and asked.standing.state == s.SYNCED and not asked.kind.updates


def _guarded(asked: Asked, event: str) -> Decision:
    if asked.verb in ("send", "resend", "accept") and asked.unmet:
        return Decision("", asked.unmet, "put it right in Procore, then send it again")
    if asked.verb == "unlink" and asked.living:
        return Decision(
            "",
            tuple(f"{one} is still in your accounting system" for one in asked.living),
            "delete it there before retrying",
        )
    if asked.verb == "edit" and asked.status in asked.kind.locked_while:
        reason = f"{asked.label} is {asked.status} in Procore, and what is synced is locked then"
        return Decision(
            "", (reason,), "set it to another status, or unlink it; an official change is a change order"
        )
    if asked.verb == "delete" and asked.status not in asked.kind.deleted_from:
        names = " or ".join(asked.kind.deleted_from) or "no status"
        reason = (
            f"{asked.label} is {asked.status or 'of no known status'} in Procore; it is deleted from {names}"
        )
        return Decision("", (reason,), "set its status there, save, and try again")
    return Decision(event)


def _untimely(asked: Asked) -> str:
    standing = asked.standing
    by = f" by {standing.who}" if standing.who else ""
    at = f" at {standing.at[:16].replace('T', ' ')} UTC" if standing.at else ""
    why = f" ({standing.why})" if standing.why and standing.state in (s.REJECTED, s.FAILED) else ""
    return f"{asked.label} {SAID[standing.state]}{by}{at}{why}, so it is not for {asked.verb} now"


def _possible(asked: Asked) -> str:
    verbs = possible(asked.standing.state, asked.kind)
    return f"what can be done now: {', '.join(verbs)}" if verbs else "nothing more can be done with it"


def possible(state: str, kind: Kind) -> list[str]:
    """The verbs a state allows for a kind."""
    found = [verb for verb, event in VERBS.items() if s.after(state, event) is not None and verb != "reset"]
    ours = {"merge": kind.mapping == "companies", "add": kind.imports, "archive": kind.imports}
    ours |= {"edit": bool(kind.locked_while), "delete": bool(kind.deleted_from)}
    ours["resend"] = kind.updates or state != s.SYNCED
    return [verb for verb in found if ours.get(verb, True) and _not_redundant(verb, found)]


def _not_redundant(verb: str, found: Iterable[str]) -> bool:
    return not (verb == "link" and "unlink" in found)
