"""A plan as people read it, before anything is done: counts, then every action with its fields and why.

What is the same, and what is skipped quietly, is only counted. Placeholders are told in words. Before:
`plan/build`, `plan/rehearse`. After: the commands `plan`, `apply`, `sync` and `rehearse`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.plan.actions import (
    APPEND,
    ASK,
    BAD,
    BOTH,
    CONFLICT,
    CREATE,
    DELETE,
    DRIFT,
    HOLD,
    KINDS,
    LINK,
    OFFER,
    SAME,
    SKIP,
    UPDATE,
    Action,
    Change,
    Plan,
)
from engine.plan.placeholders import in_words
from engine.plan.rehearse import FAILURE, QUESTION, Finding
from engine.plan.saved import digest_of, packed
from engine.report.problems import ERROR, FRAME, HINT, PLACE, WARNING, Piece, counted
from engine.report.terminal import Terminal
from engine.report.values import shown
from engine.report.wire_json import dumps

SIGNS = {
    CREATE: ("+", "green"),
    UPDATE: ("~", "yellow"),
    APPEND: ("»", "green"),
    DELETE: ("-", "red"),
    LINK: ("=", "cyan"),
    CONFLICT: ("!", ERROR),
    ASK: ("?", WARNING),
    DRIFT: ("≠", WARNING),
    OFFER: ("◦", "cyan"),
    HOLD: ("×", WARNING),
    BAD: ("×", ERROR),
    SKIP: ("·", "dim"),
    SAME: (" ", "dim"),
}
MARKS = {"set": " ", "drift": "≠", BOTH: "!"}
MOST_CHANGES = 12
MOST_LABELS = 6

Name = Callable[[str, str, str], str]


def naming(plan: Plan, titles: Mapping[str, str] | None = None) -> Name:
    """How placeholders of a plan are told: by what their document is called."""
    labels = {(a.mapping, a.source_id): (a.label, a.target) for a in plan.actions if a.kind == CREATE}

    def name(mapping: str, source_id: str, member: str) -> str:
        label, target = labels.get((mapping, source_id), (source_id, ""))
        title = (titles or {}).get(target) or target.rpartition(".")[2].replace("_", " ").title() or mapping
        if not member:
            return f"{title} {label}"
        what = "id" if member.lower().endswith("id") else member
        return f"({what} of {title} {label}, once created)"

    return name


def show(
    plan: Plan, terminal: Terminal, titles: Mapping[str, str] | None = None, every: bool = False
) -> None:
    """The counts, then what is not quiet; `every`: that too."""
    table(plan, terminal)
    name, mapping = naming(plan, titles), ""
    for action in plan.actions:
        if not every and (action.quiet or action.kind == SAME):
            continue
        if _flow(action) != mapping:
            mapping = _flow(action)
            terminal.lines([[], [(mapping, PLACE)]])
        terminal.lines(lines(action, name))
    terminal.remark(f"plan {digest_of(plan)[:12]}: {summary(plan)}")


def table(plan: Plan, terminal: Terminal) -> None:
    """Counts by mapping and kind; kinds nobody has are left out."""
    kinds = [kind for kind in KINDS if any(action.kind == kind for action in plan.actions)]
    rows = []
    for mapping in dict.fromkeys(_flow(action) for action in plan.actions):
        found = Counter(action.kind for action in plan.actions if _flow(action) == mapping)
        rows.append((mapping, *(f"{found[kind]:,}" if found[kind] else "" for kind in kinds)))
    terminal.table(("mapping", *kinds), rows, right=range(1, len(kinds) + 1))


def summary(plan: Plan) -> str:
    """`12 create, 3 hold, 40 same`."""
    found = Counter(action.kind for action in plan.actions)
    return ", ".join(f"{found[kind]:,} {kind}" for kind in KINDS if found[kind]) or "nothing to do"


def _flow(action: Action) -> str:
    return f"{action.mapping} (back)" if action.back else action.mapping


# ---------------------------------------------------------------- one action


def lines(action: Action, name: Name) -> Iterator[list[Piece]]:
    """One action as lines of coloured pieces."""
    sign, style = SIGNS[action.kind]
    label = shorter(in_words(action.label or action.source_id, name), 96)
    yield [(f"  {sign} {action.kind:<8} ", style), (label, PLACE if action.kind != SKIP else "dim")]
    changes = action.changes[:MOST_CHANGES]
    width = max((len(change.path) for change in changes), default=0)
    for change in changes:
        yield _change(change, width, name)
    if len(action.changes) > len(changes):
        yield [(f"      … and {counted(len(action.changes) - len(changes), 'more field')}", "dim")]
    if action.reason:
        yield [("      ", ""), (in_words(action.reason, name), "")]
    for one in action.candidates:
        score = "" if one.score == 100 else f", {one.score} of 100"
        yield [("      ? ", WARNING), (one.label, ""), (f"  {one.why}{score}  {one.target_id}", "dim")]
    if action.fix:
        yield [("      fix: ", HINT), (action.fix, HINT)]
    for remark in {one.text: one for one in action.remarks if one.text != action.reason}.values():
        if not remark.quiet:
            yield [("      · ", "dim"), (in_words(remark.text, name), ""), (_place(remark.place), "dim")]
            if remark.fix:
                yield [("        fix: ", HINT), (remark.fix, HINT)]
    if action.needs:
        waits = ", ".join(name(mapping, source_id, "") for mapping, source_id in action.needs)
        yield [(f"      after: {waits}", "dim")]


def _change(change: Change, width: int, name: Name) -> list[Piece]:
    style = {"set": "", BOTH: ERROR}.get(change.what, WARNING)
    said = [(_value(change.there, name), "dim"), (" → ", FRAME), (_value(change.wanted, name), style)]
    if change.what != "set":
        word = "both changed" if change.what == BOTH else "left as it is"
        said = [
            (_value(change.there, name), style),
            (f"  {word}; wanted ", "dim"),
            (_value(change.wanted, name), ""),
        ]
    place = "  ".join(part for part in (change.line, change.place) if part)
    return [
        (f"    {MARKS.get(change.what, ' ')} ", style),
        (f"{change.path:<{width}}  ", ""),
        *said,
        (f"   {place}", "dim"),
    ]


def _value(value: Any, name: Name) -> str:
    return in_words(shown(value), name)


def _place(place: str) -> str:
    return f"   {place}" if place else ""


# ---------------------------------------------------------------- for machines


def plan_json(plan: Plan) -> str:
    """The whole plan as JSON, with its digest; decimals, dates and instants are tagged as in a plan file."""
    found = Counter(action.kind for action in plan.actions)
    return dumps(
        {
            "customer": plan.customer,
            "made_at": plan.made_at,
            "digest": digest_of(plan),
            "counts": {kind: found[kind] for kind in KINDS},
            "grounds": plan.grounds,
            "actions": [as_data(action) for action in plan.actions],
        }
    )


def as_data(action: Action) -> dict[str, Any]:
    """One action as data."""
    return {
        "mapping": action.mapping,
        "back": action.back,
        "source_id": action.source_id,
        "kind": action.kind,
        "label": action.label,
        "target": action.target,
        "target_id": action.target_id,
        "code": action.code,
        "reason": action.reason,
        "fix": action.fix,
        "quiet": action.quiet,
        "body": packed(action.body),
        "changes": [
            {
                "path": c.path,
                "what": c.what,
                "wrote": packed(c.wrote),
                "there": packed(c.there),
                "wanted": packed(c.wanted),
                "line": c.line,
                "place": c.place,
            }
            for c in action.changes
        ],
        "candidates": [
            {"target_id": c.target_id, "label": c.label, "score": c.score, "why": c.why}
            for c in action.candidates
        ],
        "problems": [
            {"kind": r.kind, "code": r.code, "text": r.text, "fix": r.fix, "at": r.at, "place": r.place}
            for r in action.remarks
        ],
        "needs": [list(need) for need in action.needs],
    }


# ---------------------------------------------------------------- rehearsals


def show_findings(findings: Sequence[Finding], terminal: Terminal) -> None:
    """What would go wrong: one block a cause, how often, who, and what helps."""
    for one in findings:
        style = {FAILURE: ERROR, QUESTION: WARNING}.get(one.severity, WARNING)
        head = [(f"{one.severity} ", style), (f"{one.mapping}: {one.code}", PLACE)]
        terminal.lines([[*head, (f"  {one.count:,} ×" if one.count > 1 else "", "dim")]])
        terminal.lines([[("  ", ""), (one.text, "")]])
        if len(one.labels) > 1:
            more = len(one.labels) - MOST_LABELS
            told = ", ".join(shorter(label) for label in one.labels[:MOST_LABELS])
            terminal.lines([[("  who: ", FRAME), (told + (f" … and {more:,} more" if more > 0 else ""), "")]])
        if one.fix:
            terminal.lines([[("  fix: ", HINT), (one.fix, HINT)]])
    found = Counter(one.severity for one in findings)
    words = [counted(found[name], name) for name in (FAILURE, QUESTION, "warning") if found[name]]
    terminal.remark(
        ", ".join(words) if words else "nothing would fail", HINT if not found[FAILURE] else ERROR
    )


def shorter(label: str, most: int = 48) -> str:
    """A label that leaves room for others."""
    return label if len(label) <= most else f"{label[: most - 1]}…"


def findings_json(findings: Sequence[Finding]) -> str:
    """The same for machines."""
    return dumps(
        [
            {
                "severity": one.severity,
                "mapping": one.mapping,
                "code": one.code,
                "count": one.count,
                "text": one.text,
                "fix": one.fix,
                "records": one.labels,
            }
            for one in findings
        ]
    )
