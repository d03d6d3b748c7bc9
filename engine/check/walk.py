"""Every expression of a flow, wherever it stands: what checks and sorting look through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from engine.check import typed as t

INSIDE = (t.Put, t.ListPlan, t.PartPlan, t.RulePlan, t.RowsPlan, t.TotalPlan, t.SharePlan)


def expressions(flow: t.Flow) -> Iterator[t.Expr]:
    """The expressions of a flow and all expressions inside them."""
    yield from _inside(flow)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(
        field.name for field in fields(kind) if field.name not in ("mapping", "line", "rule", "part")
    )


def _inside(thing: Any) -> Iterator[t.Expr]:
    if isinstance(thing, tuple):
        for one in thing:
            yield from _inside(one)
    elif isinstance(thing, (t.Expr, t.Flow, *INSIDE)):
        if isinstance(thing, t.Expr):
            yield thing
        for name in _names(type(thing)):
            yield from _inside(getattr(thing, name))
