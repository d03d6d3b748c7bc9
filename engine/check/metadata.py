"""What the ERP tool is told names mappings, fields, typed values and settings that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.check.alone import check
from engine.check.typed import Flow
from engine.spec.model import Book, Mapping, Shape
from engine.spec.node import Node
from engine.spec.problem import Problem, did_you_mean, known_here

TYPED = "typed."


@check("metadata")
def metadata(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E234 for a name that is not there, E209 for a setting."""
    top = book.metadata
    if top is None:
        return
    systems = dict.fromkeys(shape.system for shape in book.shapes.values())
    yield from _known(top.get("system"), "system", systems)
    yield from _settings(book, top.get("configurations"))
    shapes = []
    for _, _, entity in _pairs(top.get("entities")):
        yield from _configs(book, entity)
        name = entity.get("mapping")
        mapping = book.mappings.get(str(name.value)) if name is not None else None
        if mapping is None:
            yield from _known(name, "mapping", book.mappings, book.broken)
            continue
        source = book.shapes.get(str(mapping.source.value))
        if source is not None:
            shapes.append(source)
            yield from _fields(mapping, source, entity)
    members = dict.fromkeys(name for shape in shapes for name in shape.root.members)
    yield from _known(top.get("answers"), "field", members)


def _pairs(node: Node | None) -> Iterator[tuple[str, Node, Node]]:
    return node.pairs() if node is not None else iter(())


def _known(
    node: Node | None, kind: str, known: Collection[str], broken: Collection[str] = ()
) -> Iterator[Problem]:
    """A name that is none of these; what stands in a broken file is no mistake."""
    if node is not None and node.value not in known and node.value not in broken:
        name = str(node.value)
        label = did_you_mean(name, known)
        yield Problem("E234", node.span, f"no {kind} '{name}'", label, (known_here(known),))


def _settings(book: Book, configurations: Node | None) -> Iterator[Problem]:
    for _, _, group in _pairs(configurations):
        for _, _, node in _pairs(group):
            if node.value not in book.settings and "settings" not in book.broken:
                label = did_you_mean(str(node.value), book.settings)
                fix = "settings stand in settings.yaml"
                yield Problem("E209", node.span, f"no setting '{node.value}'", label, fix=fix)


def _configs(book: Book, entity: Node) -> Iterator[Problem]:
    """A config names a mapping that runs, or what the approver of its own mapping types."""
    own = entity.get("mapping")
    mapping = book.mappings.get(str(own.value)) if own is not None else None
    for _, _, config in _pairs(entity.get("configs")):
        yield from _known(config.get("runs"), "mapping", book.mappings, book.broken)
        if mapping is not None:
            yield from _known(config.get("prefills"), "typed value", _typed(mapping))


def _fields(mapping: Mapping, source: Shape, entity: Node) -> Iterator[Problem]:
    """The list an entity is an element of, and the fields it renames, are there."""
    of, members = entity.get("of"), source.root.members
    lists = {name: member.item for name, member in members.items() if member.item is not None}
    if of is None:
        known = [*(f"{TYPED}{name}" for name in _typed(mapping)), *members]
    elif of.value == mapping.each_as:
        return  # an element of `each` may come from a list that settings choose
    else:
        yield from _known(of, "list", lists)
        element = lists.get(str(of.value))
        if element is None:
            return
        known = list(element.members)
    for _, key, _ in _pairs(entity.get("names")):
        yield from _known(key, "field", known)


def _typed(mapping: Mapping) -> list[str]:
    """What the approver types."""
    return [name for name, _, _ in _pairs(mapping.typed)]
