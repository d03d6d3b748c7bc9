"""What is to be said of a record, in places people can find: in the source, in the mapping.

A stop knows the field it met, from the element at hand; a remark names it from the record, beside
the line and its file. Before: `compile/places`. After: `run`, which collects them.
"""

from __future__ import annotations

from engine.check.typed import Expr, RulePlan
from engine.compile.frame import Frame, Stop
from engine.compile.places import where
from engine.map.outcome import Remark
from engine.spec.problem import Span


def remark_of(stop: Stop, address: str, frame: Frame, span: Span | None = None) -> Remark:
    """A stop met at this address of the mapping, seen from the record."""
    at = stop.at if stop.absolute else _inside(frame.at, stop.at)
    name, dot, rest = at.partition(".")
    if name in frame.names_at:  # `line.LineAmount` is a name of the mapping's; people look for LineItems[0]
        at = f"{frame.names_at[name]}{dot}{rest}"
    place = place_of(span) if span is not None else ""
    return Remark(stop.status, stop.code, stop.text, at, stop.value, stop.fix, address, place)


def remark_of_rule(kind: str, rule: RulePlan, text: str, at: str) -> Remark:
    """What a rule has to say where it acted."""
    place = place_of(rule.span)
    return Remark(kind, rule.code, text, at, None, "", rule.address, place, rule.note, rule.quiet)


def read_at(expr: Expr, frame: Frame) -> str:
    """The path in the record of the field an expression reads."""
    at, absolute = where(expr)
    return at if absolute else _inside(frame.at, at)


def row_at(frame: Frame) -> str:
    """The path in the record of the row a frame stands for."""
    return frame.at or next(iter(frame.names_at.values()), "")


def place_of(span: Span) -> str:
    """The file and line of a piece of a mapping."""
    return f"{span.file}:{span.line}"


def _inside(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if outer and inner else outer or inner
