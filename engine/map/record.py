"""The heart: one record through the rules and lines of a mapping, read plainly.

Rules in order, then every line, then the rules that wait for the result. All problems of a record
are found in one go. Pure: links, settings and the day come in as `Facts`. The generated source
does the same faster for records that nothing is wrong with, and sends the others here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import localcontext
from typing import Any

from engine.compile.frame import Facts, Frame, Stop, key_text
from engine.compile.places import short
from engine.map.lines import write_document
from engine.map.outcome import BAD, SKIPPED, Outcome, Remark
from engine.map.plain import Plain, top_frame
from engine.map.remarks import place_of, remark_of
from engine.map.run import Run
from engine.map.split import groups_of
from engine.vocabulary.functions import EXACT, truth


def map_record(
    plain: Plain,
    record: Any,
    facts: Facts,
    shares: dict[str, Any] | None = None,
    trace: list[Any] | None = None,
) -> list[Outcome]:
    """All documents one source record makes: one, or one per `each` element or `split` group."""
    with localcontext(EXACT):
        return list(_documents(plain, record, facts, shares or {}, trace))


def identity(plain: Plain, frame: Frame) -> list[str]:
    """The parts of the record's id; a record without one is bad."""
    parts = [plain.value(expr, frame) for expr in plain.flow.identity]
    for expr, part in zip(plain.flow.identity, parts, strict=True):
        if part is None:
            name = getattr(expr, "name", "id")
            raise Stop("bad", "no-id", f"the record has no {name}, so nothing could be linked to it", name)
    return [str(part) for part in parts]


def _documents(
    plain: Plain, record: Any, facts: Facts, shares: dict[str, Any], trace: list[Any] | None
) -> Iterator[Outcome]:
    flow = plain.flow
    if record.__class__ is not dict:
        remark = Remark("bad", "not-a-record", f"{short(record)} is not an object")
        yield Outcome(flow.name, "", BAD, remarks=[remark])
        return
    frame = top_frame(plain, record, facts, shares, trace)
    try:
        parts = identity(plain, frame)
    except Stop as stop:
        yield _no_document(plain, "", remark_of(stop, flow.name, frame))
        return
    off = _switched_off(plain, frame)
    if off is not None:
        yield _no_document(plain, key_text(parts), off)
    elif flow.each is not None:
        yield from _each(plain, frame, parts)
    elif flow.split is not None:
        yield from groups_of(plain, frame, parts)
    else:
        yield _one(Run(plain, frame, parts))


def _one(run: Run) -> Outcome:
    return run.outcome() if run.ended_by(run.flow.rules, run.frame) else write_document(run)


def _switched_off(plain: Plain, frame: Frame) -> Remark | None:
    """Why this customer does not use the mapping; None if it does."""
    flow, only = plain.flow, plain.flow.only_when
    if only is None:
        return None
    try:
        if truth(plain.value(only, frame)):
            return None
    except Stop as stop:
        return remark_of(stop, f"{flow.name}.only_when", frame, only.span)
    condition = flow.mapping.only_when.value if flow.mapping.only_when else ""
    text = f"this customer does not use {flow.mapping.title} ({condition} does not hold)"
    return Remark(SKIPPED, "switched-off", text, line=flow.name, place=place_of(only.span))


def _each(plain: Plain, frame: Frame, parts: list[str]) -> Iterator[Outcome]:
    """A document per element of a list; each is told from the others by its key."""
    assert plain.flow.each is not None
    listed, name, key = plain.flow.each
    own_id, address = key_text(parts), f"{plain.flow.name}.each"
    try:
        elements = plain.value(listed, frame)
    except Stop as stop:
        yield _no_document(plain, own_id, remark_of(stop, address, frame))
        return
    if not elements:
        yield _nothing(Run(plain, frame, parts), name)
    for index, element in enumerate(elements or ()):
        at = f"{name}[{index}]"
        own = top_frame(plain, frame.record, frame.facts, dict(frame.shares), frame.trace)
        own.names, own.names_at = {name: element}, {name: at}
        try:
            found = plain.of(key)(own, element)
        except Stop as stop:
            yield _no_document(plain, own_id, remark_of(stop, address, own))
            continue
        if found is None:
            text = f"element {index + 1} of {name} has no key"
            yield _no_document(plain, own_id, Remark("bad", "no-id", text, at, line=address))
            continue
        yield _one(Run(plain, own, [*parts, str(found)]))


def _nothing(run: Run, name: str) -> Outcome:
    """An empty list makes no document; unless a rule says so itself, the record waits."""
    if not run.ended_by(run.flow.rules, run.frame):
        run.hold("nothing-to-make", f"it has no {name}, so no document follows from it", name)
    return run.outcome()


def _no_document(plain: Plain, own_id: str, remark: Remark) -> Outcome:
    return Outcome(plain.flow.name, own_id, remark.kind, remarks=[remark])
