"""Names, fields and lists: what a record or a row holds, decoded."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check import typed as t
from engine.compile.source.keys import Here
from engine.compile.source.writer import Writer, tests, writes
from engine.vocabulary.wire import MOST_DIGITS

MOST = 10**18  # ids are smaller
SCALARS = ("text", "decimal", "integer", "boolean", "date", "instant", "id")


@writes(t.Const)
def const(w: Writer, expr: t.Const, here: Here) -> str:
    """A fixed value."""
    value = expr.value
    if value is None or isinstance(value, (bool, int, str)):
        name = repr(value)
    else:
        name = w.p.constant(value)
    if value is not None:
        w.levels[0].sure.add(name)
    return name


@writes(t.SettingOf)
def setting(w: Writer, expr: t.SettingOf, here: Here) -> str:
    """A customer's setting that is not put in already: a list, a table, or one that is not set."""
    name = w.p.setting(expr.name)
    if expr.required:
        w.demand(name)
    return name


@writes(t.Today)
def today(w: Writer, expr: t.Today, here: Here) -> str:
    """The day of the run."""
    w.demand("TODAY")
    return "TODAY"


@writes(t.Typed)
def typed(w: Writer, expr: t.Typed, here: Here) -> str:
    """What the approver typed."""
    return decoded(w, w.new(f"typed.get({expr.name!r})"), expr.type.kind)


@writes(t.Current)
def current(w: Writer, expr: t.Current, here: Here) -> str:
    """The element looked at."""
    return here.current


@writes(t.Root)
def root(w: Writer, expr: t.Root, here: Here) -> str:
    """The record, or the element of a frame further out."""
    return here.scope.record if expr.up == -1 else here.scope.up(1).element


@writes(t.Result)
def result(w: Writer, expr: t.Result, here: Here) -> str:
    """What was mapped."""
    return here.scope.result


@writes(t.Named)
def named(w: Writer, expr: t.Named, here: Here) -> str:
    """A name of the mapping's own."""
    return here.scope.named(expr.name)


@writes(t.Let)
def let(w: Writer, expr: t.Let, here: Here) -> str:
    """A named value, in its own frame."""
    owner = here.scope.up(expr.up)
    return w.value(owner.lets[expr.name], Here(owner, owner.element, owner.typed))


@writes(t.Share)
def share(w: Writer, expr: t.Share, here: Here) -> str:
    """A share that was computed over the whole batch."""
    name = w.new(f"shares.get({expr.name!r})")
    w.refuse(f"{name}.__class__ is STOP")
    return name


@writes(t.Get)
def get(w: Writer, expr: t.Get, here: Here) -> str:
    """A member of an object, checked and decoded; what is no object has no `get` and raises."""
    exact = here.typed or isinstance(expr.base, t.Result)
    base = w.passing(expr.base, here)
    if base == "None":
        return "None"
    scope = here.scope
    there = base in (scope.record, scope.element, scope.result) or w.sure(base)
    text = f"{base}.get({expr.name!r})"
    name = w.new(text if there else f"{text} if {base} is not None else None")
    if exact or expr.type.kind == "any":
        return name
    name = decoded(w, name, expr.type.kind)
    item = expr.type.item
    if item is not None and item.kind in SCALARS:
        each = f"None if one is None else DECODE[{item.kind!r}](one)"
        w.p.line(f"if {name} is not None: {name} = [{each} for one in {name}]")
    return name


def decoded(w: Writer, name: str, kind: str) -> str:
    """The check and conversion of a wire value by its kind; anything odd raises."""
    line = w.p.line
    if kind == "text":
        line(f"if {name}.__class__ is not str and {name} is not None: raise ODD")
    elif kind == "decimal":
        text = f"NOUGHT if {name} == '0.0' else Decimal({name}) if NUMBER({name}) else DECIMAL({name})"
        cents = f"{name} and {name}.same_quantum({w.p.quantum(2)}) and {name}.adjusted() < {MOST_DIGITS}"
        line(f"if {name}.__class__ is str: {name} = {text}")  # '0.0' is what Procore sends most often
        line(f"elif {name}.__class__ is Decimal and {cents}: pass")  # what Xero sends most often
        line(f"elif {name} is not None: {name} = DECIMAL({name})")
    elif kind == "date":
        line(f"if {name} is not None: {name} = DATES[{name}]")
    elif kind == "id":
        line(f"if {name}.__class__ is int and {-MOST} < {name} < {MOST}: {name} = str({name})")
        line(f"elif {name} is not None and ({name}.__class__ is not str or not {name}): raise ODD")
    elif kind == "boolean":
        line(f"if {name} is not None and {name} is not True and {name} is not False: raise ODD")
    elif kind == "list":
        line(f"if {name}.__class__ is not list and {name} is not None: raise ODD")
    elif kind == "object":
        w.unchecked.add(name)
    else:
        line(f"if {name} is not None: {name} = DECODE[{kind!r}]({name})")
    return name


@writes(t.Keyed)
def keyed(w: Writer, expr: t.Keyed, here: Here) -> str:
    """The element of a list that reads as a map."""
    base = w.value(expr.base, here)
    test = f"row.__class__ is dict and row.get({expr.key!r}) == {expr.value!r}"
    return w.new(f"next((row for row in {base} or () if {test}), None)")


@writes(t.Joined)
def joined(w: Writer, expr: t.Joined, here: Here) -> str:
    """Several members as one text."""
    return w.new(f"JOINED({w.value(expr.base, here)}, {expr.names!r}, {expr.separator!r})")


@writes(t.At)
def at(w: Writer, expr: t.At, here: Here) -> str:
    """An element by its position."""
    first_found = _first_found(w, expr, here) if expr.index == 0 else None
    if first_found is not None:
        return first_found
    base = w.value(expr.base, here)
    if base == "None":
        return base
    length = expr.index + 1 if expr.index >= 0 else -expr.index
    return w.new(f"{base}[{expr.index}] if {base} is not None and len({base}) >= {length} else None")


def _first_found(w: Writer, expr: t.At, here: Here) -> str | None:
    """The first element of a projection, without the list; yet every element is looked at."""
    listed = expr.base
    if not isinstance(listed, t.Project) or isinstance(listed.each, t.Current):
        return None
    name = "None"
    for row, base, inner in rows_of(w, listed, here):
        if not row:
            name = w.new("None")
            if base == "None":
                break
            continue
        each = w.value(listed.each, inner)
        w.p.line(f"if {name} is None: {name} = {each}")
    return name


def rows_of(w: Writer, expr: t.Project, here: Here) -> Iterator[tuple[str, str, Here]]:
    """First ("", list): time to prepare; then, inside the loop, (element, list, its place)."""
    base = w.value(expr.base, here)
    yield "", base, here
    if base == "None":
        return
    inside = here.typed or from_result(expr.base)
    row = w.p.variable("e")
    with w.unless_missing(base), w.block(f"for {row} in {f'FLAT({base})' if expr.flat else base}:", row):
        w.p.line(f"if {row} is None: continue")
        w.now_sure(row)
        inner = here.on(row, inside)
        if expr.where is not None:
            test = w.truth(expr.where, inner)
            if test != "True":
                w.p.line(f"if not {test}: continue")
                w.assume(expr.where, inner, True)
        yield row, base, inner


@writes(t.Project)
def project(w: Writer, expr: t.Project, here: Here) -> str:
    """For each element the value; missing ones drop out."""
    if isinstance(expr.each, t.Current) and expr.where is None and not expr.flat:
        base = w.value(expr.base, here)
        return w.new(f"[row for row in {base} if row is not None] if {base} is not None else None")
    name = ""
    for row, base, inner in rows_of(w, expr, here):
        if not row:
            name = w.new("None" if not w.sure(base) else "[]")
            if not w.sure(base) and base != "None":
                w.p.line(f"if {base} is not None: {name} = []")
            continue
        each = w.value(expr.each, inner)
        there = each == row or w.sure(each)
        w.p.line(f"{name}.append({each})" if there else f"if {each} is not None: {name}.append({each})")
    return name


@tests(t.Project)
def any_of(w: Writer, expr: t.Project, here: Here) -> str:
    """Whether a filter keeps any element; every element is looked at, as the plain reading does."""
    if not isinstance(expr.each, t.Current) or expr.where is None:
        return w.true_of(w.value(expr, here), "list")
    name = ""
    for row, _, _ in rows_of(w, expr, here):
        if not row:
            name = w.new("False")
        else:
            w.p.line(f"{name} = True")
    return name


def from_result(expr: t.Expr) -> bool:
    """Whether a value comes of what was mapped, and so is exact."""
    while isinstance(expr, (t.Get, t.Keyed, t.At, t.Project, t.Pipe)):
        expr = expr.base
    return isinstance(expr, t.Result)


@writes(t.Pipe)
def pipe(w: Writer, expr: t.Pipe, here: Here) -> str:
    """A value looked at further."""
    if isinstance(expr.then, t.At) and isinstance(expr.then.base, t.Current):
        return w.value(t.At(expr.type, expr.span, expr.base, expr.then.index), here)
    base = w.value(expr.base, here)
    if base == "None":
        return base
    name = w.new("None")
    w.keys.born.setdefault(base, len(w.levels) - 1)
    with w.unless_missing(base):
        w.p.line(f"{name} = {w.value(expr.then, here.on(base, here.typed or from_result(expr.base)))}")
    return name


@writes(t.ListOf)
def list_of(w: Writer, expr: t.ListOf, here: Here) -> str:
    """A list written out."""
    if all(isinstance(item, t.Const) for item in expr.items):
        return w.p.constant([item.value for item in expr.items if isinstance(item, t.Const)])
    return w.new(f"[{', '.join(w.value(item, here) for item in expr.items)}]")
