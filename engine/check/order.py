"""Which mapping needs another one's documents first, and that no two need each other.

A link, or `into`, cannot be answered before the mapping it goes through has run; `linked(…)` and a
link that may be missing only prefer it. Before: `flows`. After: `compile/order`, which sorts by it.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.alone import check
from engine.check.typed import Flow, Linked, Lookup
from engine.check.walk import expressions
from engine.spec.model import Book
from engine.spec.problem import Problem, Span

Needs = dict[str, dict[str, Span]]


def needs(flows: list[Flow], wishes: bool = False) -> Needs:
    """By mapping: the mappings it needs (or only wishes for) before it, and where it says so."""
    known = {flow.name for flow in flows}
    found: Needs = {name: {} for name in dict.fromkeys(flow.name for flow in flows)}
    for flow in flows:
        for name, span in _asked(flow, wishes):
            if name in known and name != flow.name:
                found[flow.name].setdefault(name, span)
    return found


def _asked(flow: Flow, wishes: bool) -> Iterator[tuple[str, Span]]:
    if flow.into is not None and not wishes:
        place = flow.mapping.into_via
        yield flow.into[0], place.span if place is not None else flow.into[1].span
    for expr in expressions(flow):
        wished = isinstance(expr, Linked) or (isinstance(expr, Lookup) and expr.missing)
        if isinstance(expr, (Linked, Lookup)) and wished is wishes:
            yield expr.via.partition(".")[0], expr.span


def circle(wanted: Needs) -> list[str]:
    """The names of one circle, first and last the same; empty if there is none."""
    done: set[str] = set()
    way: list[str] = []

    def walk(name: str) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        way.append(name)
        found = next((it for other in wanted[name] if (it := walk(other))), [])
        way.pop()
        done.add(name)
        return found

    return next((it for name in wanted if (it := walk(name))), [])


@check("order")
def order(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E231: mappings that need each other, so that neither can go first."""
    wanted = needs(flows)
    while way := circle(wanted):
        first, second = way[-2], way[-1]
        told = " → ".join(way)
        yield Problem(
            "E231",
            wanted[first].pop(second),
            f"'{first}' needs '{second}', which needs '{first}' first",
            "a circle",
            (f"the circle: {told}",),
            "say `missing: omit` on one of these links, or look it up another way",
        )
