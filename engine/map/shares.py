"""`apportion`: shares of a whole that add up over several records (payments net of tax).

Over the live records of one group the shares add up to round(paid to date × part ÷ whole, 2).
A share written before is never rewritten; new ones follow the written ones in the order given.
Source of the rule: the vendor's overview footnote on bill payments, read as net amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any

from engine.check.typed import SharePlan
from engine.compile.frame import Facts, Stop
from engine.map.plain import Plain, top_frame
from engine.map.record import identity
from engine.vocabulary.functions import EXACT, ratio, truth
from engine.vocabulary.wire import BadValue, decimal_of

PLACES = 2


def shares_of(
    plain: Plain, records: Sequence[Any], facts: Facts, trace: list[Any] | None = None
) -> list[dict[str, Any]]:
    """For every record its shares by name: a Decimal, None, or the Stop that keeps it unknown."""
    found: list[dict[str, Any]] = [{} for _ in records]
    with localcontext(EXACT):
        for plan in plain.flow.shares:
            _apportion(plain, plan, records, facts, found, trace)
    return found


def _apportion(
    plain: Plain,
    plan: SharePlan,
    records: Sequence[Any],
    facts: Facts,
    found: list[dict[str, Any]],
    trace: list[Any] | None,
) -> None:
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for index, record in enumerate(records):
        frame = top_frame(plain, record if record.__class__ is dict else {}, facts, {}, trace)
        try:
            if plan.when is not None and not truth(plain.value(plan.when, frame)):
                found[index][plan.name] = None
                continue
            own = identity(plain, frame)[0]
            by, of, part, whole = (plain.value(e, frame) for e in (plan.by, plan.of, plan.part, plan.whole))
            order = tuple(plain.value(e, frame) for e in plan.order)
        except Stop as stop:
            found[index][plan.name] = stop
            continue
        if None in (by, of, part, whole, *order):
            found[index][plan.name] = None
            continue
        written = _written(facts, own, plan.wrote)
        groups.setdefault(str(by), []).append((written is None, order, index, of, part, whole, written))
    for rows in groups.values():
        _one_group(sorted(rows, key=lambda row: row[:3]), plan.name, found)


def _written(facts: Facts, own: str, name: str) -> Decimal | None:
    memory = facts.wrote.get(own)
    raw = memory.get(name) if memory is not None and name else None
    return None if raw is None else decimal_of(raw)


def _one_group(rows: list[tuple[Any, ...]], name: str, found: list[dict[str, Any]]) -> None:
    paid, posted = Decimal(0), Decimal(0)
    for _, _, index, of, part, whole, written in rows:
        paid += of
        try:
            share = written if written is not None else ratio(paid, part, whole, PLACES) - posted
        except BadValue as bad:
            found[index][name] = Stop("held", "cannot-compute", f"the share needs {bad}", absolute=True)
            continue
        posted += share
        found[index][name] = share
