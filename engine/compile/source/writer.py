"""What all functions that write a node share: the program under way and what is known in it.

Blocks of the program are levels: what is computed, or found to be there, in a block is known in it
and in the blocks inside it. A value that belongs to an outer block (the same for all rows, or asked
for by several choices) is written there, before the block that first asks for it; one that might
stop the record (a link) stays where it is asked for, and is kept for the next time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.check import typed as t
from engine.compile.program import Program, Slot, Unsupported
from engine.compile.source.keys import Here, Keys, Scope, top

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


@dataclass(slots=True)
class Column:
    """What a loop over a list worked out of every element, for a later loop over the same list."""

    known: dict[int, str]
    sure: set[str]
    before: Slot
    after: Slot
    made: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Level:
    """A block of the program: the place before it, what is known in it, which variables are there."""

    before: Slot
    loop: str = ""  # the variable of the element, if the block is a loop
    seldom: bool = False  # whether what it is for is rare, such as a value that stands in for another
    known: dict[int, str] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    true: set[str] = field(default_factory=set)
    columns: dict[int, Column] = field(default_factory=dict)
    column: Column | None = None
    index: str = ""


class Writer:
    """Writes expressions as statements; every value ends in a variable or a constant."""

    def __init__(self, flow: t.Flow, uses: Counter[str]):
        self.flow = flow
        self.p = Program(flow.mapping.file)
        self.keys = Keys()
        self.uses = uses
        self.levels = [Level(self.p.slot())]
        self.document = 0  # the level of a document: the function itself, or a loop in it
        self.lazy: dict[Any, str] = {}
        self.shared: set[str] = set()  # variables that stand for a value somewhere else too
        self.unchecked: set[str] = set()  # objects so far only on the way to a member: .get refuses the rest
        self.elements: dict[int, str] = {}

    # ------------------------------------------------------------ blocks

    @contextmanager
    def block(
        self, head: str, loop: str = "", after: Slot | None = None, seldom: bool = False
    ) -> Iterator[Slot]:
        """An indented block; what is computed in it is known in it only. No block if it always runs.

        Gives the place before it; an `else:` belongs `after` its `if:` and has the same place.
        """
        if head == "if True:":
            yield self.p.now
            return
        before = after or self.p.slot()
        self.levels.append(Level(before, loop, seldom))
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

    # ------------------------------------------------------------ what is known

    def sure(self, name: str) -> bool:
        """Whether a variable is known to hold a value."""
        return any(name in level.sure for level in self.levels)

    def true(self, name: str) -> bool:
        """Whether a variable is known to be true as JMESPath has it."""
        return any(name in level.true for level in self.levels)

    def now_sure(self, name: str) -> None:
        """From here on, in this block, the variable holds a value."""
        self.levels[-1].sure.add(name)

    def recall(self, key: int) -> str | None:
        """The variable of a value that was worked out, in this block or around it, or in a loop before."""
        for level in reversed(self.levels):
            if key in level.known:
                return level.known[key]
        for depth in range(len(self.levels) - 1, 0, -1):
            column = self.levels[depth].column
            if column is not None and key in column.known:
                return self._from_column(depth, column, key)
        return None

    def learn(self, key: int | None, name: str) -> str:
        """Keeps in mind which variable holds a value."""
        if key is not None:
            self.shared.add(name)
            self.levels[-1].known[key] = name
        return name

    def _from_column(self, depth: int, column: Column, key: int) -> str:
        """What the loop before found for this element: kept in a list there, taken from it here."""
        kept = column.known[key]
        if kept[0] != "v" or not kept[1:].isdigit():
            return kept
        if kept not in column.made:
            column.made[kept] = self.p.variable("c")
            column.before.lines.append((column.before.depth, f"{column.made[kept]} = []", self.p.place))
            text = f"{column.made[kept]}.append({kept})"
            column.after.lines.append((column.after.depth, text, self.p.place))
        level, name = self.levels[depth], self.p.variable("v")
        at = self.levels[depth + 1].before if depth + 1 < len(self.levels) else None
        before = self.p.into(at) if at is not None else None
        self.p.line(f"{name} = {column.made[kept]}[{level.index}]")
        if before is not None:
            self.p.back(before)
        level.known[key] = name
        self.shared.add(name)
        if kept in column.sure:
            level.sure.add(name)
        return name

    def assume(self, expr: t.Expr, here: Here, holds: bool) -> None:
        """What follows, in this block, from a condition that holds (or does not)."""
        if isinstance(expr, t.Not):
            self.assume(expr.of, here, not holds)
        elif isinstance(expr, t.Either):
            if expr.both is holds:
                self.assume(expr.left, here, holds)
                self.assume(expr.right, here, holds)
            elif expr.both and self._known_true(expr.left, here):
                self.assume(expr.right, here, False)
        elif isinstance(expr, t.Compare):
            self._assume_compared(expr, here, holds)
        elif holds:
            self._assume_there(expr, here, true=True)

    def _assume_compared(self, expr: t.Compare, here: Here, holds: bool) -> None:
        sides = (expr.left, expr.right)
        null = [isinstance(side, t.Const) and side.value is None for side in sides]
        equal = (expr.op == "eq") is holds
        if expr.op in ("eq", "ne"):
            if any(null) and not equal:
                self._assume_there(sides[null.index(False)] if False in null else sides[0], here)
            elif equal and isinstance(expr.right, t.Const) and not any(null):
                self._assume_there(expr.left, here)
        elif holds:
            for side in sides:
                self._assume_there(side, here)

    def _known_true(self, expr: t.Expr, here: Here) -> bool:
        key = self.keys.of(expr, here)
        name = None if key is None else self._already(key)
        return name is not None and self.true(name)

    def _assume_there(self, expr: t.Expr, here: Here, true: bool = False) -> None:
        key = self.keys.of(expr, here)
        name = None if key is None else self._already(key)
        if name is not None and name.isidentifier():
            self.now_sure(name)
            if true:
                self.levels[-1].true.add(name)
        if isinstance(expr, t.Let):
            owner = here.scope.up(expr.up)
            if true:
                self.assume(owner.lets[expr.name], top(owner), True)
            elif isinstance(owner.lets[expr.name], t.Get):
                self._assume_there(owner.lets[expr.name], top(owner))
        elif isinstance(expr, t.Get):
            self._assume_there(expr.base, here)

    def _already(self, key: int) -> str | None:
        return next((level.known[key] for level in reversed(self.levels) if key in level.known), None)

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
        if home < now:
            loops = any(level.loop for level in self.levels[home + 1 :])
            again = self._again(expr, home)
            if (loops or again) and self.calm(expr, here):
                return self._hoisted(key, home, expr, here)
            if (loops or again) and home <= self.document:
                return self._once(key, expr, here)
        return self.learn(key, self._write(expr, here))

    def _again(self, expr: t.Expr, home: int) -> bool:
        """Whether a value is asked for in several places; amounts count, since they are dear to decode."""
        if isinstance(expr, t.Let):
            return self.uses[expr.name] > 1
        dear = isinstance(expr, t.Get) and expr.type.kind in ("decimal", "instant")
        return dear and self.uses[f".{expr.name}"] > 1 and not any(v.seldom for v in self.levels[home + 1 :])  # type: ignore[attr-defined]

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


def children(expr: t.Expr) -> Iterator[t.Expr]:
    """The expressions an expression is made of."""
    for name in expr.__slots__:
        part = getattr(expr, name)
        for one in part if isinstance(part, tuple) else (part,):
            for inner in one if isinstance(one, tuple) else (one,):
                if isinstance(inner, t.Expr):
                    yield inner


def sums_in(expr: t.Expr) -> Iterator[t.SumOf]:
    """The sums an expression is made of."""
    if isinstance(expr, t.SumOf):
        yield expr
        return
    for child in children(expr):
        yield from sums_in(child)
