"""Links that a person makes: one by one, from a file, or every exact twin at once.

A link is written down with who made it; the source is told by a mark that the next sync sends. All of what is
asked for is linked, or nothing. Before: `connect`, `plan`. After: the command `link`, `cutover`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.approve import states
from engine.approve.standing import by_record, stands
from engine.ledger import links, ops, queue
from engine.ledger.exact import text_of
from engine.live import log
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.sync import Report, Sync
from engine.plan.actions import CREATE, LINK, OFFER, Action, Plan
from engine.plan.compare import as_written, without_computed
from engine.plan.desk import Desk
from engine.plan.grounds import Ground
from engine.plan.opening import Suggestion, certain, chosen, differences, suggested
from engine.plan.placeholders import is_pending
from engine.read.canonical import Reader
from engine.write import close
from engine.write.enqueue import enqueue
from engine.write.places import wanted

Progress = Callable[[str, int], None]
MOST_TOLD = 20


def quiet(what: str, count: int) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A record, and the document somebody says it is."""

    mapping: str
    source_id: str
    target_id: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that was made, and what the two sides do not agree in."""

    mapping: str
    source_id: str
    source: str
    target_id: str
    target: str
    differs: tuple[str, ...] = ()


@dataclass(slots=True)
class Seen:
    """What planning with choices came to: the plan, and everything a table is made of."""

    plan: Plan
    sync: Sync
    grounds: list[tuple[Ground, list[Action]]] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    linked: list[Linked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- looking


def looked(
    connection: Connection,
    choices: Iterable[Choice] = (),
    twins: Iterable[str] | None = None,
    read: bool = True,
    progress: Progress = quiet,
    assume: bool = False,
) -> Seen:
    """A plan in which choices are links. `twins`: mappings whose certain twins are chosen too (empty: all).

    `assume`: certain twins count as linked for what follows, and are only suggested. Hold the lease.
    """
    sync = Sync(connection, progress=progress)
    seen = Seen(Plan(connection.name), sync)
    named = _by_mapping(connection, choices, seen)
    only = None if twins is None else set(twins)
    with connection.ledger.look() as tx:
        taken = {one.target_id for one in links.all_of(connection.ledger, tx) if one.parent}
        events = by_record(log.entries(connection.ledger, tx))
    archived = {key for key, told in events.items() if stands(told, imported=True).state == states.ARCHIVED}

    def decide(ground: Ground, actions: list[Action]) -> list[Action]:
        flow = ground.mapper.flow
        mine = {} if flow.back else dict(named.get(flow.name, {}))
        every = assume or twins is not None
        meant = [one for one in actions if every or one.source_id in mine]
        ground = replace(ground, records=list(ground.records), there=_there(connection, ground, meant))
        desk = Desk(ground)
        found = suggested(desk, actions)
        seen.suggestions += found
        parked = {own for name, own in archived if name == f"{flow.name}{log.IMPORT}"}
        put_away = {s: t for s, t in mine.items() if t in parked}
        seen.problems += [f"{flow.name} {s}: {t} is archived; restore it first" for s, t in put_away.items()]
        free = {s: t for s, t in certain(found).items() if t not in parked}
        sure = {s: t for s, t in free.items() if s not in mine and t not in mine.values()}
        if only is not None and not flow.back and (not only or flow.name in only):
            mine |= sure
        made, problems = chosen(desk, actions, mine, taken)
        seen.problems += problems
        seen.linked += [
            _told(desk, action) for action in made if action.source_id in mine and action.kind == LINK
        ]
        seen.grounds.append((ground, made))
        return chosen(desk, made, sure, set(taken))[0] if assume else made

    sync.decide = decide
    if read:
        sync.read()
    seen.plan = sync.plan()
    return seen


def _there(
    connection: Connection, ground: Ground, actions: Iterable[Action]
) -> Mapping[str, Mapping[str, Any]] | None:
    """What is on the other side; where a list is asked for in one place at a time (the payments of a
    commitment), what stands where these records would be made.
    """
    flow = ground.mapper.flow
    route = connection.routes[f"{flow.name}<" if flow.back else flow.name]
    call = route.target.list
    if ground.there is not None or call is None:
        return ground.there
    records = [one.record for one in actions if one.record is not None]
    filled = [wanted(call, record) for record in records]
    places = {text_of(one): one for one in filled if one and not is_pending(text_of(one))}
    if not places:
        return None
    reader = Reader(route.shape)
    rows = [row for one in places.values() for page in route.port.rows(call, one) for row in page]
    return {str(row[route.target.id]): record for row in rows for record in reader.bare(row)}


def _by_mapping(connection: Connection, choices: Iterable[Choice], seen: Seen) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in choices:
        forward = any(flow.name == one.mapping and not flow.back for flow in connection.flows)
        if not forward:
            if one.mapping not in connection.book.mappings:
                connection.desk.flow(one.mapping)
            seen.problems.append(
                f"{one.mapping} {one.source_id}: its documents are made by us and linked by that"
            )
            continue
        mine = found.setdefault(one.mapping, {})
        if mine.get(one.source_id, one.target_id) != one.target_id:
            seen.problems.append(f"{one.mapping} {one.source_id}: named twice, with two documents")
        mine[one.source_id] = one.target_id
    return found


def _told(desk: Desk, action: Action) -> Linked:
    there = (desk.ground.there or {}).get(action.target_id)
    return Linked(
        action.mapping,
        action.source_id,
        action.label or action.source_id,
        action.target_id,
        desk.called(there, action) or action.target_id,
        tuple(differences(desk, action, action.target_id)),
    )


# ---------------------------------------------------------------- linking


def link(
    connection: Connection,
    choices: Iterable[Choice],
    who: str,
    twins: Iterable[str] | None = None,
    progress: Progress = quiet,
) -> Seen:
    """Links these pairs (and every certain one of `twins`), all or nothing. Declined with every problem."""
    with connection.ledger.leased():
        seen = looked(connection, choices, twins, progress=progress)
        if seen.problems:
            _declined(seen.problems)
        _put(connection, seen, who)
    return seen


def _declined(problems: list[str]) -> None:
    told = problems[:MOST_TOLD]
    more = [f"… and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
    head = "nothing was linked" + (":" if len(problems) == 1 else f", {len(problems)} problems:")
    raise Declined(
        "\n  ".join([head, *told, *more]), "correct these, then link again: all are linked, or none"
    )


def _put(connection: Connection, seen: Seen, who: str) -> None:
    ledger = connection.ledger
    made = {(one.mapping, one.source_id) for one in seen.linked}
    mine = [
        a for a in seen.plan.actions if not a.back and a.kind == LINK and (a.mapping, a.source_id) in made
    ]
    with ledger.begin() as tx:
        enqueue(ledger, tx, mine, connection.routes, seen.sync.sources, seen.sync.run)
        for action in mine:
            one = links.one(ledger, tx, action.mapping, action.source_id)
            if one is not None:
                links.put(ledger, tx, [replace(one, how=links.PERSON)])
            ledger.note(tx, who, "linked", action.mapping, action.source_id, action.target_id)


def link_twins(connection: Connection, who: str) -> list[str]:
    """Links every record that has exactly one exact twin, of what was read last; says what was linked."""
    with connection.ledger.leased():
        seen = looked(connection, twins=(), read=False)
        _put(connection, seen, who)
    return [f"{connection.routes[o.mapping].title}: {o.source} is {o.target}" for o in seen.linked]


# ---------------------------------------------------------------- unlinking


def unlink(connection: Connection, mapping: str, source_id: str, who: str, why: str = "") -> str:
    """Forgets a link, its rows and what was written; the document stays. Gives the document's id."""
    connection.desk.flow(mapping, not any(f.name == mapping and not f.back for f in connection.flows))
    ledger = connection.ledger
    with ledger.leased(), ledger.begin() as tx:
        one = links.one(ledger, tx, mapping, source_id)
        if one is None:
            raise Declined(f"{mapping} {source_id} is not linked")
        busy = ops.under_way(ledger, tx).get((mapping, source_id), "mark") != "mark"
        if busy or queue.is_unanswered(ledger, tx, mapping, source_id):  # a mark that comes late would stay
            raise Declined(
                f"an effect of {mapping} {source_id} is under way", "run sync first, or give the effect up"
            )
        below = [
            o
            for o in links.all_of(ledger, tx)
            if o.target_id == one.target_id and not o.owns and not o.parent and o.mapping in connection.routes
        ]
        if below:
            names = ", ".join(f"{o.mapping} {o.source_id}" for o in below[:3])
            raise Declined(f"{names} wrote into the same document", "remove those links first")
        links.remove(ledger, tx, mapping, source_id)
        ledger.note(tx, who, "unlinked", mapping, source_id, why or one.target_id)
    return one.target_id


# ---------------------------------------------------------------- adding what is offered


def add(
    connection: Connection, source_id: str, who: str, mapping: str = "", progress: Progress = quiet
) -> Report:
    """Makes a record here of one the other side offers: a contact becomes a company, an option a project."""
    ledger = connection.ledger
    sync = Sync(connection, progress=progress)
    with ledger.leased():
        ledger.run_begins(sync.run, "add")
        sync.read()
        plan = sync.plan()
        same = [a for a in plan.actions if a.back and a.source_id == source_id and mapping in ("", a.mapping)]
        offered = [a for a in same if a.kind == OFFER]
        if len(offered) != 1:
            ledger.run_ends(sync.run, "refused", "{}")
            raise Declined(_not_offered(source_id, same), "crosswalk plan shows what is offered")
        action = _created(connection, offered[0])
        with ledger.begin() as tx:
            ledger.note(tx, who, states.ADDED, f"{action.mapping}<", source_id, action.label)
        route = f"{action.mapping}<"
        sync.admission.asking.add(close.ours(route, source_id), route, False, action)
        report = sync.apply(Plan(connection.name, [action], plan.grounds, plan.made_at))
        ledger.run_ends(sync.run, "done", "{}")
    return report


def _not_offered(source_id: str, same: list[Action]) -> str:
    if not same:
        return f"nothing with the id {source_id} is offered by the other side"
    told = same[0]
    reason = f": {told.reason}" if told.reason else ""
    return (
        f"{told.label or source_id} is not offered{reason}"
        if told.kind != "same"
        else f"{told.label} is linked already"
    )


def _created(connection: Connection, action: Action) -> Action:
    root = connection.desk.flow(action.mapping, True).target_root
    twins = [one for one in action.candidates if one.score == 100]
    if twins:
        names = ", ".join(f"{one.label} ({one.target_id})" for one in twins)
        raise Declined(f"{action.label} is there already: {names}", "link the two instead")
    return replace(
        action,
        kind=CREATE,
        body=without_computed(action.record or {}, root),
        written=as_written(action.record or {}, action.keys),
        candidates=[],
    )
