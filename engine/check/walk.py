"""Every expression of a flow, wherever it stands: what checks and sorting look through."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from engine.check import typed as t

INSIDE = (t.Put, t.ListPlan, t.PartPlan, t.RulePlan, t.RowsPlan, t.TotalPlan, t.SharePlan)
HOLDS = re.compile(r"\b(Expr|Template|Put|\w+Plan)\b")  # what a member is that may hold expressions


def expressions(flow: t.Flow) -> Iterator[t.Expr]:
    """The expressions of a flow and all expressions inside them."""
    yield from _inside(flow)


def _members(kind: Any) -> tuple[str, ...]:
    if not issubclass(kind, (t.Expr, t.Flow, *INSIDE)):
        return ()
    return tuple(field.name for field in fields(kind) if HOLDS.search(str(field.type)))


members: Callable[[Any], tuple[str, ...]] = cache(_members)
"""The members of a kind that may hold expressions; none of what is no plan."""


def _inside(flow: t.Flow) -> Iterator[t.Expr]:
    waiting: list[Any] = [flow]
    while waiting:
        thing = waiting.pop()
        if thing.__class__ is tuple:
            waiting.extend(reversed(thing))
            continue
        if isinstance(thing, t.Expr):
            yield thing
        for name in reversed(members(thing.__class__)):
            inner = getattr(thing, name)
            if inner:
                waiting.append(inner)
