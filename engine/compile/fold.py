"""A flow with a customer's settings put in: what they decide once is not asked for every record.

Only for generated source. A condition on settings alone becomes true or false, a choice that
cannot be taken goes, a rule or line that cannot act goes. What a missing required setting would
hold stays as it is, for the plain reading to say.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, cast

from engine.check import typed as t
from engine.check.walk import members
from engine.vocabulary.functions import EXACT, FUNCTIONS, truth
from engine.vocabulary.transforms import TRANSFORMS
from engine.vocabulary.wire import BadValue

PLAIN = (str, int, bool, Decimal, date)
SETTLED = {t.Get, t.Const, t.Current, t.Root, t.Named, t.Result, t.Let, t.Keyed, t.Joined, t.At, t.Project}
ORDER = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}


def folded(flow: t.Flow, settings: Mapping[str, Any]) -> t.Flow:
    """The flow for these settings."""
    fold = _Fold(settings)
    fold.lets.append(dict(flow.let))
    fold.group_let = dict(flow.group.let) if flow.group is not None else {}
    each = flow.each
    return dataclasses.replace(
        flow,
        only_when=fold.condition(flow.only_when),
        let=fold.named(flow.let),
        rules=fold.rules(flow.rules),
        lines=fold.lines(flow.lines),
        each=None if each is None else (fold.expr(each[0]), each[1], fold.expr(each[2])),
        split=fold.rows(flow.split),
        group=fold.rows(flow.group),
        totals=tuple(fold.total(total) for total in flow.totals),
        into=None if flow.into is None else (flow.into[0], fold.expr(flow.into[1])),
    )


class _Fold:
    def __init__(self, settings: Mapping[str, Any]):
        self.settings = settings
        self.done: dict[int, tuple[t.Expr, t.Expr]] = {}
        self.group_let: dict[str, t.Expr] = {}
        self.lets: list[dict[str, t.Expr]] = []  # named values of the scopes around, innermost last

    # ------------------------------------------------------------ expressions

    def expr(self, expr: t.Expr) -> t.Expr:
        """The expression with settings put in; the same object gives the same object."""
        known = self.done.get(id(expr))
        if known is None:
            known = self.done[id(expr)] = (expr, self._simpler(self._inside(expr)))
        return known[1]

    def _inside(self, expr: t.Expr) -> t.Expr:
        if isinstance(expr, t.SettingOf):
            return self._setting(expr)
        if isinstance(expr, t.Let):
            return self._let(expr)
        if isinstance(expr, t.SumOf):
            return self._sum(expr)
        changed = {}
        for name in members(expr.__class__):
            value = getattr(expr, name)
            new = self._part(value)
            if new is not value:
                changed[name] = new
        return dataclasses.replace(expr, **changed) if changed else expr

    def _let(self, expr: t.Let) -> t.Expr:
        """A named value that settings decide is that constant."""
        own = self.lets[-1 - expr.up].get(expr.name) if expr.up < len(self.lets) else None
        if own is None:
            return expr
        outer, self.lets = self.lets, self.lets[: len(self.lets) - expr.up]
        found = self.expr(own)
        self.lets = outer
        return found if isinstance(found, t.Const) else expr

    def _sum(self, expr: t.SumOf) -> t.Expr:
        each = self.expr(expr.each)
        self.lets.append({})
        of, where = self.expr(expr.of), self.expr(expr.where) if expr.where is not None else None
        self.lets.pop()
        return dataclasses.replace(expr, each=each, of=of, where=where)

    def _part(self, value: Any) -> Any:
        if isinstance(value, t.Expr):
            return self.expr(value)
        if isinstance(value, tuple) and value:
            new = tuple(self._part(one) for one in value)
            return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
        return value

    def _setting(self, expr: t.SettingOf) -> t.Expr:
        value = self.settings.get(expr.name)
        if value is None:
            return expr if expr.required else t.Const(t.NULL, expr.span, None)
        return t.Const(expr.type, expr.span, value) if isinstance(value, PLAIN) else expr

    def _simpler(self, expr: t.Expr) -> t.Expr:
        if expr.__class__ in SETTLED:
            return expr
        if isinstance(expr, t.Not) and isinstance(expr.of, t.Const):
            return t.Const(t.BOOLEAN, expr.span, not truth(expr.of.value))
        if isinstance(expr, t.Compare):
            return self._compare(expr)
        if isinstance(expr, t.Either) and isinstance(expr.left, t.Const):
            return expr.right if truth(expr.left.value) is expr.both else expr.left
        if isinstance(expr, t.Pick):
            return self._pick(expr)
        if isinstance(expr, t.Table) and expr.setting and not self.settings.get(expr.setting):
            # what it would look up is still read: a wrong value there is bad, table or not
            return dataclasses.replace(expr, setting="", table=())
        if isinstance(expr, t.Default):
            return self._first(t.Call(expr.type, expr.span, "first", (expr.of, expr.otherwise)))
        if isinstance(expr, t.Call) and expr.name in ("first", "not_null"):
            return self._first(expr)
        if isinstance(expr, t.Apply) and isinstance(expr.of, t.Const):
            return self._applied(expr, expr.of)
        if isinstance(expr, t.Linked) and all(_absent(key) for key in expr.keys):
            return t.Const(t.BOOLEAN, expr.span, False)
        return self._called(expr) if isinstance(expr, t.Call) else expr

    def _called(self, expr: t.Call) -> t.Expr:
        """A function of constants, if it goes through; a factor of one is none."""
        if expr.name == "times":
            factors = tuple(arg for arg in expr.args if not (isinstance(arg, t.Const) and _one(arg.value)))
            if len(factors) == 1:
                return factors[0]
            expr = dataclasses.replace(expr, args=factors or expr.args)
        values = [arg.value for arg in expr.args if isinstance(arg, t.Const)]
        if not values or len(values) < len(expr.args) or None in values:
            return expr
        try:
            with localcontext(EXACT):
                found = FUNCTIONS[expr.name].apply(*values)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return expr
        return t.Const(expr.type, expr.span, found) if isinstance(found, PLAIN) else expr

    def _applied(self, expr: t.Apply, of: t.Const) -> t.Expr:
        """A transform of a constant, if its arguments are constants too and it goes through."""
        if of.value is None:
            return of
        given = {key: argument.value for key, argument in expr.args if isinstance(argument, t.Const)}
        if len(given) != len(expr.args) or None in given.values():
            return expr
        try:
            return t.Const(expr.type, expr.span, TRANSFORMS[expr.name].apply(of.value, **given))
        except BadValue:
            return expr

    def _compare(self, expr: t.Compare) -> t.Expr:
        left, right = expr.left, expr.right
        if isinstance(left, t.Const) and isinstance(right, t.Const) and expr.op in ("eq", "ne"):
            return t.Const(t.BOOLEAN, expr.span, (left.value == right.value) is (expr.op == "eq"))
        missing = any(isinstance(side, t.Const) and side.value is None for side in (left, right))
        if missing and expr.op not in ("eq", "ne"):
            return t.Const(t.NULL, expr.span, None)
        if (
            isinstance(left, t.Const)
            and isinstance(right, t.Const)
            and left.value.__class__ is right.value.__class__
        ):
            return t.Const(t.BOOLEAN, expr.span, ORDER[expr.op](left.value, right.value))
        return expr

    def _pick(self, expr: t.Pick) -> t.Expr:
        choices, notes = [], []
        for (when, value), note in zip(expr.choices, expr.notes, strict=True):
            if isinstance(when, t.Const):
                if not truth(when.value):
                    continue
                when = None
            choices.append((when, value))
            notes.append(note)
            if when is None:
                break
        if not choices:
            return t.Const(t.NULL, expr.span, None)
        if len(choices) == 1 and choices[0][0] is None and not notes[0]:
            return choices[0][1]
        return dataclasses.replace(expr, choices=tuple(choices), notes=tuple(notes))

    def _first(self, expr: t.Call) -> t.Expr:
        args = [arg for arg in expr.args if not (isinstance(arg, t.Const) and arg.value is None)]
        if not args:
            return t.Const(t.NULL, expr.span, None)
        return args[0] if len(args) == 1 else dataclasses.replace(expr, args=tuple(args))

    # ------------------------------------------------------------ blocks

    def condition(self, expr: t.Expr | None) -> t.Expr | None:
        """A condition; None if it always holds."""
        if expr is None:
            return None
        found = self.expr(expr)
        return None if isinstance(found, t.Const) and truth(found.value) else found

    def never(self, expr: t.Expr | None) -> bool:
        """Whether a condition can never hold."""
        return isinstance(expr, t.Const) and not truth(expr.value)

    def named(self, lets: tuple[tuple[str, t.Expr], ...]) -> tuple[tuple[str, t.Expr], ...]:
        """Named values."""
        return tuple((name, self.expr(expr)) for name, expr in lets)

    def rules(self, rules: tuple[t.RulePlan, ...]) -> tuple[t.RulePlan, ...]:
        """The rules that may act."""
        found = []
        for rule in rules:
            when = self.expr(rule.when)
            if not self.never(when):
                say = self.expr(rule.say) if rule.say is not None else None
                found.append(dataclasses.replace(rule, when=when, say=cast("t.Template | None", say)))
        return tuple(found)

    def lines(self, lines: tuple[t.Put | t.ListPlan, ...]) -> tuple[t.Put | t.ListPlan, ...]:
        """The lines that may write."""
        found: list[t.Put | t.ListPlan] = []
        for line in lines:
            when = self.condition(line.when)
            if self.never(when):
                continue
            if isinstance(line, t.ListPlan):
                parts = tuple(part for one in line.parts if (part := self.part(one)) is not None)
                found.append(dataclasses.replace(line, when=when, parts=parts))
                continue
            expr = self.expr(line.expr)
            if not (isinstance(expr, t.Const) and expr.value is None and line.missing == "omit"):
                found.append(dataclasses.replace(line, when=when, expr=expr))
        return tuple(found)

    def part(self, part: t.PartPlan) -> t.PartPlan | None:
        """A part that may have rows."""
        when = self.condition(part.when) if part.each is not None else None
        if self.never(when):
            return None
        each = self.expr(part.each) if part.each is not None else None
        self.lets.append(dict(part.let))
        if part.each is None:
            when = self.condition(part.when)
        found = dataclasses.replace(
            part,
            when=when,
            each=each,
            key=self.expr(part.key) if part.key is not None else None,
            group=self.expr(part.group) if part.group is not None else None,
            let=self.named(part.let),
            rules=self.rules(part.rules),
            lines=self.lines(part.lines),
        )
        self.lets.pop()
        return None if self.never(found.when) else found

    def rows(self, block: t.RowsPlan | None) -> t.RowsPlan | None:
        """The rows of a split or group."""
        if block is None:
            return None
        listed = self.expr(block.rows)
        self.lets.append(dict(block.let))
        found = dataclasses.replace(
            block,
            rows=listed,
            let=self.named(block.let),
            rules=self.rules(block.rules),
            by=self.named(block.by),
        )
        self.lets.pop()
        return found

    def total(self, total: t.TotalPlan) -> t.TotalPlan:
        """A total."""
        self.lets.append(self.group_let)
        of = self.expr(total.of) if total.of is not None else None
        when = self.condition(total.when)
        self.lets.pop()
        return dataclasses.replace(total, of=of, when=when)


def _absent(expr: t.Expr) -> bool:
    return isinstance(expr, t.Const) and expr.value is None


def _one(value: Any) -> bool:
    return value.__class__ is int and value == 1
