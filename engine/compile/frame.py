"""What a compiled expression sees while it runs: the frame, the facts, and how it stops.

A frame is a scope at run time: the record, or one row of it. Facts come in as arguments
(settings, links, the day, what was written before), so that mapping is a pure function.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

AS_KEY = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Stop(Exception):
    """A line or rule cannot give its value: the record is bad (its data) or held (something lacks).

    `at` is the path of the field in the record; relative to the element at hand until `absolute`.
    """

    def __init__(
        self,
        status: str,
        code: str,
        text: str,
        at: str = "",
        value: Any = None,
        fix: str = "",
        absolute: bool = False,
    ):
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.at = at
        self.value = value
        self.fix = fix
        self.absolute = absolute

    def under(self, prefix: str) -> Stop:
        """The same, seen from further out."""
        if not self.absolute and prefix:
            self.at = (
                f"{prefix}.{self.at}" if self.at and not self.at.startswith("[") else f"{prefix}{self.at}"
            )
        return self

    def again(self) -> Stop:
        """The same to be raised once more. A remembered stop is never raised itself: its traceback would
        hold the frame that remembers it, and with it the whole record."""
        return Stop(self.status, self.code, self.text, self.at, self.value, self.fix, self.absolute)


@dataclass(frozen=True, slots=True)
class LinkMeta:
    """What a lookup needs to know of a mapping: its document's id member, its source id's parts."""

    target_id: str
    source_parts: tuple[str, ...]
    what: str
    makes: str


def key_text(parts: Sequence[Any]) -> str:
    """An id as the links file writes it: text, or a JSON array of texts."""
    if len(parts) == 1:
        return str(parts[0])
    return AS_KEY([str(p) for p in parts])


def key_parts(text: str) -> list[str]:
    """The parts of an id's text."""
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            return [text]
        if isinstance(found, list):
            return [str(p) for p in found]
    return [text]


class Links:
    """Documents that mappings have made: by source id, and backwards by a remembered member."""

    def __init__(
        self,
        data: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
        meta: Mapping[str, LinkMeta] | None = None,
    ):
        self.data: dict[str, dict[str, Mapping[str, Any]]] = {
            via: dict(found) for via, found in (data or {}).items()
        }
        self.meta = dict(meta or {})
        self.version = 0  # moves with every addition, so that what was derived can be made anew
        self._back: dict[tuple[str, str], dict[str, str]] = {}

    def forward(self, via: str, key: str) -> Mapping[str, Any] | None:
        """What is remembered of the document made of a source id."""
        found = self.data.get(via)
        return None if found is None else found.get(key)

    def backward(self, via: str, key: str, by: str) -> tuple[str, Mapping[str, Any]] | None:
        """The source id and memory of the document whose member `by` (or id) is `key`."""
        member = by or self.target_id(via)
        index = self._back.get((via, member))
        if index is None:
            index = {}
            for source, memory in self.data.get(via, {}).items():
                value = remembered(memory, member)
                if value is not None:
                    index[str(value)] = source
            self._back[via, member] = index
        source_id = index.get(key)
        return None if source_id is None else (source_id, self.data[via][source_id])

    def target_id(self, via: str) -> str:
        """The member that is the id of the documents a mapping makes."""
        found = self.meta.get(via)
        return found.target_id if found is not None else "id"

    def part_of(self, via: str, source_id: str, name: str) -> str | None:
        """A part of a composite source id by its name."""
        found = self.meta.get(via)
        if found is None or name not in found.source_parts:
            return None
        parts = key_parts(source_id)
        index = found.source_parts.index(name)
        return parts[index] if index < len(parts) else None

    def add(self, via: str, key: str, memory: Mapping[str, Any]) -> None:
        """Remembers more of a document (filling references from collections)."""
        self.data.setdefault(via, {}).setdefault(key, memory)
        self._back.clear()
        self.version += 1


def remembered(memory: Mapping[str, Any], name: str) -> Any:
    """A member of a link's memory, written flat (`Contact.ContactID`) or nested."""
    if name in memory:
        return memory[name]
    value: Any = memory
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


@dataclass(slots=True)
class Facts:
    """Everything a mapping may know besides the record. `today` decides nothing if absent."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    links: Links = field(default_factory=Links)
    today: date | None = None
    wrote: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    typed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


Function = Callable[["Frame", Any], Any]
NOTHING: Any = object()


class Frame:
    """A scope at run time. `current` is its element, `at` that element's path in the record."""

    __slots__ = (
        "at",
        "current",
        "facts",
        "lets",
        "names",
        "names_at",
        "notes",
        "parent",
        "record",
        "result",
        "shares",
        "trace",
        "typed",
        "values",
    )

    def __init__(
        self,
        record: Any,
        current: Any,
        facts: Facts,
        lets: Mapping[str, Function],
        parent: Frame | None = None,
        at: str = "",
    ):
        self.record = record
        self.current = current
        self.facts = facts
        self.lets = lets
        self.parent = parent
        self.at = at
        self.values: dict[str, Any] = {}
        self.names: dict[str, Any] = parent.names if parent is not None else {}
        self.names_at: dict[str, str] = parent.names_at if parent is not None else {}
        self.result: Any = parent.result if parent is not None else None
        self.shares: Mapping[str, Any] = parent.shares if parent is not None else {}
        self.typed: Mapping[str, Any] = parent.typed if parent is not None else {}
        self.notes: list[str] = parent.notes if parent is not None else []
        self.trace: list[Any] | None = parent.trace if parent is not None else None

    def let(self, name: str) -> Any:
        """A named value of this frame, computed once; a stop is remembered too."""
        value = self.values.get(name, NOTHING)
        if value is NOTHING:
            try:
                value = self.lets[name](self, self.current)
            except Stop as stop:
                value = stop.under(self.at).with_traceback(None)
                value.absolute = True
            self.values[name] = value
        if value.__class__ is Stop:
            raise value.again()
        return value
