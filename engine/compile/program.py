"""The text of a generated program under way: lines with the YAML place they come from.

Lines are kept in nested lists: a `Slot` is a place to which more can be added later, such as the
spot before a loop, where what is the same for all rows is worked out once. What a program uses of
the outside (constants, tables of links, settings) it names here; `map/fast` binds the names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

from engine.check import typed as t
from engine.spec.problem import Span


class Unsupported(Exception):
    """Something generated source does not do; the plain reading serves the whole mapping."""


@dataclass(slots=True)
class Slot:
    """Lines of one depth onwards, to which some may be added after what follows them is written."""

    depth: int
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Declarations:
    """Where the variables that are worked out at most once a document start anew."""

    depth: int


Line = tuple[int, str, int] | Slot | Declarations


@dataclass(slots=True)
class Program:
    """Lines of a function's body, the constants it uses and the tables bound before it runs."""

    file: str
    body: Slot = field(default_factory=lambda: Slot(2))
    declared: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    backwards: dict[str, str] = field(default_factory=dict)
    tables: dict[str, t.Lookup] = field(default_factory=dict)
    ids: dict[str, t.Linked] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    transforms: set[str] = field(default_factory=set)
    quanta: set[int] = field(default_factory=set)
    place: int = 1
    count: int = 0
    head: str = ""
    now: Slot = field(init=False)
    depth: int = field(init=False)

    def __post_init__(self) -> None:
        self.now, self.depth = self.body, self.body.depth
        self.mark()

    # ------------------------------------------------------------ lines

    def at(self, span: Span) -> None:
        """From here on, statements belong to this line of the mapping's file."""
        if span.file == self.file:
            self.place = span.line

    def line(self, text: str) -> None:
        """A statement."""
        self.now.lines.append((self.depth, text, self.place))

    def slot(self) -> Slot:
        """A place before whatever is written next."""
        slot = Slot(self.depth)
        self.now.lines.append(slot)
        return slot

    def open(self, head: str) -> None:
        """The head of an indented block."""
        self.line(head)
        self.depth += 1

    def close(self) -> None:
        """The end of a block; an empty one gets a pass."""
        last = next(reversed(list(flat(self.now.lines[-3:]))), None)
        if last is not None and last[0] < self.depth:
            self.line("pass")
        self.depth -= 1

    def prune(self) -> None:
        """Takes away the block just written if there is nothing in it."""
        if self.now.lines[-1][1:2] == ("pass",) if isinstance(self.now.lines[-1], tuple) else False:
            del self.now.lines[-2:]

    def into(self, slot: Slot) -> tuple[Slot, int, int]:
        """From here on, lines go into a slot; gives what `back` needs."""
        before = (self.now, self.depth, self.place)
        self.now, self.depth = slot, slot.depth
        return before

    def back(self, before: tuple[Slot, int, int]) -> None:
        """Lines go again where they went before."""
        self.now, self.depth, self.place = before

    def declare(self, text: str) -> None:
        """A statement for the start of every document."""
        self.declared.append(text)

    def mark(self) -> None:
        """Here the declared variables start anew: each document has its own."""
        self.now.lines.append(Declarations(self.depth))

    def variable(self, letter: str) -> str:
        """A fresh name."""
        self.count += 1
        return f"{letter}{self.count}"

    # ------------------------------------------------------------ what is bound before it runs

    def constant(self, value: Any) -> str:
        """The name of a constant."""
        for name, known in self.constants.items():
            if known.__class__ is value.__class__ and known == value and repr(known) == repr(value):
                return name
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def setting(self, name: str) -> str:
        """The variable of a customer's setting."""
        return self.settings.setdefault(name, f"S_{name}")

    def code(self, name: str) -> str:
        """The `get` of a setting's table of codes."""
        return self.codes.setdefault(name, f"C_{name}")

    def turned(self, name: str) -> str:
        """The `get` of a setting's table, read right to left."""
        return self.backwards.setdefault(name, f"B_{name}")

    def table(self, lookup: t.Lookup) -> str:
        """The `get` of the table that answers a lookup."""
        for name, known in self.tables.items():
            if _answers(known) == _answers(lookup):
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
        """The constant one unit in the last of so many places; beside it, `Z…`, nought of as many."""
        self.quanta.add(places)
        return f"Q{places}"

    # ------------------------------------------------------------ the finished text

    def bound(self) -> list[str]:
        """All names the program uses that are bound for a run."""
        named = [self.constants, self.tables, self.ids, self.templates]
        settings = [self.settings, self.codes, self.backwards]
        found = {name for each in named for name in each}
        found |= {name for each in settings for name in each.values()}
        found |= {f"F_{n}" for n in self.functions} | {f"X_{n}" for n in self.transforms}
        return sorted(found | {f"{letter}{n}" for n in self.quanta for letter in "QZ"})

    def text(self) -> tuple[str, list[int]]:
        """The whole program: a factory `bind(…)` that returns the function; and each line's YAML line."""
        body = list(flat(self.body.lines, self.declared))
        used = " ".join(text for _, text, _ in body)
        fixed = [name for name in FIXED if name in used or name in self.head]
        lines = [(0, "def bind(B):", 1)]
        lines += [(1, f"{name} = B[{name!r}]", 1) for name in [*fixed, *self.bound()]]
        lines += [(1, self.head, 1), *body, (1, "return run", 1)]
        places = [place for _, _, place in lines]
        return "\n".join("    " * depth + text for depth, text, _ in lines) + "\n", places

    def bare(self) -> Program:
        """The program without its lines: only what it is bound to, and of that no more than is asked."""
        nothing = t.Const(t.NULL, Span(self.file, 1, 1), None)
        tables = {
            name: replace(it, type=t.Type(it.type.kind), span=nothing.span, keys=(nothing,) * len(it.keys))
            for name, it in self.tables.items()
        }
        ids = {
            name: replace(it, span=nothing.span, keys=(nothing,) * len(it.keys))
            for name, it in self.ids.items()
        }
        return replace(self, body=Slot(2), declared=[], tables=tables, ids=ids)

    def compiled(self) -> CodeType:
        """The compiled program, its statements numbered by the mapping's YAML lines."""
        text, places = self.text()
        return _renumbered(compile(text, self.file, "exec"), places)


def _renumbered(code: CodeType, places: list[int]) -> CodeType:
    """The code with each line's number in the YAML instead of its own.

    The table of line numbers is written anew (the form is Python's `Objects/locations.md`: a byte
    with the kind "line only" and the length, then the step to the line); doing the same over a
    syntax tree takes twice as long as compiling.
    """
    first = places[code.co_firstlineno - 1]
    table, last, now, begun = bytearray(), first, first, 0
    for start, _, line in code.co_lines():
        place = now if line is None else places[line - 1]
        if place != now:
            table += _lasting((start - begun) // 2, now - last)
            last, now, begun = now if start > begun else last, place, start
    table += _lasting((len(code.co_code) - begun) // 2, now - last)
    inner = tuple(_renumbered(c, places) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_firstlineno=first, co_linetable=bytes(table), co_consts=inner)


def _lasting(units: int, step: int) -> bytes:
    """Entries for so many units of code, all on the line that is a step from the last one."""
    if not units:
        return b""
    head, rest = bytes((0xE8 | (min(units, 8) - 1),)) + _signed(step), units - 8
    if rest <= 0:
        return head
    return head + b"\xef\x00" * (rest // 8) + (bytes((0xE8 | (rest % 8 - 1), 0)) if rest % 8 else b"")


def _signed(step: int) -> bytes:
    """A whole number in groups of six bits, its sign in the lowest."""
    value = ((-step) << 1 | 1) if step < 0 else step << 1
    found = bytearray()
    while value > 63:
        found.append(0x40 | value & 63)
        value >>= 6
    return bytes((*found, value))


def flat(lines: list[Line], declared: Sequence[str] = ()) -> Iterator[tuple[int, str, int]]:
    """The lines of slots and of slots in them, in order."""
    for line in lines:
        if isinstance(line, Slot):
            yield from flat(line.lines, declared)
        elif isinstance(line, Declarations):
            yield from ((line.depth, text, 1) for text in declared)
        else:
            yield line


def _answers(lookup: t.Lookup) -> tuple[Any, ...]:
    return (
        lookup.via,
        lookup.take,
        lookup.by,
        lookup.back,
        lookup.missing,
        lookup.type.kind,
        len(lookup.keys),
    )


FIXED = (
    *("ODD", "UNSET", "STOP", "ZERO", "EMPTY", "EXACT", "HALF_UP", "DECIMAL", "DATES", "DECODE", "TRUTH"),
    *("AS_TEXT", "JOINED", "FLAT", "TODAY", "TYPED", "OUTCOME", "REMARK", "CANONICAL", "MATCHES", "MONEY"),
    *("WROTE", "KEY_TEXT", "Decimal", "PUT", "NUMBER", "LEAST", "NOUGHT", "ADDED", "ONCE", "GROUP"),
    *("UNWRITABLE", "SHARED"),
)
