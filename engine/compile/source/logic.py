"""Conditions and choices."""

from __future__ import annotations

from engine.check import typed as t
from engine.compile.program import flat
from engine.compile.source.keys import Here
from engine.compile.source.known import Level
from engine.compile.source.writer import Writer, tests, writes
from engine.vocabulary.functions import truth

ORDERING = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


@tests(t.Const)
def const(w: Writer, expr: t.Const, here: Here) -> str:
    """A fixed value."""
    return str(truth(expr.value))


@tests(t.Let)
def let(w: Writer, expr: t.Let, here: Here) -> str:
    """A named condition that nobody else asks for is written in place."""
    owner = here.scope.up(expr.up)
    own = owner.lets[expr.name]
    if isinstance(own, t.Const) or (w.uses[expr.name] < 2 and owner is here.scope):
        return w.truth(own, Here(owner, owner.element, owner.typed))
    return w.true_of(w.value(expr, here), expr.type.kind)


@tests(t.Not)
def not_true(w: Writer, expr: t.Not, here: Here) -> str:
    """The opposite."""
    return opposite(w.truth(expr.of, here))


def opposite(condition: str) -> str:
    """The opposite of a condition."""
    return {"True": "False", "False": "True"}.get(condition) or f"(not {condition})"


@writes(t.Not)
def not_value(w: Writer, expr: t.Not, here: Here) -> str:
    """The opposite, as a value."""
    return w.new(w.truth(expr, here))


@tests(t.Either)
def either_true(w: Writer, expr: t.Either, here: Here) -> str:
    """`&&` and `||`: what the second side needs is worked out only if the first leaves it open."""
    left = w.truth(expr.left, here)
    if left in ("True", "False"):
        return w.truth(expr.right, here) if (left == "True") is expr.both else left
    w.levels.append(Level(w.p.slot()))
    held = w.p.slot()
    before = w.p.into(held)
    w.p.depth = held.depth = held.depth + 1
    w.assume(expr.left, here, expr.both)
    right = w.truth(expr.right, here)
    w.p.back(before)
    w.implies(expr, here, w.levels.pop())
    if not any(True for _ in flat(held.lines)):
        return _both(left, right, expr.both)
    held.depth -= 1
    name = w.p.variable("v")
    test = f"if {name}:" if expr.both else f"if not {name}:"
    held.lines.insert(0, (held.depth, f"{name} = {left}", w.p.place))
    held.lines.insert(1, (held.depth, test, w.p.place))
    held.lines.append((held.depth + 1, f"{name} = {right}", w.p.place))
    return name


def _both(left: str, right: str, both: bool) -> str:
    if right in ("True", "False"):
        return left if (right == "True") is both else right
    return f"({left} {'and' if both else 'or'} {right})"


@writes(t.Either)
def either(w: Writer, expr: t.Either, here: Here) -> str:
    """The first side's value if it is true (false), else the second's."""
    left = w.value(expr.left, here)
    test = w.true_of(left, expr.left.type.kind)
    if test in ("True", "False"):
        return w.value(expr.right, here) if (test == "True") is expr.both else left
    name = w.own(left)
    test = w.true_of(name, expr.left.type.kind)
    with w.block(f"if {test}:" if expr.both else f"if not {test}:"):
        w.assume(expr.left, here, expr.both)
        w.p.line(f"{name} = {w.value(expr.right, here)}")
        inner = w.levels[-1]
    w.implies(expr, here, inner)
    return name


@tests(t.Compare)
def compared(w: Writer, expr: t.Compare, here: Here) -> str:
    """A comparison of like with like; ordering anything missing is not true."""
    a, b = w.value(expr.left, here), w.value(expr.right, here)
    if expr.op in ("eq", "ne"):
        sign = "==" if expr.op == "eq" else "!="
        if "None" not in (a, b):
            return f"({a} {sign} {b})"
        other = b if a == "None" else a
        if w.sure(other) or other == "None":
            return str((other == "None") is (expr.op == "eq"))
        return f"({other} is {'not ' if expr.op == 'ne' else ''}None)"
    if "None" in (a, b):
        return "False"
    there = [f"{x} is not None" for x in (a, b) if not w.sure(x)]
    return f"({' and '.join([*there, f'{a} {ORDERING[expr.op]} {b}'])})"


@writes(t.Compare)
def compare(w: Writer, expr: t.Compare, here: Here) -> str:
    """The same as a value: ordering anything missing is missing."""
    if expr.op in ("eq", "ne"):
        return w.new(compared(w, expr, here))
    a, b = w.value(expr.left, here), w.value(expr.right, here)
    if "None" in (a, b):
        return "None"
    missing, test = w.missing([a, b]), f"{a} {ORDERING[expr.op]} {b}"
    return w.new(f"None if {' or '.join(missing)} else {test}" if missing else test)


@writes(t.Default)
def default(w: Writer, expr: t.Default, here: Here) -> str:
    """Another value where one is missing."""
    return first(w, [expr.of, expr.otherwise], here)


def first(w: Writer, args: list[t.Expr], here: Here) -> str:
    """The first that is not missing."""
    value = w.value(args[0], here)
    if len(args) == 1 or w.sure(value):
        return value
    if value == "None":
        return first(w, args[1:], here)
    name = w.own(value)
    with w.block(f"if {name} is None:"):
        other = first(w, args[1:], here)
        sure = w.sure(other)
        if other != "None":
            w.p.line(f"{name} = {other}")
    w.p.prune()
    if sure:
        w.now_sure(name)
    return name


@writes(t.Pick)
def pick(w: Writer, expr: t.Pick, here: Here) -> str:
    """The first choice whose condition holds."""
    name = w.p.variable("v")
    if _choices(w, list(zip(expr.choices, expr.notes, strict=True)), name, here):
        w.now_sure(name)
    return name


def _choices(
    w: Writer, choices: list[tuple[tuple[t.Expr | None, t.Expr], str]], name: str, here: Here
) -> bool:
    """Writes the choices left; says whether each of them surely gives a value."""
    if not choices:
        w.p.line(f"{name} = None")
        return False
    (when, value), note = choices[0]
    test = "True" if when is None else w.truth(when, here)
    if when is None or test == "True":
        return _chosen(w, value, note, name, here)
    if test == "False":
        return _choices(w, choices[1:], name, here)
    with w.block(f"if {test}:") as before:
        w.assume(when, here, True)
        sure = _chosen(w, value, note, name, here)
    with w.block("else:", after=before):
        w.assume(when, here, False)
        return _choices(w, choices[1:], name, here) and sure


def _chosen(w: Writer, value: t.Expr, note: str, name: str, here: Here) -> bool:
    found = w.value(value, here)
    w.p.line(f"{name} = {found}")
    if note:
        there = "" if w.sure(found) else f"{name} is not None and "
        w.p.line(f"if {there}{note!r} not in notes: notes.append({note!r})")
    return w.sure(found)
