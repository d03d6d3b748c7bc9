"""Whether two ends of a story are the same: both systems, and the ledger's links, up to the ids given.

Ids that were born on the way are named by the order in which they appear once records are sorted by all
else, and instants are left out. What then differs is lost, doubled or wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.ledger.exact import text_of

_BORN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9.])900000\d\d(?!\d)"
)
_INSTANTS = ("UTC", "updated_at", "created_at", "erp_status_at", "last_synced_at", "synced_at")


@dataclass(frozen=True, slots=True)
class End:
    """The end of a story: lines by kind, comparable."""

    lines: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Difference:
    """What one end has that the other has not."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.wrong)

    def told(self) -> str:
        """In a few lines."""
        found = [("lost", self.lost), ("doubled", self.doubled), ("wrong", self.wrong)]
        return "\n".join(f"{name}: {one[:1500]}" for name, some in found for one in some[:3])


def end_of(world: Mapping[str, Any], links: Iterable[Sequence[Any]]) -> End:
    """An end as it is compared; `links` are rows of mapping, parent, source id, target id, memory."""
    kinds: dict[str, list[str]] = {
        f"{system}.{name}": [text_of(_lasting(row)) for row in rows.values()]
        for system in ("xero", "procore")
        for name, rows in world[system].items()
        if not name.startswith("_")
    }
    for row in links:
        kinds.setdefault(f"links.{row[0]}", []).append(text_of(list(row)))
    names: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"#{len(names) + 1}")

    lines = {
        kind: tuple(_BORN.sub(named, row) for row in sorted(rows, key=lambda row: _BORN.sub("#", row)))
        for kind, rows in sorted(kinds.items())
    }
    return End(lines)


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {n: _lasting(v) for n, v in value.items() if not n.endswith(_INSTANTS)}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def compare(expected: End, found: End) -> Difference:
    """What went otherwise."""
    what = Difference()
    for kind in sorted({*expected.lines, *found.lines}):
        before, after = expected.lines.get(kind, ()), found.lines.get(kind, ())
        if len(after) < len(before):
            what.lost.append(f"{kind}: {len(before)} → {len(after)}: {_first(before, after)}")
        elif len(after) > len(before):
            what.doubled.append(f"{kind}: {len(before)} → {len(after)}: {_first(after, before)}")
        elif before != after:
            what.wrong.append(f"{kind}: {_apart(_first(before, after), _first(after, before))}")
    return what


def _first(these: Sequence[str], others: Sequence[str]) -> str:
    return next((one for one in these if one not in others), "an equal one")


def _apart(one: str, other: str) -> str:
    """The place where two lines part, with a little around it."""
    same = _shared(one, other)
    end = _shared(one[same:][::-1], other[same:][::-1])
    around = slice(max(0, same - 160), same)
    return f"…{one[around]}⟦{one[same : len(one) - end][:200]} ≠ {other[same : len(other) - end][:200]}⟧…"


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
