"""`Value`s into typed expressions: links, settings, texts, choices, arithmetic, and the steps.

Before: `paths`. After: `lines`, which checks the result against the field it is written to.
"""

from __future__ import annotations

from engine.check import functions, templates
from engine.check.kinds import alike, exact, literal, nothing, setting
from engine.check.links import link
from engine.check.paths import condition, path
from engine.check.scope import Scope
from engine.check.steps import take_steps
from engine.check.sums import share_of, sum_of
from engine.check.typed import NULL, TEXT, Const, Expr, Pick, common
from engine.spec.model import Value
from engine.spec.node import Node
from engine.spec.problem import Span
from engine.spec.values import text_of
from engine.vocabulary.functions import FUNCTIONS

NAMED = {
    "round": ("of", "to"),
    "ratio": ("of", "part", "whole", "to"),
    "due_date": ("date", "day", "type"),
}


def resolve(value: Value, scope: Scope) -> Expr:
    """The typed expression of a value with its steps."""
    return take_steps(_source(value, scope), value, scope)


def _source(value: Value, scope: Scope) -> Expr:
    form, body = value.form, value.body
    match form:
        case "path":
            return path(body, scope)
        case "const":
            return literal(body.data, body.span)
        case "setting":
            return setting(text_of(body), body.span, scope)
        case "text":
            return text(body, scope)
        case "link":
            return link(value, scope)
        case "pick":
            return pick(value, scope)
        case "sum" | "count":
            return sum_of(value, scope)
        case "apportion":
            return share_of(value, scope)
    if form in NAMED:
        return _named(value, NAMED[form], scope)
    args = [scope.value(part) for part in value.parts]
    return _call(form, body.span, args, [part.node.span for part in value.parts], scope)


def _call(form: str, span: Span, args: list[Expr], spans: list[Span], scope: Scope) -> Expr:
    if form in ("add", "minus", "times", "min", "max", "first"):
        for index in range(1, len(args)):
            args[0], args[index] = alike(args[0], args[index])
    if form in ("round", "ratio"):
        args = [*map(exact, args[:-1]), args[-1]]  # the places stay a whole number
    elif form in ("add", "minus", "times", "negate", "abs"):
        args = [exact(arg) for arg in args]
    return functions.checked(scope.world, FUNCTIONS[form], span, args, spans)


def _named(value: Value, names: tuple[str, ...], scope: Scope) -> Expr:
    """A function whose arguments have names; rounding is to cents unless it says otherwise."""
    span = value.body.span
    args: list[Expr] = []
    spans: list[Span] = []
    for name in names:
        given = value.named.get(name)
        if given is None and name != "to":
            text = f"{value.form} needs '{name}'"
            scope.world.problem("E105", span, text, f"it takes {', '.join(names)}")
            return nothing(span)
        args.append(literal(2, span) if given is None else scope.value(given))
        spans.append(span if given is None else given.node.span)
    return _call(value.form, span, args, spans, scope)


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
        choices.append((when, scope.value(part)))
        notes.append(scope.world.note(part.note))
    kind = choices[0][1].type if choices else NULL
    for _, choice in choices[1:]:
        kind = common(kind, choice.type)
    if kind.kind == "decimal":
        choices = [(when, exact(choice)) for when, choice in choices]
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
