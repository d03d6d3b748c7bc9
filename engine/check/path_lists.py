"""Lists in a path: an element, a filter, a projection over all of them, a pipe. Part of `paths`."""

from __future__ import annotations

from engine.check import kinds
from engine.check.resolver import Resolver, resolves, unsupported
from engine.check.typed import ANY, At, Current, Expr, ListOf, Pipe, Project, Type
from engine.spec.expression import Tree


@resolves("identity", "current")
def element(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`@`, and what JMESPath writes in the place of nothing."""
    return Current(current, own.span(tree))


@resolves("index_expression")
def index(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`list[0]`."""
    listed, at = tree.children
    base = own.expr(listed, current)
    if at.kind != "index":
        return unsupported(own, at, current)
    if not _is_list(own, base, tree):
        return kinds.nothing(base.span)
    return At(base.type.item or ANY, base.span, base, int(at.value))


@resolves("projection")
def projection(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`list[*].…` and `list[].…`."""
    left, right = tree.children
    flat = left.kind == "flatten"
    base = own.expr(left.children[0] if flat else left, current)
    return _project(own, base, None, right, tree, flat and _of_lists(base))


@resolves("filter_projection")
def filtered(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`list[?…].…`."""
    left, right, where = tree.children
    return _project(own, own.expr(left, current), where, right, tree, False)


@resolves("flatten")
def flattened(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`list[]` with nothing after it."""
    base = own.expr(tree.children[0], current)
    itself = Tree("identity", None, (), tree.at, tree.length)
    return _project(own, base, None, itself, tree, _of_lists(base))


@resolves("pipe")
def pipe(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`… | …`."""
    first, then = tree.children
    return piped(own, own.expr(first, current), then)


@resolves("multi_select_list")
def written_out(own: Resolver, tree: Tree, current: Type) -> Expr:
    """`[a, b]`."""
    items = tuple(own.exprs(tree.children, current))
    return ListOf(Type("list", None, items[0].type if items else ANY), own.span(tree), items)


def piped(own: Resolver, base: Expr, tree: Tree) -> Expr:
    """A tree seen from the value of an expression."""
    if base.type.kind == "null":
        return base
    then = own.expr(tree, base.type)
    return Pipe(then.type, base.span, base, then)


def _project(own: Resolver, base: Expr, where: Tree | None, right: Tree, tree: Tree, flat: bool) -> Expr:
    if not _is_list(own, base, tree):
        return kinds.nothing(base.span)
    item = base.type.item or ANY
    if flat:
        item = item.item or ANY
    test = own.expr(where, item) if where is not None else None
    each = own.expr(right, item)
    if each.type.kind == "null":
        return kinds.nothing(base.span)
    member = base.type.member if isinstance(each, Current) else None
    return Project(Type("list", member, each.type), own.span(tree), base, test, each, flat)


def _is_list(own: Resolver, base: Expr, tree: Tree) -> bool:
    """Whether it has elements; what is wrong already is not told again."""
    if base.type.kind not in ("list", "any", "null"):
        own.wrong("E204", own.span(tree), f"{base.type} is not a list", "only a list has elements")
    return base.type.kind in ("list", "any")


def _of_lists(base: Expr) -> bool:
    return base.type.item is not None and base.type.item.kind == "list"
