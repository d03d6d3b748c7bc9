"""The ledger for people: how it stands, and effects with their trail. Before: `keeping`. After: `ledger`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.ledger.ops import Op
from engine.report.problems import ERROR, PLACE, WARNING
from engine.report.terminal import Terminal

STYLES = {"planned": "", "sending": WARNING, "quarantined": ERROR, "rejected": ERROR}
MEANS = {
    "planned": "not sent yet; the next sync sends it",
    "sending": "its answer was lost; the next sync finds out",
    "quarantined": "a person decides: --give-up if it is there (the next sync links it), else --retry",
    "rejected": "refused; --retry sends it again as it is",
}


class Shown(Protocol):
    """An effect with its trail (`keeping.Effect`)."""

    @property
    def op(self) -> Op:
        """The effect."""

    @property
    def made_at(self) -> str:
        """When it was planned."""

    @property
    def trail(self) -> tuple[tuple[str, str, int, str], ...]:
        """at, meaning, status, reason of every try."""


def minute(stamp: str) -> str:
    """A stamp for people."""
    return f"{stamp[:10]} {stamp[11:16]} UTC" if stamp else "never"


def show_status(found: Mapping[str, Any], said: Terminal) -> None:
    """How the ledger stands."""
    rows = [
        ("ledger", found["ledger"]),
        ("version", found["version"]),
        ("links", ", ".join(f"{count:,} {name}" for name, count in found["links"].items()) or "none"),
        ("effects", ", ".join(f"{count:,} {state}" for state, count in found["effects"].items()) or "none"),
        ("read", minute(found["read"])),
        ("working", found["working"] or "nobody"),
    ]
    for system, at in found["tokens"].items():
        rows.append((f"token of {system.rpartition('/')[2]}", f"until {minute(at)}"))
    for budget, one in found["calls"].items():
        rows.append((f"calls, {budget}", f"{one['used']:,} until {minute(one['until'])}"))
    for name, text in rows:
        said.lines([[(f"{name:<18}", "dim"), (str(text), "")]])
    said.table(
        ("run", "began", "ended", "outcome"),
        [(one["verb"], minute(one["began"]), minute(one["ended"]), one["outcome"]) for one in found["runs"]],
    )


def show_effects(effects: Sequence[Shown], said: Terminal) -> None:
    """Effects, each with whose it is and what happened to it."""
    for one in effects:
        state = one.op.state
        head = f"{one.op.id[:8]}  {state:<12}"
        said.lines(
            [[(head, STYLES.get(state, "")), (one.op.call, PLACE), (f"  {minute(one.made_at)}", "dim")]]
        )
        for member in one.op.members:
            label = str(member.extra.get("label", "")) or member.source_id
            reason = f": {member.reason}" if member.reason else ""
            said.lines(
                [[(f"          {member.mapping} {label} ({member.step}, {member.result}){reason}", "")]]
            )
        for at, meaning, status, reason in one.trail:
            said.lines([[(f"          {minute(at)}  {meaning} {status or ''} {reason}".rstrip(), "dim")]])
        said.lines([[(f"          {MEANS.get(state, '')}", "dim")]])
    if not effects:
        said.say("nothing is under way, and nothing waits for a person")


def effects_data(effects: Sequence[Shown]) -> list[dict[str, Any]]:
    """The same for machines; never the bytes that were sent."""
    return [
        {
            "id": one.op.id,
            "state": one.op.state,
            "call": one.op.call,
            "made_at": one.made_at,
            "generation": one.op.generation,
            "records": [
                {
                    "mapping": m.mapping,
                    "id": m.source_id,
                    "step": m.step,
                    "result": m.result,
                    "reason": m.reason,
                }
                for m in one.op.members
            ],
            "trail": [{"at": a, "meaning": m, "status": s, "reason": r} for a, m, s, r in one.trail],
        }
        for one in effects
    ]
