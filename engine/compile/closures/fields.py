"""Members of an object: decoded by their type, found by key, joined into one text."""

from __future__ import annotations

from typing import Any

from engine.check import typed as t
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function
from engine.compile.places import Place, bad, decoded, short, where
from engine.vocabulary.wire import DECODE

SCALARS = ("text", "decimal", "integer", "boolean", "date", "instant", "id")


@reads(t.Get)
def get(expr: t.Get, build: Build) -> Function:
    """A member, decoded by its type; a list of scalars element by element."""
    base, name, place = build(expr.base), expr.name, where(expr)
    exact = isinstance(expr.base, t.Result) or expr.type.kind == "any"  # nothing left to decode
    decode = None if exact else DECODE[expr.type.kind]
    item = expr.type.item
    each = DECODE[item.kind] if item is not None and item.kind in SCALARS and not exact else None

    def read(frame: Frame, current: Any) -> Any:
        owner = base(frame, current)
        if owner is None:
            return None
        raw = _object(owner, place).get(name)
        if raw is None or decode is None:
            return raw
        value = decoded(raw, decode, place)
        if each is None:
            return value
        return [
            one if one is None else decoded(one, each, place.then(f"[{index}]"))
            for index, one in enumerate(value)
        ]

    return read


@reads(t.Keyed)
def keyed(expr: t.Keyed, build: Build) -> Function:
    """The element of a list whose key member is this value."""
    base, key, value = build(expr.base), expr.key, expr.value

    def read(frame: Frame, current: Any) -> Any:
        found = base(frame, current)
        return next((row for row in found or () if row.__class__ is dict and row.get(key) == value), None)

    return read


@reads(t.Joined)
def joined(expr: t.Joined, build: Build) -> Function:
    """Several members as one text, without the empty ones."""
    base, separator, place = build(expr.base), expr.separator, where(expr)
    members = [(name, place.then(f".{name}")) for name in expr.names]

    def read(frame: Frame, current: Any) -> Any:
        owner = base(frame, current)
        if owner is None:
            return None
        given = [(_object(owner, place).get(name), own) for name, own in members]
        texts = [decoded(raw, DECODE["text"], own) for raw, own in given if raw is not None]
        return separator.join(text.strip() for text in texts if text.strip()) or None

    return read


def _object(owner: Any, place: Place) -> dict[str, Any]:
    if owner.__class__ is not dict:
        raise bad(f"{short(owner)} is not an object", place, owner)
    return owner
