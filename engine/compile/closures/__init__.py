"""Typed expressions into closures: the plain reading, which says what an expression means.

One small function per kind of node, by noun: `names`, `fields`, `lists`, `logic`, `calls`, `links`,
`steps`. The generated source (`source`) must agree with them on every record; where it meets
anything odd it hands the record over to these. Before: `check`. After: `map/plain`, which runs them.
"""

from __future__ import annotations

from typing import Any

from engine.check.typed import Expr
from engine.compile.closures import calls, fields, links, lists, logic, names, steps
from engine.compile.closures.registry import READERS
from engine.compile.frame import Frame, Function

NOUNS = (names, fields, lists, logic, calls, links, steps)


def compile_expr(expr: Expr, traced: bool = False) -> Function:
    """The closure of an expression; `traced` ones note every value on the frame's trace."""

    def build(node: Expr) -> Function:
        function = READERS[type(node)](node, build)
        return _tracing(node, function) if traced else function

    return build(expr)


def _tracing(expr: Expr, function: Function) -> Function:
    def traced(frame: Frame, current: Any) -> Any:
        value = function(frame, current)
        if frame.trace is not None:
            frame.trace.append((expr, value, frame))
        return value

    return traced
