"""What would be done, shown before it is: in words, line by line, and what it does to the money.

A proposal is one act; a way is one of several that somebody may choose from, with its steps. Pure. Before:
`live/correcting` and the acts beside it. After: the commands `erp credit`, `adopt`, `revise`, `correct`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from engine.report import effect
from engine.report.effect import Change, money
from engine.report.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Pair:
    """A line on both sides. An amount is None where there is no such line."""

    item: str
    text: str
    ours: Decimal | None
    theirs: Decimal | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done, and what comes of it. `heads`: what the two columns of `pairs` are."""

    verb: str
    mapping: str
    source_id: str
    target_id: str
    title: str
    says: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    pairs: tuple[Pair, ...] = ()
    heads: tuple[str, str] = ("Procore", "Xero")
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One way out: when to take it, what to do one after the other, and what it does to the money."""

    title: str
    when: str
    steps: tuple[str, ...]
    changes: tuple[Change, ...] = ()


def show(one: Proposal, projects: Mapping[str, str], said: Terminal) -> None:
    """The act in words, its lines, its money, and what follows."""
    said.say(one.title, "bold")
    for text in one.says:
        said.say(f"  {text}")
    if one.pairs:
        said.table(("item", "line", *one.heads, "difference"), _pairs(one.pairs), (2, 3, 4), 2)
    effect.show(one.changes, projects, said)
    for text in one.follows:
        said.say(f"  then: {text}", "dim")


def _pairs(pairs: Sequence[Pair]) -> list[list[str]]:
    ours, theirs = (sum((p or effect.NOUGHT for p in side), effect.NOUGHT) for side in _sides(pairs))
    rows = [[p.item, p.text, _money(p.ours), _money(p.theirs), _differ(p.ours, p.theirs)] for p in pairs]
    return [*rows, ["total before tax", "", money(ours), money(theirs), _differ(ours, theirs)]]


def _sides(pairs: Sequence[Pair]) -> tuple[list[Decimal | None], list[Decimal | None]]:
    return [p.ours for p in pairs], [p.theirs for p in pairs]


def _money(value: Decimal | None) -> str:
    return "none" if value is None else money(value)


def _differ(ours: Decimal | None, theirs: Decimal | None) -> str:
    by = (theirs or effect.NOUGHT) - (ours or effect.NOUGHT)
    return f"{by:+,.2f}" if by else ""


def data(one: Proposal, done: bool) -> dict[str, Any]:
    """The same for machines."""
    return {**asdict(one), "changes": effect.data(one.changes), "done": done}


def show_ways(
    situation: Sequence[str], ways: Sequence[Way], projects: Mapping[str, str], said: Terminal
) -> None:
    """Where a record stands, and each way with its steps and its money. None is chosen."""
    for text in situation:
        said.say(text)
    for number, way in enumerate(ways, start=1):
        said.say()
        said.say(f"{number}. {way.title}", "bold")
        said.say(f"  {way.when}")
        for step in way.steps:
            said.say(f"  - {step}")
        effect.show(way.changes, projects, said)


def ways_data(situation: Sequence[str], ways: Sequence[Way]) -> dict[str, Any]:
    """The same for machines."""
    told = [{**asdict(way), "changes": effect.data(way.changes)} for way in ways]
    return {"situation": list(situation), "ways": told}
