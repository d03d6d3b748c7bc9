"""Every expression of a flow, wherever it stands: what checks and sorting look through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from engine.check import typed as t

INSIDE = (t.Put, t.ListPlan, t.PartPlan, t.RulePlan, t.RowsPlan, t.TotalPlan, t.SharePlan)
SPEC = ("mapping", "line", "rule", "part", "span", "type")  # what it was made of: no expressions


def expressions(flow: t.Flow) -> Iterator[t.Expr]:
    """The expressions of a flow and all expressions inside them."""
    yield from _inside(flow)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The members of a kind that may hold expressions, last first; none of what is no plan."""
    if not issubclass(kind, (t.Expr, t.Flow, *INSIDE)):
        return ()
    return tuple(field.name for field in reversed(fields(kind)) if field.name not in SPEC)


def _inside(flow: t.Flow) -> Iterator[t.Expr]:
    waiting: list[Any] = [flow]
    while waiting:
        thing = waiting.pop()
        if thing.__class__ is tuple:
            waiting.extend(reversed(thing))
            continue
        if isinstance(thing, t.Expr):
            yield thing
        waiting.extend([getattr(thing, name) for name in _names(thing.__class__)])
