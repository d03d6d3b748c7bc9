"""`split`: one record into one document per group of its rows (a bill over two projects)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.check.typed import RowsPlan
from engine.compile.places import where
from engine.compile.frame import Frame, Stop
from engine.map.outcome import HELD, SKIPPED, Outcome, Remark
from engine.map.plain import Plain, top_frame


def groups_of(plain: Plain, frame: Frame, parts: list[str], run: Any) -> Iterator[Outcome]:
    """The outcomes of a split record; rules of the record come first, then its rows are sorted.

    A record none of whose rows goes anywhere is skipped, with the reasons of its rows.
    """
    block = plain.flow.split
    assert block is not None
    whole = run(plain, frame, parts)
    if whole._rules(plain.flow.rules, frame, after=False) or whole.status != "ready":
        yield whole._done()
        return
    groups: dict[tuple[str, ...], tuple[list[Any], dict[str, Any]]] = {}
    for own in _rows_or_stop(plain, block, frame, whole):
        if whole._leaves_out(block.rules, own):
            continue
        try:
            keys = {name: plain.value(expr, own) for name, expr in block.by}
            if None in keys.values():
                raise Stop("held", "missing", "this row has no group to go to", own.at, absolute=True)
        except Stop as stop:
            whole._stopped(stop, "split", block.span, own)
            continue
        rows, _ = groups.setdefault(tuple(str(v) for v in keys.values()), ([], keys))
        rows.append(own.current)
    if whole.status != "ready" or not groups:
        yield _nothing(whole)
        return
    yield from _documents(plain, frame, parts, groups, whole, run)


def row_frames(plain: Plain, block: RowsPlan, frame: Frame, lets: dict[str, Any]) -> Iterator[Frame]:
    """A frame per row of the block."""
    at = where(block.rows)[0]
    for index, row in enumerate(plain.value(block.rows, frame) or ()):
        yield Frame(frame.record, row, frame.facts, lets, frame, f"{at}[{index}]")


def _rows_or_stop(plain: Plain, block: RowsPlan, frame: Frame, whole: Any) -> list[Frame]:
    try:
        return list(row_frames(plain, block, frame, plain.split_let))
    except Stop as stop:
        whole._stopped(stop, "split", block.span, frame)
        return []


def _nothing(whole: Any) -> Outcome:
    if whole.status == "ready":
        whole.status = SKIPPED
        if not whole.remarks:
            whole.remarks.append(
                Remark(
                    "skipped", "no-rows", "none of its lines belongs here", line=whole.flow.name, quiet=True
                )
            )
    outcome: Outcome = whole._done()
    return outcome


def _documents(
    plain: Plain, frame: Frame, parts: list[str], groups: Any, whole: Any, run: Any
) -> Iterator[Outcome]:
    block = plain.flow.split
    assert block is not None
    for index, (key, (rows, keys)) in enumerate(groups.items()):
        own = top_frame(plain, frame.record, frame.facts, dict(frame.shares), frame.trace)
        own.names, own.names_at = {**keys, block.name: rows}, {block.name: where(block.rows)[0]}
        own.notes = list(frame.notes)
        document = run(plain, own, [*parts, *key], remarks=list(whole.remarks) if index == 0 else [])
        yield document.lines_only()


__all__ = ["HELD", "groups_of", "row_frames"]
