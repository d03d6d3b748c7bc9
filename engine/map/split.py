"""`split`: one record into one document per group of its rows (a bill over two projects).

Rules of the record come first, then its rows are sorted by their keys; each group is a document
of its own, and the first one carries what was said of the record as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.check.typed import RowsPlan
from engine.compile.frame import Frame, Stop
from engine.compile.places import Place, held, where
from engine.map.lines import write_document
from engine.map.outcome import READY, SKIPPED, Outcome
from engine.map.plain import Plain, top_frame
from engine.map.run import Run


def groups_of(plain: Plain, frame: Frame, parts: list[str]) -> Iterator[Outcome]:
    """The outcomes of a split record.

    One whose rows all go nowhere is skipped, with the reasons of its rows.
    """
    block = plain.flow.split
    assert block is not None
    whole = Run(plain, frame, parts)
    if whole.ended_by(plain.flow.rules, frame) or whole.status != READY:
        yield whole.outcome()
        return
    groups = _gathered(whole, block)
    if whole.status == READY and not groups:
        if whole.remarks:
            whole.status = SKIPPED
        else:
            whole.skip("no-rows", "none of its lines belongs here", quiet=True)
    if whole.status != READY:
        yield whole.outcome()
        return
    at = where(block.rows).at
    for index, (key, (keys, rows)) in enumerate(groups.items()):
        own = top_frame(plain, frame.record, frame.facts, dict(frame.shares), frame.trace)
        own.names, own.names_at = {**keys, block.name: rows}, {block.name: at}
        own.notes = list(frame.notes)
        said = list(whole.remarks) if index == 0 else []
        yield write_document(Run(plain, own, [*parts, *key], said))


def _gathered(whole: Run, block: RowsPlan) -> dict[tuple[str, ...], tuple[dict[str, Any], list[Any]]]:
    """Keys and rows of every group, in the order first met."""
    plain = whole.plain
    groups: dict[tuple[str, ...], tuple[dict[str, Any], list[Any]]] = {}
    for own in _row_frames(whole, block):
        if whole.leaves_out(block.rules, own):
            continue
        try:
            keys = {name: plain.value(expr, own) for name, expr in block.by}
            if None in keys.values():
                raise held("missing", "this row has no group to go to", Place(own.at, True))
        except Stop as stop:
            whole.stopped(stop, "split", block.span, own)
            continue
        _, rows = groups.setdefault(tuple(str(value) for value in keys.values()), (keys, []))
        rows.append(own.current)
    return groups


def _row_frames(whole: Run, block: RowsPlan) -> list[Frame]:
    frame, at = whole.frame, where(block.rows).at
    try:
        rows = whole.plain.value(block.rows, frame) or ()
    except Stop as stop:
        whole.stopped(stop, "split", block.span, frame)
        return []
    return [
        Frame(frame.record, row, frame.facts, whole.plain.split_let, frame, f"{at}[{index}]")
        for index, row in enumerate(rows)
    ]
