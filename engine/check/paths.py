"""JMESPath trees into typed expressions, with a caret under the very name that is wrong.

Plain JMESPath answers null for a misspelt name, a sum of Decimals or a comparison of dates; here
each of these is a message while the mapping is compiled. By noun: `path_names`, `path_lists`,
`path_logic`. Before: `spec/expression`. After: `values`, which adds links, arithmetic and steps.
"""

from __future__ import annotations

from engine.check import path_lists, path_logic, path_names
from engine.check.kinds import nothing
from engine.check.resolver import Resolver
from engine.check.scope import Scope
from engine.check.typed import Expr
from engine.spec.expression import SyntaxMistake, parse
from engine.spec.node import Node

NOUNS = (path_names, path_lists, path_logic)


def path(node: Node, scope: Scope) -> Expr:
    """The typed expression of a text node; on a mistake a null constant, with the problem noted."""
    if not isinstance(node.value, str):
        scope.world.problem("E105", node.span, "a path must be a text")
        return nothing(node.span)
    try:
        tree = parse(node.value)
    except SyntaxMistake as mistake:
        scope.world.problem(
            "E206",
            node.inner(mistake.at, mistake.length),
            f"not a path: {mistake.text}",
            "here",
            "paths are JMESPath: a.b, list[*].a, list[?a == 'x'].b, numbers in `backticks`",
        )
        return nothing(node.span)
    return Resolver(node, scope).expr(tree, scope.element)


def condition(node: Node | None, scope: Scope) -> Expr | None:
    """A `when`: any expression; truth is JMESPath's."""
    if node is None:
        return None
    found = path(node, scope)
    if found.type.kind in ("decimal", "integer"):
        text = "a number is always true, zero too"
        scope.world.problem("E211", node.span, text, "compare it, such as != `0`")
    return found
