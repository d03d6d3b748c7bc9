"""Constants and settings as values: their types, and what they are compared and computed with.

Before: `types`. After: `paths` and `values`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from engine.check.scope import Scope, World
from engine.check.typed import (
    ANY,
    BOOLEAN,
    DATE,
    DECIMAL,
    ID,
    INTEGER,
    NULL,
    TEXT,
    Const,
    Expr,
    SettingOf,
    Type,
)
from engine.check.types import setting_type
from engine.spec.model import Member
from engine.spec.problem import Span, did_you_mean, known_here

SEPARATORS = {"newline": "\n", "space": " ", "comma": ", "}


def nothing(span: Span) -> Const:
    """The null constant: in the place of a mistake it is asked nothing more."""
    return Const(NULL, span, None)


def literal(value: Any, span: Span) -> Const:
    """A constant with its type."""
    if value is None:
        return nothing(span)
    if isinstance(value, bool):
        return Const(BOOLEAN, span, value)
    if isinstance(value, int):
        return Const(INTEGER, span, value)
    if isinstance(value, Decimal):
        return Const(DECIMAL, span, value)
    if isinstance(value, str):
        return Const(TEXT, span, value)
    if isinstance(value, list):
        return Const(Type("list", None, literal(value[0], span).type if value else ANY), span, value)
    return Const(ANY, span, value)


def setting(name: str, span: Span, scope: Scope) -> Expr:
    """A customer's setting as a value: one that is not set holds the record."""
    found = scope.world.setting(name, span)
    if found is None:
        return nothing(span)
    return SettingOf(setting_type(found), span, name, required=not found.has_default)


def exact(arg: Expr) -> Expr:
    """Whole numbers written in a spec are exact decimals in arithmetic."""
    if isinstance(arg, Const) and arg.type.kind == "integer":
        return Const(DECIMAL, arg.span, Decimal(arg.value))
    return arg


def alike(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Constants take the other side's kind: a text beside a date is a date, a number a decimal."""
    return _like(left, right.type), _like(right, left.type)


def _like(value: Expr, kind: Type) -> Expr:
    if not isinstance(value, Const) or value.value is None:
        return value
    if kind.kind == "decimal" and value.type.kind == "integer":
        return Const(DECIMAL, value.span, Decimal(value.value))
    if kind.kind == "id" and value.type.kind == "integer":
        return Const(ID, value.span, str(value.value))
    if kind.kind == "date" and value.type.kind == "text":
        try:
            return Const(DATE, value.span, date.fromisoformat(value.value))
        except ValueError:
            return value
    return value


def comparable(world: World, left: Expr, right: Expr, op: str, span: Span) -> None:
    """Like is compared with like, and with words there are; E211 where not."""
    a, b = left.type.kind, right.type.kind
    loose = ("null", "any")
    if a in loose or b in loose:
        return
    if a != b and not {a, b} <= {"decimal", "integer"} and not {a, b} <= {"text", "id"}:
        world.problem(
            "E211",
            span,
            f"{left.type} is never comparable with {right.type}",
            "compare like with like",
        )
        return
    if op not in ("eq", "ne") and a in ("boolean", "object", "list", "id"):
        world.problem("E211", span, f"{left.type} has no order", "use == or !=")
    for value, other in ((left, right), (right, left)):
        if isinstance(value, Const) and other.type.member is not None and other.type.member.enum:
            _in_enum(world, value, other.type.member)


def _in_enum(world: World, value: Const, member: Member) -> None:
    if value.value is not None and value.value not in member.enum:
        known = [str(e) for e in member.enum if e is not None]
        text = f"'{member.name}' is never '{value.value}'"
        world.problem("E211", value.span, text, did_you_mean(str(value.value), known), known_here(known))
