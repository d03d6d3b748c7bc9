"""One value and where it comes from: the line, what it replaced, what it read, what limits it kept.

Before: a traced run. After: the command `explain`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.check.typed import Flow, ListPlan, Put
from engine.map.outcome import Remark
from engine.map.readings import Reading
from engine.report.problems import ERROR, FRAME, HINT, PLACE, WARNING, Piece
from engine.report.terminal import Terminal
from engine.report.trial import reading_pieces
from engine.report.values import shown, spelled
from engine.spec.model import Line, Member, Note
from engine.spec.problem import Span

STYLE = {"ready": HINT, "skipped": "dim", "held": WARNING, "bad": ERROR}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one field of one record."""

    mapping: str
    field: str
    address: str
    label: str
    values: tuple[tuple[str, Any], ...]  # path in the record, value; one per row
    row: int
    status: str
    record: str
    source: str
    line: Line
    readings: tuple[Reading, ...]
    kept: tuple[str, ...]
    notes: tuple[Note, ...]
    remarks: tuple[Remark, ...]


def place(span: Span) -> str:
    """`file:line`."""
    return f"{span.file}:{span.line}"


def kept(plan: Put | ListPlan, value: Any) -> tuple[str, ...]:
    """The limits of the target's field that the value met, in words."""
    if isinstance(plan, ListPlan) or value is None:
        return ()
    member, found = plan.target, []
    if member.max_length is not None and isinstance(value, str):
        cut = " (it is cut to that)" if plan.too_long == "truncate" else ""
        found.append(f"{len(value)} of at most {member.max_length:,} characters{cut}")
    if isinstance(value, Decimal) and (member.money or member.scale is not None):
        found.append(f"{'money, ' if member.money else ''}at most {member.scale or 2} decimals")
    if member.enum and plan.target.kind == "text":
        found.append(f"one of {', '.join(str(each) for each in member.enum if each is not None)}")
    if member.pattern:
        found.append(f"of the form {member.pattern}")
    if member.canonical:
        found.append(f"compared and written as {', '.join(member.canonical)}")
    return tuple(found)


def written(plan: Put | ListPlan) -> str:
    """When the line is written, where that is not always."""
    if plan.write == "create":
        return "only while the record is not linked"
    return f"as {plan.write} says" if plan.write.startswith("settings.") else ""


def show(found: Explanation, terminal: Terminal) -> None:
    """The explanation for people."""
    terminal.lines([_head(found), *_origin(found), *_readings(found), *_rest(found)])


def _head(found: Explanation) -> list[Piece]:
    if len(found.values) == 1 or found.row >= 0:
        path, value = found.values[max(found.row, 0) if len(found.values) > found.row else 0]
        return [(path, PLACE), (" = ", FRAME), (shown(value, 200), HINT)]
    if not found.values:
        return [(found.field, PLACE), (" is not written", WARNING)]
    count = f"{len(found.values)} rows"
    return [(found.field, PLACE), (f" in {count}", FRAME)]


def _row(word: str, *pieces: Piece) -> list[Piece]:
    return [(f"  {word:<6} ", FRAME), *pieces]


def _origin(found: Explanation) -> list[list[Piece]]:
    line, origin = found.line, found.line.origin
    lines = []
    if len(found.values) > 1 and found.row < 0:
        lines += [
            _row("" if i else "value", (f"{path} = {shown(v)}", ""))
            for i, (path, v) in enumerate(found.values)
        ]
    lines.append(
        _row("line", (place(origin.span), PLACE), (f"   {spelled(line.node, without=('why',))}", ""))
    )
    if isinstance(origin.base, Line):
        base = origin.base
        lines.append(_row("over", (place(base.origin.span), PLACE), (f"   {spelled(base.node)}", "")))
    if origin.why:
        lines.append(_row("why", (origin.why, "italic"), (f" ({origin.how} by {origin.overlay})", "dim")))
    return lines


def _readings(found: Explanation) -> list[list[Piece]]:
    word, lines = "read", []
    if len(found.values) > 1 and found.row < 0:
        path = re.sub(r"\[0\]", "[1]", found.values[0][0], count=1)
        lines.append(_row(word, (f"by the first row; ask for another, such as {path}", "dim")))
        word = ""
    for reading in found.readings:
        lines.append(_row(word, *reading_pieces(reading)))
        word = ""
    return lines


def _rest(found: Explanation) -> list[list[Piece]]:
    lines = [_row("" if i else "kept", (text, "")) for i, text in enumerate(found.kept)]
    for note in found.notes:
        lines.append(
            _row("note", (f"{note.page} {note.number or ''}".strip(), PLACE), (f"  {note.text}", ""))
        )
    lines.append(
        _row(
            "of",
            (found.source, ""),
            (" → ", FRAME),
            (found.record, ""),
            ("  ", ""),
            (found.status, STYLE[found.status]),
        )
    )
    for remark in found.remarks:
        lines.append(_row(remark.kind, (remark.text, STYLE.get(remark.kind, WARNING)), *_why(remark)))
    return lines


def _why(remark: Remark) -> list[Piece]:
    return [(f"   {remark.place}", "dim")] if remark.place else []


def as_data(found: Explanation) -> dict[str, Any]:
    """The explanation for machines."""
    origin = found.line.origin
    base = origin.base if isinstance(origin.base, Line) else None
    return {
        "mapping": found.mapping,
        "record": found.record,
        "source": found.source,
        "status": found.status,
        "field": found.field,
        "line": found.address,
        "label": found.label,
        "values": [{"path": path, "value": value} for path, value in found.values],
        "place": place(origin.span),
        "says": spelled(found.line.node, 10_000),
        "how": origin.how,
        "why": origin.why,
        "over": {"place": place(base.origin.span), "says": spelled(base.node, 10_000)} if base else None,
        "read": [{"kind": r.kind, "name": r.text, "value": r.value} for r in found.readings],
        "kept": list(found.kept),
        "notes": [{"name": n.name, "page": n.page, "number": n.number, "text": n.text} for n in found.notes],
        "problems": [
            {"kind": r.kind, "code": r.code, "text": r.text, "place": r.place} for r in found.remarks
        ],
    }


def labels(flow: Flow, rows: list[tuple[str, str, tuple[str, ...]]]) -> dict[str, str]:
    """Labels people know a line by, folded: of the page's rows, then of the target's fields."""
    found: dict[str, str] = {}
    for left, right, addresses in rows:
        for label in (right, left):
            if label and addresses:
                found.setdefault(label.casefold(), addresses[0])

    def titles(lines: tuple[Put | ListPlan, ...]) -> None:
        for line in lines:
            found.setdefault(line.target.label.casefold(), line.line.address)
            for part in line.parts if isinstance(line, ListPlan) else ():
                titles(part.lines)

    titles(flow.lines)
    return found


def title(member: Member) -> str:
    """A field's label."""
    return member.label
