"""The audit of a customer: lists what our app made on both sides, for the ledger to compare with its links.

Ours is what is linked, what an effect of ours made, and what bears our sign (the link back, our key, an
origin id). Before: `connect`, `sync`, which reads. After: the command `audit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import jmespath
import sqlalchemy as sa

from engine.ledger import links as linked
from engine.ledger import queue
from engine.ledger.audit import Document, Finding, audit
from engine.ledger.exact import exact
from engine.ledger.tables import DONE, op_member
from engine.live.connect import Connection
from engine.live.sync import Sync
from engine.map.names import names_of
from engine.plan.actions import Plan
from engine.plan.values import is_nothing, value_at
from engine.read.mirrored import there
from engine.system import places as places_in
from engine.write.places import places_of
from engine.write.route import Route

MINE = "createdByMyApp"  # Xero's own word for it, where a list has one


def audited(connection: Connection, progress: Callable[[str, int], None]) -> list[Finding]:
    """Everything read anew, then compared. Nothing is written to either system."""
    sync = Sync(connection, full=True, progress=progress)
    ledger = connection.ledger
    with ledger.leased():
        ledger.run_begins(sync.run, "audit")
        sync.read()
        plan = sync.plan()
        found = _findings(connection, plan)
        ledger.run_ends(sync.run, "done", f'{{"findings": {len(found)}}}')
    return found


def _findings(connection: Connection, plan: Plan) -> list[Finding]:
    ledger = connection.ledger
    objects: dict[str, str] = {}
    documents: dict[tuple[str, str], Document] = {}
    for route in connection.routes.values():
        two_way = route.back and route.mapping in connection.routes
        if two_way or not route.owns or route.target.list is None:
            continue
        objects[route.mapping] = route.shape.name
        for one in _documents(connection, route, plan):
            documents[one.object, one.id] = one
    with ledger.look() as tx:
        links = linked.all_of(ledger, tx, objects)
        busy = queue.is_any(ledger, tx)
    return audit(links, documents.values(), objects, busy)


def _documents(connection: Connection, route: Route, plan: Plan) -> Iterator[Document]:
    """What of a route's other side is ours."""
    records = _there(connection, route)
    known, signs = _made(connection, route) | set(_created_by_us(route)), _signs(connection, route, plan)
    find = route.target.find
    proofs = find.ours if find is not None else ()
    for target_id, record in records.items():
        proven = [(name, text) for name in proofs if (text := _text(record, route, name))]
        if target_id not in known and not signs & {*proven}:
            continue
        said = [" ".join(one) for one in proven] if proofs else _once(record, route)
        gone = bool(route.target.gone) and bool(jmespath.search(route.target.gone, record))
        label = (*names_of(record), target_id)[0]
        yield Document(route.shape.name, target_id, tuple(said), label, gone)


def _once(record: Any, route: Route) -> list[str]:
    """What the other side takes only once, whole: a name means something within its category alone."""
    find = route.target.find
    names = route.target.natural or (find.same[:1] if find is not None else ())
    texts = [_text(record, route, name) for name in names]
    return (
        [", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))] if all(texts) else []
    )


def _text(record: Any, route: Route, name: str) -> str:
    value = value_at(record, route.shape.root, name)
    return "" if is_nothing(value) else str(value)


def _there(connection: Connection, route: Route) -> dict[str, Any]:
    stream = connection.stream_of(route)
    if stream is not None:
        with connection.ledger.look() as tx:
            return there(connection.ledger, tx, route.shape, stream)
    call = route.target.list
    assert call is not None
    return {
        str(row[route.target.id]): row
        for filled in _places(connection, route)
        for page in route.port.rows(call, filled)
        for row in page
    }


def _places(connection: Connection, route: Route) -> list[dict[str, Any]]:
    """Where a list that stands below other records has to be asked: wherever we ever sent one."""
    call = route.target.list
    assert call is not None
    texts = [call.path, *call.query.values()]
    wanted = {name for text in texts for name, _ in places_in.names(text)} - set(route.port.values)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in _members(connection, route):
        said = places_of(exact(row.draft)) if row.draft.startswith("{") else {}
        if wanted <= said.keys():
            filled = {name: said[name] for name in wanted}
            found[tuple(str(filled[name]) for name in sorted(wanted))] = filled
    return list(found.values())


def _members(connection: Connection, route: Route) -> list[Any]:
    query = sa.select(op_member).where(
        op_member.c.connection == connection.ledger.connection,
        op_member.c.mapping == route.name,
        op_member.c.step == "create",
    )
    with connection.ledger.look() as tx:
        return list(tx.execute(query))


def _made(connection: Connection, route: Route) -> set[str]:
    """Ids that are linked, or that an answer to one of our effects told."""
    ids = {row.target_id for row in _members(connection, route) if row.result == DONE}
    with connection.ledger.look() as tx:
        ids |= {one.target_id for one in linked.all_of(connection.ledger, tx, [route.mapping])}
    return ids - {""}


def _created_by_us(route: Route) -> Iterable[str]:
    """Ids the system itself says our app made, where its list can be asked that."""
    find, call = route.target.find, route.target.list
    if find is None or call is None or MINE not in find.call.query:
        return
    asked = replace(call, query={**call.query, MINE: "true"})
    for page in route.port.rows(asked, {}):
        for row in page:
            if route.target.id in row:
                yield str(row[route.target.id])


def _signs(connection: Connection, route: Route, plan: Plan) -> set[tuple[str, str]]:
    """What of ours stands on documents: as we would write it now, or wrote it."""
    find = route.target.find
    if find is None:
        return set()
    with connection.ledger.look() as tx:
        wrote: Mapping[str, Any] = linked.written(connection.ledger, tx, route.name)
    wanted = [a.record for a in plan.actions if a.mapping == route.mapping and a.back is route.back]
    found = set()
    for record in [*wrote.values(), *(one for one in wanted if one is not None)]:
        for name in find.ours:
            value = value_at(record, route.shape.root, name)
            if not is_nothing(value):
                found.add((name, str(value)))
    return found
