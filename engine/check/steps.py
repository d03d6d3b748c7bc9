"""What a line does with a value it has: tables of codes, transforms, a default, rounding.

Each step is checked against the kind the one before gives. Part of `values`.
"""

from __future__ import annotations

from dataclasses import replace

from engine.check.kinds import alike, literal, nothing, setting
from engine.check.scope import Scope
from engine.check.typed import (
    DECIMAL,
    TEXT,
    Apply,
    Const,
    Default,
    Expr,
    Scaled,
    SettingOf,
    Table,
    Type,
    common,
)
from engine.spec.model import Steps, Value
from engine.spec.node import Node
from engine.spec.problem import Span, did_you_mean, known_here
from engine.vocabulary.transforms import TRANSFORMS, Transform


def take_steps(expr: Expr, value: Value, scope: Scope) -> Expr:
    """The value after its steps, which stand in one order: values, as, default, scale."""
    steps = value.steps
    if steps.values is not None:
        expr = _table(expr, steps.values, steps, scope)
    for name, node, arguments in steps.transforms:
        expr = apply(expr, name, node, {n: scope.value(v) for n, v in arguments.items()}, scope)
    if steps.default is not None:
        expr, otherwise = alike(expr, scope.value(steps.default))
        expr = Default(common(expr.type, otherwise.type), expr.span, expr, otherwise)
    return expr if steps.scale is None else _scaled(expr, int(steps.scale), value.node.span, scope)


def _scaled(expr: Expr, places: int, span: Span, scope: Scope) -> Expr:
    if expr.type.kind not in ("decimal", "null", "any", "integer"):
        text = f"{expr.type} has no decimals to round"
        scope.world.problem("E204", span, text, "`scale` belongs to decimals")
        return nothing(expr.span)
    if isinstance(expr, Const) and expr.type.kind == "integer":
        expr = replace(expr, type=DECIMAL)
    return Scaled(DECIMAL if expr.type.kind != "decimal" else expr.type, expr.span, expr, places)


def _table(expr: Expr, node: Node, steps: Steps, scope: Scope) -> Expr:
    text = node.value if node.kind == "scalar" else None
    if isinstance(text, str) and text.startswith("settings."):
        name = text.removeprefix("settings.")
        found = setting(name, node.inner(9, len(name)), scope)
        if isinstance(found, SettingOf) and scope.world.book.settings[name].kind != "table":
            what = scope.world.book.settings[name].kind
            scope.world.problem("E204", node.span, f"setting '{name}' is no table", f"it is a {what}")
        return Table(TEXT, node.span, expr, (), name, steps.otherwise, back=steps.turned)
    if node.kind != "map":
        scope.world.problem(
            "E105", node.span, "values is a table of codes, or settings.name", "such as {a: b}"
        )
        return expr
    if not steps.turned:
        _codes_known(expr, node, scope)
    pairs = tuple((key, value.value) for key, _, value in node.pairs())
    kind = literal(pairs[0][1], node.span).type if pairs else TEXT
    return Table(kind, node.span, expr, pairs, "", steps.otherwise)


def _codes_known(expr: Expr, node: Node, scope: Scope) -> None:
    """A table's codes are words that the source may have."""
    member = expr.type.member
    if isinstance(expr, Apply) or member is None or not member.enum:
        return
    for code, key, _ in node.pairs():
        if code not in member.enum:
            known = [str(e) for e in member.enum if e is not None]
            text = f"'{member.name}' is never '{code}'"
            scope.world.problem("E211", key.span, text, did_you_mean(code, known), known_here(known))


def apply(expr: Expr, name: str, node: Node, arguments: dict[str, Expr], scope: Scope) -> Expr:
    """One transform, with the kinds of its value and arguments checked."""
    found = TRANSFORMS.get(name)
    if found is None:
        scope.world.problem(
            "E213",
            node.span,
            f"no transform '{name}'",
            did_you_mean(name, TRANSFORMS),
            known_here(TRANSFORMS, 30),
        )
        return nothing(expr.span)
    if expr.type.kind == "null":
        return expr
    if expr.type.kind not in (*found.takes, "any") and not (expr.type.kind == "id" and "text" in found.takes):
        takes = " or ".join(str(Type(kind)) for kind in found.takes)
        scope.world.problem("E204", node.span, f"'{name}' cannot take {expr.type}", f"it takes {takes}")
        return nothing(expr.span)
    return Apply(Type(found.gives), node.span, name, expr, _arguments(found, node, arguments, scope))


def _arguments(
    found: Transform, node: Node, given: dict[str, Expr], scope: Scope
) -> tuple[tuple[str, Expr], ...]:
    wanted = dict(found.arguments)
    if len(wanted) == 1 and set(given) == {"of"} and "of" not in wanted:
        given = {next(iter(wanted)): given["of"]}
    for name in sorted(given.keys() ^ wanted.keys()):
        text = f"'{found.name}' needs '{name}'" if name in wanted else f"'{found.name}' knows no '{name}'"
        scope.world.problem("E210", node.span, text, f"it takes {', '.join(wanted) or 'nothing'}")
    for name, expr in given.items():
        if name in wanted and expr.type.kind not in (wanted[name], "any", "null"):
            scope.world.problem(
                "E210",
                expr.span,
                f"'{found.name}' cannot take {expr.type} as '{name}'",
                f"it takes {Type(wanted[name])}",
            )
    return tuple(given.items())
