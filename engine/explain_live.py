"""One value of the living run: wanted now, written last, there now, and which effect wrote it, when.

Of what was read last; nobody is asked. Before: `explain`, `sync`. After: `report/live_value`, `explain`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.explain import explained
from engine.ledger import links, mirror, ops
from engine.ledger.tables import op, run
from engine.live.connect import LEDGER, Connection, default_ledger
from engine.live.sync import Sync
from engine.plan.actions import Action
from engine.plan.desk import Desk as Laid
from engine.plan.grounds import Ground
from engine.plan.rows import KEY, row_id_of
from engine.plan.values import exact, member_of, value_at
from engine.read.mirrored import inputs
from engine.report.explanation import Explanation
from engine.report.live_value import Lived
from engine.run import Run
from engine.workspace import Desk

_ROW = re.compile(r"^(\w+)\[(\d+)\]\.(.+)$")
WRITES = ("create", "update", "append", "lines")


def has_run(url: str, environ: Mapping[str, str]) -> bool:
    """Whether there is a ledger to look into."""
    wanted = url or environ.get(LEDGER, "") or str(default_ledger())
    if "://" in wanted:
        return True
    return Path(wanted).exists() and Path(wanted).stat().st_size > 0


def lived(
    desk: Desk, mapping: str, record: str, field: str, back: bool, url: str
) -> tuple[Explanation, Lived] | None:
    """What explain tells, of the mirror, and what the ledger knows; None where nothing was read."""
    connection = Connection(desk, url)
    try:
        with connection.ledger.look() as tx:
            names = [stream.name for stream in connection.streams]
            if not any(next(mirror.rows(connection.ledger, tx, n), None) for n in names):
                return None
        return _lived(connection, mapping, record, field, back)
    finally:
        connection.close()


def _lived(
    connection: Connection, mapping: str, record: str, field: str, back: bool
) -> tuple[Explanation, Lived]:
    desk = connection.desk
    desk.flow(mapping, back)
    grounds: list[Ground] = []

    def keep(ground: Ground, actions: list[Action]) -> list[Action]:
        flow = ground.mapper.flow
        if (flow.name, flow.back) == (mapping, back):
            grounds.append(ground)
        return actions

    sync = Sync(connection)
    sync.decide = keep
    sync.plan()
    ground = grounds[0]
    read = inputs(connection.book, connection.ledger, connection.streams, mapping, back)
    told, outcome, _ = explained(desk, Run(desk, ground.mapper, read, ground.facts), mapping, record, field)
    path = told.values[max(told.row, 0)][0] if told.values else told.field
    known = Laid(ground).known(outcome.id)
    wrote = ground.wrote.get(outcome.id)
    there = (ground.there or {}).get(known.target_id) if known is not None else None
    rows = known.rows if known is not None else {}
    root = ground.mapper.flow.target_root
    when = _written(connection, f"{mapping}<" if back else mapping, outcome.id)
    return told, Lived(
        known.target_id if known is not None else "",
        _how(connection, mapping, outcome.id) if not back else "",
        wrote is not None,
        _value(wrote, root, path, outcome.keys, rows, True),
        there is not None,
        _value(there, root, path, outcome.keys, rows, False),
        *when,
    )


def _value(
    record: Any, root: Any, path: str, keys: Mapping[str, list[str]], rows: Mapping[str, Any], ours: bool
) -> Any:
    """The value at a path; of a row, by its source key in what we wrote, and by its linked id there."""
    if not isinstance(record, Mapping):
        return None
    found = _ROW.match(path)
    if found is None:
        return _plain(record, root, path)
    name, index, rest = found[1], int(found[2]), found[3]
    own = keys.get(name, [])
    key = own[index] if index < len(own) else ""
    wanted = rows.get(name, {}).get(key, "")
    for row in record.get(name) or ():
        if ours and row.get(KEY) == key:
            return _plain(row, root.members[name].item, rest)
        if not ours and wanted and any(row_id_of(row, one) == wanted for one in row if one.endswith("ID")):
            return _plain(row, root.members[name].item, rest)
    return None


def _plain(record: Any, root: Any, path: str) -> Any:
    """A value as people read it: a day or an amount, however it came over the wire; a text as it stands."""
    value, member = value_at(record, root, path), member_of(root, path)
    return value if member is None or member.kind == "string" else exact(value, member)


def _how(connection: Connection, mapping: str, source_id: str) -> str:
    with connection.ledger.look() as tx:
        one = links.one(connection.ledger, tx, mapping, source_id)
    return "" if one is None else f"{one.how}, {one.since[:10]}"


def _written(connection: Connection, route: str, source_id: str) -> tuple[str, str, str, str]:
    """The last effect that wrote the record: its call, its id, when it left, and its run."""
    ledger = connection.ledger
    with ledger.look() as tx:
        done = [e for e in ops.history(ledger, tx, route, source_id) if e["result"] == "done"]
        mine = [e for e in done if e["step"] in WRITES]
        if not mine:
            return "", "", "", ""
        last = mine[-1]
        query = sa.select(op.c.run, run.c.verb, run.c.began).join(run, run.c.id == op.c.run, isouter=True)
        row = tx.execute(query.where(op.c.id == last["op"])).first()
    of_run = f"{row.verb} {row.run[:8]} of {row.began[:16]}" if row is not None and row.verb else ""
    return str(last["call"]), str(last["op"])[:8], str(last["last_sent"]), of_run
