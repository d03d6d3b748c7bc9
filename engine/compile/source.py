"""Typed expressions into Python source: the fast way, for records that nothing is wrong with.

The generated code answers only where the plain reading (`closures`) would answer without a word:
whatever is odd in a record (a wrong value, a missing link, a rule that holds it) raises, and the
caller hands the record to the plain reading, which explains. So a mistake here can cost time,
or be caught by the differential tests, but no message is written twice.

Statements carry the line of the YAML they come from (see `Program.code`), so a traceback names
the mapping's line. Before: `check`. After: `map/fast`, which binds and runs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.check import typed as t
from engine.compile.closures.fields import SCALARS
from engine.compile.program import Program, Unsupported
from engine.vocabulary.functions import truth, turned

Key = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Scope:
    """A frame while code is written: the variable of its element, its names, the frame around it.

    `typed`: the element comes from the result, so its values are exact already.
    """

    element: str
    lets: dict[str, t.Expr]
    parent: Scope | None = None
    names: dict[str, str] = field(default_factory=dict)
    record: str = "record"
    result: str = ""
    in_loop: bool = False
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


INLINE = {
    ("trim", "text"): "{0}.strip()",
    ("not_empty", "text"): "{0} if {0}.strip() else None",
    ("text", "text"): "{0}",
    ("text", "id"): "{0}",
    ("negate", "decimal"): "-{0} if {0} else {0}",
}
CUTS = {
    "before_last": "{0}.rpartition(<of>)[0] if <of> in {0} else None",
    "after_last": "{0}.rpartition(<of>)[2] if <of> in {0} else None",
    "after_first": "{0}.partition(<of>)[2] if <of> in {0} else {0}",
    "suffix": "{0} + <of>",
    "prefix": "<of> + {0}",
}
ORDERING = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class Expressions:
    """Writes expressions as statements of a program; every value ends in a variable or constant."""

    def __init__(self, program: Program):
        self.p = program
        self.known: list[dict[Key, str]] = [{}]
        self.lazy: dict[Key, str] = {}
        self.never_missing: set[str] = set()
        self.shared: set[str] = set()  # variables that stand for a value somewhere else too
        self.unchecked: set[str] = set()  # objects so far only on the way to a member: .get refuses the rest

    # ------------------------------------------------------------ blocks

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """An indented block; what is computed in it is known in it only."""
        self.p.open(head)
        self.known.append({})
        yield
        self.known.pop()
        self.p.close()

    def _recall(self, key: Key) -> str | None:
        for level in reversed(self.known):
            if key in level:
                return level[key]
        return None

    def _learn(self, key: Key, name: str) -> str:
        self.shared.add(name)
        self.known[-1][key] = name
        return name

    # ------------------------------------------------------------ values

    def value(self, expr: t.Expr, scope: Scope, current: str = "", typed: bool = False) -> str:
        """The variable (or constant) that holds an expression's value."""
        name = self._value(expr, scope, current, typed)
        if name in self.unchecked:
            self.p.line(f"if {name}.__class__ is not dict and {name} is not None: raise ODD")
        return name

    def _value(self, expr: t.Expr, scope: Scope, current: str = "", typed: bool = False) -> str:
        current = current or scope.element
        typed = typed or (scope.typed and current == scope.element)
        key = self.key(expr, scope, current)
        if key is not None:
            found = self._recall(key)
            if found is not None:
                return found
            if self._worth_keeping(key, expr, scope, current):
                return self._once(key, expr, scope, current, typed)
        name = self._write(expr, scope, current, typed)
        return self._learn(key, name) if key is not None else name

    def _worth_keeping(self, key: Key, expr: t.Expr, scope: Scope, current: str) -> bool:
        """Whether a value is the same for all rows (or choices) and might be asked for again."""
        if isinstance(expr, (t.Const, t.SettingOf, t.Root)):
            return False
        if scope.in_loop:
            return self._outside(expr, scope, current)
        if isinstance(expr, t.Let) and not scope.up(expr.up).in_loop:
            return len(self.known) > 1 or key in self.lazy
        return False

    def _once(self, key: Key, expr: t.Expr, scope: Scope, current: str, typed: bool) -> str:
        """A value that is the same for every row: computed when first asked for, kept for the record."""
        name = self.lazy.get(key)
        if name is None:
            name = self.lazy[key] = self.p.variable("h")
            self.p.declare(f"{name} = UNSET")
        with self.block(f"if {name} is UNSET:"):
            self.p.line(f"{name} = {self._write(expr, scope, current, typed)}")
        return self._learn(key, name)

    def _write(self, expr: t.Expr, scope: Scope, current: str, typed: bool) -> str:
        method = getattr(self, f"_{type(expr).__name__.lower()}", None)
        if method is None:
            raise Unsupported(type(expr).__name__)
        self.p.at(expr.span)
        found: str = method(expr, scope, current, typed)
        return found

    def key(self, expr: t.Expr, scope: Scope, current: str) -> Key | None:
        """What makes two expressions the same value, or None if nothing is worth remembering."""
        if isinstance(expr, t.Get):
            base = self.key(expr.base, scope, current)
            return None if base is None else ("get", base, expr.name)
        if isinstance(expr, t.Keyed):
            base = self.key(expr.base, scope, current)
            return None if base is None else ("keyed", base, expr.value)
        if isinstance(expr, t.Current):
            return ("var", current)
        if isinstance(expr, t.Root):
            return ("var", scope.record if expr.up == -1 else scope.up(1).element)
        if isinstance(expr, t.Named):
            return ("var", scope.named(expr.name))
        if isinstance(expr, t.Let):
            return ("let", id(scope.up(expr.up)), expr.name)
        if isinstance(expr, t.SumOf):
            return ("sum", id(expr), current)
        if isinstance(expr, t.Lookup):
            keys = tuple(self.key(k, scope, current) for k in expr.keys)
            return (
                None
                if None in keys
                else ("link", expr.via, expr.take, expr.by, expr.back, expr.missing, keys)
            )
        return None

    def _outside(self, expr: t.Expr, scope: Scope, current: str) -> bool:
        """Whether an expression reads only the whole record, not the row at hand."""
        if isinstance(expr, (t.Get, t.Keyed)):
            return self._outside(expr.base, scope, current)
        if isinstance(expr, t.Current):
            return current == scope.record
        if isinstance(expr, t.Root):
            return expr.up == -1 or scope.up(1).element == scope.record
        if isinstance(expr, t.Let):
            return not scope.up(expr.up).in_loop
        if isinstance(expr, t.Lookup):
            return all(self._outside(k, scope, current) for k in expr.keys)
        return isinstance(expr, (t.Const, t.SettingOf))

    # ------------------------------------------------------------ names

    def _const(self, expr: t.Const, *_: Any) -> str:
        value = expr.value
        if value is None or isinstance(value, (bool, int, str)):
            name = repr(value)
        else:
            name = self.p.constant(value)
        if value is not None:
            self.never_missing.add(name)
        return name

    def _settingof(self, expr: t.SettingOf, *_: Any) -> str:
        name = self.p.setting(expr.name)
        if expr.required:
            self.p.line(f"if {name} is None: raise ODD")
        return name

    def _today(self, expr: t.Today, *_: Any) -> str:
        self.p.line("if TODAY is None: raise ODD")
        return "TODAY"

    def _typed(self, expr: t.Typed, scope: Scope, *_: Any) -> str:
        name = self._new(f"typed.get({expr.name!r})")
        return self._decoded(name, expr.type.kind)

    def _current(self, expr: t.Current, scope: Scope, current: str, typed: bool) -> str:
        return current

    def _root(self, expr: t.Root, scope: Scope, *_: Any) -> str:
        return scope.record if expr.up == -1 else scope.up(1).element

    def _result(self, expr: t.Result, scope: Scope, *_: Any) -> str:
        return scope.result

    def _named(self, expr: t.Named, scope: Scope, *_: Any) -> str:
        return scope.named(expr.name)

    def _let(self, expr: t.Let, scope: Scope, *_: Any) -> str:
        owner = scope.up(expr.up)
        return self.value(owner.lets[expr.name], owner)

    def _share(self, expr: t.Share, *_: Any) -> str:
        name = self._new(f"shares.get({expr.name!r})")
        self.p.line(f"if {name}.__class__ is STOP: raise ODD")
        return name

    # ------------------------------------------------------------ fields and lists

    def _get(self, expr: t.Get, scope: Scope, current: str, typed: bool) -> str:
        from_result = typed or isinstance(expr.base, t.Result)
        base = self._value(expr.base, scope, current, typed)
        name = self._new(
            f"{base}.get({expr.name!r})"
            if self._is_there(base, scope)
            else f"{base}.get({expr.name!r}) if {base} is not None else None"
        )
        if from_result or expr.type.kind == "any":
            return name
        name = self._decoded(name, expr.type.kind)
        item = expr.type.item
        if item is not None and item.kind in SCALARS:
            each = f"None if one is None else DECODE[{item.kind!r}](one)"
            self.p.line(f"if {name} is not None: {name} = [{each} for one in {name}]")
        return name

    def _is_there(self, base: str, scope: Scope) -> bool:
        return base in (scope.record, scope.element, scope.result) or base in self.never_missing

    def _decoded(self, name: str, kind: str) -> str:
        """The check and conversion of a wire value by its kind; anything odd raises."""
        if kind == "text":
            self.p.line(f"if {name}.__class__ is not str and {name} is not None: raise ODD")
        elif kind == "decimal":
            self.p.line(f"if {name}.__class__ is str and NUMBER({name}): {name} = Decimal({name})")
            self.p.line(f"elif {name} is not None: {name} = DECIMAL({name})")
        elif kind == "date":
            self.p.line(f"if {name} is not None: {name} = DATES[{name}]")
        elif kind == "id":
            self.p.line(f"if {name}.__class__ is int and -MOST < {name} < MOST: {name} = str({name})")
            self.p.line(f"elif {name} is not None and ({name}.__class__ is not str or not {name}): raise ODD")
        elif kind == "boolean":
            self.p.line(f"if {name} is not None and {name} is not True and {name} is not False: raise ODD")
        elif kind == "list":
            self.p.line(f"if {name}.__class__ is not list and {name} is not None: raise ODD")
        elif kind == "object":
            self.unchecked.add(name)
        else:
            self.p.line(f"if {name} is not None: {name} = DECODE[{kind!r}]({name})")
        return name

    def _keyed(self, expr: t.Keyed, scope: Scope, current: str, typed: bool) -> str:
        base = self.value(expr.base, scope, current, typed)
        return self._new(
            f"next((row for row in {base} or () if row.__class__ is dict and row.get({expr.key!r}) == {expr.value!r}), None)"
        )

    def _joined(self, expr: t.Joined, scope: Scope, current: str, typed: bool) -> str:
        base = self.value(expr.base, scope, current, typed)
        return self._new(f"JOINED({base}, {expr.names!r}, {expr.separator!r})")

    def _at(self, expr: t.At, scope: Scope, current: str, typed: bool) -> str:
        base = self.value(expr.base, scope, current, typed)
        length = expr.index + 1 if expr.index >= 0 else -expr.index
        return self._new(f"{base}[{expr.index}] if {base} is not None and len({base}) >= {length} else None")

    def _project(self, expr: t.Project, scope: Scope, current: str, typed: bool) -> str:
        base = self.value(expr.base, scope, current, typed)
        inside = typed or self._from_result(expr.base)
        if isinstance(expr.each, t.Current) and expr.where is None and not expr.flat:
            return self._new(f"[row for row in {base} if row is not None] if {base} is not None else None")
        name = self._new("None")
        row = self.p.variable("e")
        with self.block(f"if {base} is not None:"):
            self.p.line(f"{name} = []")
            with self.block(f"for {row} in {self._rows(base, expr.flat)}:"):
                self.p.line(f"if {row} is None: continue")
                self.never_missing.add(row)
                if expr.where is not None:
                    self.p.line(f"if not {self.truth(expr.where, scope, row, inside)}: continue")
                each = self.value(expr.each, scope, row, inside)
                if each == row:
                    self.p.line(f"{name}.append({row})")
                else:
                    self.p.line(f"if {each} is not None: {name}.append({each})")
        return name

    def _any_of(self, expr: t.Project, scope: Scope, current: str, typed: bool) -> str:
        """Whether a filter keeps any element; every element is looked at, as the plain reading does."""
        assert expr.where is not None
        base = self.value(expr.base, scope, current, typed)
        inside = typed or self._from_result(expr.base)
        name, row = self._new("False"), self.p.variable("e")
        with (
            self.block(f"if {base} is not None:"),
            self.block(f"for {row} in {self._rows(base, expr.flat)}:"),
        ):
            self.p.line(f"if {row} is None: continue")
            self.never_missing.add(row)
            self.p.line(f"if {self.truth(expr.where, scope, row, inside)}: {name} = True")
        return name

    def _rows(self, base: str, flat: bool) -> str:
        return f"FLAT({base})" if flat else base

    def _from_result(self, expr: t.Expr) -> bool:
        while isinstance(expr, (t.Get, t.Keyed, t.At, t.Project, t.Pipe)):
            expr = expr.base
        return isinstance(expr, t.Result)

    def _pipe(self, expr: t.Pipe, scope: Scope, current: str, typed: bool) -> str:
        base = self.value(expr.base, scope, current, typed)
        name = self._new("None")
        with self._unless_missing(base):
            self.p.line(
                f"{name} = {self.value(expr.then, scope, base, typed or self._from_result(expr.base))}"
            )
        return name

    def _listof(self, expr: t.ListOf, scope: Scope, current: str, typed: bool) -> str:
        if all(isinstance(item, t.Const) for item in expr.items):
            return self.p.constant([item.value for item in expr.items if isinstance(item, t.Const)])
        return self._new(f"[{', '.join(self.value(item, scope, current, typed) for item in expr.items)}]")

    # ------------------------------------------------------------ logic

    def truth(self, expr: t.Expr, scope: Scope, current: str = "", typed: bool = False) -> str:
        """A Python condition that is true where JMESPath's truth is."""
        current = current or scope.element
        if isinstance(expr, t.Not):
            return f"(not {self.truth(expr.of, scope, current, typed)})"
        if isinstance(expr, t.Either):
            return self._either_truth(expr, scope, current, typed)
        if isinstance(expr, t.Compare):
            return self._compared(expr, scope, current, typed)
        if isinstance(expr, t.Project) and isinstance(expr.each, t.Current) and expr.where is not None:
            return self._any_of(expr, scope, current, typed)
        if isinstance(expr, t.Const):
            return str(truth(expr.value))
        name = self.value(expr, scope, current, typed)
        kind = expr.type.kind
        if kind in ("decimal", "integer", "date", "instant"):
            return f"({name} is not None)"
        if kind in ("text", "id", "list", "object", "boolean"):
            return name
        return f"TRUTH({name})"

    def _either_truth(self, expr: t.Either, scope: Scope, current: str, typed: bool) -> str:
        left = self.truth(expr.left, scope, current, typed)
        self.p.hold()
        self.known.append({})
        right = self.truth(expr.right, scope, current, typed)
        self.known.pop()
        held = self.p.release()
        if not held:
            return f"({left} {'and' if expr.both else 'or'} {right})"
        name = self._new(f"{left}")
        self.p.open(f"if {name}:" if expr.both else f"if not {name}:")
        self.p.emit(held)
        self.p.line(f"{name} = {right}")
        self.p.close()
        return name

    def _compared(self, expr: t.Compare, scope: Scope, current: str, typed: bool) -> str:
        a, b = self.value(expr.left, scope, current, typed), self.value(expr.right, scope, current, typed)
        if expr.op in ("eq", "ne"):
            if "None" in (a, b):
                return f"({b if a == 'None' else a} is {'not ' if expr.op == 'ne' else ''}None)"
            return f"({a} {'==' if expr.op == 'eq' else '!='} {b})"
        tests = [f"{x} is not None" for x in (a, b) if x not in self.never_missing]
        return f"({' and '.join([*tests, f'{a} {ORDERING[expr.op]} {b}'])})"

    def _compare(self, expr: t.Compare, scope: Scope, current: str, typed: bool) -> str:
        if expr.op in ("eq", "ne"):
            return self._new(self._compared(expr, scope, current, typed))
        a, b = self.value(expr.left, scope, current, typed), self.value(expr.right, scope, current, typed)
        missing = [f"{x} is None" for x in (a, b) if x not in self.never_missing]
        test = f"{a} {ORDERING[expr.op]} {b}"
        return self._new(f"None if {' or '.join(missing)} else {test}" if missing else test)

    def _not(self, expr: t.Not, scope: Scope, current: str, typed: bool) -> str:
        return self._new(f"not {self.truth(expr.of, scope, current, typed)}")

    def _either(self, expr: t.Either, scope: Scope, current: str, typed: bool) -> str:
        left = self.value(expr.left, scope, current, typed)
        name = self._own(left)
        test = self._true_of(name, expr.left.type.kind)
        with self.block(f"if {test}:" if expr.both else f"if not {test}:"):
            self.p.line(f"{name} = {self.value(expr.right, scope, current, typed)}")
        return name

    def _true_of(self, name: str, kind: str) -> str:
        if kind in ("decimal", "integer", "date", "instant"):
            return f"({name} is not None)"
        return name if kind in ("text", "id", "list", "object", "boolean") else f"TRUTH({name})"

    # ------------------------------------------------------------ functions

    def _call(self, expr: t.Call, scope: Scope, current: str, typed: bool) -> str:
        if expr.name in ("first", "not_null"):
            return self._first(list(expr.args), scope, current, typed)
        if expr.name == "sum" and isinstance(expr.args[0], t.Project):
            return self._strict_sum(expr.args[0], scope, current, typed)
        args = [self.value(arg, scope, current, typed) for arg in expr.args]
        call = self._called(expr, args)
        missing = [f"{a} is None" for a in dict.fromkeys(args) if a not in self.never_missing]
        if not missing or expr.name == "due_date":
            return self._new(call)
        return self._new(f"None if {' or '.join(missing)} else {call}")

    def _called(self, expr: t.Call, args: list[str]) -> str:
        signs = {"add": " + ", "minus": " - ", "times": " * "}
        if expr.name in signs:
            return f"({signs[expr.name].join(args)})"
        if expr.name == "negate":
            return f"(-{args[0]} if {args[0]} else {args[0]})"
        if expr.name == "contains" and expr.args[0].type.kind == "list":
            return f"({args[1]} in {args[0]})"
        if expr.name in ("length", "count"):
            return f"len({args[0]})"
        if expr.name == "round" and args[1].isdigit() and int(args[1]) < 13:
            return f"{args[0]}.quantize({self.p.quantum(int(args[1]))}, HALF_UP, EXACT)"
        return f"{self.p.function(expr.name)}({', '.join(args)})"

    def _own(self, name: str) -> str:
        """A variable that may be written over."""
        return self._new(name) if name in self.shared or not name[1:].isdigit() or name[0] != "v" else name

    def _first(self, args: list[t.Expr], scope: Scope, current: str, typed: bool) -> str:
        value = self.value(args[0], scope, current, typed)
        if len(args) == 1:
            return value
        name = self._own(value)
        with self.block(f"if {name} is None:"):
            self.p.line(f"{name} = {self._first(args[1:], scope, current, typed)}")
        if isinstance(args[-1], t.Const) and args[-1].value is not None:
            self.never_missing.add(name)
        return name

    def _strict_sum(self, listed: t.Project, scope: Scope, current: str, typed: bool) -> str:
        base = self.value(listed.base, scope, current, typed)
        inside = typed or self._from_result(listed.base)
        name, row = self._new("None"), self.p.variable("e")
        with self.block(f"if {base} is not None:"):
            self.p.line(f"{name} = ZERO")
            with self.block(f"for {row} in {base}:"):
                self.p.line(f"if {row} is None: continue")
                self.never_missing.add(row)
                if listed.where is not None:
                    self.p.line(f"if not {self.truth(listed.where, scope, row, inside)}: continue")
                self.p.line(f"{name} += {self.value(listed.each, scope, row, inside)}")
        return name

    def _sumof(self, expr: t.SumOf, scope: Scope, current: str, typed: bool) -> str:
        family = self._family(expr, scope, current)
        if len(family) > 1:
            return self._summed_together(expr, family, scope)
        name = self._new("None")
        self._sum_loop([(name, expr)], self.value(expr.each, scope, current, typed), scope)
        return name

    def _family(self, expr: t.SumOf, scope: Scope, current: str) -> list[t.SumOf]:
        """All sums over the same list among the record's named values: one pass serves them all."""
        own = self.key(expr.each, scope, current)
        if scope.in_loop or scope.parent is not None or current != scope.element or own is None:
            return [expr]
        found = [
            s for let in scope.lets.values() for s in sums_in(let) if self.key(s.each, scope, current) == own
        ]
        return found if expr in found else [expr]

    def _summed_together(self, expr: t.SumOf, family: list[t.SumOf], scope: Scope) -> str:
        names: list[tuple[str, t.SumOf]] = []
        for one in family:
            key: Key = ("sum", id(one), scope.element)
            if key not in self.lazy:
                self.lazy[key] = self.p.variable("h")
                self.p.declare(f"{self.lazy[key]} = UNSET")
            names.append((self.lazy[key], one))
        own = self.lazy["sum", id(expr), scope.element]
        with self.block(f"if {own} is UNSET:"):
            base = self.value(expr.each, scope)
            self.p.line(f"{' = '.join(name for name, _ in names)} = None")
            self._sum_loop(names, base, scope)
        for name, one in names:
            self._learn(("sum", id(one), scope.element), name)
        return own

    def _sum_loop(self, sums: list[tuple[str, t.SumOf]], base: str, scope: Scope) -> None:
        row = self.p.variable("e")
        with self.block(f"if {base} is not None:"):
            self.p.line(f"{' = '.join(name for name, _ in sums)} = ZERO")
            with self.block(f"for {row} in {base}:"):
                inner = Scope(
                    row, {}, scope, {}, scope.record, scope.result, True, self._from_result(sums[0][1].each)
                )
                for name, one in sums:
                    if one.where is None:
                        self.p.line(f"{name} += {self.value(one.of, inner)}")
                        continue
                    with self.block(f"if {self.truth(one.where, inner)}:"):
                        self.p.line(f"{name} += {self.value(one.of, inner)}")

    def _lookup(self, expr: t.Lookup, scope: Scope, current: str, typed: bool) -> str:
        keys = [self._key_text(k, self.value(k, scope, current, typed)) for k in expr.keys]
        table = self.p.table(expr)
        key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
        missing = [f"{k} is None" for k in keys if k not in self.never_missing]
        found = (
            f"{table}({key}{', None' if expr.missing else ''})" if expr.missing else f"{table}({key}, UNSET)"
        )
        name = self._new(f"None if {' or '.join(missing)} else {found}" if missing else found)
        if not expr.missing:
            self.p.line(f"if {name} is UNSET: raise ODD")
        elif expr.take or expr.type.kind != "list":
            self.p.line(f"if {name} is ODD: raise ODD")
        return name

    def _key_text(self, expr: t.Expr, name: str) -> str:
        if expr.type.kind in ("id", "text"):
            return name
        return self._new(
            f"str({name})" if name in self.never_missing else f"None if {name} is None else str({name})"
        )

    def _linked(self, expr: t.Linked, scope: Scope, current: str, typed: bool) -> str:
        keys = [self._key_text(k, self.value(k, scope, current, typed)) for k in expr.keys]
        known = self.p.known_ids(expr)
        return self._new(f"({keys[0] if len(keys) == 1 else '(' + ', '.join(keys) + ')'}) in {known}")

    # ------------------------------------------------------------ texts and steps

    def _template(self, expr: t.Template, scope: Scope, current: str, typed: bool) -> str:
        if expr.source:
            names = ", ".join(
                f"{name!r}: {self.value(value, scope, current, typed)}" for name, value in expr.names
            )
            return self._new(f"{self.p.template(expr.source)}({{{names}}})")
        pieces = [
            repr(piece) if isinstance(piece, str) else self._piece(piece, scope, current, typed)
            for piece in expr.pieces
        ]
        name = self._new(" + ".join(pieces) or "''")
        self.never_missing.add(name)
        return name

    def _piece(self, expr: t.Expr, scope: Scope, current: str, typed: bool) -> str:
        name = self.value(expr, scope, current, typed)
        if isinstance(expr, t.Const) and isinstance(expr.value, str):
            return name
        if expr.type.kind in ("text", "id"):
            return name if name in self.never_missing else f"({name} or '')"
        if name in self.never_missing:
            return f"AS_TEXT({name})"
        return f"('' if {name} is None else AS_TEXT({name}))"

    def _apply(self, expr: t.Apply, scope: Scope, current: str, typed: bool) -> str:
        of = self.value(expr.of, scope, current, typed)
        name = self._new("None")
        with self._unless_missing(of):
            given = []
            for key, argument in expr.args:
                found = self.value(argument, scope, current, typed)
                if found not in self.never_missing:
                    self.p.line(f"if {found} is None: raise ODD")
                given.append(f", {key}={found}")
            inline = self._inline(expr)
            call = (
                f"{self.p.transform(expr.name)}({of}{''.join(given)})"
                if inline is None
                else inline.format(of)
            )
            self.p.line(f"{name} = {call}")
        return name

    @contextmanager
    def _unless_missing(self, name: str) -> Iterator[None]:
        """A block for a value that is there; no block where it always is."""
        if name in self.never_missing:
            yield
            return
        with self.block(f"if {name} is not None:"):
            yield

    def _inline(self, expr: t.Apply) -> str | None:
        """Small transforms written in place."""
        if not expr.args:
            return INLINE.get((expr.name, expr.of.type.kind))
        argument = expr.args[0][1]
        if isinstance(argument, t.Const) and isinstance(argument.value, str) and argument.value:
            found = CUTS.get(expr.name)
            quoted = repr(argument.value).replace("{", "{{").replace("}", "}}")
            return None if found is None else found.replace("<of>", quoted)
        return None

    def _table(self, expr: t.Table, scope: Scope, current: str, typed: bool) -> str:
        of = self.value(expr.of, scope, current, typed)
        if not expr.setting and not expr.table and expr.otherwise == "omit":
            return "None"
        table = self._table_name(expr)
        key = of if expr.of.type.kind in ("text", "id") else f"AS_TEXT({of})"
        name = self._new("None")
        with self._unless_missing(of):
            self.p.line(f"{name} = {table}.get({key})")
            if expr.otherwise == "keep":
                self.p.line(f"if {name} is None: {name} = {of}")
            elif expr.otherwise != "omit":
                self.p.line(f"if {name} is None: raise ODD")
        return name

    def _table_name(self, expr: t.Table) -> str:
        if not expr.setting:
            fixed = dict(expr.table)
            return self.p.constant(turned(fixed) if expr.back else fixed)
        if expr.back:
            return self.p.turned(expr.setting)
        return f"({self.p.setting(expr.setting)} or EMPTY)"

    def _default(self, expr: t.Default, scope: Scope, current: str, typed: bool) -> str:
        return self._first([expr.of, expr.otherwise], scope, current, typed)

    def _pick(self, expr: t.Pick, scope: Scope, current: str, typed: bool) -> str:
        name = self._new("None")
        self._choices(list(zip(expr.choices, expr.notes, strict=True)), name, scope, current, typed)
        if (
            all(isinstance(choice, t.Const) and choice.value is not None for _, choice in expr.choices)
            and expr.choices[-1][0] is None
        ):
            self.never_missing.add(name)
        return name

    def _choices(self, choices: list[Any], name: str, scope: Scope, current: str, typed: bool) -> None:
        (when, value), note = choices[0]
        if when is None:
            self._chosen(value, note, name, scope, current, typed)
            return
        with self.block(f"if {self.truth(when, scope, current, typed)}:"):
            self._chosen(value, note, name, scope, current, typed)
        if choices[1:]:
            with self.block("else:"):
                self._choices(choices[1:], name, scope, current, typed)

    def _chosen(self, value: t.Expr, note: str, name: str, scope: Scope, current: str, typed: bool) -> None:
        self.p.line(f"{name} = {self.value(value, scope, current, typed)}")
        if note:
            self.p.line(f"if {name} is not None and {note!r} not in notes: notes.append({note!r})")

    def _scaled(self, expr: t.Scaled, scope: Scope, current: str, typed: bool) -> str:
        of = self.value(expr.of, scope, current, typed)
        scaled = f"{of}.quantize({self.p.quantum(expr.places)}, HALF_UP, EXACT)"
        if of in self.never_missing:
            name = self._new(scaled)
            self.never_missing.add(name)
            return name
        return self._new(f"None if {of} is None else {scaled}")

    def _new(self, text: str) -> str:
        name = self.p.variable("v")
        self.p.line(f"{name} = {text}")
        return name


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
