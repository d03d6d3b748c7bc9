"""Ids in the order people count: parts by parts, numbers as numbers. After: `twins`, reports."""

from __future__ import annotations

from engine.compile.frame import key_parts


def by_id(source_id: str) -> tuple[tuple[int, int, str], ...]:
    """A key to sort source ids by."""
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in key_parts(source_id))
