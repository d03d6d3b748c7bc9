"""What a line does with a value it has: texts, transforms, tables of codes, rounding."""

from __future__ import annotations

from typing import Any

from engine.check import typed as t
from engine.compile.closures.registry import Build, reads
from engine.compile.frame import Frame, Function
from engine.compile.places import RECORD, held, short, where
from engine.compile.say import sandboxed
from engine.vocabulary.functions import rounded, turned
from engine.vocabulary.transforms import TRANSFORMS, as_text
from engine.vocabulary.wire import BadValue


@reads(t.Template)
def template(expr: t.Template, build: Build) -> Function:
    """A text with values in it; a missing one leaves nothing in its place."""
    if expr.source:
        return _jinja(expr, build)
    pieces = [piece if isinstance(piece, str) else build(piece) for piece in expr.pieces]

    def render(frame: Frame, current: Any) -> str:
        return "".join(piece if isinstance(piece, str) else _shown(piece(frame, current)) for piece in pieces)

    return render


def _jinja(expr: t.Template, build: Build) -> Function:
    names = [(name, build(value)) for name, value in expr.names]
    render = sandboxed(expr.source)

    def say(frame: Frame, current: Any) -> str:
        try:
            return render({name: value(frame, current) for name, value in names})
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise held("cannot-compute", f"this text cannot be written: {error}", RECORD) from None

    return say


@reads(t.Apply)
def transform(expr: t.Apply, build: Build) -> Function:
    """A named transform with its arguments."""
    of, apply, name = build(expr.of), TRANSFORMS[expr.name].apply, expr.name
    args, place = [(key, build(value)) for key, value in expr.args], where(expr.of)

    def change(frame: Frame, current: Any) -> Any:
        value = of(frame, current)
        if value is None:
            return None
        given = {key: arg(frame, current) for key, arg in args}
        for key, argument in given.items():
            if argument is None:
                text, fix = f"'{name}' lacks its {key}", "set the setting it comes from"
                raise held("cannot-compute", text, place, fix=fix)
        try:
            return apply(value, **given)
        except BadValue as wanted:
            text = f"{short(value)} cannot go through '{name}': it needs {wanted}"
            raise held("cannot-compute", text, place, value) from None

    return change


@reads(t.Table)
def table(expr: t.Table, build: Build) -> Function:
    """The code a table gives for a value, the mapping's table or the customer's."""
    of, fixed, setting, place = build(expr.of), dict(expr.table), expr.setting, where(expr.of)
    whose = f"the setting {setting}" if setting else "the mapping's table"

    def change(frame: Frame, current: Any) -> Any:
        value = of(frame, current)
        if value is None:
            return None
        codes = (frame.facts.settings.get(setting) or {}) if setting else fixed
        found = (turned(codes) if expr.back else codes).get(as_text(value))
        if found is not None:
            return found
        if expr.otherwise == "keep":
            return value
        if expr.otherwise == "omit":
            return None
        raise held("no-code", f"{short(value)} is not in {whose}", place, value, "add it there")

    return change


@reads(t.Scaled)
def scaled(expr: t.Scaled, build: Build) -> Function:
    """Rounded half-up to so many places."""
    of, places, place = build(expr.of), expr.places, where(expr.of)

    def scale(frame: Frame, current: Any) -> Any:
        value = of(frame, current)
        try:
            return None if value is None else rounded(value, places)
        except BadValue as wanted:
            raise held("cannot-compute", f"rounding needs {wanted}", place, value) from None

    return scale


def _shown(value: Any) -> str:
    return "" if value is None else as_text(value)
