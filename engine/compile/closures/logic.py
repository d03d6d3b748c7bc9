"""Conditions and choices: `||`, `&&`, `!`, comparisons, defaults, `pick`."""

from __future__ import annotations

import operator
from typing import Any

from engine.check import typed as t
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function
from engine.vocabulary.functions import truth

COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


@reads(t.Either)
def either(expr: t.Either, build: Build) -> Function:
    """The first value if it decides, else the second, which is then not looked at before."""
    left, right, both = build(expr.left), build(expr.right), expr.both

    def choose(frame: Frame, current: Any) -> Any:
        value = left(frame, current)
        return right(frame, current) if truth(value) is both else value

    return choose


@reads(t.Not)
def negation(expr: t.Not, build: Build) -> Function:
    """What is not true."""
    of = build(expr.of)
    return lambda frame, current: not truth(of(frame, current))


@reads(t.Compare)
def comparison(expr: t.Compare, build: Build) -> Function:
    """Like with like; to order what is missing gives missing."""
    left, right, compare = build(expr.left), build(expr.right), COMPARE[expr.op]
    ordering = expr.op not in ("eq", "ne")

    def test(frame: Frame, current: Any) -> Any:
        a, b = left(frame, current), right(frame, current)
        if ordering and (a is None or b is None):
            return None
        return compare(a, b)

    return test


@reads(t.Default)
def default(expr: t.Default, build: Build) -> Function:
    """Another value where the first is missing."""
    return first_of([build(expr.of), build(expr.otherwise)])


@reads(t.Pick)
def pick(expr: t.Pick, build: Build) -> Function:
    """The first choice whose condition holds; its footnote acts if it gives a value."""
    choices = [
        (build(when) if when is not None else None, build(value), note)
        for (when, value), note in zip(expr.choices, expr.notes, strict=True)
    ]

    def choose(frame: Frame, current: Any) -> Any:
        for when, value, note in choices:
            if when is None or truth(when(frame, current)):
                found = value(frame, current)
                if note and found is not None and note not in frame.notes:
                    frame.notes.append(note)
                return found
        return None

    return choose


def first_of(values: list[Function]) -> Function:
    """The first value that is not missing; those after it are not asked for."""

    def first(frame: Frame, current: Any) -> Any:
        for value in values:
            found = value(frame, current)
            if found is not None:
                return found
        return None

    return first
