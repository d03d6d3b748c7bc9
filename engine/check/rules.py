"""Rules of a block: conditions and texts, resolved in its scope. Part of `lines` and `flows`."""

from __future__ import annotations

from dataclasses import replace

from engine.check import templates
from engine.check.paths import condition
from engine.check.scope import Scope
from engine.check.typed import ANY, Const, RulePlan, Type
from engine.spec.model import Rule


def plan_rules(rules: tuple[Rule, ...], scope: Scope, prefix: str, row: bool = False) -> tuple[RulePlan, ...]:
    """Rules of a block; `leave_out` only where there are rows."""
    found = []
    for rule in rules:
        if rule.then == "leave_out" and not row:
            node = rule.node.get("then") or rule.node
            scope.world.problem(
                "E105", node.span, "leave_out belongs to rows", "use skip, hold or warn for a record"
            )
        if rule.after and row:
            scope.world.problem(
                "E105",
                rule.node.span,
                "a rule of rows cannot wait for the result",
                "put it in the mapping's own rules",
            )
        inner = after_scope(scope) if rule.after else scope
        when = condition(rule.when, inner)
        say = templates.template(rule.say, inner, say=True) if rule.say is not None else None
        found.append(
            RulePlan(
                rule.name,
                f"{prefix}{rule.address}",
                when or Const(ANY, rule.node.span, None),
                rule.then,
                say,
                scope.world.note(rule.note),
                rule.code,
                rule.after,
                rule.quiet,
                rule.origin.span,
                rule,
            )
        )
    return tuple(found)


def after_scope(scope: Scope) -> Scope:
    """The same scope, knowing the result."""
    return replace(scope, result=Type("object", scope.world.target.root))
