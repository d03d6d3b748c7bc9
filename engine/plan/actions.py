"""The words of a plan: what is to be done with one record, field by field, with the reason of each.

Pure data. Before: `build`, which fills it. After: `saved`, `report/plan`, `write/enqueue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.map.outcome import Remark

# Kinds of actions, in the order people read them.
CREATE, UPDATE, APPEND, DELETE, LINK = "create", "update", "append", "delete", "link"
CONFLICT, DRIFT, ASK, OFFER = "conflict", "drift", "ask", "offer"
HOLD, BAD, SKIP, SAME = "hold", "bad", "skip", "same"
KINDS = (CREATE, UPDATE, APPEND, DELETE, LINK, CONFLICT, ASK, DRIFT, OFFER, HOLD, BAD, SKIP, SAME)
WRITES = {CREATE, UPDATE, APPEND, DELETE}

# What becomes of one field.
SET, THEIRS, BOTH = "set", "drift", "conflict"
OVERWRITTEN = "overwritten"  # the code of what undoes somebody's work there


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what we wrote last, what is there now, what is wanted; `line` and `place` say who wants it.

    `path` is the target path; inside lists it holds the row's key: LineItems[551201].Quantity.
    """

    path: str
    what: str  # set | drift | conflict
    wrote: Any
    there: Any
    wanted: Any
    line: str
    place: str


def undone(change: Change) -> str:
    """A change that undoes what somebody did there, in words: for the run, and for the events."""
    if change.wanted is None and isinstance(change.there, Mapping):
        return f"{change.path}: {_row(change.there)} is not of ours, removed"
    if change.there is None and isinstance(change.wanted, Mapping):
        return f"{change.path}: {_row(change.wanted)} was deleted, written again"
    return f"{change.path}: {_short(change.there)} → {_short(change.wanted)}"


def _row(row: Mapping[str, Any]) -> str:
    return f"a line of {row.get('amount', '?')} ({row.get('description') or 'no description'})"


def _short(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record on the other side that may be the same thing. `score` 100 = equal after folding."""

    target_id: str
    label: str
    score: int
    why: str


@dataclass(slots=True)
class Action:
    """What is to be done with one record of one mapping.

    `record` is the mapped record (exact values, placeholders for ids not born yet); `body` what of it
    goes out now: everything for a create, the changed fields (with whole lists, rows with their ids)
    for an update, the new rows alone for an append, nothing for a delete. `needs` names documents that
    must be made first, as (mapping, source id). `remember` is the memory the link keeps of the source record.
    `written` is what counts as written last once this is done (exact; rows with their source key under
    `#key`), whatever the kind; empty: as before. `rows`: row key -> id there, by list, of rows that were
    found there and that no link knows yet. `code` names the cause in one word (a rule's code, twin, taken,
    locked, gone), so that equal causes can be counted. `removed`: ids of rows there that are deleted by calls
    of their own. `overwritten`: what of somebody's work there is written over, one text a thing.
    """

    mapping: str
    back: bool
    source_id: str
    kind: str
    target: str  # the target shape
    target_id: str = ""
    label: str = ""  # what people call it: SC-1001 Concrete package
    record: dict[str, Any] | None = None
    body: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    needs: tuple[tuple[str, str], ...] = ()
    remember: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    fix: str = ""
    quiet: bool = False
    written: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    code: str = ""
    removed: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> list[Remark]:
        """What somebody should look at, where the record goes all the same."""
        goes = self.kind in (CREATE, UPDATE, APPEND)
        return [one for one in self.remarks if goes and one.kind == "warning" and not one.quiet]


def held(action: Action, code: str, reason: str, fix: str) -> Action:
    """The action, held back: why, and what helps."""
    action.kind, action.code, action.reason, action.fix = HOLD, code, reason, fix
    return action


@dataclass(slots=True)
class Plan:
    """Everything to be done for a customer, in the order it will be done."""

    customer: str
    actions: list[Action] = field(default_factory=list)
    grounds: dict[str, str] = field(default_factory=dict)  # what it stands on: name -> hash
    made_at: str = ""

    def of_kind(self, *kinds: str) -> list[Action]:
        """The actions of these kinds, in order."""
        return [action for action in self.actions if action.kind in kinds]
