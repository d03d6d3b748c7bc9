"""Where a record stands: a fold over what the log says of it, so that nothing of its history is lost.

An event the table has no way for changes nothing (a message that came twice or late). What the log does not
know, because it was there before the gate, is told by its link. Before: `states`. After: `decide`, `admit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.approve import states as s


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the event log. `at` is a stamp in UTC; `data` what was typed, granted, refused."""

    at: str
    who: str
    what: str
    mapping: str = ""
    source_id: str = ""
    why: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """A record at the gate: its state, since when, through whom and why.

    `sender` is who sent it last, `approver` who accepted it last (with `accepted_at`), `typed` what was typed
    then, and stays as long as its document does (`exported`); `linked`: its document is known.
    """

    state: str
    at: str = ""
    who: str = ""
    why: str = ""
    sender: str = ""
    approver: str = ""
    accepted_at: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    seen: str = ""  # what the approver saw then (`approve.seen`)
    linked: bool = False
    exported: bool = False
    waits_for_workflow: bool = False


def stands(entries: Iterable[Entry], linked: bool = False, imported: bool = False) -> Standing:
    """Where a record stands after its events, in the log's order. `imported`: it lives on the other side."""
    entries = list(entries)
    found = Standing(_first(entries, imported))
    for entry in entries:
        found = _moved(found, entry)
    if linked and found.state in (s.UNSENT, s.READY, s.UNLINKED):
        found = replace(found, state=s.SYNCED)
    elif not linked and found.state == s.SYNCED:
        found = replace(found, state=s.UNLINKED)
    return replace(found, linked=linked)


def _first(entries: Sequence[Entry], imported: bool) -> str:
    """The state before the log begins: synced, where the first event is one that only a synced record has."""
    start = s.READY if imported else s.UNSENT
    only_synced = bool(entries) and s.after(start, entries[0].what) is None
    return s.SYNCED if only_synced and s.after(s.SYNCED, entries[0].what) is not None else start


def _moved(found: Standing, entry: Entry) -> Standing:
    state = s.after(found.state, entry.what)
    if state is None:
        return found
    if state == found.state == s.SENDING:
        return found
    more: dict[str, Any] = {}
    if entry.what in (s.SENT, s.RESENT):
        more = {"sender": entry.who, "waits_for_workflow": bool(entry.data.get("workflow"))}
    elif entry.what == s.ACCEPT:
        typed = {**(found.typed if found.exported else {}), **(entry.data.get("typed") or {})}
        seen = str(entry.data.get("seen") or "")
        more = {"approver": entry.who, "accepted_at": entry.at, "typed": typed, "seen": seen}
    elif entry.what == s.RESET:
        more = {"sender": "", "approver": "", "accepted_at": "", "typed": {}, "seen": ""}
    if state in (s.SYNCED, s.UNLINKED, s.UNSENT):
        more["exported"] = state == s.SYNCED
    return replace(found, state=state, at=entry.at, who=entry.who, why=entry.why, **more)


def by_record(entries: Iterable[Entry]) -> dict[tuple[str, str], list[Entry]]:
    """The events of each record, in the order of the log."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.mapping, entry.source_id), []).append(entry)
    return found
