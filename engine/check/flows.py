"""A mapping into its `Flow`s: forward, and back where it goes both ways.

The last step of resolving. The result is what both compilers read. Before: `lines`. After:
the single checks (one file each), then `compile`.
"""

from __future__ import annotations

from dataclasses import replace

from engine.check import lines, rules, values
from engine.check.paths import condition, path
from engine.check.scope import Scope, World
from engine.check.twoway import returning
from engine.check.typed import (
    ANY,
    Current,
    Expr,
    Flow,
    Get,
    ListPlan,
    Put,
    RowsPlan,
    SharePlan,
    TotalPlan,
    Type,
)
from engine.spec.model import Book, Line, Mapping, Member, Rows, Shape, Side
from engine.spec.node import Node
from engine.spec.problem import Problem, Span, did_you_mean, known_here
from engine.spec.values import text_of


def resolve_mapping(
    book: Book, mapping: Mapping, settings: dict[str, object], problems: list[Problem]
) -> list[Flow]:
    """The flows of one mapping (one, or two if it goes both ways); mistakes go to `problems`."""
    probe = World(book, mapping, False, *_NO_SHAPES, problems)
    source, target = probe.shape(mapping.source), probe.shape(mapping.target)
    if source is None or target is None:
        return []
    world = World(book, mapping, False, source, target, problems, settings=settings)
    flows = [_flow(world, mapping.forward)]
    if mapping.direction == "both":
        back = World(
            book, mapping, True, target, source, problems, used_notes=world.used_notes, settings=settings
        )
        side = Side(mapping.back.let, mapping.back.rules, (*returning(mapping, world), *mapping.back.lines))
        flows.append(_flow(back, side))
    elif mapping.back.lines or mapping.back.rules:
        node = mapping.node.key("back") or mapping.node
        world.problem("E105", node.span, "`back` needs `direction: both`", "this mapping goes one way")
    _notes_used(world)
    return flows


_EMPTY = Member("", "object", None)  # type: ignore[arg-type]
_NO_SHAPES = (Shape("", "", "", (), {}, _EMPTY, None),) * 2  # type: ignore[arg-type]


def _notes_used(world: World) -> None:
    if world.mapping.overlays:
        return  # a customer may drop what a footnote speaks of
    for name, note in world.mapping.notes.items():
        if name not in world.used_notes:
            world.problem(
                "E216",
                note.span,
                f"no line or rule carries the note '{name}'",
                "a footnote must run",
                fix=f"write `note: {name}` on the line or rule it describes",
            )


def _flow(world: World, side: Side) -> Flow:
    mapping, back = world.mapping, world.back
    prefix = f"{mapping.name}."
    root = Scope(world, Type("object", world.source.root), resolve_value=values.resolve)
    root.pending = dict(side.let)
    only = condition(mapping.only_when, root)
    each = None if back else _each(mapping, root)
    split = None if back or mapping.split is None else _rows(mapping.split, root, prefix, keys_named=True)
    group = None if back or mapping.group is None else _rows(mapping.group, root, prefix, keys_named=False)
    into = None if back else _into(mapping, root)
    totals, scope = ((), root) if group is None else _totals(mapping, group, root)
    planned_rules = rules.plan_rules(side.rules, root, prefix)
    planned = lines.plan_lines(_inheriting(side.lines, mapping), world.target.root, scope, prefix)
    let = root.settled()
    _required(world, planned, into is not None)
    return Flow(
        mapping=mapping,
        name=mapping.name,
        back=back,
        source=world.source.name,
        target=world.target.name,
        source_root=world.source.root,
        target_root=world.target.root,
        identity=_identity(world.source, root),
        only_when=only,
        let=let,
        rules=planned_rules,
        lines=planned,
        each=each,
        split=split,
        group=group,
        totals=totals,
        zero_if_gone=mapping.zero_if_gone,
        into=into,
        shares=tuple(share for share in world.shares if isinstance(share, SharePlan)),
        notes=dict(mapping.notes),
        values=world.settings,
        remembered={via: tuple(sorted(names)) for via, names in world.takes.items()},
    )


def _into(mapping: Mapping, root: Scope) -> tuple[str, Expr] | None:
    """The mapping whose document is written into, and the key that finds it."""
    if mapping.into_via is None or mapping.into_key is None:
        return None
    key = values.resolve(mapping.into_key, root)
    _same_document(root.world, mapping.into_via)
    return text_of(mapping.into_via), key


def _identity(shape: Shape, scope: Scope) -> tuple[Expr, ...]:
    found: list[Expr] = []
    for dotted in shape.identity:
        base: Expr = Current(scope.element, shape.span)
        member: Member | None = shape.root
        for name in dotted.split("."):
            member = member.members.get(name) if member is not None else None
            if member is None:
                break  # the shape's own file has been told
            base = Get(Type(member.kind, member), shape.span, base, name)
        found.append(base)
    return tuple(found)


def _each(mapping: Mapping, root: Scope) -> tuple[Expr, str, Expr] | None:
    if mapping.each_in is None or mapping.each_key is None:
        return None
    listed = values.resolve(mapping.each_in, root)
    if listed.type.kind not in ("list", "null", "any"):
        root.world.problem("E204", listed.span, f"{listed.type} is not a list", "`in` names a list")
    item = listed.type.item or ANY
    root.names[mapping.each_as] = item
    key = path(mapping.each_key, root.child(item))
    return listed, mapping.each_as, key


def _rows(block: Rows, root: Scope, prefix: str, keys_named: bool) -> RowsPlan:
    listed = path(block.rows, root)
    if listed.type.kind not in ("list", "null", "any"):
        root.world.problem("E204", listed.span, f"{listed.type} is not a list", "`rows` names a list")
    item = listed.type.item or ANY
    # a group's rows are seen from the record, each under its name; a split's rows are scopes of their own
    row = root.child(item) if keys_named else root.child(root.element, {block.name: item})
    row.pending = dict(block.let)
    planned_rules = rules.plan_rules(block.rules, row, prefix, row=True)
    by = tuple((name, values.resolve(value, row)) for name, value in block.by.items())
    if keys_named:
        root.names |= {name: expr.type for name, expr in by}
        root.names[block.name] = Type("list", None, item)
    return RowsPlan(listed, block.name, item, row.settled(), planned_rules, by, block.node.span)


def _inheriting(side_lines: tuple[Line, ...], mapping: Mapping) -> tuple[Line, ...]:
    """Rows over a split's rows know the split's named values without writing them again."""
    if mapping.split is None or not mapping.split.let:
        return side_lines
    split = mapping.split
    found = []
    for line in side_lines:
        parts = tuple(
            replace(part, let={**split.let, **part.let})
            if part.each is not None and part.each.form == "path" and part.each.body.value == split.name
            else part
            for part in line.parts
        )
        found.append(replace(line, parts=parts) if parts else line)
    return tuple(found)


def _totals(mapping: Mapping, group: RowsPlan, root: Scope) -> tuple[tuple[TotalPlan, ...], Scope]:
    assert mapping.group is not None
    row = root.child(root.element, {group.name: group.element})
    row.lets = dict(group.let)
    fields = Scope(
        root.world,
        Type("object", _EMPTY),
        None,
        {name: expr.type for name, expr in group.by},
        resolve_value=values.resolve,
    )
    found = []
    for total in mapping.totals:
        of = values.resolve(total.of, row) if total.of is not None else None
        if of is not None and of.type.kind not in ("decimal", "integer", "null"):
            root.world.problem("E204", of.span, f"{of.type} cannot be summed", "a total takes decimals")
        for node in total.names:
            if node.value not in fields.names:
                root.world.problem(
                    "E201",
                    node.span,
                    f"no total '{node.value}' before this one",
                    did_you_mean(str(node.value), fields.names),
                    known_here(fields.names),
                )
        found.append(
            TotalPlan(
                total.name,
                total.form,
                of,
                condition(total.when, row),
                tuple(str(n.value) for n in total.names),
                total.node.span,
            )
        )
        fields.names[total.name] = Type("decimal")
    return tuple(found), fields


def _required(world: World, planned: tuple[Put | ListPlan, ...], into: bool) -> None:
    if into:
        return
    written = {line.path[0].name for line in planned}
    for name in world.target.root.required:
        if name not in written | world.meant:
            world.problem(
                "E219",
                _where_missing(world, name),
                f"{world.target.name} needs '{name}', which no line writes",
                "add a line for it",
            )


def _same_document(world: World, via: Node) -> None:
    """`into` writes into what the other mapping made, so both write the same shape."""
    found = world.known_via(text_of(via), via.span)
    if found is None:
        return
    if not isinstance(found, Mapping):
        world.problem("E232", via.span, f"'{found.name}' is a reference and makes no documents")
    elif text_of(found.target) != world.target.name:
        text = f"'{found.name}' makes {text_of(found.target)}, this mapping writes {world.target.name}"
        world.problem("E232", via.span, text, "another document")


def _where_missing(world: World, name: str) -> Span:
    """Where a required field was dropped, or the block that should have it."""
    for gone in world.mapping.dropped:
        if gone.address.removeprefix("back.").partition(".")[0] == name:
            return gone.span
    node = world.mapping.node
    return (node.key("back" if world.back else "fields") or node.key("mapping") or node).span
