"""Heads that name rules, settings and fields (`removed_by`, `overwrite`, `follow`, `duplicates`, `at_most`):
all of them have to exist.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.alone import check
from engine.check.links import member_at
from engine.check.typed import Flow
from engine.spec.model import Book
from engine.spec.node import Node
from engine.spec.problem import Problem, did_you_mean, known_here

SWITCHES = (
    ("overwrite",),
    ("follow",),
    ("duplicates", "guard"),
    ("duplicates", "days"),
    ("at_most", "limit"),
)


@check("removed")
def removed(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E233 for a rule that is not there or skips nothing, E209 for a setting, E202 for a field."""
    for flow in flows:
        if flow.back:
            continue
        node = flow.mapping.node.get("removed_by")
        rows = flow.mapping.split.rules if flow.mapping.split is not None else ()
        skips = [r.name for r in (*flow.mapping.forward.rules, *rows) if r.then in ("skip", "leave_out")]
        for item in node.items if node is not None else ():
            name = str(item.value)
            if name not in skips and not _dropped(flow, name):
                label = did_you_mean(name, skips) or "not a rule of this mapping that skips"
                text = f"no rule '{name}' that skips a record or leaves out a row of `split`"
                yield Problem("E233", item.span, text, label, (known_here(skips),))
        yield from _switches(book, flow)
        yield from _members(book, flow)


def _switches(book: Book, flow: Flow) -> Iterator[Problem]:
    for path in SWITCHES:
        node: Node | None = flow.mapping.node
        for key in path:
            node = node.get(key) if node is not None else None
        if node is not None and str(node.value) not in book.settings:
            label = did_you_mean(str(node.value), book.settings)
            fix = "settings stand in settings.yaml"
            yield Problem("E209", node.span, f"no setting '{node.value}'", label, fix=fix)


def _members(book: Book, flow: Flow) -> Iterator[Problem]:
    """What `duplicates` looks at has to be there: fields that are written, and fields of the record."""
    block = flow.mapping.node.get("duplicates")
    if block is None:
        return
    target, source = book.shapes[flow.target], book.shapes[flow.source]
    also = block.get("also")
    said = [(block.get(key), target) for key in ("party", "number", "date")]
    said += [(item, source) for item in (also.items if also is not None else ())]
    for node, shape in said:
        if node is not None and member_at(shape.root, str(node.value)) is None:
            known = shape.root.members
            text, label = f"no field '{node.value}' in {shape.name}", did_you_mean(str(node.value), known)
            yield Problem("E202", node.span, text, label, (known_here(known),))


def _dropped(flow: Flow, name: str) -> bool:
    """Whether a customer's overlay took the rule away; then nothing is removed by it."""
    return any(gone.address in (f"rules.{name}", f"split.{name}") for gone in flow.mapping.dropped)
