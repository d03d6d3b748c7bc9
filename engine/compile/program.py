"""The text of a generated program under way: lines with the YAML place they come from."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from engine.check import typed as t
from engine.spec.problem import Span


class Unsupported(Exception):
    """Something generated source does not do; the plain reading serves the whole mapping."""


Line = tuple[int, str, int]


@dataclass(slots=True)
class Program:
    """Lines of a function's body, the constants it uses and the tables bound before it runs."""

    file: str
    lines: list[Line] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    backwards: dict[str, str] = field(default_factory=dict)
    tables: dict[str, t.Lookup] = field(default_factory=dict)
    ids: dict[str, t.Linked] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    transforms: set[str] = field(default_factory=set)
    quanta: set[int] = field(default_factory=set)
    marks: list[tuple[int, int]] = field(default_factory=list)
    depth: int = 2
    place: int = 1
    count: int = 0
    held: list[tuple[list[Line], int]] = field(default_factory=list)

    def at(self, span: Span) -> None:
        """From here on, statements belong to this line of the mapping's file."""
        if span.file == self.file:
            self.place = span.line

    def line(self, text: str) -> None:
        """A statement."""
        self.lines.append((self.depth, text, self.place))

    def open(self, head: str) -> None:
        """The head of an indented block."""
        self.line(head)
        self.depth += 1

    def close(self) -> None:
        """The end of a block; an empty one gets a pass."""
        if self.lines and self.lines[-1][0] < self.depth:
            self.line("pass")
        self.depth -= 1

    def hold(self) -> None:
        """Starts to keep statements back."""
        self.held.append((self.lines, self.depth))
        self.lines = []

    def release(self) -> list[Line]:
        """The statements kept back since `hold`."""
        kept = self.lines
        self.lines, depth = self.held.pop()
        return [(level - depth, text, place) for level, text, place in kept]

    def emit(self, lines: list[Line]) -> None:
        """Statements kept back, here."""
        self.lines += [(level + self.depth, text, place) for level, text, place in lines]

    def declare(self, text: str) -> None:
        """A statement for the start of the function."""
        self.declared.append(text)

    def mark(self) -> None:
        """Here the declared variables start anew: each document has its own."""
        self.marks.append((len(self.lines), self.depth))

    def variable(self, letter: str) -> str:
        """A fresh name."""
        self.count += 1
        return f"{letter}{self.count}"

    # ------------------------------------------------------------ what is bound before it runs

    def constant(self, value: Any) -> str:
        """The name of a constant."""
        for name, known in self.constants.items():
            if known.__class__ is value.__class__ and known == value:
                return name
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def setting(self, name: str) -> str:
        """The variable of a setting."""
        return self.settings.setdefault(name, f"S_{name}")

    def turned(self, name: str) -> str:
        """The variable of a setting's table, read right to left."""
        return self.backwards.setdefault(name, f"B_{name}")

    def table(self, lookup: t.Lookup) -> str:
        """The `get` of the table that answers a lookup."""
        for name, known in self.tables.items():
            same = (
                known.via,
                known.take,
                known.by,
                known.back,
                known.missing,
                known.type.kind,
                len(known.keys),
            )
            if same == (
                lookup.via,
                lookup.take,
                lookup.by,
                lookup.back,
                lookup.missing,
                lookup.type.kind,
                len(lookup.keys),
            ):
                return name
        name = f"T{len(self.tables)}"
        self.tables[name] = lookup
        return name

    def known_ids(self, linked: t.Linked) -> str:
        """The set of ids a mapping knows."""
        for name, known in self.ids.items():
            if (known.via, known.back, len(known.keys)) == (linked.via, linked.back, len(linked.keys)):
                return name
        name = f"N{len(self.ids)}"
        self.ids[name] = linked
        return name

    def template(self, source: str) -> str:
        """The renderer of a Jinja2 template."""
        name = f"J{len(self.templates)}"
        self.templates[name] = source
        return name

    def function(self, name: str) -> str:
        """The variable of a function of the closed set."""
        self.functions.add(name)
        return f"F_{name}"

    def transform(self, name: str) -> str:
        """The variable of a transform."""
        self.transforms.add(name)
        return f"X_{name}"

    def quantum(self, places: int) -> str:
        """The constant one unit in the last of so many places."""
        self.quanta.add(places)
        return f"Q{places}"

    # ------------------------------------------------------------ the finished text

    def text(self, head: str) -> tuple[str, list[int]]:
        """The whole program: a factory `bind(…)` that returns the function; and each line's YAML line."""
        bound = sorted(
            {
                *self.constants,
                *self.settings.values(),
                *self.backwards.values(),
                *self.tables,
                *self.ids,
                *self.templates,
            }
            | {f"F_{n}" for n in self.functions}
            | {f"X_{n}" for n in self.transforms}
            | {f"Q{n}" for n in self.quanta}
        )
        lines = [(0, f"def bind(B, {', '.join(FIXED)}):", 1)]
        lines += [(1, f"{name} = B[{name!r}]", 1) for name in bound]
        lines.append((1, head, 1))
        lines += [(2, text, 1) for text in self.declared]
        lines += self._marked()
        lines.append((1, "return run", 1))
        return "\n".join("    " * depth + text for depth, text, _ in lines) + "\n", [
            place for _, _, place in lines
        ]

    def _marked(self) -> list[Line]:
        lines = list(self.lines)
        for at, depth in reversed(self.marks):
            lines[at:at] = [(depth, text, 1) for text in self.declared]
        return lines

    def code(self, head: str) -> CodeType:
        """The compiled program, its statements numbered by the mapping's YAML lines."""
        text, places = self.text(head)
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if hasattr(node, "lineno"):
                line = places[node.lineno - 1]
                node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
                node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
        return compile(tree, self.file, "exec")


FIXED = (
    "ODD",
    "UNSET",
    "STOP",
    "ZERO",
    "EMPTY",
    "EXACT",
    "HALF_UP",
    "DECIMAL",
    "DATES",
    "DECODE",
    "TRUTH",
    "AS_TEXT",
    "JOINED",
    "FLAT",
    "TODAY",
    "TYPED",
    "OUTCOME",
    "REMARK",
    "CANONICAL",
    "MATCHES",
    "MONEY",
    "WROTE",
    "KEY_TEXT",
    "Decimal",
    "PUT",
    "NUMBER",
    "MOST",
    "ADDED",
    "ONCE",
    "GROUP",
)
