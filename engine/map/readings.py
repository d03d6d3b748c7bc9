"""What one expression read in one frame of a traced run, as things to tell.

Fields, settings, links and steps in the order written; named values are opened up, and of a share
what went into it. Before: a traced run. After: `trace`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from engine.check import typed as t
from engine.compile.frame import Frame
from engine.compile.places import where

Lets = dict[str, t.Expr]


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing a line read or did: `kind` is field, setting, link, name, step, made or row."""

    kind: str
    text: str
    value: Any = None
    expr: t.Expr | None = None


class Reader:
    """Walks an expression and tells the values its leaves and steps gave in one frame."""

    def __init__(self, by_expr: dict[int, list[tuple[Any, Frame]]], shares: dict[str, t.SharePlan]):
        self.by_expr = by_expr
        self.shares = shares
        self.told: set[int] = set()

    def values(self, expr: t.Expr, frame: Frame) -> list[Any]:
        """Every value the expression gave in the frame, or in the rows summed up right below it."""
        found = self.by_expr.get(id(expr), ())
        return [value for value, of in found if of is frame or of.parent is frame]

    def read(self, expr: t.Expr, scopes: list[Lets], frame: Frame) -> Iterator[Reading]:
        """What the expression read, in the order written; `scopes` are the named values of each frame."""
        if id(expr) in self.told:
            return
        self.told.add(id(expr))
        values = self.values(expr, frame)
        value = values[0] if len(values) == 1 else values
        if not values:  # not asked, or it stopped: what is inside may have been
            for inner in children(expr):
                yield from self.read(inner, scopes, frame)
        elif isinstance(expr, t.Let):
            yield from self._let(expr, value, scopes, frame)
        elif isinstance(expr, (t.Get, t.Joined)) and _is_field(expr):
            if not _bulky(value):
                yield Reading("field", where(expr)[0], value, expr)
        elif isinstance(expr, t.SettingOf):
            yield Reading("setting", expr.name, value, expr)
        elif isinstance(expr, t.Share):
            yield from self._share(expr, value, frame)
        elif isinstance(expr, (t.Named, t.Typed)):
            yield Reading("name", expr.name, value, expr)
        elif isinstance(expr, t.Today):
            yield Reading("name", "today", value, expr)
        else:
            yield from self._inside(expr, value, scopes, frame)

    def _let(self, expr: t.Let, value: Any, scopes: list[Lets], frame: Frame) -> Iterator[Reading]:
        place, owner = len(scopes) - 1 - expr.up, frame
        for _ in range(expr.up):
            owner = owner.parent or owner
        inner = scopes[place].get(expr.name) if place >= 0 else None
        yield Reading("name", expr.name, value, expr)
        if inner is not None:
            yield from self.read(inner, scopes[: place + 1], owner)

    def _share(self, expr: t.Share, value: Any, frame: Frame) -> Iterator[Reading]:
        """A share is computed over the batch before any record is mapped; here is what went into it."""
        plan = self.shares[expr.name]
        for word, part in (("of", plan.of), ("part", plan.part), ("whole", plan.whole)):
            for found, of in self.by_expr.get(id(part), ()):
                if of.record is frame.record:
                    yield Reading("field", f"{word} {where(part)[0]}", found, part)
                    break
        yield Reading("made", "apportion", value, expr)

    def _inside(self, expr: t.Expr, value: Any, scopes: list[Lets], frame: Frame) -> Iterator[Reading]:
        deeper = [*scopes, {}] if isinstance(expr, t.SumOf) else scopes
        for inner in children(expr):
            yield from self.read(inner, scopes if inner is getattr(expr, "each", None) else deeper, frame)
        if isinstance(expr, t.Lookup):
            keys = [self.values(key, frame)[:1] for key in expr.keys]
            shown = ", ".join(str(found[0]) if found else "?" for found in keys)
            taken = f", {expr.take}" if expr.take else ""
            yield Reading("link", f"{expr.via} {shown}{taken}", value, expr)
        elif value is None:  # a step on nothing is no news
            return
        elif isinstance(expr, t.Apply):
            yield Reading("step", expr.name, value, expr)
        elif isinstance(expr, t.Table):
            yield Reading("step", f"values {expr.setting or 'table'}", value, expr)
        elif isinstance(expr, t.Scaled):
            yield Reading("step", f"round to {expr.places}", value, expr)
        elif isinstance(expr, t.SumOf):
            yield Reading("made", "sum", value, expr)
        elif isinstance(expr, t.Call) and expr.name not in ("first", "not_null"):
            yield Reading("made", expr.name, value, expr)


def _bulky(value: Any) -> bool:
    """Whether it is rows or an object, of which only single members are worth telling."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict) for v in value))


def _is_field(expr: t.Expr) -> bool:
    """Whether it is a member of the record, and not of what a lookup or a name gave."""
    while isinstance(expr, (t.Get, t.Joined, t.Keyed, t.At)):
        expr = expr.base
    return isinstance(expr, (t.Current, t.Root, t.Named, t.Result))


def walk(expr: t.Expr) -> Iterator[t.Expr]:
    """An expression and everything inside it."""
    yield expr
    for inner in children(expr):
        yield from walk(inner)


def children(expr: t.Expr) -> Iterator[t.Expr]:
    """The expressions inside one, in the order written."""
    for field in fields(expr):
        if field.name not in ("type", "span"):
            yield from _exprs(getattr(expr, field.name))


def _exprs(value: Any) -> Iterator[t.Expr]:
    if isinstance(value, t.Expr):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _exprs(item)
