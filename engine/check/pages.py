"""A page that names lines, rules, settings and fields names ones that exist (language §11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.check.alone import check
from engine.check.links import member_at
from engine.check.typed import Flow, ListPlan, Put
from engine.spec.model import Book, Line, Mapping, Part, Rule, Shape
from engine.spec.node import Node
from engine.spec.problem import Problem, did_you_mean, known_here


@check("pages")
def pages(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E230, and E216 for footnotes."""
    for flow in flows:
        mapping = flow.mapping
        if mapping.page is None or flow.back:
            continue
        lines = [*_lines(mapping), *_returning(mapping, flows)]
        for row in _items(mapping.page, "rows"):
            for node in _items(row, "lines"):
                yield from _named(node, "line", lines, mapping)
            note = row.get("note")
            if note is not None and note.value not in mapping.notes:
                text = f"no note '{note.value}' in this mapping"
                label = did_you_mean(str(note.value), mapping.notes) or known_here(mapping.notes)
                yield Problem("E216", note.span, text, label)
        yield from _limits(book, mapping, lines, book.shapes[flow.target], book.shapes[flow.source])


def _items(node: Node, key: str) -> tuple[Node, ...]:
    found = node.get(key)
    return found.items if found is not None else ()


def _limits(
    book: Book, mapping: Mapping, lines: list[str], target: Shape, source: Shape
) -> Iterator[Problem]:
    rules = _rules(mapping)
    for limit in _items(mapping.page, "limits") if mapping.page is not None else ():
        for kind, known in (("line", lines), ("rule", rules)):
            node = limit.get(kind)
            if node is not None:
                yield from _named(node, kind, known, mapping)
        setting, shape = limit.get("setting"), limit.get("shape")
        if setting is not None and setting.value not in book.settings and "settings" not in book.broken:
            yield _unknown(setting, "setting", list(book.settings))
        if shape is not None and not any(member_at(s.root, str(shape.value)) for s in (target, source)):
            yield _unknown(shape, "field", list(target.root.members))


def _named(node: Node, kind: str, known: list[str], mapping: Mapping) -> Iterator[Problem]:
    """A name that exists, or did before a customer dropped it."""
    name = str(node.value)
    gone = [each.address for each in mapping.dropped]
    gone += [address.replace("rules.", "") for address in gone]
    if name not in known and not any(name == g or name.startswith(f"{g}.") for g in gone):
        yield _unknown(node, kind, [each for each in known if "rules." not in each])


def _unknown(node: Node, kind: str, known: list[str]) -> Problem:
    name = str(node.value)
    return Problem("E230", node.span, f"no {kind} '{name}'", did_you_mean(name, known), (known_here(known),))


# ---------------------------------------------------------------- what there is to name


def _lines(mapping: Mapping) -> list[str]:
    """Addresses of every line and part."""
    found: list[str] = []
    for side in (mapping.forward, mapping.back):
        for line in side.lines:
            found += _below(line, lambda part, inner: [part.address, *inner])
    return found


def _returning(mapping: Mapping, flows: list[Flow]) -> list[str]:
    """Addresses of the lines of the way back that follow from the forward ones."""
    back = next((flow for flow in flows if flow.back and flow.name == mapping.name), None)
    planned: tuple[Put | ListPlan, ...] = back.lines if back is not None else ()
    return [line.address.partition(".")[2] for line in planned]


def _rules(mapping: Mapping) -> list[str]:
    """Rules by the name a page calls them: the address without its `rules.`, rows' rules included."""
    found: list[Rule] = []
    for side in (mapping.forward, mapping.back):
        found += side.rules
    for block in (mapping.split, mapping.group):
        found += block.rules if block is not None else ()
    names = [rule.address for rule in found]
    for side in (mapping.forward, mapping.back):
        for line in side.lines:
            names += _below(line, lambda part, inner: [r.address for r in part.rules] + inner, own=False)
    return [*(name.replace("rules.", "") for name in names), *names]


def _below(line: Line, take: Callable[[Part, list[str]], list[str]], own: bool = True) -> list[str]:
    found = [line.address] if own else []
    for part in line.parts:
        inner = [each for one in part.lines for each in _below(one, take, own)]
        found += take(part, inner)
    return found
