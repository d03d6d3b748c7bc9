"""Names in a path: members of the element at hand, then what the scope around it knows.

A name nobody knows gets a suggestion, if something is near. Part of `paths`.
"""

from __future__ import annotations

from engine.check import kinds
from engine.check.path_lists import piped
from engine.check.resolver import Resolver, resolves, unsupported
from engine.check.scope import RESERVED
from engine.check.typed import (
    ANY,
    TEXT,
    Current,
    Expr,
    Get,
    Joined,
    Keyed,
    Let,
    Named,
    Result,
    Root,
    SettingOf,
    Type,
    Typed,
)
from engine.check.types import SETTING_TYPES, setting_type, type_of
from engine.spec.expression import Tree
from engine.spec.problem import Span, did_you_mean, known_here

SPACES = ("settings", "let", "typed")


@resolves("field")
def field(own: Resolver, tree: Tree, current: Type) -> Expr:
    """A name alone: the element's, else the scope's."""
    name, span = str(tree.value), own.span(tree)
    found = _member(own, Current(current, span), name, span) or _outer(own, name, span)
    if found is not None:
        return found
    if name in SPACES:
        return own.wrong("E201", span, f"'{name}' alone is not a value", f"name one of them: {name}.…")
    return _unknown(own, name, current, span)


@resolves("subexpression")
def dotted(own: Resolver, tree: Tree, current: Type) -> Expr:
    """A name of a name; `settings.`, `let.` and `typed.` are spaces of their own."""
    first, rest = tree.children[0], list(tree.children[1:])
    name = str(first.value) if first.kind == "field" else ""
    hidden = current.kind == "object" and current.member is not None and name in current.member.members
    if name in SPACES and not hidden and rest:
        found = _of_space(own, name, rest.pop(0), current)
    else:
        found = own.expr(first, current)
    for child in rest:
        found = _step(own, found, child)
    return found


def _step(own: Resolver, base: Expr, tree: Tree) -> Expr:
    if base.type.kind == "null":
        return base
    if tree.kind != "field":
        return piped(own, base, tree)
    name, span, member = str(tree.value), own.span(tree), base.type.member
    found = _member(own, base, name, span)
    if found is not None:
        return found
    if base.type.kind == "list":
        text = f"'{member.name if member else 'this'}' is a list: its elements have fields, it has not"
        return own.wrong("E201", span, text, f"write [*].{name}, or [0].{name}")
    if base.type.kind == "object" and member is not None:
        return _no_such(own, span, f"no field '{name}' in {member.name}", name, list(member.members))
    return own.wrong("E201", span, f"{base.type} has no fields", f"'{name}' cannot be read from it")


# ------------------------------------------------------------ the element's


def _member(own: Resolver, base: Expr, name: str, span: Span) -> Expr | None:
    """A member of the element at hand, if it has one of that name."""
    kind = base.type
    if kind.kind == "any":
        return Get(ANY, span, base, name)
    if kind.kind == "list" and kind.member is not None and kind.member.keyed_by and kind.item is not None:
        return _keyed(own, base, name, span)
    if kind.kind != "object" or kind.member is None:
        return None
    member = kind.member.members.get(name)
    if member is None:
        return None
    if member.joins:
        return Joined(Type("text", member), span, base, member.joins, kinds.SEPARATORS[member.join_by])
    return Get(type_of(member), span, base, name)


def _keyed(own: Resolver, base: Expr, name: str, span: Span) -> Expr:
    member, item = base.type.member, base.type.item
    assert member is not None
    assert member.item is not None
    assert item is not None
    key = member.item.members.get(member.keyed_by)
    if key is not None and key.enum and name not in key.enum:
        known = [str(each) for each in key.enum if each is not None]
        return _no_such(own, span, f"'{member.name}' has no '{name}'", name, known)
    return Keyed(item, span, base, member.keyed_by, name)


# ------------------------------------------------------------ the scope's


def _outer(own: Resolver, name: str, span: Span) -> Expr | None:
    """A name of the scope, not of the element."""
    scope = own.scope
    kind = scope.find_name(name)
    if kind is not None:
        return Named(kind, span, name)
    if name == "record":
        return Root(scope.outermost().element, span, -1)
    if name == "parent" and scope.parent is not None:
        return Root(scope.parent.element, span, 1)
    if name == "result":
        if scope.result is None:
            text = "'result' is known only in rules marked `after: true`"
            return own.wrong("E201", span, text, "not mapped yet here")
        return Result(scope.result, span)
    return _let(own, name, span)


def _let(own: Resolver, name: str, span: Span) -> Expr | None:
    found = own.scope.find_let(name)
    if found is None:
        return None
    up, scope = found
    if name in scope.under_way and name in scope.pending:
        return own.wrong("E222", span, f"'{name}' is defined by itself", "a circle")
    if name in scope.pending:
        scope.settle(name)
    return Let(scope.lets[name].type, span, name, up)


def _of_space(own: Resolver, space: str, tree: Tree, current: Type) -> Expr:
    if tree.kind != "field":
        return unsupported(own, tree, current)
    name, span = str(tree.value), own.span(tree)
    if space == "settings":
        return _setting(own, name, span)
    if space == "typed":
        return _typed(own, name, span)
    text = f"no named value '{name}' here"
    return _let(own, name, span) or _no_such(own, span, text, name, own.scope.known())


def _setting(own: Resolver, name: str, span: Span) -> Expr:
    found = own.world.setting(name, span)
    return kinds.nothing(span) if found is None else SettingOf(setting_type(found), span, name)


def _typed(own: Resolver, name: str, span: Span) -> Expr:
    block = own.world.mapping.typed
    entry = block.get(name) if block is not None else None
    if entry is None:
        known = [each for each, _, _ in block.pairs()] if block is not None else []
        return _no_such(own, span, f"the approver is not asked for '{name}'", name, known)
    kind = entry.get("type")
    return Typed(SETTING_TYPES.get(str(kind.value) if kind is not None else "text", TEXT), span, name)


# ------------------------------------------------------------ nobody's


def _unknown(own: Resolver, name: str, current: Type, span: Span) -> Expr:
    member = current.member
    members = list(member.members) if current.kind == "object" and member is not None else []
    known = members + own.scope.known()
    where = member.label if member is not None else "this place"
    if member is not None and member is own.world.source.root:
        where = own.world.source.name
    label = did_you_mean(name, [*known, *RESERVED])
    return own.wrong("E201", span, f"no field '{name}' in {where}", label, known_here(known))


def _no_such(own: Resolver, span: Span, text: str, name: str, known: list[str]) -> Expr:
    return own.wrong("E201", span, text, did_you_mean(name, known), known_here(known))
