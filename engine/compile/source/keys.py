"""When are two expressions the same value, and from where on is it known?

A key is a small number: equal for expressions of the same form over the same variables, whatever
line of the mapping they stand in. Named values (`let`) are seen through. Each key knows the
variables it is made of, and so the outermost block in which it can be worked out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.check import typed as t
from engine.compile.program import Unsupported


@dataclass(slots=True, eq=False)
class Scope:
    """A frame while code is written: the variable of its element, its names, the frame around it.

    `typed`: the element comes from the result, so its values are exact already.
    `at`: code that gives the path of the element in the record.
    """

    element: str
    lets: dict[str, t.Expr]
    parent: Scope | None = None
    names: dict[str, str] = field(default_factory=dict)
    record: str = "record"
    result: str = ""
    typed: bool = False
    at: str = '""'

    def up(self, steps: int) -> Scope:
        """The frame so many scopes up."""
        scope = self
        for _ in range(steps):
            assert scope.parent is not None
            scope = scope.parent
        return scope

    def named(self, name: str) -> str:
        """The variable of a name of the mapping's own."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        raise Unsupported(f"the name {name}")

    def inside(self, lets: tuple[tuple[str, t.Expr], ...]) -> Scope:
        """A frame of the same element: a part that is one row."""
        return Scope(self.element, dict(lets), self, {}, self.record, self.result, self.typed, self.at)


class Here(NamedTuple):
    """Where an expression is written: its scope, the element looked at, whether that is exact."""

    scope: Scope
    current: str
    typed: bool = False

    def on(self, current: str, typed: bool) -> Here:
        """The same place, looking at another element."""
        return Here(self.scope, current, typed)


def top(scope: Scope) -> Here:
    """The place of a scope's own element."""
    return Here(scope, scope.element, scope.typed)


SEE_THROUGH = (
    *(t.Get, t.Keyed, t.Joined, t.At, t.ListOf, t.Either, t.Not, t.Compare, t.Call, t.Lookup, t.Linked),
    *(t.Template, t.Apply, t.Table, t.Default, t.Scaled, t.Pick, t.SettingOf, t.Today),
)


class Keys:
    """The keys given so far, and the block in which every variable was born."""

    def __init__(self) -> None:
        self.born: dict[str, int] = {"record": 0}
        self._ids: dict[tuple[Any, ...], int] = {}
        self._reads: list[frozenset[str]] = []
        self._known: dict[tuple[int, int, str], tuple[int | None, t.Expr, Scope]] = {}

    def of(self, expr: t.Expr, here: Here) -> int | None:
        """The key of an expression, or None if it is no plain value (it adds a footnote, say)."""
        mark = (id(expr), id(here.scope), here.current)
        found = self._known.get(mark)
        if found is None:
            found = self._known[mark] = (self._made(expr, here), expr, here.scope)
        return found[0]

    def home(self, key: int) -> int:
        """The outermost block in which the value can be worked out."""
        return max((self.born.get(name, 0) for name in self._reads[key]), default=0)

    def _made(self, expr: t.Expr, here: Here) -> int | None:
        scope, reads = here.scope, set[str]()
        form: tuple[Any, ...] | None
        if isinstance(expr, t.Const):
            form = ("const", expr.value.__class__.__name__, repr(expr.value))
        elif isinstance(expr, t.Let):
            return self._let(expr, here)
        elif isinstance(expr, (t.Current, t.Root, t.Result, t.Named)):
            form = ("var", self._variable(expr, here))
            reads.add(form[1])
        elif isinstance(expr, (t.Typed, t.Share)):
            form, name = (type(expr).__name__, expr.name), "typed" if isinstance(expr, t.Typed) else "record"
            reads.add(name)
        elif isinstance(expr, t.SumOf):
            inner = Scope("?" + scope.element, {}, scope, record=scope.record, result=scope.result)
            own = top(inner)
            form = ("sum", self._part(expr.each, here), self._part(expr.of, own), self._part(expr.where, own))
        elif isinstance(expr, (t.Project, t.Pipe)):
            row = here.on("?" + here.current, here.typed)
            last = expr.each if isinstance(expr, t.Project) else expr.then
            test = expr.where if isinstance(expr, t.Project) else None
            parts = (self._part(expr.base, here), self._part(test, row), self._part(last, row))
            form = (type(expr).__name__, *parts, isinstance(expr, t.Project) and expr.flat)
        else:
            form = self._form(expr, here)
        if form is None or None in form:
            return None
        return self._interned(form, reads)

    def _interned(self, form: tuple[Any, ...], reads: set[str]) -> int:
        key = self._ids.get(form)
        if key is None:
            for part in _numbers(form):
                reads |= self._reads[part.number]
            key = self._ids[form] = len(self._reads)
            self._reads.append(frozenset(name for name in reads if not name.startswith("?")))
        return key

    def _variable(self, expr: t.Expr, here: Here) -> str:
        if isinstance(expr, t.Current):
            return here.current
        if isinstance(expr, t.Root):
            return here.scope.record if expr.up == -1 else here.scope.up(1).element
        return here.scope.named(expr.name) if isinstance(expr, t.Named) else here.scope.result

    def _let(self, expr: t.Let, here: Here) -> int | None:
        owner = here.scope.up(expr.up)
        return self.of(owner.lets[expr.name], top(owner))

    def _form(self, expr: t.Expr, here: Here) -> tuple[Any, ...] | None:
        """The form of a node of which nothing special need be known."""
        if not isinstance(expr, SEE_THROUGH) or (isinstance(expr, t.Pick) and any(expr.notes)):
            return None
        if isinstance(expr, t.Template) and expr.source:
            return None
        parts: list[Any] = [type(expr).__name__, expr.type.kind, here.typed and isinstance(expr, t.Get)]
        for name in expr.__slots__:
            parts.append(self._part(getattr(expr, name), here))
        return None if None in parts else tuple(parts)

    def _part(self, part: Any, here: Here) -> Any:
        if isinstance(part, t.Expr):
            key = self.of(part, here)
            return None if key is None else _Number(key)
        if isinstance(part, tuple):
            found = tuple(self._part(one, here) for one in part)
            return None if None in found else found
        return "no" if part is None else (part.__class__.__name__, repr(part))


class _Number(NamedTuple):
    number: int


def _numbers(form: tuple[Any, ...]) -> Any:
    for part in form:
        if isinstance(part, _Number):
            yield part
        elif isinstance(part, tuple):
            yield from _numbers(part)
