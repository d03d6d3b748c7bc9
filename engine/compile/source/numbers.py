"""Functions of the closed set, sums over lists, and links."""

from __future__ import annotations

from engine.check import typed as t
from engine.compile.source.fields import from_result, rows_of
from engine.compile.source.keys import Here, Scope, top
from engine.compile.source.known import Column
from engine.compile.source.logic import first
from engine.compile.source.walk import sums_in
from engine.compile.source.writer import Writer, tests, writes

SIGNS = {"add": " + ", "minus": " - ", "times": " * "}


@writes(t.Call)
def call(w: Writer, expr: t.Call, here: Here) -> str:
    """A function; given a missing value it answers missing."""
    if expr.name in ("first", "not_null"):
        return first(w, list(expr.args), here)
    if expr.name == "sum" and isinstance(expr.args[0], t.Project):
        return _strict_sum(w, expr.args[0], here)
    args = [w.value(arg, here) for arg in expr.args]
    text = _called(w, expr, args)
    if expr.name == "due_date":
        return w.new(text)
    if "None" in args:
        return "None"
    missing = w.missing(args)
    name = w.new(f"None if {' or '.join(missing)} else {text}" if missing else text)
    if not missing and (expr.name in SIGNS or expr.name in ("negate", "abs", "round")):
        w.now_sure(name)
    return name


def _called(w: Writer, expr: t.Call, args: list[str]) -> str:
    if expr.name in SIGNS:
        return f"({SIGNS[expr.name].join(args)})"
    if expr.name == "negate":
        return f"(-{args[0]} if {args[0]} else {args[0]})"
    if expr.name == "contains" and expr.args[0].type.kind == "list":
        return f"({args[1]} in {args[0]})"
    if expr.name in ("length", "count"):
        return f"len({args[0]})"
    if expr.name == "abs":
        return f"abs({args[0]})"
    if expr.name == "round" and args[1].isdigit() and int(args[1]) < 13 and _decimal(expr.args[0]):
        return rounded(w, args[0], int(args[1]))
    return f"{w.p.function(expr.name)}({', '.join(args)})"


def _decimal(expr: t.Expr) -> bool:
    return expr.type.kind == "decimal"


def rounded(w: Writer, name: str, places: int) -> str:
    """Half-up to so many places; nought is never negative."""
    return f"({name}.quantize({w.p.quantum(places)}, HALF_UP, EXACT) or Z{places})"


@writes(t.Scaled)
def scaled(w: Writer, expr: t.Scaled, here: Here) -> str:
    """Rounded half-up."""
    of = w.value(expr.of, here)
    if of == "None":
        return of
    text = rounded(w, of, expr.places)
    if not w.sure(of):
        return w.new(f"None if {of} is None else {text}")
    name = w.new(text)
    w.now_sure(name)
    return name


@tests(t.Call)
def call_true(w: Writer, expr: t.Call, here: Here) -> str:
    """A function's answer as a condition."""
    if expr.name == "contains" and expr.args[0].type.kind == "list":
        args = [w.value(arg, here) for arg in expr.args]
        if "None" in args:
            return "False"
        tests_ = [f"{arg} is not None" for arg in args if not w.sure(arg)]
        return f"({' and '.join([*tests_, f'{args[1]} in {args[0]}'])})"
    return w.true_of(w.value(expr, here), expr.type.kind)


# ---------------------------------------------------------------- sums


def _strict_sum(w: Writer, listed: t.Project, here: Here) -> str:
    """sum(list[*].member): a missing amount cannot be added, which raises."""
    base = w.value(listed.base, here)
    if base == "None":
        return base
    if _simple(w, listed, here):
        return _loop(w, [("", listed.each, listed.where)], listed.base, base, here, None)[0]
    name = ""
    for row, found, inner in rows_of(w, listed, here):
        if not row:
            name = w.new("ZERO" if w.sure(found) else f"None if {found} is None else ZERO")
        else:
            w.p.line(f"{name} += {w.value(listed.each, inner)}")
    return name


def _simple(w: Writer, listed: t.Project, here: Here) -> bool:
    return listed.where is None and not listed.flat and not here.typed and not from_result(listed.base)


@writes(t.SumOf)
def sum_of(w: Writer, expr: t.SumOf, here: Here) -> str:
    """A strict sum; all sums over one list among the record's named values come of one pass."""
    family = _family(w, expr, here)
    base = w.value(expr.each, here)
    if base == "None":
        return base
    scope = here.scope
    parts = [("", one.of, one.where) for one in family]
    names = _loop(w, parts, expr.each, base, here, scope)
    for name, one in zip(names, family, strict=True):
        if one is not expr:
            w.learn(w.keys.of(one, here), name)
    return names[family.index(expr)]


def _family(w: Writer, expr: t.SumOf, here: Here) -> list[t.SumOf]:
    """Sums over the same list that can be worked out together, here and now."""
    scope, own = here.scope, w.keys.of(expr.each, here)
    if scope.parent is not None or here.current != scope.element or own is None or len(w.levels) > 1:
        return [expr]
    found = [
        one
        for name, let in scope.lets.items()
        if w.uses[name] and w.calm(let, here)
        for one in sums_in(let)
        if w.keys.of(one.each, here) == own
    ]
    return list(dict.fromkeys([expr, *found]))


def _loop(
    w: Writer,
    parts: list[tuple[str, t.Expr, t.Expr | None]],
    each: t.Expr,
    base: str,
    here: Here,
    scope: Scope | None,
) -> list[str]:
    """One pass over a list for several sums. What it works out of every element is kept for later."""
    key = w.keys.of(each, here)
    there = w.sure(base)
    names = [w.new("ZERO" if there else f"None if {base} is None else ZERO") for _ in parts]
    before = w.p.slot()
    row, depth = element(w, key), len(w.levels) - 1
    with w.unless_missing(base):
        whole = len(w.levels) - 1 == depth
        with w.block(f"for {row} in {base}:", row):
            w.now_sure(row)
            if scope is None:
                w.p.line(f"if {row} is None: continue")
            inner = here.on(row, False)
            if scope is not None:
                own = Scope(row, {}, scope, {}, scope.record, scope.result, from_result(each))
                inner = top(own)
            for name, (_, of, where) in zip(names, parts, strict=True):
                with w.block(f"if {w.truth(where, inner) if where is not None else 'True'}:"):
                    found = w.value(of, inner)
                    w.p.line(f"{name} += {found}")
                    w.now_sure(found)
            level = w.levels[-1]
            column = Column(dict(level.known), set(level.sure), before, w.p.slot())
    if key is not None and whole:
        w.levels[-1].columns[key] = column
    if there:
        w.levels[-1].sure.update(names)
    return names


def element(w: Writer, key: int | None) -> str:
    """The variable of a list's elements: the same in every loop over it, unless one is under way."""
    if key is None:
        return w.p.variable("e")
    name = w.elements.get(key)
    if name is None:
        name = w.elements[key] = w.p.variable("e")
    return w.p.variable("e") if any(level.loop == name for level in w.levels) else name


# ---------------------------------------------------------------- links


@writes(t.Lookup)
def lookup(w: Writer, expr: t.Lookup, here: Here) -> str:
    """What a link gives; what nobody knows raises, unless it may be missing."""
    keys = [_key_text(w, key, w.value(key, here)) for key in expr.keys]
    if "None" in keys:
        return "None"
    table = w.p.table(expr)
    key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
    missing = w.missing(keys)
    found = f"{table}({key})" if expr.missing else f"{table}({key}, UNSET)"
    name = w.new(f"None if {' or '.join(missing)} else {found}" if missing else found)
    if not expr.missing:
        w.refuse(f"{name} is UNSET")
    elif expr.take or expr.type.kind != "list":
        w.refuse(f"{name} is ODD")
    return name


def _key_text(w: Writer, expr: t.Expr, name: str) -> str:
    if expr.type.kind in ("id", "text") or name == "None":
        return name
    found = w.new(f"str({name})" if w.sure(name) else f"None if {name} is None else str({name})")
    if w.sure(name):
        w.now_sure(found)
    return found


@tests(t.Linked)
def is_linked(w: Writer, expr: t.Linked, here: Here) -> str:
    """Whether a mapping knows a document for an id; a missing id is in no table."""
    keys = [_key_text(w, key, w.value(key, here)) for key in expr.keys]
    if "None" in keys:
        return "False"
    key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
    return f"({key} in {w.p.known_ids(expr)})"


@writes(t.Linked)
def linked(w: Writer, expr: t.Linked, here: Here) -> str:
    """The same as a value."""
    return w.new(is_linked(w, expr, here))
