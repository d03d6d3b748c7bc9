"""What is known in the program under way, block by block.

Blocks of the program are levels: what is computed, or found to be there, in a block is known in it
and in the blocks inside it. What a loop worked out of every element is known to a later loop over
the same list, and what an `&&` worked out is known wherever it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.check import typed as t
from engine.compile.program import Program, Slot
from engine.compile.source.keys import Here, Keys, top


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
    known: dict[int, str] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    true: set[str] = field(default_factory=set)
    implied: dict[int, Level] = field(default_factory=dict)  # what is known where an `&&` holds
    columns: dict[int, Column] = field(default_factory=dict)
    column: Column | None = None
    index: str = ""


class Known:
    """The levels of a program, innermost last."""

    def __init__(self, program: Program):
        self.p = program
        self.keys = Keys()
        self.levels = [Level(program.slot())]
        self.shared: set[str] = set()  # variables that stand for a value somewhere else too

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
                if holds:
                    self._imply(expr, here)
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

    def _imply(self, expr: t.Either, here: Here) -> None:
        """Where `&&` holds, its second side was worked out, and what that took is known."""
        key = self.keys.of(expr, here)
        found = None if key is None else next((v.implied[key] for v in self.levels if key in v.implied), None)
        if found is not None:
            self.levels[-1].known = found.known | self.levels[-1].known
            self.levels[-1].sure |= found.sure

    def implies(self, expr: t.Either, here: Here, inner: Level) -> None:
        """Keeps in mind what the second side of an `&&` worked out."""
        key = self.keys.of(expr, here)
        if key is not None and expr.both:
            self.levels[-1].implied[key] = inner

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
