"""What the gate knows of each kind of record, read from gate.yaml and page.yaml. Pure: trees in, values out.

Before: `spec`. After: `decide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.approve.permissions import Row, row_of
from engine.spec.model import Book

GONE, FREE = "gone", "free"
CREATOR, SENDER = "creator", "sender"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: a mapping, as the gate sees it."""

    mapping: str
    called: str
    tool: str
    tell: str = SENDER
    creator: str = ""  # where its record in Procore names who created it
    unlink: str = GONE
    known_by: str = ""  # the member people call it by, where its document's label says something else
    imports: bool = False
    updates: bool = False
    direct_export: bool = False
    locked_while: tuple[str, ...] = ()
    deleted_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the gate is told by the specs."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()


def rules_of(book: Book) -> Rules:
    """The gate of a book; one that has no gate.yaml lets nothing through but what needs nobody."""
    gate: dict[str, Any] = book.gate.data if book.gate is not None else {}
    page: dict[str, Any] = book.page.data if book.page is not None else {}
    kinds = {name: _kind(name, told) for name, told in gate.get("kinds", {}).items()}
    rows = [*page.get("permissions", {}).get("rows", ()), *gate.get("more", ())]
    return Rules(kinds, gate.get("tools", {}), tuple(row_of(row) for row in rows))


def _kind(name: str, told: Mapping[str, Any]) -> Kind:
    more: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in told.items()}
    return Kind(name, **more)
