"""Where a name may come from while a mapping is resolved: the static twin of a frame at run time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.check.typed import Expr, Type
from engine.spec.model import Book, Mapping, Reference, Setting, Shape, Value
from engine.spec.node import Node
from engine.spec.problem import Problem, Span, did_you_mean, known_here

RESERVED = ("settings", "record", "parent", "let", "typed", "result")


@dataclass(slots=True, eq=False)
class World:
    """What every scope of one flow shares: the book, the mapping, the customer, the problems."""

    book: Book
    mapping: Mapping
    back: bool
    source: Shape
    target: Shape
    problems: list[Problem]
    shares: list[object] = field(default_factory=list)
    takes: dict[str, set[str]] = field(default_factory=dict)
    used_notes: set[str] = field(default_factory=set)
    used_settings: set[str] = field(default_factory=set)
    settings: dict[str, object] = field(default_factory=dict)
    meant: set[str] = field(default_factory=set)  # fields that misspelt keys stood for
    said: str = "this"  # the line at hand, as messages call it

    def problem(
        self,
        code: str,
        span: Span,
        text: str,
        label: str = "",
        *notes: str,
        fix: str = "",
        severity: str = "error",
    ) -> None:
        """Notes a mistake."""
        self.problems.append(Problem(code, span, text, label, notes, fix, severity))

    def via(self, name: str) -> Mapping | Reference | None:
        """A mapping or reference by name."""
        return self.book.mappings.get(name) or self.book.references.get(name)

    def known_via(self, name: str, span: Span) -> Mapping | Reference | None:
        """The same, with a problem for one that nobody knows (a broken file has said its own)."""
        found = self.via(name)
        if found is None and name not in self.book.broken and "references" not in self.book.broken:
            known = [*self.book.mappings, *self.book.references]
            self.problem(
                "E214",
                span,
                f"no mapping or reference '{name}'",
                did_you_mean(name, known),
                known_here(known),
            )
        return found

    def setting(self, name: str, span: Span) -> Setting | None:
        """A setting by name, or None with a problem."""
        found = self.book.settings.get(name)
        if found is not None:
            self.used_settings.add(name)
        elif "settings" not in self.book.broken:
            label = did_you_mean(name, self.book.settings)
            self.problem("E209", span, f"no setting '{name}'", label, "settings stand in settings.yaml")
        return found

    def note(self, node: Node | None) -> str:
        """The name of the note that something carries; one the mapping lacks is a problem."""
        if node is None or node.value is None:
            return ""
        name = str(node.value)
        self.used_notes.add(name)
        known = self.mapping.notes
        if name not in known:
            label = did_you_mean(name, known) or known_here(known)
            self.problem("E216", node.span, f"no note '{name}' in this mapping", label)
        return name

    def shape(self, node: Node) -> Shape | None:
        """The shape a head names, or None with a problem."""
        name = str(node.value)
        found = self.book.shapes.get(name)
        if found is None and name not in self.book.broken:
            known = self.book.shapes
            self.problem(
                "E202", node.span, f"no shape '{name}'", did_you_mean(name, known) or known_here(known)
            )
        return found


@dataclass(slots=True, eq=False)
class Scope:
    """A scope of a mapping: its element, its named values, the scope around it.

    `lets` holds what has been resolved; `pending` what is written but not yet asked for.
    """

    world: World
    element: Type
    parent: Scope | None = None
    names: dict[str, Type] = field(default_factory=dict)
    pending: dict[str, Value] = field(default_factory=dict)
    lets: dict[str, Expr] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)
    result: Type | None = None
    resolve_value: Callable[[Value, Scope], Expr] | None = None

    def child(self, element: Type, names: dict[str, Type] | None = None) -> Scope:
        """A scope inside this one, for one row."""
        return Scope(
            self.world, element, self, names or {}, result=self.result, resolve_value=self.resolve_value
        )

    def value(self, value: Value) -> Expr:
        """A value, resolved here."""
        assert self.resolve_value is not None
        return self.resolve_value(value, self)

    def outermost(self) -> Scope:
        """The scope of the record itself."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def settle(self, name: str) -> None:
        """Resolves a named value that is asked for, or left over."""
        self.under_way.append(name)
        self.lets[name] = self.value(self.pending[name])
        self.under_way.pop()
        self.pending.pop(name, None)

    def settled(self) -> tuple[tuple[str, Expr], ...]:
        """All named values, in the order written; those that nothing has asked for resolved too."""
        order = dict.fromkeys([*self.lets, *self.pending])
        while self.pending:
            self.settle(next(iter(self.pending)))
        return tuple((name, self.lets[name]) for name in order)

    def find_name(self, name: str) -> Type | None:
        """A name of the mapping's own, here or further out."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def find_let(self, name: str) -> tuple[int, Scope] | None:
        """How many scopes up a named value stands, and which scope that is."""
        up, scope = 0, self
        while True:
            if name in scope.lets or name in scope.pending:
                return up, scope
            if scope.parent is None:
                return None
            up, scope = up + 1, scope.parent

    def known(self) -> list[str]:
        """Names a bare word may stand for here, besides the element's own."""
        found: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            found += [*scope.names, *scope.pending, *scope.lets]
            scope = scope.parent
        return list(dict.fromkeys(found))
