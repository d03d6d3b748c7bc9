"""Who may change a field: what a line, a setting and the object say of it, and the verdict that follows.

The truth table of the three-way comparison is `decided`. Before: the mapping's lines. After: `compare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.check.typed import Flow, ListPlan, Put
from engine.plan.actions import BOTH, SET, THEIRS
from engine.spec.model import Line, Member
from engine.system.model import Object

KEEP = "keep"  # nothing is done this way, and nothing is said


@dataclass(frozen=True, slots=True)
class Rights:
    """Of one line: whether it goes both ways, and which side's value always stands."""

    two_way: bool = False
    mine: bool = False
    theirs: bool = False
    overwrite: bool = False
    asks_here: bool = True


class Policy:
    """The rights of a flow's lines under a customer's settings."""

    def __init__(self, flow: Flow, target: Object | None, settings: Mapping[str, Any]):
        self.flow = flow
        self.target = target
        self.overwrite = _overwritten(flow, settings)
        lines = target.lines if target is not None else None
        self.origin = lines.origin if lines is not None else ""
        self.apart = lines.member if lines is not None else ""  # the list whose rows go by calls of their own

    def line_id(self, name: str, member: Member) -> str:
        """The member that is the id of a list's rows."""
        told = self.target.line_id.get(name, "") if self.target is not None else ""
        if told or member.item is None:
            return told
        return member.keyed_by or (member.item.identity[0] if member.item.identity else "")

    def of(self, line: Put | ListPlan | None) -> Rights:
        """The rights of a line."""
        if line is None or not goes_both_ways(self.flow, line.line):
            stands = line is not None and line.line.conflict == "from" and not self.flow.back
            return Rights(overwrite=self.overwrite or stands)
        wins = line.line.conflict
        mine = wins in ("from", "to") and (wins == "from") is not self.flow.back
        return Rights(True, mine, wins in ("from", "to") and not mine, self.overwrite, not self.flow.back)


def _overwritten(flow: Flow, settings: Mapping[str, Any]) -> bool:
    """Whether what somebody changed there is written over: the mapping's stated exception to drift."""
    name = flow.mapping.node.get("overwrite")
    return name is not None and not flow.back and settings.get(str(name.value)) is True


def goes_both_ways(flow: Flow, line: Line) -> bool:
    """Whether a line writes the other side too, on the way back."""
    if flow.mapping.direction != "both":
        return False
    if line.direction:
        return line.direction == "both"
    return not line.address.startswith("back.") and line.value is not None and line.value.form == "path"


def decided(wanted: Any, there: Any, base: Any, has_base: bool, rights: Rights) -> str:
    """What becomes of a field whose wanted value differs from the one there. All values compare exactly."""
    if rights.overwrite:
        return SET
    if there is None and (not has_base or base is None):
        return SET
    if wanted is None and not has_base:
        return KEEP  # nothing is no news
    if rights.two_way and (rights.mine or rights.theirs):
        return SET if rights.mine else KEEP
    if not has_base:
        return THEIRS if rights.asks_here else KEEP
    if base == there:
        return SET
    if base == wanted:
        return KEEP if rights.two_way else THEIRS
    if base is None and not rights.two_way:
        return THEIRS  # nothing of ours ever stood there, as in a twin that was linked
    return BOTH if rights.asks_here else KEEP
