"""Lists: an element, the elements a filter lets through, and their strict sum.

A projection drops what is missing, as JMESPath does; a sum must not, since half a sum is a wrong
amount: it holds the record and names the element.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.check import typed as t
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function, Stop
from engine.compile.places import Place, held, where
from engine.vocabulary.functions import truth


@reads(t.At)
def at(expr: t.At, build: Build) -> Function:
    """An element by position; missing beyond either end."""
    base, index = build(expr.base), expr.index

    def read(frame: Frame, current: Any) -> Any:
        found = base(frame, current)
        if not found or not -len(found) <= index < len(found):
            return None
        return found[index]

    return read


@reads(t.ListOf)
def written_out(expr: t.ListOf, build: Build) -> Function:
    """A list written out in the expression."""
    items = [build(item) for item in expr.items]
    return lambda frame, current: [item(frame, current) for item in items]


@reads(t.Pipe)
def pipe(expr: t.Pipe, build: Build) -> Function:
    """One expression after the other; what is missing goes no further."""
    base, then = build(expr.base), build(expr.then)

    def read(frame: Frame, current: Any) -> Any:
        value = base(frame, current)
        return None if value is None else then(frame, value)

    return read


@reads(t.Project)
def project(expr: t.Project, build: Build) -> Function:
    """A value of each element that passes the filter, without the missing ones."""
    base, each, flat = build(expr.base), build(expr.each), expr.flat
    test, place = _filter(expr.where, build), where(expr.base)

    def read(frame: Frame, current: Any) -> Any:
        listed = base(frame, current)
        if listed is None:
            return None
        found = []
        for index, row in enumerate(_flattened(listed) if flat else listed):
            try:
                if row is None or not truth(test(frame, row)):
                    continue
                value = each(frame, row)
            except Stop as stop:
                raise _under(stop, place.then(f"[{index}]")) from None
            if value is not None:
                found.append(value)
        return found

    return read


def sum_of_projection(listed: t.Project, build: Build) -> Function:
    """`sum(list[*].member)`: strict, so not a sum over what the projection leaves."""
    base, each = build(listed.base), build(listed.each)
    test, place, inner = _filter(listed.where, build), where(listed.base), where(listed.each).at

    def total(frame: Frame, current: Any) -> Any:
        rows = base(frame, current)
        if rows is None:
            return None
        result = Decimal(0)
        for index, row in enumerate(rows):
            try:
                if row is None or not truth(test(frame, row)):
                    continue
                value = each(frame, row)
            except Stop as stop:
                raise _under(stop, place.then(f"[{index}]")) from None
            if value is None:
                raise amount_missing(place.then(f"[{index}].{inner}"))
            result += value
        return result

    return total


@reads(t.SumOf)
def sum_of(expr: t.SumOf, build: Build) -> Function:
    """`let`'s sum: each element is a frame of its own, so that names resolve in it."""
    base, each = build(expr.each), build(expr.of)
    test, place = _filter(expr.where, build), where(expr.each)

    def total(frame: Frame, current: Any) -> Any:
        rows = base(frame, current)
        if rows is None:
            return None
        result = Decimal(0)
        for index, row in enumerate(rows):
            own = place.then(f"[{index}]")
            inner = Frame(frame.record, row, frame.facts, {}, frame, own.at)
            try:
                if not truth(test(inner, row)):
                    continue
                value = each(inner, row)
            except Stop as stop:
                raise _under(stop, own) from None
            if value is None:
                raise amount_missing(own)
            result += value
        return result

    return total


def amount_missing(place: Place) -> Stop:
    """The stop for a sum one of whose amounts is not there."""
    text = "this amount is missing, so the sum is not known"
    return held("missing", text, place, fix="complete the record, or give the file that has it")


def _filter(expr: t.Expr | None, build: Build) -> Function:
    return build(expr) if expr is not None else lambda frame, current: True


def _flattened(listed: list[Any]) -> list[Any]:
    return [inner for row in listed if row is not None for inner in (row if row.__class__ is list else [row])]


def _under(stop: Stop, place: Place) -> Stop:
    """A stop of an element, seen from its list."""
    stop.under(place.at)
    stop.absolute = stop.absolute or place.absolute
    return stop
