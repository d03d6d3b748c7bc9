"""Links: which document a look-up finds, by how many keys, and what may be taken of it.

Part of resolving values. Before: `paths`. After: `values`.
"""

from __future__ import annotations

from typing import Any

from engine.check import functions
from engine.check.scope import Scope
from engine.check.typed import ANY, ID, NULL, Const, Expr, Lookup, Type
from engine.check.types import type_of
from engine.spec.model import Mapping, Member, Reference, Value
from engine.spec.node import Node
from engine.spec.problem import Span, did_you_mean, known_here
from engine.spec.values import text_of


def link(value: Value, scope: Scope) -> Expr:
    """A lookup of what another mapping made, or of a reference."""
    via, world, span = value.named.get("via"), scope.world, value.node.span
    keys = tuple(scope.value(part) for part in value.parts)
    if via is None:
        world.problem("E105", span, "a link needs `via`", "name the mapping that made the document")
        return Const(NULL, span, None)
    name = text_of(via)
    head, _, rest = name.partition(".")
    found = world.known_via(head, via.span)
    if found is None:
        return Const(NULL, span, None)
    back = isinstance(found, Mapping) and functions.system(text_of(found.source)) != world.source.system
    by, take = text_of(value.named.get("by")), text_of(value.named.get("take"))
    _count_keys(found, keys, by, back, bool(rest), span, scope)
    kind = _taken(found, rest, take, back, value.named.get("take") or via, scope)
    if by and not rest:
        _taken(found, rest, by, back, value.named["by"], scope)
    for wanted in (take, by):
        if wanted:
            world.takes.setdefault(name, set()).add(wanted)
    return Lookup(kind, via.span, name, keys, take, by, back, missing=value.missing)


def _count_keys(
    found: Mapping | Reference,
    keys: tuple[Expr, ...],
    by: str,
    back: bool,
    part: bool,
    span: Span,
    scope: Scope,
) -> None:
    if by or back:
        wanted = 1
    elif part:
        wanted = 2
    elif isinstance(found, Reference):
        wanted = len(found.key)
    else:
        shape = scope.world.book.shapes.get(text_of(found.source))
        extra = (1 if found.each_in is not None else 0) + (
            len(found.split.by) if found.split is not None else 0
        )
        wanted = (len(shape.identity) if shape is not None else 1) + extra
    if len(keys) != wanted:
        scope.world.problem(
            "E215",
            span,
            f"'{found.name}' is looked up by {wanted} value(s), here are {len(keys)}",
            "count the keys of the link",
        )


def _taken(found: Mapping | Reference, rest: str, take: str, back: bool, node: Node, scope: Scope) -> Type:
    shapes = scope.world.book.shapes
    if isinstance(found, Reference):
        own, other = shapes.get(found.shape), None
    else:
        ends = (shapes.get(text_of(found.target)), shapes.get(text_of(found.source)))
        own, other = ends if not back else (ends[1], ends[0])
    if rest:
        return _row_taken(own, rest, take, node, scope)
    if not take:
        parts = len(own.identity) if own is not None else 1
        each = isinstance(found, Mapping) and back and found.each_in is not None
        return ID if parts == 1 and not each else Type("list", None, ID)
    if (
        isinstance(found, Mapping)
        and back
        and found.each_in is not None
        and found.each_key is not None
        and take == _each_name(found)
    ):
        return ID
    for shape in (own, other):
        member = member_at(shape.root, take) if shape is not None else None
        if member is not None:
            return type_of(member)
    known = [m for shape in (own, other) if shape is not None for m in shape.root.members]
    scope.world.problem(
        "E215",
        node.span,
        f"no member '{take}' to take from '{found.name}'",
        did_you_mean(take, known),
        known_here(known),
    )
    return ANY


def _each_name(found: Mapping) -> str:
    return f"{found.each_as}.{text_of(found.each_key)}"


def _row_taken(own: Any, rest: str, take: str, node: Node, scope: Scope) -> Type:
    field_name = rest.partition(".")[0]
    rows = own.root.members.get(field_name) if own is not None else None
    item = rows.item if rows is not None else None
    if item is None:
        scope.world.problem(
            "E215", node.span, f"no rows '{field_name}' there", "name a list of the document, then its part"
        )
        return ANY
    if not take:
        return ID
    member = member_at(item, take)
    if member is None:
        scope.world.problem(
            "E215",
            node.span,
            f"no member '{take}' in {field_name}",
            did_you_mean(take, item.members),
            known_here(item.members),
        )
        return ANY
    return type_of(member)


def member_at(root: Member, dotted: str) -> Member | None:
    """The member a dotted path names, through keyed lists too."""
    member: Member | None = root
    for name in dotted.split("."):
        if member is None:
            return None
        if member.kind == "list":
            member = member.item if member.keyed_by else None
            continue
        member = member.members.get(name)
    return member
