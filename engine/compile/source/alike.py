"""Rows that cannot be told apart: the keys found for one serve all the others.

Job costs are a million lines on a few thousand pairs of project and item. What a row is counted under
depends on a few short values, its inputs, and so do the rules that might leave it out. Where the inputs
settle every rule, the keys are remembered by them; any other row goes the whole way each time. A rule
that looks at more is settled if a side of its `&&` is, and false: that a row without an item and without
an amount is left out says nothing about rows with an item, whatever their amounts.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.check import typed as t
from engine.compile.source.keys import Here, Scope, top
from engine.compile.source.rows import leave_out
from engine.compile.source.walk import children
from engine.compile.source.writer import Writer

MOST_REMEMBERED = 100_000
SHORT = ("id", "text", "boolean")
TESTS = (t.Either, t.Not, t.Compare)
WORKED_OUT = (*TESTS, t.Let, t.Lookup, t.Linked, t.At)


def row_keys(w: Writer, block: t.RowsPlan, scope: Scope) -> str:
    """Writes a row's rules and keys; gives the variable of its place.

    A place is a list: the keys as texts, the keys as they are, and the sums of their group, None until a
    row of this place has counted.
    """
    inputs = Inputs(w, top(scope))
    open_rules = inputs.of_rows(block)
    if open_rules is None:
        return w.new(_found(w, block, scope))
    own = "".join(f"{w.value(expr, here)}, " for expr, here in inputs.found.values())
    name = w.new(f"alike.get(({own}))")
    with w.block(f"if {name} is None:"):
        w.p.line(f"{name} = {_found(w, block, scope)}")
        tests = [w.truth(rule, top(scope)) for rule in open_rules]
        with w.block(f"if {' and '.join(tests) or 'True'}:"):
            w.p.line(f"if len(alike) > {MOST_REMEMBERED}: alike.clear()")
            w.p.line(f"alike[SHARED(({own}))] = {name}")
    return name


def _found(w: Writer, block: t.RowsPlan, scope: Scope) -> str:
    for rule in block.rules:
        leave_out(w, rule, scope)
    keys = [w.value(expr, top(scope)) for _, expr in block.by]
    for key in keys:
        w.demand(key)
    texts = [
        key if expr.type.kind in ("id", "text") else f"str({key})"
        for key, (_, expr) in zip(keys, block.by, strict=True)
    ]
    return f"[({', '.join(texts)},), ({', '.join(keys)},), None]"


class Inputs:
    """The short values that rows are told apart by: `found`, by the key each has in the program."""

    def __init__(self, w: Writer, here: Here):
        self.w = w
        self.here = here
        self.loop = len(w.levels) - 1
        self.found: dict[int, tuple[t.Expr, Here]] = {}

    def of_rows(self, block: t.RowsPlan) -> list[t.Expr] | None:
        """What has to hold for the inputs to settle every rule; None if they never do."""
        for _, expr in block.by:
            read = list(self._reads(expr, self.here))
            if None in read:
                return None
            self.found |= dict(filter(None, read))
        tests = []
        for rule in block.rules:
            if self._settled(rule.when, self.here):
                continue
            test = self._surely_not(rule.when)
            if test is None:
                return None
            tests.append(test)
        return tests

    def _reads(self, expr: t.Expr, here: Here) -> Iterator[tuple[int, tuple[t.Expr, Here]] | None]:
        """The short values an expression is made of; None for anything that is not short."""
        if isinstance(expr, (t.Const, t.SettingOf)):
            return
        key = self.w.keys.of(expr, here)
        if key is None:
            yield None
        elif isinstance(expr, t.Let):
            yield from self._reads(*_named(expr, here))
        elif expr.type.kind in SHORT and not isinstance(expr, TESTS) and not self._linked(expr, here):
            yield key, (expr, here)
        elif not isinstance(expr, WORKED_OUT):
            yield None
        else:
            for child in children(expr):
                yield from self._reads(child, here)

    def _linked(self, expr: t.Expr, here: Here) -> bool:
        """Whether an expression asks for links: then what it asks with is the input."""
        if isinstance(expr, t.Let):
            return self._linked(*_named(expr, here))
        return isinstance(expr, (t.Lookup, t.Linked)) or any(self._linked(c, here) for c in children(expr))

    def _settled(self, expr: t.Expr, here: Here) -> bool:
        """Whether inputs alone decide an expression; what is the same for all rows becomes an input."""
        read = list(self._reads(expr, here))
        if None in read:
            return False
        known = dict(filter(None, read))
        if any(key not in self.found and self.w.keys.home(key) >= self.loop for key in known):
            return False
        self.found |= known
        return True

    def _surely_not(self, expr: t.Expr) -> t.Expr | None:
        """What inputs alone decide, and what makes a condition false before anything else is read."""
        if self._settled(expr, self.here):
            return t.Not(t.BOOLEAN, expr.span, expr)
        if not isinstance(expr, t.Either):
            return None
        left, right = self._surely_not(expr.left), None
        if left is not None and (not expr.both or self._settled(expr.left, self.here)):
            right = self._surely_not(expr.right)
        if left is None or right is None:
            return left if expr.both else None
        return t.Either(t.BOOLEAN, expr.span, left, right, not expr.both)


def _named(expr: t.Let, here: Here) -> tuple[t.Expr, Here]:
    owner = here.scope.up(expr.up)
    return owner.lets[expr.name], top(owner)
