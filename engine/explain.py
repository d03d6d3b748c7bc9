"""One value of one record, back to the line that wrote it: what `explain` asks of the engine.

Maps the records (the sample company's, unless files are given), finds the document and the line
somebody means, and runs it once more with every value noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.compile.frame import key_parts
from engine.map.locate import find_field, find_record, values_at
from engine.map.names import label_of, names_by_id, nicknamed
from engine.map.outcome import Outcome
from engine.map.readings import Reading
from engine.map.trace import Found, Trace
from engine.report.explanation import Explanation, kept, labels, written
from engine.run import Run, open_run, sample_run, source_ids, source_of
from engine.spec.node import Node
from engine.workspace import Desk


def explain(
    desk: Desk,
    mapping: str,
    record: str,
    field: str,
    files: Sequence[str | Path],
    links: Path | None = None,
    back: bool = False,
) -> Explanation:
    """Everything about one field; KeyError, with what is near, if there is no such thing."""
    run = open_run(desk, mapping, files, back, links) if files else sample_run(desk, mapping, back)
    return explained(desk, run, mapping, record, field)[0]


def explained(
    desk: Desk, run: Run, mapping: str, record: str, field: str
) -> tuple[Explanation, Outcome, Found]:
    """The same of a run that is there, with the outcome and the line that were meant."""
    outcome, source, trace = _traced(run, record)
    found = find_field(run.mapper.flow, outcome, field, labels(run.mapper.flow, page_rows(desk, mapping)))
    values = tuple(values_at(outcome, found)) if outcome.record is not None else ()
    address = found.line.address
    told = Explanation(
        mapping,
        found.line.line.address.removeprefix("back."),
        address,
        found.line.target.label,
        values,
        found.row,
        outcome.status,
        f"{run.target.title} {nicknamed(label_of(outcome, source), names_by_id(run.facts.links))}",
        _source(run, outcome, source),
        found.line.line,
        tuple(_readings(trace, found, outcome)),
        _kept(found, values),
        tuple(run.mapper.flow.notes[name] for name in outcome.notes if name in _notes(found)),
        tuple(r for r in outcome.remarks if r.line == address or outcome.status != "ready"),
    )
    return told, outcome, found


def _traced(run: Run, wanted: str) -> tuple[Outcome, Any, Trace]:
    """The outcome somebody means, its source, and the trace of that record alone if it stands alone."""
    flow, records = run.mapper.flow, list(run.records())
    alone = flow.group is None and not flow.shares
    if alone:
        outcomes, trace = list(run.mapper.run(records, run.facts)), Trace(flow, [])
    else:
        outcomes, entries = run.mapper.traced(records, run.facts)
        trace = Trace(flow, entries)
        outcomes = [o for o in outcomes if o.record is not None or o.status != "ready"]
    ids = source_ids(run.desk.shape(flow.source), records)
    sources = [source_of(outcome, ids, key_parts(outcome.id)) for outcome in outcomes]
    names = names_by_id(run.facts.links)
    labels = [nicknamed(label_of(o, s), names) for o, s in zip(outcomes, sources, strict=True)]
    index = find_record(outcomes, sources, labels, wanted)
    outcome, source = outcomes[index], sources[index]
    if alone and source is not None:
        again, entries = run.mapper.traced([source], run.facts)
        return next((o for o in again if o.id == outcome.id), outcome), source, Trace(flow, entries)
    return outcome, source, trace


def _readings(trace: Trace, found: Found, outcome: Outcome) -> list[Reading]:
    return [*trace.readings(found, outcome), *trace.counted(found, outcome)]


def _kept(found: Found, values: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    value = values[found.row if 0 <= found.row < len(values) else 0][1] if values else None
    when = written(found.line)
    if when and not values:
        return (f"not written now: it goes {when}, and this one is linked",)
    return (*kept(found.line, value), *((f"written {when}",) if when else ()))


def _source(run: Run, outcome: Outcome, source: Any) -> str:
    shape = run.desk.shape(run.mapper.flow.source)
    if source is None:
        return f"{shape.system.title()} {shape.plural}"
    parts = ".".join(key_parts(outcome.id)[: len(shape.identity)])
    return f"{shape.system.title()} {shape.title} {parts}"


def _notes(found: Found) -> set[str]:
    names = {found.line.note, *(part.note for part in found.parts)}

    def walk(node: Node) -> None:
        for name, _, value in node.pairs() if node.kind == "map" else ():
            if name == "note" and value.kind == "scalar":
                names.add(str(value.value))
            walk(value)
        for item in node.items:
            walk(item)

    walk(found.line.line.node)
    return names


def page_rows(desk: Desk, mapping: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """(label, other label, lines) of a mapping's page, so that a field can be asked for by label."""
    page = desk.book.mappings[mapping].page
    rows = page.get("rows") if page is not None else None
    found = []
    for row in rows.items if rows is not None else ():
        lines = row.get("lines")
        told = row.get("label"), row.get("other")
        left, right = (str(node.value) if node is not None else "" for node in told)
        found.append((left, right, tuple(str(i.value) for i in lines.items) if lines is not None else ()))
    return found
