"""Ids that are not born yet: a document planned after another one in the same plan names it by a placeholder.

`⟦companies:47:ContactID⟧` is a text that any id member takes; it stands in the action's record until the
document is there, and is replaced before the bytes are frozen. Before: `build`, whose actions promise.
After: `report`, which prints placeholders in words, `write`, which fills them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.compile.frame import remembered
from engine.plan.actions import CREATE, LINK, UPDATE, Action
from engine.plan.grounds import Ground
from engine.plan.values import member_of, value_at

Lookup = Callable[[str, str], Mapping[str, Any] | None]

_PENDING = re.compile(r"⟦([^:⟦⟧]+):([^:⟦⟧]*):([^⟦⟧]+)⟧")
_AWAY = re.compile(r"[%:⟦⟧\s]")
_BACK = re.compile(r"%([0-9A-F]{2,6});")


class NotThere(LookupError):
    """A placeholder whose document has not been made; `mapping` and `source_id` say which."""

    def __init__(self, mapping: str, source_id: str, member: str):
        super().__init__(f"{mapping} {source_id} has no {member} yet")
        self.mapping = mapping
        self.source_id = source_id
        self.member = member


def pending(mapping: str, source_id: str, member: str) -> str:
    """The placeholder of a member of a document that is not there yet."""
    away = _AWAY.sub(lambda found: f"%{ord(found.group()):02X};", source_id)
    return f"⟦{mapping}:{away}:{member}⟧"


def is_pending(value: Any) -> bool:
    """Whether a value is, or holds, a placeholder."""
    return value.__class__ is str and "⟦" in value and _PENDING.search(value) is not None


def pendings(value: Any) -> Iterator[tuple[str, str, str]]:
    """(mapping, source id, member) of every placeholder in a value."""
    if value.__class__ is str:
        if "⟦" in value:
            yield from (_parts(found) for found in _PENDING.finditer(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from pendings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from pendings(inner)


def needs_of(value: Any) -> tuple[tuple[str, str], ...]:
    """The documents that have to be made before this value is whole."""
    return tuple(dict.fromkeys((mapping, source_id) for mapping, source_id, _ in pendings(value)))


def filled(value: Any, lookup: Lookup) -> Any:
    """The value with every placeholder replaced by what the document's link remembers.

    `lookup` gives the memory of (mapping, source id); raises NotThere where it knows none.
    """
    if value.__class__ is str:
        if "⟦" not in value:
            return value
        whole = _PENDING.fullmatch(value)
        if whole is not None:
            return _found(_parts(whole), lookup)
        return _PENDING.sub(lambda found: str(_found(_parts(found), lookup)), value)
    if isinstance(value, Mapping):
        return {name: filled(inner, lookup) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(inner, lookup) for inner in value]
    return value


def in_words(text: str, name: Callable[[str, str, str], str]) -> str:
    """A text with its placeholders as people read them; `name` words (mapping, source id, member)."""
    return _PENDING.sub(lambda found: name(*_parts(found)), text)


def _parts(found: re.Match[str]) -> tuple[str, str, str]:
    mapping, away, member = found.groups()
    return mapping, _BACK.sub(lambda one: chr(int(one.group(1), 16)), away), member


def _found(parts: tuple[str, str, str], lookup: Lookup) -> Any:
    mapping, source_id, member = parts
    memory = lookup(mapping, source_id)
    value = None if memory is None else remembered(memory, member)
    if value is None or is_pending(value):
        raise NotThere(mapping, source_id, member)
    return value


def promised(ground: Ground, actions: list[Action]) -> dict[str, dict[str, Any]]:
    """What the links will remember once these actions are done, by source id.

    Members of the wanted record and of the source record as they are; a placeholder for an id that only
    the system can give. Members of another kind that only it can give (a status) are not remembered yet.
    """
    flow = ground.mapper.flow
    found: dict[str, dict[str, Any]] = {}
    if flow.back:
        return found
    for action in actions:
        if action.kind not in (CREATE, UPDATE, LINK) or (flow.into is not None and action.kind != CREATE):
            continue
        known = ground.links.get(action.source_id)
        memory = dict(known.memory) if known is not None else {}
        there = (ground.there or {}).get(action.target_id) or {}
        for name in ground.remembered:
            value = _promise(ground, action, there, name)
            if value is not None:
                memory[name] = value
        own = ground.facts.links.target_id(flow.name)
        memory[own] = action.target_id or pending(flow.name, action.source_id, own)
        found[action.source_id] = memory
    return found


def _promise(ground: Ground, action: Action, there: Any, name: str) -> Any:
    flow = ground.mapper.flow
    member = member_of(flow.target_root, name)
    if member is not None:
        value = value_at(action.record or {}, flow.target_root, name) if action.kind != LINK else None
        if value is None and there:
            value = value_at(there, flow.target_root, name)
        if value is not None:
            return value
        if member.kind == "id" and not there and name not in flow.source_root.members:
            return pending(flow.name, action.source_id, name)
    return action.remember.get(name)
