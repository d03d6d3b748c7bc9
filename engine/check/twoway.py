"""The way back of two-way lines, derived: same fields, inverse transforms, tables turned round.

What cannot be undone is a message (E207): a filter, a function, a template, a transform without
an inverse, a table that is not one-to-one, a truncation.
"""

from __future__ import annotations

from dataclasses import replace

from engine.check.scope import World
from engine.spec.expression import SyntaxMistake, Tree, parse
from engine.spec.model import Line, Mapping, Steps, Value
from engine.spec.source import Node
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
        _refuse(world, value.node, line, "is more than a plain path", "only a plain path can be written back")
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


def _inverse(steps: Steps, line: Line, world: World, asked: bool) -> Steps | None:
    if steps.too_long == "truncate":
        _refuse(
            world,
            line.node,
            line,
            "is cut when too long",
            "what is cut cannot come back: use too_long: error",
        )
        return None
    turned = []
    for name, node, arguments in reversed(steps.transforms):
        known = TRANSFORMS.get(name)
        if known is None:
            continue
        if not known.inverse:
            if asked:
                _refuse(world, node, line, f"but '{name}' cannot be undone", "has no inverse")
            return None
        turned.append((known.inverse, node, arguments))
    values = steps.values
    if values is not None and values.kind == "map":
        values = _turned_table(values, line, world)
        if values is None:
            return None
    return Steps(values, steps.otherwise, tuple(turned), None, steps.scale, steps.too_long)


def _turned_table(node: Node, line: Line, world: World) -> Node | None:
    seen: dict[str, Node] = {}
    for _, _, value in node.pairs():
        text = text_of(value)
        if text in seen:
            _refuse(world, value, line, f"but '{text}' stands for two codes", "a two-way table is one-to-one")
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
