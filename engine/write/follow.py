"""What is owed after an effect: lines that have a call of their own, and the marks on the source.

Owed in the transaction that confirms, so that a kill leaves nothing undone. Marks of many records
join one op that has not been sent yet, as the other side takes a thousand of them in one call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.ledger import links, ops, queue
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member
from engine.system import places
from engine.system.body import mark_of
from engine.system.conditions import holds
from engine.system.model import Call, Mark
from engine.write.places import places_of, wanted
from engine.write.route import Route

CREATE, UPDATE, APPEND = "create", "update", "append"
MARK, UNMARK, AFTER = "mark", "unmark", "after"
BARE = ("item_type", "item_id", "origin_id")
CLOSE = "close"  # in the extra of a member: the details of requests that wait for it, with all their records


def follow_up(
    ledger: Ledger,
    tx: sa.Connection,
    route: Route,
    member: Member,
    target_id: str,
    run: str,
    more_rows: bool = False,
) -> None:
    """Plans lines and marks of a record that was just written. `more_rows`: some were not there before."""
    if member.step in (CREATE, UPDATE) and route.target.lines is not None:
        _lines(ledger, tx, route, member, target_id, run)
    if member.step == CREATE:
        _after(ledger, tx, route.at(member.extra.get("at") or ""), member, target_id, run)
    if (member.step in (CREATE, APPEND) or more_rows) and not route.back:
        mark(ledger, tx, route, member.source_id, target_id, member.extra, run)


def _after(ledger: Ledger, tx: sa.Connection, route: Route, member: Member, target_id: str, run: str) -> None:
    """Members that go by a call of their own, such as a note in the document's history."""
    record = member.extra.get("record") or {}
    for name, one in route.target.after:
        if record.get(name):
            draft = {route.target.id: target_id, **mark_of(one, places_of(record))}
            at = {"at": member.extra.get("at") or "", "label": member.extra.get("label", "")}
            made = Member(member.mapping, member.source_id, f"{AFTER} {name}", draft, target_id, at)
            ops.add(ledger, tx, one.call.name, wanted(one.call, draft), [made], run)


def _lines(ledger: Ledger, tx: sa.Connection, route: Route, member: Member, target_id: str, run: str) -> None:
    lines = route.target.lines
    assert lines is not None
    _removed(ledger, tx, route, member, target_id, run)
    made = lines_of(route, member, target_id)
    if made is not None:
        join(ledger, tx, lines.call, wanted(lines.call, member.extra.get("record") or {}), made, run)


def lines_of(route: Route, member: Member, target_id: str) -> Member | None:
    """The lines that go after a header, as an effect of their own; None if none go."""
    lines = route.target.lines
    rows = member.draft.get(lines.member) if lines is not None and isinstance(member.draft, dict) else None
    if lines is None or not rows:
        return None
    ids = {"id": target_id, **places_of(member.draft)}
    set_too = {name: number(places.value(text, ids)) for name, text in lines.set.items()}
    whole = (member.extra.get("record") or {}).get(lines.member) or ()
    keys = (member.extra.get("keys") or {}).get(lines.member) or ()
    named = {str(row.get(lines.origin)): key for row, key in zip(whole, keys, strict=False)}
    elements = [{**row, **set_too} for row in rows]
    extra = {"keys": named, "label": member.extra.get("label", "")}
    return Member(member.mapping, member.source_id, "lines", elements, target_id, extra)


def _removed(
    ledger: Ledger, tx: sa.Connection, route: Route, member: Member, target_id: str, run: str
) -> None:
    """Rows that the record has no more, or never had: each is deleted."""
    lines = route.target.lines
    assert lines is not None
    if lines.delete is None:
        return
    for row_id in member.extra.get("removed") or ():
        draft = {**places_of(member.extra.get("record") or {}), lines.id: row_id}
        draft |= {name: places.value(text, {"id": target_id}) for name, text in lines.set.items()}
        gone = Member(member.mapping, member.source_id, f"line {row_id}", draft, row_id, {"of": target_id})
        ops.add(ledger, tx, lines.delete.name, wanted(lines.delete, draft), [gone], run)


def mark(
    ledger: Ledger,
    tx: sa.Connection,
    route: Route,
    source_id: str,
    target_id: str,
    extra: Mapping[str, Any],
    run: str,
) -> None:
    """Plans telling the source what became of the record and of its rows."""
    source = extra.get("source") or {}
    for origin in route.sources:
        if any(source.get(name) not in (None, value) for name, value in origin.given.items()):
            continue
        heads = [_element(m, source, source_id, target_id) for m in origin.marks if holds(m.when, source)]
        calls = [m.call for m in origin.marks if holds(m.when, source)]
        if not heads:
            continue
        elements = [*heads, *_row_elements(ledger, tx, route, origin.line_marks, source, source_id, extra)]
        label = {"label": extra.get("label", ""), **({CLOSE: extra[CLOSE]} if extra.get(CLOSE) else {})}
        made = Member(route.name, source_id, MARK, elements, target_id, label)
        join(ledger, tx, calls[0], {}, made, run)
        return


def sign(
    ledger: Ledger, tx: sa.Connection, route: Route, source_id: str, target_id: str, label: str, run: str
) -> None:
    """Plans telling a document that was there before whose it is: then its system shows it as synced."""
    ids = {"source_id": source_id, "target_id": target_id}
    for one in route.target.signs:
        element = _numbers(mark_of(one, ids))
        made = Member(route.name, source_id, MARK, [element], target_id, {"label": label})
        join(ledger, tx, one.call, {}, made, run)


def unmark(
    ledger: Ledger,
    tx: sa.Connection,
    route: Route,
    source_id: str,
    target_id: str,
    extra: Mapping[str, Any],
    run: str,
) -> None:
    """Plans taking the marks of a record and of its rows away, so that its system lets people edit it again.

    To be asked before its link is forgotten, which knows the rows.
    """
    source = extra.get("source") or {}
    for origin in route.sources:
        if any(source.get(name) not in (None, value) for name, value in origin.given.items()):
            continue
        marks = [m for m in origin.marks if holds(m.when, source)]
        heads = [_element(m, source, source_id, target_id) for m in marks]
        if heads:
            rows = _row_elements(ledger, tx, route, origin.line_marks, source, source_id, extra)
            elements = [_bare(one) for one in (*heads, *rows)]
            label = {"label": extra.get("label", ""), **({CLOSE: extra[CLOSE]} if extra.get(CLOSE) else {})}
            made = Member(route.name, source_id, UNMARK, elements, target_id, label)
            join(ledger, tx, marks[0].call, {}, made, run)
            return


def _bare(element: Mapping[str, Any]) -> dict[str, Any]:
    """A mark without its origin: what says that nothing of ours is there."""
    return {name: None if name == "origin_id" else value for name, value in element.items() if name in BARE}


def _row_elements(
    ledger: Ledger,
    tx: sa.Connection,
    route: Route,
    marks: Sequence[Mark],
    source: Mapping[str, Any],
    source_id: str,
    extra: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """The marks of rows. Several edits of one row are one there, and an origin id is taken once: the others'
    has their own id behind it.
    """
    pairs: dict[str, str] = {}
    first: dict[str, Any] = {}
    for name in extra.get("keys") or {}:
        pairs |= links.rows_of(ledger, tx, f"{route.mapping}.{name}", source_id)
    return [
        _numbers(mark_of(one, {"key": row["id"], "line_id": _once(pairs[row["key"]], row, first)}))
        for row in extra.get("rows") or ()
        if row["key"] in pairs
        for one in marks
        if holds(one.when, {**source, **row})
    ]


def _once(line_id: str, row: Mapping[str, Any], first: dict[str, Any]) -> str:
    return line_id if first.setdefault(line_id, row["id"]) == row["id"] else f"{line_id}:{row['id']}"


def _element(one: Mark, source: Mapping[str, Any], source_id: str, target_id: str) -> dict[str, Any]:
    ids = {**places_of(source), "source_id": source_id, "target_id": target_id}
    return _numbers(mark_of(one, ids))


def _numbers(element: Mapping[str, Any]) -> dict[str, Any]:
    """Procore's ids as the numbers they are; what we give it stays a text."""
    return {n: v if n.startswith("origin") else number(v) for n, v in element.items()}


def number(value: Any) -> Any:
    """An id as the number it is, if it is one."""
    plain = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if plain and value[:1] != "0" else value


def join(
    ledger: Ledger,
    tx: sa.Connection,
    call: Call,
    filled: Mapping[str, Any],
    made: Member,
    run: str,
) -> None:
    """Adds a member to an op of the same call that has not been sent and has room, else plans one."""
    op = queue.with_room(ledger, tx, call.name, json.dumps(filled, sort_keys=True), made, call.batch)
    if op is not None:
        ops.join(ledger, tx, op, made)
    else:
        ops.add(ledger, tx, call.name, filled, [made], run)
