"""Amounts over many: a sum over rows, and the share of an amount over several records.

Part of `values`, as far as it is arithmetic over lists.
"""

from __future__ import annotations

from engine.check import functions
from engine.check.kinds import exact, nothing
from engine.check.paths import condition, path
from engine.check.scope import Scope
from engine.check.typed import ANY, DECIMAL, Expr, Share, SharePlan, SumOf
from engine.spec.model import Value
from engine.spec.values import text_of
from engine.vocabulary.functions import FUNCTIONS


def sum_of(value: Value, scope: Scope) -> Expr:
    """`sum` and `count` of a list, or of a value over the rows of a list."""
    span = value.body.span
    if value.body.kind == "scalar":
        inner = path(value.body, scope)
        return functions.checked(scope.world, FUNCTIONS[value.form], span, [inner], [span])
    each_node, of = value.named.get("each"), value.named.get("of")
    if each_node is None or of is None:
        scope.world.problem(
            "E105", span, "a sum over rows needs `each` and `of`", "sum: {each: items, of: amount}"
        )
        return nothing(span)
    each = path(each_node, scope)
    if each.type.kind == "null":
        return each
    if each.type.kind != "list":
        scope.world.problem("E204", each_node.span, f"{each.type} is not a list", "`each` names a list")
        return nothing(span)
    row = scope.child(each.type.item or ANY)
    inner = exact(row.value(of))
    if inner.type.kind not in ("decimal", "integer", "null"):
        scope.world.problem("E204", of.node.span, f"{inner.type} cannot be summed", "a sum takes decimals")
    kind = inner.type if inner.type.kind == "decimal" else DECIMAL
    return SumOf(kind, span, each, inner, condition(value.named.get("when"), row))


def share_of(value: Value, scope: Scope) -> Expr:
    """`apportion`: noted in the world, since it is computed over the whole batch."""
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
        return nothing(span)
    order = named.get("order")
    nodes = () if order is None else (order.items if order.kind == "list" else (order,))
    name = f"share{len(world.shares)}"
    world.shares.append(
        SharePlan(
            name,
            scope.value(named["of"]),
            path(named["by"], scope),
            tuple(path(n, scope) for n in nodes),
            condition(named.get("when"), scope),
            scope.value(named["part"]),
            scope.value(named["whole"]),
            text_of(named.get("wrote")),
        )
    )
    return Share(DECIMAL, span, name)
