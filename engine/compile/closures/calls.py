"""Functions of the closed set, JMESPath's and `let`'s, called with exact values."""

from __future__ import annotations

from typing import Any

from engine.check import typed as t
from engine.compile.closures.lists import amount_missing, sum_of_projection
from engine.compile.closures.logic import first_of
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function
from engine.compile.places import RECORD, held, where
from engine.vocabulary.functions import FUNCTIONS, Missing
from engine.vocabulary.wire import BadValue


@reads(t.Call)
def call(expr: t.Call, build: Build) -> Function:
    """A function of its arguments; a strict one of a missing argument is missing."""
    name, first = expr.name, expr.args[0] if expr.args else None
    if name == "sum" and isinstance(first, t.Project):
        return sum_of_projection(first, build)
    args = [build(arg) for arg in expr.args]
    if name in ("first", "not_null"):
        return first_of(args)
    apply, strict = FUNCTIONS[name].apply, FUNCTIONS[name].strict
    place = where(first) if first is not None else RECORD

    def value(frame: Frame, current: Any) -> Any:
        given = [arg(frame, current) for arg in args]
        if strict and any(one is None for one in given):
            return None
        try:
            return apply(*given)
        except Missing as missing:
            raise amount_missing(place.then(f"[{missing.index}]")) from None
        except BadValue as wanted:
            raise held("cannot-compute", f"{name} needs {wanted}", place, given[0]) from None

    return value
