"""One path under resolution, and which function resolves which kind of JMESPath tree.

A dict filled by the decorator `resolves`; what has no function is not part of this language.
Before: `spec/expression`. After: `path_names`, `path_lists`, `path_logic`, which fill it.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.check.scope import Scope
from engine.check.typed import NULL, Const, Expr, Type
from engine.spec.expression import Tree
from engine.spec.node import Node
from engine.spec.problem import Span

RESOLVERS: dict[str, Resolve] = {}


class Resolver:
    """Knows the text a tree was read from, and the scope it stands in."""

    def __init__(self, node: Node, scope: Scope):
        self.node = node
        self.scope = scope
        self.world = scope.world

    def expr(self, tree: Tree, current: Type) -> Expr:
        """The typed expression of a tree, seen from an element of this type."""
        return RESOLVERS.get(tree.kind, unsupported)(self, tree, current)

    def exprs(self, trees: tuple[Tree, ...], current: Type) -> list[Expr]:
        """Several of them."""
        return [self.expr(tree, current) for tree in trees]

    def span(self, tree: Tree) -> Span:
        """Where a tree stands in its file."""
        return self.node.inner(max(0, tree.at), tree.length)

    def wrong(self, code: str, span: Span, text: str, label: str, *notes: str) -> Const:
        """A mistake, noted; the null constant in its place is asked nothing more."""
        self.world.problem(code, span, text, label, *notes)
        return Const(NULL, span, None)


Resolve = Callable[[Resolver, Tree, Type], Expr]


def resolves(*kinds: str) -> Callable[[Resolve], Resolve]:
    """Registers a function for these kinds of tree."""

    def register(function: Resolve) -> Resolve:
        RESOLVERS.update(dict.fromkeys(kinds, function))
        return function

    return register


UNSUPPORTED = {
    "slice": "slices",
    "value_projection": "wildcards over an object (*)",
    "multi_select_dict": "objects built in a path",
    "expref": "& expressions",
}


def unsupported(own: Resolver, tree: Tree, current: Type) -> Expr:
    """What JMESPath knows and a mapping does not need."""
    text = UNSUPPORTED.get(tree.kind, f"'{tree.kind}' expressions")
    label = "write fields or `let` instead"
    return own.wrong("E206", own.node.span, f"{text} are not part of this language", label)
