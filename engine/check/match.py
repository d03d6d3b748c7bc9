"""`match`: how an unlinked record finds its twin. Both of its paths have to exist."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check import values
from engine.check.alone import check
from engine.check.links import member_at
from engine.check.paths import path
from engine.check.scope import Scope, World
from engine.check.typed import ANY, Flow, Type
from engine.spec.model import Book
from engine.spec.problem import Problem, did_you_mean, known_here


@check("match")
def match(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E201 for the path that is looked for, E202 for the member it is looked for in."""
    for flow in flows:
        block = flow.mapping.match
        if block is None or flow.back:
            continue
        source, target = book.shapes[flow.source], book.shapes[flow.target]
        looked, into = block.get("from"), block.get("to")
        if looked is not None:
            found: list[Problem] = []
            world = World(book, flow.mapping, False, source, target, found)
            scope = Scope(world, Type("object", source.root), resolve_value=values.resolve)
            scope.pending = dict(flow.mapping.forward.let)
            if flow.mapping.each_in is not None:
                listed = values.resolve(flow.mapping.each_in, scope)
                scope.names[flow.mapping.each_as] = listed.type.item or ANY
            path(looked, scope)
            yield from found
        if into is not None and member_at(target.root, str(into.value)) is None:
            known = target.root.members
            text = f"no field '{into.value}' in {target.name}"
            yield Problem("E202", into.span, text, did_you_mean(str(into.value), known), (known_here(known),))
