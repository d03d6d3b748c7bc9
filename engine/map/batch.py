"""Records of one flow into outcomes: one by one, or gathered where the mapping says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.compile.frame import Facts
from engine.map.outcome import Outcome
from engine.map.plain import Plain
from engine.map.record import map_record
from engine.map.rollup import Rollup
from engine.map.shares import shares_of


def map_batch(
    plain: Plain, records: Iterable[Any], facts: Facts, trace: list[Any] | None = None
) -> Iterator[Outcome]:
    """The outcomes of records, in order. Streams, unless shares or totals need all of them."""
    flow = plain.flow
    if flow.group is not None:
        rollup = Rollup(plain, facts, trace)
        for record in records:
            outcome = rollup.add(record)
            if outcome is not None:
                yield outcome
        yield from rollup.outcomes()
        return
    if flow.shares:
        held = list(records)
        for record, shares in zip(held, shares_of(plain, held, facts, trace), strict=True):
            yield from map_record(plain, record, facts, shares, trace)
        return
    for record in records:
        yield from map_record(plain, record, facts, None, trace)
