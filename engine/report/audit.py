"""What an audit found, for people and as data. Before: `ledger/audit`. After: the command `audit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.ledger.audit import Finding
from engine.report.problems import ERROR, HINT, counted
from engine.report.terminal import Terminal


def show(findings: Sequence[Finding], said: Terminal) -> None:
    """One block a finding; a line when there is none."""
    for one in findings:
        said.lines([[(f"{one.kind:<9}", ERROR), (one.text, "")]])
        said.lines([[("         ids: ", "dim"), (", ".join(one.ids), "dim")]])
        said.lines([[("         fix: ", HINT), (one.fix, HINT)]])
    if not findings:
        said.say("every document that is ours is linked once, and every link has its document")
        return
    said.remark(counted(len(findings), "finding"), ERROR)


def as_data(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [asdict(one) for one in findings]
