"""The way back of two-way lines, derived: same fields, inverse transforms, tables turned round.

What cannot be undone is a message (E207): a filter, a function, a template, a transform without
an inverse, a table that is not one-to-one, a truncation.
"""

from __future__ import annotations

from dataclasses import replace

from engine.check.links import member_at
from engine.check.scope import World
from engine.spec.expression import SyntaxMistake, Tree, parse
from engine.spec.model import Line, Mapping, Steps, Value
from engine.spec.node import Node
from engine.spec.values import text_of
from engine.vocabulary.transforms import TRANSFORMS


def returning(mapping: Mapping, world: World) -> tuple[Line, ...]:
    """The lines of the way back that follow from the forward ones."""
    written = {line.address.removeprefix("back.") for line in mapping.back.lines}
    found = []
    for line in mapping.forward.lines:
        if line.direction == "forward" or line.value is None:
            continue
        asked = line.direction == "both"
        if not asked and not _plain(line.value):
            continue
        back = _turned(line, world, asked)
        if back is not None and str(back.key.value) not in written:
            found.append(back)
    return tuple(found)


def _plain(value: Value) -> bool:
    if value.form != "path" or not isinstance(value.body.value, str):
        return False
    try:
        return _is_plain(parse(value.body.value))
    except SyntaxMistake:
        return False


def _is_plain(tree: Tree) -> bool:
    return tree.kind == "field" or (
        tree.kind == "subexpression" and all(c.kind == "field" for c in tree.children)
    )


def _turned(line: Line, world: World, asked: bool) -> Line | None:
    value = line.value
    assert value is not None
    if not _plain(value):
        _refuse(world, value.node, line, "but is more than a plain path", "only a plain path comes back")
        return None
    if not _known(line, value, world) or not _can_return(line, value, world, asked):
        return None
    steps = _inverse(value.steps, line, world, asked)
    if steps is None:
        return None
    path = Node("scalar", line.key.span, str(line.key.value))
    key = Node("scalar", value.body.span, text_of(value.body))
    return replace(
        line,
        address=f"back.{key.value}",
        key=key,
        parts=(),
        when=None,
        value=Value("path", value.node, path, steps=steps, note=value.note),
    )


def _known(line: Line, value: Value, world: World) -> bool:
    """Whether both ends exist; if not, the way there has said so already."""
    return (
        member_at(world.target.root, text_of(line.key)) is not None
        and member_at(world.source.root, text_of(value.body)) is not None
    )


def _can_return(line: Line, value: Value, world: World, asked: bool) -> bool:
    """Conditions, defaults and rounding hold one way only; some members nobody may write."""
    member = member_at(world.source.root, text_of(value.body))
    assert member is not None
    steps, node = value.steps, line.node
    lossy = (
        (line.when, "but has a condition", "`when` is asked on the way there only"),
        (node.get("default"), "but has a default", "what was missing would come back filled"),
        (node.get("scale"), "but is rounded", "what is rounded off cannot come back"),
    )
    for place, text, label in lossy:
        if place is not None:
            if asked:
                _refuse(world, place, line, text, label)
            return False
    if (steps.too_long or world.mapping.too_long) == "truncate":
        if asked:
            place = node.get("too_long") or node
            label = "what is cut cannot come back: use too_long: error"
            _refuse(world, place, line, "but is cut when too long", label)
        return False
    if member.read_only or member.write == "never":
        if asked:
            text = f"but '{member.name}' is read-only in {world.source.name}"
            _refuse(world, value.body, line, text, member.because or "it cannot be written back")
        return False
    return True


def _inverse(steps: Steps, line: Line, world: World, asked: bool) -> Steps | None:
    turned = []
    for name, node, arguments in reversed(steps.transforms):
        known = TRANSFORMS.get(name)
        if known is None:
            return None  # the way there has said so already
        if not known.inverse:
            if asked:
                _refuse(world, node, line, f"but '{name}' cannot be undone", "has no inverse")
            return None
        turned.append((known.inverse, node, arguments))
    values = steps.values
    if values is not None and values.kind == "map":
        values = _turned_table(values, line, world, asked)
        if values is None:
            return None
    return Steps(values, steps.otherwise, tuple(turned), None, None, steps.too_long, turned=True)


def _turned_table(node: Node, line: Line, world: World, asked: bool) -> Node | None:
    seen: dict[str, Node] = {}
    for _, _, value in node.pairs():
        text = text_of(value)
        if text in seen:
            if asked:
                label = "a two-way table is one-to-one"
                _refuse(world, value, line, f"but '{text}' stands for two codes", label)
            return None
        seen[text] = value
    entries = tuple((Node("scalar", value.span, text_of(value)), key) for key, value in node.entries)
    return Node("map", node.span, entries=entries, _index={e[0].value: e for e in entries})


def _refuse(world: World, node: Node, line: Line, text: str, label: str) -> None:
    world.problem(
        "E207",
        node.span,
        f"'{line.key.value}' goes both ways {text}",
        label,
        fix="say `direction: forward` here and write the other way under `back`",
    )
