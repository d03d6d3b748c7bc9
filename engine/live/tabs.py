"""The tabs of the ERP tool: every record of a kind, where it stands, and what is said of it now.

Exports are records of Procore; imports are what the other system offers. Both come out of a plan, so that a
list, a `why` and a decision see what a run would see. Before: `sync`, `admission`. After: `gate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.approve import states
from engine.approve.admit import CODE
from engine.approve.kinds import Kind, Rules, rules_of
from engine.approve.standing import Entry, Standing, by_record, stands
from engine.compile.frame import key_text
from engine.ledger import links
from engine.live import log
from engine.live.admission import own_of
from engine.live.connect import Connection
from engine.live.sight import Sight
from engine.live.sync import Sync
from engine.map.outcome import BAD as BAD_ONE
from engine.map.outcome import HELD
from engine.plan.actions import ASK, BAD, DRIFT, HOLD, OFFER, SKIP, Action
from engine.plan.desk import Desk
from engine.plan.grounds import Ground

Progress = Callable[[str, int], None]


def quiet(what: str, count: int) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record on a tab. `own`: its key; `actions`: what a run would do; `targets`: its documents."""

    kind: Kind
    own: str
    label: str
    standing: Standing
    record: Any = None
    actions: tuple[Action, ...] = ()
    targets: tuple[str, ...] = ()
    imported: bool = False

    @property
    def logged(self) -> tuple[str, str]:
        """Mapping and id under which the log keeps it."""
        return f"{self.kind.mapping}{log.IMPORT}" if self.imported else self.kind.mapping, self.own

    @property
    def status(self) -> str:
        """Its status in Procore."""
        return str(self.record.get("status") or "") if isinstance(self.record, dict) else ""

    @property
    def unmet(self) -> tuple[str, ...]:
        """Every precondition that is not met, in the words of the mapping's rules."""
        found = [text for action in self.actions for text in _unmet(action)]
        return tuple(dict.fromkeys(found))

    @property
    def doubts(self) -> tuple[str, ...]:
        """What an approver should look at: nothing of it keeps the record back."""
        free = [remark for action in self.actions if not _unmet(action) for remark in action.remarks]
        return tuple(dict.fromkeys(one.text for one in free if one.kind == "warning" and not one.quiet))

    @property
    def id(self) -> str:
        """The id the record has in its own system."""
        return str(self.record.get("id") or "") if isinstance(self.record, dict) else ""


@dataclass(slots=True)
class Tabs:
    """What was looked at: the items of each kind, and the ground they were planned from."""

    rules: Rules
    items: list[Item] = field(default_factory=list)
    desks: dict[str, Desk] = field(default_factory=dict)
    sync: Sync | None = None
    _names: dict[tuple[str, bool], Names] = field(default_factory=dict)
    _sights: dict[str, Sight] = field(default_factory=dict)

    def named(self, mapping: str, imported: bool, name: str) -> list[Item]:
        """The items of a kind that somebody may mean by a name."""
        key = (mapping, imported)
        if key not in self._names:
            self._names[key] = Names(self.of(*key))
        return self._names[key].meant(name)

    def seen(self, item: Item) -> str:
        """What somebody who accepts an item now has seen of it, as a hash."""
        mapping = item.kind.mapping
        if mapping not in self._sights and mapping in self.desks:
            self._sights[mapping] = Sight(self.desks[mapping].ground)
        return self._sights[mapping].of(item.own) if mapping in self._sights else ""

    def of(self, mapping: str, imported: bool | None = None) -> list[Item]:
        """The items of a kind."""
        return [one for one in self.items if one.kind.mapping == mapping and imported in (None, one.imported)]


def looked(
    connection: Connection,
    mappings: Sequence[str] = (),
    read: bool = True,
    progress: Progress = quiet,
) -> Tabs:
    """The items of these kinds, or all. `read`: after reading what they need, for which the lease is held."""
    sync = Sync(connection, mappings, progress=progress)
    sync.foresees = True  # what is accepted already may be counted on
    tabs = Tabs(rules_of(connection.book), sync=sync)
    with connection.ledger.look() as tx:
        entries = by_record(log.entries(connection.ledger, tx))
        known = {
            (one.mapping, one.source_id) for one in links.all_of(connection.ledger, tx) if not one.parent
        }

    def decide(ground: Ground, actions: list[Action]) -> list[Action]:
        flow = ground.mapper.flow
        kind = tabs.rules.kinds.get(flow.name)
        if kind is not None and (not mappings or flow.name in mappings):
            desk = Desk(replace(ground, records=list(ground.records)))
            if not flow.back:
                tabs.desks[flow.name] = desk
                tabs.items += _exports(kind, desk, actions, entries)
            elif kind.imports:
                tabs.items += _imports(kind, actions, entries)
        return actions

    sync.decide = decide
    if read:
        sync.read()
    sync.plan()
    tabs.items += _vanished(tabs, entries, known, mappings)
    return tabs


def _exports(
    kind: Kind, desk: Desk, actions: Iterable[Action], entries: Mapping[tuple[str, str], list[Entry]]
) -> list[Item]:
    parts = len(desk.flow.source_root.identity)
    there: dict[str, list[str]] = {}
    for source_id, known in desk.ground.links.items():
        there.setdefault(own_of(source_id, parts), []).append(known.target_id)
    together: dict[str, list[Action]] = {}
    for action in actions:
        together.setdefault(own_of(action.source_id, parts), []).append(action)
    found = []
    for own, mine in together.items():
        targets = tuple(there.get(own, ()))
        standing = stands(entries.get((kind.mapping, own), ()), bool(targets))
        record = desk.source(own)
        label = _called(kind, record) or mine[0].label or own
        found.append(Item(kind, own, label, standing, record, tuple(mine), targets))
    return found


def _called(kind: Kind, record: Any) -> str:
    """What people in Procore call a record, where its kind says by which member."""
    return str(record.get(kind.known_by) or "") if kind.known_by and isinstance(record, dict) else ""


def _imports(
    kind: Kind, actions: Iterable[Action], entries: Mapping[tuple[str, str], list[Entry]]
) -> list[Item]:
    found = []
    for action in actions:
        standing = stands(entries.get((f"{kind.mapping}{log.IMPORT}", action.source_id), ()), imported=True)
        if action.kind == OFFER or standing.state not in (states.READY, states.SYNCED):
            label = action.label or action.source_id
            found.append(
                Item(kind, action.source_id, label, standing, None, (action,), (action.source_id,), True)
            )
    return found


def _vanished(
    tabs: Tabs,
    entries: Mapping[tuple[str, str], list[Entry]],
    known: set[tuple[str, str]],
    mappings: Sequence[str],
) -> list[Item]:
    """Records the log knows and nothing was planned for: they are not there any more."""
    seen = {one.logged for one in tabs.items}
    found = []
    for (mapping, own), events in entries.items():
        kind = tabs.rules.kinds.get(mapping)
        if mapping in tabs.desks:  # one of several documents of a record is no record
            parts = len(tabs.desks[mapping].flow.source_root.identity)
            own = own_of(own, parts)
        if kind is not None and (mapping, own) not in seen and (not mappings or mapping in mappings):
            seen.add((mapping, own))
            standing = stands(entries.get((mapping, own), events), (mapping, own) in known)
            found.append(Item(kind, own, own, standing))
    return found


def _unmet(action: Action) -> list[str]:
    if action.kind in (HOLD, BAD, SKIP) and action.code != CODE:
        said = [remark.text for remark in action.remarks if remark.kind in (HELD, BAD_ONE)]
        return list(dict.fromkeys([*said, action.reason])) if action.reason not in said else said
    if action.kind == ASK:
        return [f"{action.reason} {action.fix}".strip()]
    return [action.reason] if action.kind == DRIFT and action.code == "gone" else []


# ---------------------------------------------------------------- finding one


class Names:
    """Items by what people call them: by key or id, else by label, else by its first word (a number)."""

    def __init__(self, items: Iterable[Item]):
        self.ways: tuple[dict[str, list[Item]], ...] = ({}, {}, {}, {})
        for one in items:
            label = one.label.casefold()
            name = str(one.record.get("name", "")).casefold() if isinstance(one.record, dict) else ""
            for way, names in zip(
                self.ways, ({one.own, one.id}, {label}, {label.partition(" ")[0]}, {name}), strict=True
            ):
                for called in names:
                    way.setdefault(called, []).append(one)

    def meant(self, name: str) -> list[Item]:
        """The items somebody may mean."""
        by_key, *others = self.ways
        wanted = name.strip().casefold()
        found = by_key.get(name) or by_key.get(key_text([name]))
        return list(found or next((way[wanted] for way in others if wanted in way), ())) if wanted else []


def named(items: Iterable[Item], name: str) -> list[Item]:
    """The items somebody may mean by a name."""
    return Names(items).meant(name)
