"""`Value`s into typed expressions: links, settings, texts, choices, arithmetic, and the steps.

Before: `paths`. After: `lines`, which checks the result against the field it is written to.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.check import functions, templates
from engine.check.kinds import alike, literal, setting_type
from engine.check.links import link, member_at
from engine.check.paths import condition, path
from engine.check.scope import Scope
from engine.check.typed import (
    ANY,
    DECIMAL,
    INTEGER,
    NULL,
    TEXT,
    Apply,
    Const,
    Current,
    Default,
    Expr,
    Pick,
    Project,
    Scaled,
    SettingOf,
    Share,
    SharePlan,
    SumOf,
    Table,
    Type,
    common,
)
from engine.spec.model import Steps, Value
from engine.spec.problem import Span, did_you_mean, known_here
from engine.spec.source import Node
from engine.spec.values import text_of
from engine.vocabulary.functions import FUNCTIONS
from engine.vocabulary.transforms import TRANSFORMS, Transform

PLAIN = ("add", "minus", "times", "min", "max", "first", "negate", "abs", "add_days")


def resolve(value: Value, scope: Scope) -> Expr:
    """The typed expression of a value with its steps."""
    return _steps(_source(value, scope), value, scope)


def _source(value: Value, scope: Scope) -> Expr:
    form, span = value.form, value.body.span
    if form == "path":
        return path(value.body, scope)
    if form == "const":
        return literal(value.body.data, span)
    if form == "setting":
        return setting(text_of(value.body), span, scope)
    if form == "text":
        return text(value.body, scope)
    if form == "link":
        return link(value, scope)
    if form == "pick":
        return pick(value, scope)
    if form in PLAIN:
        args = [resolve(part, scope) for part in value.parts]
        return _call(form, span, args, [p.node.span for p in value.parts], scope)
    if form in ("round", "ratio", "due_date"):
        return _named(form, value, scope)
    if form in ("sum", "count"):
        return _sum(value, scope)
    return _share(value, scope)


def _call(form: str, span: Span, args: list[Expr], spans: list[Span], scope: Scope) -> Expr:
    if form in ("add", "minus", "times", "min", "max", "first"):
        for index in range(1, len(args)):
            args[0], args[index] = alike(args[0], args[index])
    if form in ("add", "minus", "times", "negate", "abs", "round", "ratio"):
        args = [
            _decimal(a) if not (form in ("round", "ratio") and i == len(args) - 1) else a
            for i, a in enumerate(args)
        ]
    return functions.checked(scope.world, FUNCTIONS[form], span, args, spans)


def _decimal(arg: Expr) -> Expr:
    """Whole numbers written in a spec are exact decimals in arithmetic."""
    if isinstance(arg, Const) and arg.type.kind == "integer":
        return Const(DECIMAL, arg.span, Decimal(arg.value))
    return arg


def _named(form: str, value: Value, scope: Scope) -> Expr:
    order = {
        "round": ("of", "to"),
        "ratio": ("of", "part", "whole", "to"),
        "due_date": ("date", "day", "type"),
    }[form]
    args: list[Expr] = []
    spans: list[Span] = []
    for name in order:
        given = value.named.get(name)
        if given is None and name == "to":
            args.append(literal(2, value.body.span))
            spans.append(value.body.span)
        elif given is None:
            scope.world.problem(
                "E105", value.body.span, f"{form} needs '{name}'", f"it takes {', '.join(order)}"
            )
            return Const(NULL, value.body.span, None)
        else:
            args.append(resolve(given, scope))
            spans.append(given.node.span)
    return _call(form, value.body.span, args, spans, scope)


def text(node: Node, scope: Scope) -> Expr:
    """A template; `text: {setting: name}` is the one the customer wrote there, missing if none."""
    if node.kind != "map":
        return templates.template(node, scope)
    named = node.get("setting")
    name = text_of(named)
    setting(name, named.span if named is not None else node.span, scope)
    written = scope.world.settings.get(name)
    if not isinstance(written, str) or not written:
        return Const(TEXT, node.span, None)
    return templates.template(Node("scalar", node.span, written), scope)


# ---------------------------------------------------------------- settings, choices, sums


def setting(name: str, span: Span, scope: Scope) -> Expr:
    """A customer's setting as a value: one that is not set holds the record."""
    found = scope.world.setting(name, span)
    if found is None:
        return Const(NULL, span, None)
    return SettingOf(setting_type(found), span, name, required=not found.has_default)


def pick(value: Value, scope: Scope) -> Expr:
    """The first choice whose condition holds."""
    choices, notes = [], []
    last = len(value.parts) - 1
    _always_picks(value, scope)
    for index, part in enumerate(value.parts):
        when = condition(part.when, scope)
        if when is None and index < last:
            scope.world.problem(
                "E221",
                value.parts[index + 1].node.span,
                "this choice is never reached",
                "the one before it has no `when`",
            )
        choices.append((when, resolve(part, scope)))
        notes.append(scope.world.note(part.note))
    kind = choices[0][1].type if choices else NULL
    for _, choice in choices[1:]:
        kind = common(kind, choice.type)
    if kind.kind == "decimal":
        choices = [(when, _decimal(choice)) for when, choice in choices]
    return Pick(kind, value.node.span, tuple(choices), tuple(notes))


def _always_picks(value: Value, scope: Scope) -> None:
    """A choice that may choose nothing has to say that this is meant."""
    if value.node.get("missing") is not None or value.steps.default is not None:
        return
    if value.parts and all(part.when is not None for part in value.parts):
        scope.world.problem(
            "E205",
            value.parts[-1].node.span,
            f"{scope.world.said} can end with nothing picked",
            "every choice has a `when`",
            fix="add a last choice without `when`, or `missing: omit`",
        )


def _sum(value: Value, scope: Scope) -> Expr:
    span = value.body.span
    if value.body.kind == "scalar":
        inner = path(value.body, scope)
        return functions.checked(scope.world, FUNCTIONS[value.form], span, [inner], [span])
    each_node, of = value.named.get("each"), value.named.get("of")
    if each_node is None or of is None:
        scope.world.problem(
            "E105", span, "a sum over rows needs `each` and `of`", "sum: {each: items, of: amount}"
        )
        return Const(NULL, span, None)
    each = path(each_node, scope)
    if each.type.kind == "null":
        return each
    if each.type.kind != "list":
        scope.world.problem("E204", each_node.span, f"{each.type} is not a list", "`each` names a list")
        return Const(NULL, span, None)
    row = scope.child(each.type.item or ANY)
    inner = _decimal(resolve(of, row))
    if inner.type.kind not in ("decimal", "integer", "null"):
        scope.world.problem("E204", of.node.span, f"{inner.type} cannot be summed", "a sum takes decimals")
    kind = inner.type if inner.type.kind == "decimal" else DECIMAL
    return SumOf(kind, span, each, inner, condition(value.named.get("when"), row))


def _share(value: Value, scope: Scope) -> Expr:
    world, span = scope.world, value.body.span
    named = value.named
    missing = [n for n in ("of", "by", "part", "whole") if named.get(n) is None]
    if missing or scope.parent is not None:
        text = (
            f"apportion needs {', '.join(missing)}"
            if missing
            else "apportion stands in the mapping's own `let`"
        )
        world.problem("E105", span, text)
        return Const(NULL, span, None)
    order = named.get("order")
    nodes = () if order is None else (order.items if order.kind == "list" else (order,))
    name = f"share{len(world.shares)}"
    world.shares.append(
        SharePlan(
            name,
            resolve(named["of"], scope),
            path(named["by"], scope),
            tuple(path(n, scope) for n in nodes),
            condition(named.get("when"), scope),
            resolve(named["part"], scope),
            resolve(named["whole"], scope),
            text_of(named.get("wrote")),
        )
    )
    return Share(DECIMAL, span, name)


# ---------------------------------------------------------------- steps


def _steps(expr: Expr, value: Value, scope: Scope) -> Expr:
    steps = value.steps
    if steps.values is not None:
        expr = _table(expr, steps.values, steps, scope)
    for name, node, arguments in steps.transforms:
        expr = apply(expr, name, node, {n: resolve(v, scope) for n, v in arguments.items()}, scope)
    if steps.default is not None:
        otherwise = resolve(steps.default, scope)
        expr, otherwise = alike(expr, otherwise)
        expr = Default(common(expr.type, otherwise.type), expr.span, expr, otherwise)
    if steps.scale is not None:
        if expr.type.kind == "integer":
            expr = replace(expr, type=DECIMAL) if isinstance(expr, Const) else expr
        if expr.type.kind not in ("decimal", "null", "any", "integer"):
            scope.world.problem(
                "E204",
                value.node.span,
                f"{expr.type} has no decimals to round",
                "`scale` belongs to decimals",
            )
            return Const(NULL, expr.span, None)
        expr = Scaled(
            DECIMAL if expr.type.kind != "decimal" else expr.type, expr.span, expr, int(steps.scale)
        )
    return expr


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
        return Const(NULL, expr.span, None)
    if expr.type.kind == "null":
        return expr
    if expr.type.kind not in (*found.takes, "any") and not (expr.type.kind == "id" and "text" in found.takes):
        takes = " or ".join(str(Type(kind)) for kind in found.takes)
        scope.world.problem("E204", node.span, f"'{name}' cannot take {expr.type}", f"it takes {takes}")
        return Const(NULL, expr.span, None)
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


__all__ = [
    "INTEGER",
    "Current",
    "Project",
    "apply",
    "link",
    "member_at",
    "pick",
    "resolve",
    "setting",
]
