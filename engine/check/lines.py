"""Lines into `Put`s: the target path against the target's shape, the value against the field.

Before: `values`. After: `flows`, which gathers the lines of a mapping.
"""

from __future__ import annotations

from engine.check import values
from engine.check.fitting import fitting
from engine.check.paths import condition, path
from engine.check.rules import plan_rules
from engine.check.scope import Scope
from engine.check.typed import ANY, ListPlan, PartPlan, Put, Step, Type
from engine.spec.model import Line, Member, Part
from engine.spec.node import Node
from engine.spec.problem import did_you_mean, known_here, near


def plan_lines(
    lines: tuple[Line, ...], target: Member, scope: Scope, prefix: str
) -> tuple[Put | ListPlan, ...]:
    """All lines of a block; `prefix` names the mapping in addresses."""
    found = [plan for line in lines if (plan := plan_line(line, target, scope, prefix)) is not None]
    _written_once(found, scope)
    return tuple(found)


def _written_once(found: list[Put | ListPlan], scope: Scope) -> None:
    """`Contact` and `Contact.ContactID` cannot both be written, nor a joined text and a member of it."""
    paths = {tuple(s.name for s in plan.path): plan for plan in found}
    for own, plan in paths.items():
        for around in (own[:length] for length in range(1, len(own))):
            if around in paths:
                _inside(plan, own, around, scope)
        for name in plan.target.joins:
            part = (*own[:-1], name)
            if part in paths:
                _inside(paths[part], part, own, scope)


def _inside(plan: Put | ListPlan, own: tuple[str, ...], around: tuple[str, ...], scope: Scope) -> None:
    text = f"'{'.'.join(own)}' lies inside '{'.'.join(around)}', which is written too"
    scope.world.problem("E227", plan.span, text, "drop one of them")


def plan_line(line: Line, target: Member, scope: Scope, prefix: str) -> Put | ListPlan | None:
    """One line, or None when its target is unknown (the problem is noted)."""
    found = target_path(line.key, target, scope)
    if found is None:
        return None
    steps, member = found
    note = scope.world.note(line.note)
    address = f"{prefix}{line.address}"
    if line.parts:
        return _list(line, steps, member, scope, address, note)
    assert line.value is not None
    if not _writable(line, member, scope):
        return None
    _way(line, scope)
    scope.world.said = f"'{member.name}'"
    expr = values.resolve(line.value, scope)
    expr = fitting(expr, member, line, scope)
    scope.world.said = "this"
    mapping = scope.world.mapping
    missing = line.missing or mapping.missing
    return Put(
        address,
        steps,
        member,
        expr,
        condition(line.when, scope),
        _write(line, member, scope),
        missing,
        line.value.steps.too_long or mapping.too_long,
        note,
        line.origin.span,
        line,
    )


def _way(line: Line, scope: Scope) -> None:
    """A line cannot go a way that its mapping does not go."""
    one_way = scope.world.mapping.direction != "both"
    place = line.node.get("direction") or line.node
    if one_way and line.direction in ("both", "back"):
        text = f"'{line.key.value}' goes {_WAYS[line.direction]}, but the mapping goes one way"
        fix = "say `direction: both` in the mapping's head, or leave it out here"
        scope.world.problem("E228", place.span, text, "its mapping is `direction: forward`", fix=fix)
    elif line.direction == "back" and not scope.world.back:
        text = f"'{line.key.value}' stands in `fields`, which goes forward"
        scope.world.problem("E228", place.span, text, "lines of the way back stand under `back`")


_WAYS = {"both": "both ways", "back": "back"}


def target_path(key: Node, root: Member, scope: Scope) -> tuple[tuple[Step, ...], Member] | None:
    """The steps to a target member; unknown names are problems."""
    member, steps, offset = root, [], 0
    for name in str(key.value).split("."):
        span = key.inner(offset, len(name))
        offset += len(name) + 1
        if member.kind == "list" and member.keyed_by and member.item is not None:
            keys = member.item.members.get(member.keyed_by)
            known = [str(e) for e in keys.enum if e is not None] if keys is not None else []
            if known and name not in known:
                scope.world.problem(
                    "E202",
                    span,
                    f"'{member.name}' has no '{name}'",
                    did_you_mean(name, known),
                    known_here(known),
                )
                return None
            steps.append(Step(name, member.keyed_by))
            member = member.item
            continue
        if name not in member.members:
            if member is root:
                scope.world.meant.add(near(name, member.members))
            where = (
                scope.world.target.name
                if member is root and root is scope.world.target.root
                else member.label
            )
            scope.world.problem(
                "E202",
                span,
                f"no field '{name}' in {where}",
                did_you_mean(name, member.members),
                known_here(member.members),
            )
            return None
        steps.append(Step(name))
        member = member.members[name]
    return tuple(steps), member


def _writable(line: Line, member: Member, scope: Scope) -> bool:
    if member.kind in ("list", "object") and not (
        member.kind == "list" and member.item is not None and member.item.kind not in ("object", "list")
    ):
        scope.world.problem(
            "E226",
            line.key.span,
            f"'{member.name}' is {Type(member.kind)}",
            "write its fields: `rows` for a list, a.b for an object",
        )
        return False
    if member.read_only or member.write == "never":
        label = member.because or f"{scope.world.target.system.title()} computes this; it cannot be written"
        scope.world.problem(
            "E203", line.key.span, f"'{member.name}' is read-only in {scope.world.target.name}", label
        )
        return False
    return True


def _write(line: Line, member: Member, scope: Scope) -> str:
    if line.write.startswith("settings."):
        name, node = line.write.removeprefix("settings."), line.node.get("write") or line.node
        scope.world.setting(name, node.inner(len("settings."), len(name)))
        return line.write
    if member.write == "create" and line.write == "always":
        return "create"
    return line.write


# ---------------------------------------------------------------- rows


def _list(
    line: Line, steps: tuple[Step, ...], member: Member, scope: Scope, address: str, note: str
) -> ListPlan | None:
    if member.kind != "list" or member.item is None or member.item.kind != "object":
        scope.world.problem(
            "E226",
            line.key.span,
            f"'{member.name}' is {Type(member.kind)}, not a list of objects",
            "`rows` builds lists",
        )
        return None
    if member.read_only or member.write == "never":
        scope.world.problem(
            "E203",
            line.key.span,
            f"'{member.name}' is read-only in {scope.world.target.name}",
            member.because or "it cannot be written",
        )
        return None
    mapping_prefix = address[: len(address) - len(line.address)]
    parts = tuple(plan_part(part, member, scope, mapping_prefix) for part in line.parts)
    return ListPlan(
        address,
        steps,
        member,
        parts,
        condition(line.when, scope),
        _write(line, member, scope),
        line.missing or "omit",
        note,
        line.origin.span,
        line,
    )


def plan_part(part: Part, target: Member, scope: Scope, prefix: str) -> PartPlan:
    """One part of a list: its own scope, names, rules and lines."""
    assert target.item is not None
    each = values.resolve(part.each, scope) if part.each is not None else None
    element: Type | None = None
    if each is not None:
        if each.type.kind not in ("list", "null", "any"):
            scope.world.problem("E204", each.span, f"{each.type} is not a list", "`each` names a list")
        element = each.type.item or ANY
    inner = scope.child(element if element is not None else scope.element)
    inner.pending = dict(part.let)
    group = values.resolve(part.group, inner) if part.group is not None else None
    if group is not None and element is not None:
        inner.names["rows"] = Type("list", None, element)
    key = path(part.key_from, inner) if part.key_from is not None else None
    key_member = _key_member(part, target.item, scope)
    let = inner.settled()
    return PartPlan(
        part.name,
        f"{prefix}{part.address}",
        condition(part.when, inner if element is None else scope),
        each,
        element,
        key,
        part.key_to,
        key_member,
        group,
        _sums(part, element, scope),
        let,
        plan_rules(part.rules, inner, prefix, row=True),
        plan_lines(part.lines, target.item, inner, prefix),
        scope.world.note(part.note),
        part.origin.span,
        part,
    )


def _key_member(part: Part, item: Member, scope: Scope) -> Member | None:
    if not part.key_to:
        return None
    member = item.members.get(part.key_to)
    if member is None:
        scope.world.problem(
            "E202",
            part.node.at(("key", "to")),
            f"no field '{part.key_to}' in {item.label}",
            did_you_mean(part.key_to, item.members),
        )
    return member


def _sums(part: Part, element: Type | None, scope: Scope) -> tuple[Member, ...]:
    found = []
    for node in part.sums:
        members = element.member.members if element is not None and element.member is not None else {}
        member = members.get(str(node.value))
        if member is None or member.kind != "decimal":
            scope.world.problem(
                "E201",
                node.span,
                f"no amount '{node.value}' in these rows",
                did_you_mean(str(node.value), members),
            )
        else:
            found.append(member)
    return tuple(found)
