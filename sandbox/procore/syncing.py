"""Sync actions: up to a thousand records in one call, always answered with 200, good and bad apart.

Who is meant: `id` if it is given; else the record with that `origin_id`; else a new one. Each wrong element
comes back as it was sent, with `errors` beside its members, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.answers import Answer
from sandbox.procore import origins
from sandbox.procore.call import Call, Mistake, invalid, ok, refused
from sandbox.procore.members import Members, checked
from sandbox.world import Record

MOST = 1_000

One = Callable[[Record], Any]


def updates_of(body: Record) -> list[Any]:
    """The list of a sync body, not too long."""
    updates = body.get("updates")
    if not isinstance(updates, list):
        raise invalid({"updates": ["is missing"]}, 400)
    if len(updates) > MOST:
        raise refused(
            413, {"message": f"At most {MOST} updates a call, got {len(updates)}.", "reason": "too_many"}
        )
    return updates


def each(call: Call, updates: list[Any], members: Members, one: One) -> Answer:
    """Do each element on its own; collect entities and errors."""
    entities: list[Any] = []
    errors: list[Record] = []
    half = len(updates) // 2 if call.of.fault("half_batch") else len(updates)
    for place, update in enumerate(updates):
        try:
            if place >= half:
                raise Mistake({"base": ["Internal error, please try again"]})
            entities.append(one(checked(update, members)))
        except Mistake as wrong:
            echo = update if isinstance(update, dict) else {"update": update}
            errors.append({**echo, "errors": wrong.fields})
    return ok({"entities": entities, "errors": errors})


def meant(call: Call, kind: str, update: Record, mine: Callable[[Record], bool]) -> Record | None:
    """The record an element means, or none if it is to be made."""
    if update.get("id") is not None:
        found = origins.find(call, kind, update["id"])
        if found is None or not mine(found[1]):
            raise Mistake({"id": ["not found"]})
        return found[0]
    if update.get("origin_id") is None:
        return None
    number = origins.taken(call, kind).get(str(update["origin_id"]))
    found = origins.find(call, kind, number) if number is not None else None
    if found is not None and not mine(found[1]):
        raise Mistake({"origin_id": ["has already been taken"]})
    return found[0] if found else None


def put(call: Call, kind: str, record: Record, update: Record) -> None:
    """Write members and marks onto a record and move its time of change."""
    origins.may_carry(call, kind, record["id"], update.get("origin_id"))
    for name, value in update.items():
        if name not in ("id", "origin_id", "origin_code", "origin_data"):
            record[name] = value
    origins.carry(call, kind, record, update)
    if "updated_at" in record:
        record["updated_at"] = call.now()
