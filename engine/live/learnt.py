"""What the living systems say of themselves: settings with `learnt` in settings.yaml.

A member of what was read goes before what the customer's file says of it, since only one of the two can
be wrong. The day the connection was made stands in where the file says nothing. Before: `read`, which
filled the mirror. After: `sync`, which plans with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.check.settings import MADE
from engine.live.connect import Connection
from engine.plan.values import exact
from engine.read.live import Stream
from engine.read.mirrored import there


def tellers(connection: Connection) -> set[str]:
    """The streams that tell settings."""
    return {stream.name for stream in connection.streams if stream.object.shape in _asked(connection)}


def learnt(connection: Connection) -> dict[str, Any]:
    """The customer's settings with what was learnt."""
    settings = connection.settings()
    told: dict[str, Any] = {}
    for shape, members in _asked(connection).items():
        stream = next((one for one in connection.streams if one.object.shape == shape), None)
        if stream is not None:
            told |= _told(connection, stream, members)
    for name, setting in connection.book.settings.items():
        if setting.learnt is not None and str(setting.learnt.value) == MADE and settings.get(name) is None:
            told[name] = _made(connection, settings)
    return {**settings, **told}


def _asked(connection: Connection) -> dict[str, dict[str, str]]:
    """Member by setting, by shape."""
    found: dict[str, dict[str, str]] = {}
    for name, setting in connection.book.settings.items():
        if setting.learnt is not None and str(setting.learnt.value) != MADE:
            shape, _, member = str(setting.learnt.value).rpartition(".")
            found.setdefault(shape, {})[name] = member
    return found


def _told(connection: Connection, stream: Stream, members: dict[str, str]) -> dict[str, Any]:
    shape = connection.desk.shape(stream.object.shape)
    with connection.ledger.look() as tx:
        records = there(connection.ledger, tx, shape, stream)
    record: Any = next(iter(records.values()), {})
    return {
        name: exact(record[member], shape.root.members[member])
        for name, member in members.items()
        if record.get(member) is not None
    }


def _made(connection: Connection, settings: dict[str, Any]) -> Any:
    """The day of the first run, where the office is; today before there was one."""
    with connection.ledger.look() as tx:
        began = connection.ledger.first_run(tx)
    moment = datetime.fromisoformat(began) if began else connection.clock.now()
    return moment.astimezone(ZoneInfo(settings.get("timezone") or "UTC")).date()
