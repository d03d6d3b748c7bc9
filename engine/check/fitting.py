"""Whether a value is of its field's kind, and knows the words the field knows.

Before: `values`. After: `lines`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from engine.check.scope import Scope
from engine.check.typed import Const, Expr, Table
from engine.check.types import type_of
from engine.spec.model import Line, Member
from engine.spec.problem import did_you_mean, known_here
from engine.vocabulary.wire import unwritable


def fitting(expr: Expr, member: Member, line: Line, scope: Scope) -> Expr:
    """The expression as the target's kind; a mismatch is a problem at the value."""
    kind, wanted, span = expr.type.kind, member.kind, expr.span
    if isinstance(expr, Const):
        return _fitting_constant(expr, member, scope)
    if kind in ("null", "any") or kind == wanted:
        _enum_fits(expr, member, line, scope)
        return expr
    if (kind, wanted) in (
        ("integer", "decimal"),
        ("text", "id"),
        ("id", "text"),
        ("integer", "id"),
        ("integer", "text"),
    ):
        return expr
    assert line.value is not None
    if (kind, wanted) == ("instant", "date"):
        scope.world.problem(
            "E208",
            span,
            f"a timestamp cannot go into the date '{member.name}' without a time zone",
            "timestamp",
            fix="add `as: {date: {tz: settings.timezone}}`",
        )
        return expr
    fix = (
        {"decimal": "add `as: decimal`"}.get(wanted, "add `as: text`" if wanted == "text" else "")
        if kind != "list"
        else ""
    )
    scope.world.problem(
        "E204",
        span,
        f"{expr.type} cannot go into '{member.name}', which is {type_of(member)}",
        str(expr.type),
        fix=fix,
    )
    return expr


def _table_fits(member: Member, line: Line, scope: Scope) -> None:
    """What a table gives is what the field knows."""
    node = line.value.steps.values if line.value is not None else None
    if node is None or node.kind != "map" or not member.enum:
        return
    for _, _, value in node.pairs():
        if value.value not in member.enum:
            known = [str(e) for e in member.enum if e is not None]
            label = did_you_mean(str(value.value), known)
            text = f"'{member.name}' has no value '{value.value}'"
            scope.world.problem("E224", value.span, text, label, known_here(known))


def _enum_fits(expr: Expr, member: Member, line: Line, scope: Scope) -> None:
    if isinstance(expr, Table):
        _table_fits(member, line, scope)
        return
    source = expr.type.member
    if (
        member.enum
        and source is not None
        and source.enum
        and not set(source.enum) - {None} <= set(member.enum)
    ):
        odd = sorted(str(e) for e in set(source.enum) - set(member.enum) - {None})
        scope.world.problem(
            "W224",
            expr.span,
            f"'{member.name}' does not know {', '.join(odd)}",
            "may be held at run time",
            known_here([str(e) for e in member.enum]),
            severity="warning",
        )


def _fitting_constant(expr: Const, member: Member, scope: Scope) -> Expr:
    value = expr.value
    fitted = _constant(value, member)
    if fitted is None and value is not None:
        scope.world.problem(
            "E204",
            expr.span,
            f"{expr.type} cannot go into '{member.name}', which is {type_of(member)}",
            str(expr.type),
        )
        return expr
    if member.enum and value is not None and fitted not in member.enum:
        known = [str(e) for e in member.enum if e is not None]
        scope.world.problem(
            "E224",
            expr.span,
            f"'{member.name}' has no value '{value}'",
            did_you_mean(str(value), known),
            known_here(known),
        )
    if isinstance(fitted, str) and member.max_length is not None and len(fitted) > member.max_length:
        scope.world.problem(
            "E224",
            expr.span,
            f"'{member.name}' holds {member.max_length} characters, this has {len(fitted)}",
            "too long",
        )
    if isinstance(fitted, str) and (odd := unwritable(fitted)) is not None:
        text = f"'{member.name}' cannot hold the control character U+{ord(odd.group()):04X}"
        scope.world.problem("E224", expr.span, text, "take it out")
    return Const(type_of(member), expr.span, fitted)


def _constant(value: Any, member: Member) -> Any:
    kind = member.kind
    if isinstance(value, bool):
        return value if kind == "boolean" else None
    if isinstance(value, int):
        return {"decimal": Decimal(value), "integer": value, "id": str(value)}.get(kind)
    if isinstance(value, Decimal):
        return value if kind == "decimal" else None
    if isinstance(value, str):
        if kind == "date":
            try:
                return date.fromisoformat(value)
            except ValueError:
                return None
        return value if kind in ("text", "id") else None
    return None
