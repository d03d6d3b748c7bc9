"""Lines: a field's value, checked against the field's limits, at its path."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal

from engine.check import typed as t
from engine.compile.source.keys import Scope, top
from engine.compile.source.writer import Writer
from engine.spec.model import Member

LINKED = "linked"
Lines = tuple[t.Put | t.ListPlan, ...]


def note(w: Writer, name: str) -> None:
    """Notes a footnote that acted, once."""
    if name:
        w.p.line(f"if {name!r} not in notes: notes.append({name!r})")


def conditions(w: Writer, line: t.Put | t.ListPlan, scope: Scope) -> ExitStack | None:
    """The blocks a line stands in: when it is written at all; None if never."""
    stack = ExitStack()
    if line.write.startswith("settings."):
        setting = w.p.setting(line.write.removeprefix("settings."))
        kept = f"({setting} in ('create', 'frozen') and not {LINKED})"
        stack.enter_context(w.block(f"if {setting} in (None, 'always', 'follow') or {kept}:"))
    elif line.write != "always":
        stack.enter_context(w.block(f"if not {LINKED}:"))
    if line.when is not None:
        test = w.truth(line.when, top(scope))
        if test == "False":
            w.p.line("pass")
            stack.close()
            return None
        stack.enter_context(w.block(f"if {test}:"))
        w.assume(line.when, top(scope), True)
    return stack


def put(w: Writer, line: t.Put, scope: Scope, owner: str, alone: bool) -> None:
    """One field; `alone`: no other line writes into the object it is a member of."""
    name = w.value(line.expr, top(scope))
    w.p.at(line.span)
    if line.missing == "error":
        w.demand(name)
    elif line.missing == "null" and not w.sure(name):
        with w.block(f"if {name} is None:") as before:
            w.p.line(f"PUT({owner}, {w.p.constant(line.path)}, {w.p.constant(line.target)}, None)")
        with w.block("else:", after=before):
            _store(w, line, name, owner, alone)
        return
    if name != "None":
        with w.unless_missing(name):
            _store(w, line, name, owner, alone)


def _store(w: Writer, line: t.Put, name: str, owner: str, alone: bool) -> None:
    fitted = name if isinstance(line.expr, t.Const) else _fitted(w, line, name)
    if line.target.joins or any(step.key_member for step in line.path):
        path, target = w.p.constant(line.path), w.p.constant(line.target)
        w.p.line(f"PUT({owner}, {path}, {target}, {fitted})")
    elif alone and len(line.path) == 2:
        w.p.line(f"{owner}[{line.path[0].name!r}] = {{{line.path[1].name!r}: {fitted}}}")
    else:
        w.p.line(f"{place(line.path, owner)} = {fitted}")
    if len(line.path) == 1:
        w.now_sure(f"{owner}.{line.path[0].name}")
    note(w, line.note)


def place(path: tuple[t.Step, ...], owner: str) -> str:
    """The target of an assignment, making the objects on the way."""
    for step in path[:-1]:
        owner = f"{owner}.setdefault({step.name!r}, {{}})"
    return f"{owner}[{path[-1].name!r}]"


def required(w: Writer, target: Member, lines: Lines, owner: str) -> None:
    """Required fields that some record may not give."""
    for name in target.required:
        if w.sure(f"{owner}.{name}"):
            continue
        own = [line for line in lines if line.path[0].name == name]
        frozen = bool(own) and all(line.write not in ("always", "never") for line in own)
        guard = f" and not {LINKED}" if frozen else ""
        w.p.line(f"if {owner}.get({name!r}) is None{guard}: raise ODD")


# ---------------------------------------------------------------- limits


def _fitted(w: Writer, line: t.Put, name: str) -> str:
    """The checks of a field's limits; what does not fit is for the plain reading."""
    member = line.target
    if member.kind == "decimal":
        return _decimal(w, line, member, name)
    if member.kind in ("text", "id"):
        return _text(w, line, member, name)
    if member.kind == "list":
        w.refuse(f"any(one.__class__ is str and UNWRITABLE(one) for one in {name})")
    elif member.kind == "integer":
        w.refuse(f"{name}.__class__ is not int")
    elif member.enum:
        w.refuse(f"{name} not in {w.p.constant(member.enum)}")
    return name


def _decimal(w: Writer, line: t.Put, member: Member, name: str) -> str:
    if line.expr.type.kind == "integer":
        name = w.new(f"Decimal({name})")
    elif line.expr.type.kind != "decimal":
        w.refuse(f"{name}.__class__ is not Decimal")
    if member.scale is not None and not _proven(line.expr, member.scale):
        w.refuse(f"{name} % {w.p.quantum(member.scale)}")
    if member.money:
        w.refuse(f"not LEAST < {name} < MONEY")
    if member.minimum is not None:
        w.refuse(f"{name} < {w.p.constant(Decimal(member.minimum))}")
    return name


def _proven(expr: t.Expr, places: int) -> bool:
    if isinstance(expr, t.Scaled):
        return expr.places <= places
    if isinstance(expr, t.Call) and expr.name in ("round", "ratio"):
        last = expr.args[-1]
        return isinstance(last, t.Const) and isinstance(last.value, int) and last.value <= places
    return False


def _text(w: Writer, line: t.Put, member: Member, name: str) -> str:
    if line.expr.type.kind not in ("text", "id"):
        name = w.new(f"AS_TEXT({name})")
    if member.canonical:
        name = w.new(f"CANONICAL({name}, {member.canonical!r})")
    most = member.max_length
    if most is not None:
        if line.too_long == "truncate":
            name = w.new(f"{name} if len({name}) <= {most} else {name}[:{most}].rstrip()")
        else:
            w.refuse(f"len({name}) > {most}")
    if not member.enum and not isinstance(line.expr, t.Lookup):  # words and tables are checked elsewhere
        w.refuse(f"not {name}.isprintable() and UNWRITABLE({name})")
    if member.min_length:
        w.refuse(f"not {name}" if member.min_length == 1 else f"len({name}) < {member.min_length}")
    if member.pattern:
        w.refuse(f"not MATCHES({member.pattern!r}, {name})")
    if member.enum:
        w.refuse(f"{name} not in {w.p.constant(member.enum)}")
    return name
