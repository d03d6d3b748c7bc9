"""Every expression of a flow, wherever it stands: what checks and sorting look through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from engine.check import typed as t

INSIDE = (t.Put, t.ListPlan, t.PartPlan, t.RulePlan, t.RowsPlan, t.TotalPlan, t.SharePlan)
SPEC = ("mapping", "line", "rule", "part", "span")  # what a plan was made of; no expressions in there


def expressions(flow: t.Flow) -> Iterator[t.Expr]:
    """The expressions of a flow and all expressions inside them."""
    yield from _inside(flow)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in SPEC)


def _inside(thing: Any) -> Iterator[t.Expr]:
    if isinstance(thing, tuple):
        for one in thing:
            yield from _inside(one)
    elif isinstance(thing, (t.Expr, t.Flow, *INSIDE)):
        if isinstance(thing, t.Expr):
            yield thing
        kind: Any = type(thing)
        for name in _names(kind):
            yield from _inside(getattr(thing, name))
