"""Literals, conditions and calls in a path, like compared with like. Part of `paths`."""

from __future__ import annotations

from engine.check import functions, kinds
from engine.check.resolver import Resolver, resolves
from engine.check.typed import BOOLEAN, DATE, Compare, Either, Expr, Not, Today, Type, common
from engine.spec.expression import Tree


@resolves("literal")
def literal(own: Resolver, tree: Tree, current: Type) -> Expr:
    """A value written in the path."""
    return kinds.literal(tree.value, own.span(tree))


@resolves("or_expression", "and_expression")
def either(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`||` and `&&`."""
    left, right = kinds.alike(*own.exprs(tree.children, current))
    both = tree.kind == "and_expression"
    return Either(common(left.type, right.type), own.span(tree), left, right, both)


@resolves("not_expression")
def negation(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`!`."""
    return Not(BOOLEAN, own.span(tree), own.expr(tree.children[0], current))


@resolves("comparator")
def comparison(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`==` to `>=`."""
    left, right = kinds.alike(*own.exprs(tree.children, current))
    kinds.comparable(own.world, left, right, str(tree.value), own.span(tree))
    return Compare(BOOLEAN, own.span(tree), str(tree.value), left, right)


@resolves("function_expression")
def call(own: Resolver, tree: Tree, current: Type) -> Expr:
    """A function of the closed set; `today` and `linked` ask the run."""
    name, span = str(tree.value), own.span(tree)
    if name == "today":
        return Today(DATE, span)
    args, spans = own.exprs(tree.children, current), [own.span(child) for child in tree.children]
    if name == "linked":
        return functions.linked(own.world, span, args, spans)
    return functions.call(own.world, name, span, args, spans)
