"""Walking through typed expressions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check import typed as t
from engine.check.walk import members


def children(expr: t.Expr) -> Iterator[t.Expr]:
    """The expressions an expression is made of."""
    for name in members(expr.__class__):
        part = getattr(expr, name)
        for one in part if isinstance(part, tuple) else (part,):
            for inner in one if isinstance(one, tuple) else (one,):
                if isinstance(inner, t.Expr):
                    yield inner


def sums_in(expr: t.Expr) -> Iterator[t.SumOf]:
    """The sums an expression is made of."""
    if isinstance(expr, t.SumOf):
        yield expr
        return
    for child in children(expr):
        yield from sums_in(child)
