"""The lines of a mapping into the target record: fields, lists and their rows, what is required.

Each line alone: its condition, its value, fitted to the field and put. Before: `run`, whose rules
have let the record pass. After: `record`, `split` and `rollup`, for each document they make.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.check.typed import ListPlan, PartPlan, Put
from engine.compile.frame import Frame, Stop, key_text
from engine.compile.places import Place, held, where
from engine.map.outcome import READY, Outcome
from engine.map.put import fitted, owner_of, put
from engine.map.remarks import read_at
from engine.map.rows import frames_of
from engine.map.run import Run
from engine.spec.model import Member
from engine.vocabulary.functions import truth

Lines = tuple[Put | ListPlan, ...]
COMPLETE = "complete the record, or give the file that has it"


def write_document(run: Run) -> Outcome:
    """The document from its lines, then the rules that wait for the result."""
    _write_into(run)
    _write_lines(run, run.flow.lines, run.record, run.frame)
    _require(run)
    if run.status == READY:
        run.frame.result = run.record
        run.ended_by(run.flow.rules, run.frame, after=True)
    return run.outcome()


def _write_into(run: Run) -> None:
    """An `into` mapping writes the document another one made; its id goes in first."""
    if run.flow.into is None:
        return
    via, expr = run.flow.into
    links = run.frame.facts.links
    name = links.target_id(via)
    try:
        key = run.plain.value(expr, run.frame)
        memory = None if key is None else links.forward(via, key_text([key]))
        found = None if memory is None else memory.get(name)
        if found is None:
            text = f"{links.meta[via].what} {key} has no {links.meta[via].makes} to write into"
            raise held("unlinked", text, fix=f"send it with mapping {via} first")
        run.record[name] = found
    except Stop as stop:
        run.stopped(stop, f"{run.flow.name}.into", expr.span, run.frame)


def _write_lines(run: Run, lines: Lines, record: dict[str, Any], frame: Frame) -> None:
    for line in lines:
        if line.write != "always" and not _is_written(run, line.write):
            continue
        try:
            if line.when is not None and not truth(run.plain.value(line.when, frame)):
                continue
            if isinstance(line, ListPlan):
                _write_list(run, line, record, frame)
            else:
                _write_field(run, line, record, frame)
        except Stop as stop:
            run.stopped(stop, line.address, line.span, frame)


def _is_written(run: Run, write: str) -> bool:
    if write.startswith("settings."):
        write = str(run.frame.facts.settings.get(write.removeprefix("settings."), "follow"))
    return write in ("always", "follow") or (write in ("create", "frozen") and not run.linked)


# ------------------------------------------------------------ fields


def _write_field(run: Run, line: Put, record: dict[str, Any], frame: Frame) -> None:
    value = run.plain.value(line.expr, frame)
    if value is None:
        _write_nothing(line, record, frame)
        return
    try:
        put(record, line.path, line.target, fitted(value, line.target, line.too_long))
    except Stop as stop:
        stop.at, stop.absolute = read_at(line.expr, frame), True
        raise
    run.note(line.note)


def _write_nothing(line: Put, record: dict[str, Any], frame: Frame) -> None:
    if line.missing == "error":
        text = f"{line.target.label} needs {where(line.expr).at or 'a value'}, which is missing"
        raise held("missing", text, Place(read_at(line.expr, frame), True), fix=COMPLETE)
    if line.missing == "null":
        put(record, line.path, line.target, None)


# ------------------------------------------------------------ lists


def _write_list(run: Run, line: ListPlan, record: dict[str, Any], frame: Frame) -> None:
    found = [pair for part in line.parts for pair in _rows_of(run, part, line.target.item, frame)]
    most = line.target.max_items
    if most is not None and len(found) > most:
        raise held("too-many", f"{line.target.label} takes {most} rows, and here are {len(found)}")
    if found:
        owner_of(record, line.path)[line.path[-1].name] = [row for _, row in found]
        run.note(line.note)
        if record is run.record:
            run.keys[".".join(step.name for step in line.path)] = [key for key, _ in found]


def _rows_of(
    run: Run, part: PartPlan, item: Member | None, frame: Frame
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of one part, each with its source key."""
    try:
        frames = frames_of(run.plain, part, frame)
    except Stop as stop:
        run.stopped(stop, part.address, part.span, frame)
        return
    for own in frames:
        if part.rules and run.leaves_out(part.rules, own):
            continue
        row: dict[str, Any] = {}
        key = _row_key(run, part, own, row)
        _write_lines(run, part.lines, row, own)
        _require_of_row(run, part, row, own, item)
        run.note(part.note)
        yield (f"{part.name}:{key}" if key else part.name), row


def _row_key(run: Run, part: PartPlan, frame: Frame, row: dict[str, Any]) -> str:
    """The row's source key; a row that was written before gets the id it was given there."""
    if part.key is None:
        return ""
    try:
        key = run.plain.value(part.key, frame)
    except Stop as stop:
        run.stopped(stop, part.address, part.span, frame)
        return ""
    if key is None:
        return ""
    if part.key_to:
        known = frame.facts.links.forward(part.address, key_text([run.id, key]))
        if known is not None and known.get(part.key_to) is not None:
            row[part.key_to] = known[part.key_to]
    return str(key)


# ------------------------------------------------------------ what is required


def _require(run: Run) -> None:
    """Required fields that nothing gave; a document written into has them already."""
    if run.flow.into is not None or run.status != READY:
        return
    members = run.flow.target_root.members
    for name in run.flow.target_root.required:
        if run.record.get(name) is not None or _is_frozen(run, name):
            continue
        line = next((one for one in run.flow.lines if one.path[0].name == name), None)
        label = members[name].label if name in members else name
        at = read_at(line.expr, run.frame) if isinstance(line, Put) else ""
        run.hold("missing", f"{label} is required and nothing gives it", at, line, COMPLETE)


def _is_frozen(run: Run, name: str) -> bool:
    """Whether the field is only written at creation and the document exists already."""
    lines = [line for line in run.flow.lines if line.path[0].name == name]
    return bool(lines) and all(line.write not in ("always", "never") for line in lines) and run.linked


def _require_of_row(run: Run, part: PartPlan, row: dict[str, Any], frame: Frame, item: Member | None) -> None:
    if item is None or run.status != READY:
        return
    for name in item.required:
        if row.get(name) is None:
            text = f"{item.members[name].label} is required on every row and nothing gives it here"
            run.hold("missing", text, frame.at, part, COMPLETE)
