"""Texts, transforms and tables of codes."""

from __future__ import annotations

from contextlib import ExitStack

from engine.check import typed as t
from engine.compile.source.keys import Here
from engine.compile.source.writer import Writer, writes
from engine.vocabulary.functions import turned

SAME = {("text", "text"), ("text", "id")}
STRIPPED = ("trim", "strip_markup")
INLINE = {
    ("trim", "text"): "{0}.strip()",
    ("strip_markup", "text"): "{0}.strip() if '<' not in {0} and '&' not in {0} else <call>",
    ("negate", "decimal"): "-{0} if {0} else {0}",
    ("not_empty", "text"): "{0} if {0}.strip() else None",
}
CUTS = {
    "before_last": "{0}.rpartition(<of>)[0] if <of> in {0} else None",
    "after_last": "{0}.rpartition(<of>)[2] if <of> in {0} else None",
    "after_first": "{0}.partition(<of>)[2] if <of> in {0} else {0}",
    "suffix": "{0} + <of>",
    "prefix": "<of> + {0}",
}
MAY_LOSE = ("not_empty", "before_last", "after_last", "join")
SURE = ("trim", "strip_markup", "negate", "after_first", "suffix", "prefix", "collapse", "upper", "lower")


@writes(t.Template)
def template(w: Writer, expr: t.Template, here: Here) -> str:
    """A text of pieces, or a whole Jinja2 template."""
    if expr.source:
        names = ", ".join(f"{name!r}: {w.value(value, here)}" for name, value in expr.names)
        return w.new(f"{w.p.template(expr.source)}({{{names}}})")
    pieces = [repr(piece) if isinstance(piece, str) else _piece(w, piece, here) for piece in _joined(expr)]
    name = w.new(" + ".join(pieces) or "''")
    w.now_sure(name)
    return name


def _joined(expr: t.Template) -> list[str | t.Expr]:
    """The pieces, fixed texts beside each other in one."""
    found: list[str | t.Expr] = []
    for piece in expr.pieces:
        if isinstance(piece, t.Const) and isinstance(piece.value, str):
            piece = piece.value
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _piece(w: Writer, expr: t.Expr, here: Here) -> str:
    name = w.value(expr, here)
    if name == "None":
        return "''"
    if expr.type.kind in ("text", "id") and not (
        isinstance(expr, t.Const) and not isinstance(expr.value, str)
    ):
        return name if w.sure(name) else f"({name} or '')"
    return f"AS_TEXT({name})" if w.sure(name) else f"('' if {name} is None else AS_TEXT({name}))"


@writes(t.Apply)
def apply(w: Writer, expr: t.Apply, here: Here) -> str:
    """A transform, or several one after the other; a missing value stays missing."""
    steps, of = [expr], expr.of
    while isinstance(of, t.Apply) and w.keys.of(of, here) is not None:
        steps.insert(0, of)
        of = of.of
    name = w.value(of, here)
    steps = [step for step in steps if step.args or (step.name, step.of.type.kind) not in SAME]
    if name == "None" or not steps:
        return name
    found, stripped, sure = w.p.variable("v"), False, w.sure(name)
    if not sure:
        w.p.line(f"{found} = None")
    with ExitStack() as stack:
        for step in steps:
            stack.enter_context(w.unless_missing(name))
            stripped = _step(w, step, name, found, stripped, here)
            sure = sure and step.name in SURE
            name = found
            if step.name in SURE:
                w.now_sure(found)
    w.levels[-1].sure.discard(found)
    if sure:
        w.now_sure(found)
    return found


def _step(w: Writer, step: t.Apply, of: str, found: str, stripped: bool, here: Here) -> bool:
    """One transform; says whether the text has no blanks around it any more."""
    w.p.at(step.span)
    w.levels[-1].sure.discard(found)
    if stripped and step.name == "trim":
        if of != found:
            w.p.line(f"{found} = {of}")
        return True
    given = []
    for key, argument in step.args:
        value = w.value(argument, here)
        w.demand(value)
        given.append(f", {key}={value}")
    text = f"{of} or None" if stripped and step.name == "not_empty" else _inline(step)
    call = f"{w.p.transform(step.name)}({of}{''.join(given)})" if text is None or "<call>" in text else ""
    text = call if text is None else text.replace("<call>", call).format(of)
    w.p.line(f"{found} = {text}")
    return step.name in STRIPPED or (stripped and step.name == "not_empty")


def _inline(expr: t.Apply) -> str | None:
    """Small transforms written in place."""
    if not expr.args:
        return INLINE.get((expr.name, expr.of.type.kind))
    argument = expr.args[0][1]
    if isinstance(argument, t.Const) and isinstance(argument.value, str) and argument.value:
        found = CUTS.get(expr.name)
        quoted = repr(argument.value).replace("{", "{{").replace("}", "}}")
        return None if found is None else found.replace("<of>", quoted)
    return None


@writes(t.Table)
def table(w: Writer, expr: t.Table, here: Here) -> str:
    """A code looked up."""
    of = w.value(expr.of, here)
    if of == "None" or (not expr.setting and not expr.table and expr.otherwise == "omit"):
        return "None"
    key = of if expr.of.type.kind in ("text", "id") else f"AS_TEXT({of})"
    found = _table_get(w, expr)
    name = w.new(f"{found}({key})" if w.sure(of) else f"{found}({key}) if {of} is not None else None")
    if expr.otherwise == "keep":
        w.p.line(f"if {name} is None: {name} = {of}")
    elif expr.otherwise != "omit":
        w.refuse(f"{name} is None" if w.sure(of) else f"{name} is None and {of} is not None")
    return name


def _table_get(w: Writer, expr: t.Table) -> str:
    if not expr.setting:
        fixed = dict(expr.table)
        return f"{w.p.constant(turned(fixed) if expr.back else fixed)}.get"
    return w.p.turned(expr.setting) if expr.back else w.p.code(expr.setting)
