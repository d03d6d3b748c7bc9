"""A flow with the closures of all its expressions: what the plain reading runs."""

from __future__ import annotations

from typing import Any

from engine.check.typed import Expr, Flow, ListPlan, PartPlan, Put, RulePlan
from engine.compile.closures import compile_expr
from engine.compile.frame import Facts, Frame, Function


class Plain:
    """A flow's functions by expression. `traced` ones note every value for `explain`."""

    def __init__(self, flow: Flow, traced: bool = False):
        self.flow = flow
        self.traced = traced
        self._built: dict[int, tuple[Expr, Function]] = {}
        self.let = self.lets(flow.let)
        self.split_let = self.lets(flow.split.let) if flow.split is not None else {}
        self.group_let = self.lets(flow.group.let) if flow.group is not None else {}
        self.part_lets = {id(part): self.lets(part.let) for line in flow.lines for part in _parts(line)}
        for expr in _expressions(flow):
            self.of(expr)

    def of(self, expr: Expr) -> Function:
        """The closure of an expression."""
        found = self._built.get(id(expr))
        if found is None:
            found = self._built[id(expr)] = (expr, compile_expr(expr, self.traced))
        return found[1]

    def lets(self, named: tuple[tuple[str, Expr], ...]) -> dict[str, Function]:
        """Named values as functions."""
        return {name: self.of(expr) for name, expr in named}

    def value(self, expr: Expr, frame: Frame) -> Any:
        """The value of an expression at the top of a frame."""
        return self.of(expr)(frame, frame.current)


def top_frame(
    plain: Plain, record: Any, facts: Facts, shares: dict[str, Any], trace: list[Any] | None = None
) -> Frame:
    """The frame of a whole record."""
    frame = Frame(record, record, facts, plain.let)
    frame.shares = shares
    frame.trace = trace
    frame.names, frame.names_at, frame.notes = {}, {}, []
    return frame


def _parts(line: Put | ListPlan) -> list[PartPlan]:
    if isinstance(line, Put):
        return []
    return [inner for part in line.parts for inner in (part, *(p for one in part.lines for p in _parts(one)))]


def _expressions(flow: Flow) -> list[Expr]:
    found: list[Expr | None] = [*flow.identity, flow.only_when, *_rules(flow.rules)]
    for line in flow.lines:
        found += [line.when, line.expr if isinstance(line, Put) else None]
    return [expr for expr in found if expr is not None]


def _rules(rules: tuple[RulePlan, ...]) -> list[Expr | None]:
    return [expr for rule in rules for expr in (rule.when, rule.say)]
