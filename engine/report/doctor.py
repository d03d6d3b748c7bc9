"""What the doctor found, one line a check, with what to do. Before: `doctor`. After: the command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.report.problems import ERROR, HINT, PLACE, WARNING
from engine.report.terminal import Terminal

STYLES = {"ok": HINT, "warning": WARNING, "fail": ERROR, "not tried": "dim"}


def show(checks: Sequence[Any], said: Terminal) -> None:
    """Every check in order, then how many of each."""
    for one in checks:
        said.lines([[(f"{one.state:<10}", STYLES[one.state]), (f"{one.name:<28} ", PLACE), (one.text, "")]])
        if one.state in ("warning", "fail"):
            if one.place:
                said.lines([[("          at   ", "dim"), (one.place, "dim")]])
            if one.fix:
                said.lines([[("          fix: ", HINT), (one.fix, HINT)]])
    counts = Counter(one.state for one in checks)
    text = ", ".join(f"{counts[state]} {state}" for state in STYLES if counts[state])
    said.remark(text, ERROR if counts["fail"] else HINT)


def as_data(checks: Sequence[Any]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [asdict(one) for one in checks]
