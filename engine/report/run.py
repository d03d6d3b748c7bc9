"""A run for people: what was created, linked, skipped, held and failed, and why; and as data.

Before: `sync`, which did it. After: the terminal, a log, a machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from engine.plan.actions import (
    APPEND,
    ASK,
    BAD,
    CONFLICT,
    CREATE,
    DELETE,
    DRIFT,
    HOLD,
    LINK,
    OFFER,
    SAME,
    SKIP,
    UPDATE,
    Action,
    Plan,
)
from engine.report.problems import counted
from engine.report.terminal import Terminal

DONE_WORDS = {
    CREATE: "created",
    UPDATE: "updated",
    APPEND: "lines added",
    DELETE: "deleted",
    LINK: "linked",
    SAME: "unchanged",
}
COLUMNS = (CREATE, UPDATE, APPEND, DELETE, LINK, SAME, SKIP, HOLD)
STOPPED = {HOLD: "held", BAD: "bad", CONFLICT: "conflict", DRIFT: "drift", ASK: "ask", SKIP: "skipped"}
STYLES = {
    "held": "yellow",
    "bad": "red",
    "conflict": "red",
    "drift": "magenta",
    "ask": "cyan",
    "failed": "red",
    "undone": "magenta",
    "warned": "yellow",
}
MOST_TOLD = 12
Line = list[tuple[str, str]]
Failure = tuple[str, str, str, str]  # mapping, source id, label, reason


def show(
    plan: Plan,
    titles: Mapping[str, str],
    failures: Iterable[Failure],
    told: Iterable[str],
    said: Terminal,
    every: bool = False,
    known: set[str] | None = None,
) -> None:
    """A finished run: one line a mapping, then everything that needs a person.

    `known` is what was told before in the same breath: it is counted instead, and grows.
    """
    lost = list(failures)
    words = ["", *(DONE_WORDS.get(kind, STOPPED.get(kind, kind)) for kind in COLUMNS), "failed"]
    head, rows = _used(words, _rows(plan, titles, lost))
    said.table(head, rows, right=range(1, len(head)))
    for mapping, source_id, label, reason in lost:
        name = titles.get(mapping.rstrip("<"), mapping)
        said.lines([_head("failed", f"{name}: {short(label or source_id)}"), [(f"        {reason}", "")]])
    _undone(plan, titles, said)
    _warned(plan, titles, said, every, known)
    _stopped(plan, titles, said, every, known)
    for text in told:
        said.lines([[("later   ", "yellow"), (text, "")]])


def _rows(plan: Plan, titles: Mapping[str, str], failures: list[Failure]) -> list[list[str]]:
    counts: dict[tuple[str, bool], Counter[str]] = {}
    lost_ones = {(mapping, source_id) for mapping, source_id, _, _ in failures}
    for action in plan.actions:
        done = (_route(action), action.source_id) not in lost_ones or action.kind in STOPPED
        counts.setdefault((action.mapping, action.back), Counter())[action.kind] += done
    failed = Counter(mapping for mapping, _, _, _ in failures)
    rows = []
    for (mapping, back), found in counts.items():
        lost = failed[f"{mapping}<" if back else mapping]
        stopped = sum(found[kind] for kind in (HOLD, BAD, CONFLICT, DRIFT, ASK))
        numbers = [found[kind] for kind in COLUMNS[:-1]] + [stopped, lost]
        name = titles.get(mapping, mapping) + (" (back)" if back else "")
        rows.append([name, *(str(number) if number else "·" for number in numbers)])
    return rows


def _route(action: Action) -> str:
    return f"{action.mapping}<" if action.back else action.mapping


def _used(head: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The columns in which anything stands."""
    used = [at for at in range(len(head)) if at == 0 or any(row[at] != "·" for row in rows)]
    return [head[at] for at in used], [[row[at] for at in used] for row in rows]


def _undone(plan: Plan, titles: Mapping[str, str], said: Terminal) -> None:
    """What somebody did on the other side that was written over."""
    for action in plan.actions:
        if action.overwritten:
            name = titles.get(action.mapping, action.mapping)
            said.lines([_head("undone", f"{name}: {short(action.label or action.source_id)}")])
            said.lines([[(f"        {text}", "")] for text in action.overwritten])


def _warned(
    plan: Plan, titles: Mapping[str, str], said: Terminal, every: bool, known: set[str] | None
) -> None:
    """What was done all the same, and why somebody should look at it."""
    found = [
        (action, remark)
        for action in plan.actions
        for remark in action.warnings
        if known is None or f"{action.source_id} {remark.text}" not in known
    ]
    for action, remark in found if every else found[:MOST_TOLD]:
        name = titles.get(action.mapping, action.mapping)
        said.lines([_head("warned", f"{name}: {short(action.label or action.source_id)}")])
        said.lines([[(f"        {remark.text}", "")]])
        said.lines([[(f"        fix: {remark.fix}", "green")]] if remark.fix else [])
    if not every and len(found) > MOST_TOLD:
        more = f"        … and {len(found) - MOST_TOLD:,} more warned of; --all shows them"
        said.lines([[(more, "dim")]])
    if known is not None:
        known.update(f"{action.source_id} {remark.text}" for action, remark in found)


def _stopped(
    plan: Plan, titles: Mapping[str, str], said: Terminal, every: bool, known: set[str] | None
) -> None:
    """What waits, with reason and fix; what repeats itself is counted after a dozen."""
    before = 0
    for kind in (BAD, CONFLICT, HOLD, ASK, DRIFT, SKIP):
        found = [a for a in plan.of_kind(kind) if every or not a.quiet]
        fresh = [a for a in found if known is None or _name(a) not in known]
        before += len(found) - len(fresh)
        for action in fresh if every else fresh[:MOST_TOLD]:
            said.lines(_told(action, STOPPED[kind], titles))
        if not every and len(fresh) > MOST_TOLD:
            more = f"        … and {len(fresh) - MOST_TOLD:,} more {STOPPED[kind]}; --all shows them"
            said.lines([[(more, "dim")]])
        if known is not None:
            known.update(map(_name, found))
    if before:
        said.lines([[(f"        … and {counted(before, 'record')} as told above", "dim")]])
    offers = [action for action in plan.of_kind(OFFER) if known is None or _name(action) not in known]
    if known is not None:
        known.update(map(_name, offers))
    if offers:
        names = ", ".join(action.label for action in offers[:4]) + (", …" if len(offers) > 4 else "")
        text = f"{counted(len(offers), 'record')} of the other side can be added or linked: {names}"
        said.lines([[("offered ", "cyan"), (text, "")]])


def _name(action: Action) -> str:
    return f"{action.mapping} {action.back} {action.source_id} {action.kind} {action.reason}"


def _told(action: Action, word: str, titles: Mapping[str, str]) -> list[Line]:
    name = titles.get(action.mapping, action.mapping)
    lines: list[Line] = [_head(word, f"{name}: {short(action.label or action.source_id)}")]
    lines.append([(f"        {action.reason}", "")])
    for change in action.changes[:5]:
        between = " → " if change.what == "set" else " instead of "
        text = f"          {change.path}: {change.there!s}{between}{change.wanted!s}"
        lines.append([(text, ""), (f"  {change.place}", "dim")])
    lines += [[(f"          {candidate.label} ({candidate.why})", "")] for candidate in action.candidates]
    if action.fix:
        lines.append([(f"        fix: {action.fix}", "green")])
    return lines


def _head(word: str, text: str) -> Line:
    return [(f"{word:<8}", STYLES.get(word, "dim")), (text, "bold")]


def chapter(title: str, text: str, lines: Iterable[str], said: Terminal) -> None:
    """A heading of the demo, what it means, and what happened apart from a run."""
    said.say()
    said.lines([[(title, "bold underline")], [(text, "dim")], *([(f"  {line}", "")] for line in lines)])
    said.say()


def short(text: str) -> str:
    """A name that fits a line."""
    return text if len(text) <= 70 else f"{text[:69]}…"


def data(
    plan: Plan, failures: Iterable[Failure], summary: Mapping[str, Any], every: bool = False
) -> dict[str, Any]:
    """The run as data; what stayed as it was is only counted, and so is what is quiet unless `every`."""
    told = [action for action in plan.actions if action.kind != SAME and (every or not action.quiet)]
    return {
        "customer": plan.customer,
        "summary": dict(summary),
        "actions": [_action(action) for action in told],
        "failures": [
            {"mapping": mapping, "id": source_id, "label": label, "reason": reason}
            for mapping, source_id, label, reason in failures
        ],
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "mapping": action.mapping,
        "back": action.back,
        "id": action.source_id,
        "kind": action.kind,
        "target_id": action.target_id,
        "label": action.label,
        "reason": action.reason,
        "fix": action.fix,
        "changes": [asdict(change) for change in action.changes],
        "overwritten": action.overwritten,
        "warnings": [remark.text for remark in action.warnings],
    }
