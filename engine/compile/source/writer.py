"""What all functions that write a node share: the program under way and where values go in it.

A value that belongs to an outer block (the same for all rows, or asked for by several choices) is
written there, before the block that first asks for it; one that might stop the record (a link)
stays where it is asked for, and is kept for the next time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from engine.check import typed as t
from engine.compile.program import Program, Slot, Unsupported
from engine.compile.source.keys import Here, Scope, top
from engine.compile.source.known import Known, Level
from engine.compile.source.walk import children

Node = Callable[["Writer", Any, Here], str]
NODES: dict[type[t.Expr], Node] = {}
TESTS: dict[type[t.Expr], Node] = {}
BARE = (t.Const, t.SettingOf, t.Root, t.Current, t.Named, t.Result)
F = TypeVar("F", bound=Callable[..., str])


def writes(*nodes: type[t.Expr]) -> Callable[[F], F]:
    """Registers the function that writes a kind of node as a value."""

    def register(function: F) -> F:
        for node in nodes:
            NODES[node] = function
        return function

    return register


def tests(*nodes: type[t.Expr]) -> Callable[[F], F]:
    """Registers the function that writes a kind of node as a condition."""

    def register(function: F) -> F:
        for node in nodes:
            TESTS[node] = function
        return function

    return register


class Writer(Known):
    """Writes expressions as statements; every value ends in a variable or a constant."""

    def __init__(self, flow: t.Flow, uses: Counter[str]):
        super().__init__(Program(flow.mapping.file))
        self.flow = flow
        self.uses = uses
        self.document = 0  # the level of a document: the function itself, or a loop in it
        self.lazy: dict[Any, str] = {}
        self.unchecked: set[str] = set()  # objects so far only on the way to a member: .get refuses the rest
        self.elements: dict[int, str] = {}

    # ------------------------------------------------------------ blocks

    @contextmanager
    def block(self, head: str, loop: str = "", after: Slot | None = None) -> Iterator[Slot]:
        """An indented block; what is computed in it is known in it only. No block if it always runs.

        Gives the place before it; an `else:` belongs `after` its `if:` and has the same place.
        """
        if head == "if True:":
            yield self.p.now
            return
        before = after or self.p.slot()
        self.levels.append(Level(before, loop))
        self.p.open(head)
        if loop:
            self.keys.born[loop] = len(self.levels) - 1
        yield before
        self.p.close()
        self.levels.pop()

    @contextmanager
    def unless_missing(self, name: str) -> Iterator[None]:
        """A block for a value that is there; no block where it always is."""
        if self.sure(name):
            yield
            return
        with self.block(f"if {name} is not None:"):
            self.now_sure(name)
            yield

    def refuse(self, condition: str) -> None:
        """What is for the plain reading to say."""
        if condition != "False":
            self.p.line("raise ODD" if condition == "True" else f"if {condition}: raise ODD")

    def demand(self, name: str) -> None:
        """A value that has to be there."""
        if not self.sure(name):
            self.refuse("True" if name == "None" else f"{name} is None")
            self.now_sure(name)

    # ------------------------------------------------------------ values

    def value(self, expr: t.Expr, here: Here) -> str:
        """The variable (or constant) that holds an expression's value."""
        name = self.passing(expr, here)
        if name in self.unchecked:
            self.p.line(f"if {name}.__class__ is not dict and {name} is not None: raise ODD")
        return name

    def passing(self, expr: t.Expr, here: Here) -> str:
        """The same, for an object only on the way to a member of it."""
        if isinstance(expr, BARE):
            return self._write(expr, here)
        key = self.keys.of(expr, here)
        if key is None:
            return self._unkeyed(expr, here)
        found = self.recall(key)
        if found is not None:
            return found
        home, now = self.keys.home(key), len(self.levels) - 1
        again = isinstance(expr, t.Let) and self.uses[expr.name] > 1
        while isinstance(expr, t.Let):
            owner = here.scope.up(expr.up)
            expr, here = owner.lets[expr.name], top(owner)
        if isinstance(expr, BARE):
            return self._write(expr, here)
        if home < now:
            loops = any(level.loop for level in self.levels[home + 1 :])
            if (loops or again) and self.calm(expr, here):
                return self._hoisted(key, home, expr, here)
            if (loops or again) and home <= self.document:
                return self._once(key, expr, here)
        return self.learn(key, self._write(expr, here))

    def _unkeyed(self, expr: t.Expr, here: Here) -> str:
        """A named value that adds a footnote: worked out where it is first asked for."""
        if not isinstance(expr, t.Let):
            return self._write(expr, here)
        mark = (id(here.scope.up(expr.up)), expr.name)
        owner = here.scope.up(expr.up)
        if self.keys.born.get(owner.element, 0) > self.document or any(
            self.keys.born.get(name, 0) > self.document for name in owner.names.values()
        ):
            return self._write(expr, here)
        return self._kept(mark, expr, here)

    def _once(self, key: int, expr: t.Expr, here: Here) -> str:
        """A value of the document that may stop it: computed when first asked for, then kept."""
        return self.learn(key, self._kept(key, expr, here))

    def _kept(self, mark: Any, expr: t.Expr, here: Here) -> str:
        name = self.lazy.get(mark)
        if name is None:
            name = self.lazy[mark] = self.p.variable("h")
            self.p.declare(f"{name} = UNSET")
            self.shared.add(name)
        with self.block(f"if {name} is UNSET:"):
            self.p.line(f"{name} = {self._write(expr, here)}")
        return name

    def _hoisted(self, key: int, home: int, expr: t.Expr, here: Here) -> str:
        """A value of an outer block, written there, before the block inside it that asks for it."""
        inner = self.levels[home + 1 :]
        self.levels = self.levels[: home + 1]
        before = self.p.into(inner[0].before)
        name = self.passing(expr, here)
        self.p.back(before)
        self.levels = self.levels + inner
        return name

    def _write(self, expr: t.Expr, here: Here) -> str:
        function = NODES.get(type(expr))
        if function is None:
            raise Unsupported(type(expr).__name__)
        self.p.at(expr.span)
        return function(self, expr, here)

    def new(self, text: str) -> str:
        """A fresh variable with this value; a bare missing value needs none."""
        name = self.p.variable("v")
        self.p.line(f"{name} = {text}")
        return name

    def own(self, name: str) -> str:
        """A variable that may be written over."""
        return self.new(name) if name in self.shared or name[0] != "v" or not name[1:].isdigit() else name

    def missing(self, names: list[str]) -> list[str]:
        """Tests for those of some values that may be missing."""
        return [f"{name} is None" for name in dict.fromkeys(names) if not self.sure(name)]

    # ------------------------------------------------------------ conditions

    def truth(self, expr: t.Expr, here: Here) -> str:
        """A Python condition that is true where JMESPath's truth is."""
        found = TESTS.get(type(expr))
        if found is not None:
            self.p.at(expr.span)
            return found(self, expr, here)
        return self.true_of(self.value(expr, here), expr.type.kind)

    def true_of(self, name: str, kind: str) -> str:
        """The condition that a value is true."""
        if name in ("None", "False", "True"):
            return "True" if name == "True" else "False"
        if self.true(name):
            return "True"
        if kind in ("decimal", "integer", "date", "instant"):
            return "True" if self.sure(name) else f"({name} is not None)"
        return name if kind in ("text", "id", "list", "object", "boolean") else f"TRUTH({name})"

    # ------------------------------------------------------------ what may be worked out early

    def calm(self, expr: t.Expr, here: Here) -> bool:
        """Whether an expression is only odd where a value is wrong: no links, no settings to be set."""
        if isinstance(expr, t.Let):
            owner = here.scope.up(expr.up)
            return self.calm(owner.lets[expr.name], top(owner))
        if isinstance(expr, (t.Linked, t.Share, t.Today)) or (
            isinstance(expr, (t.Lookup, t.SettingOf)) and not _quiet(expr)
        ):
            return False
        if isinstance(expr, t.Call) and expr.name in ("sum", "ratio", "due_date", "add_days"):
            return False
        if isinstance(expr, t.Table) and expr.otherwise not in ("keep", "omit"):
            return False
        if isinstance(expr, t.Template) and expr.source:
            return False
        if isinstance(expr, t.SumOf):
            inner = Scope("?" + here.scope.element, {}, here.scope, record=here.scope.record)
            parts = [expr.of] if expr.where is None else [expr.of, expr.where]
            return self.calm(expr.each, here) and all(self.calm(part, top(inner)) for part in parts)
        return all(self.calm(child, here) for child in children(expr))


def _quiet(expr: t.Expr) -> bool:
    return not expr.required if isinstance(expr, t.SettingOf) else False
