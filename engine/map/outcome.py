"""What becomes of a record: Ready, Skipped, Held or Bad, and every reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

READY, SKIPPED, HELD, BAD = "ready", "skipped", "held", "bad"
ORDER = {READY: 0, SKIPPED: 1, HELD: 2, BAD: 3}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about a record: why it is held or bad, what was left out, a warning.

    `at` is the path in the source record, `line` the address in the mapping, `place` its file:line.
    """

    kind: str  # bad | held | skipped | warning | left_out
    code: str
    text: str
    at: str = ""
    value: Any = None
    fix: str = ""
    line: str = ""
    place: str = ""
    note: str = ""
    quiet: bool = False


@dataclass(slots=True)
class Outcome:
    """The result of mapping one record (or one document of several made from it).

    `record` holds exact values (Decimal, date); `keys` the source key of every written row by list.
    """

    mapping: str
    id: str
    status: str
    record: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)
