"""A text that is cut when written cannot be found again by the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.alone import check
from engine.check.typed import Flow, Lookup, Put
from engine.check.walk import expressions
from engine.spec.model import Book
from engine.spec.problem import Problem, Span


@check("cut")
def cut(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """W502: a link `by` a member, or a `match`, whose line has `too_long: truncate`."""
    cuts = {(flow.name, _path(line)): line for flow in flows if not flow.back for line in _cut(flow)}
    for flow in flows:
        for expr in expressions(flow):
            if isinstance(expr, Lookup) and expr.by and (expr.via, expr.by) in cuts:
                yield _told(expr.span, expr.by, cuts[expr.via, expr.by])
        to = flow.mapping.match.get("to") if flow.mapping.match is not None and not flow.back else None
        if to is not None and (flow.name, str(to.value)) in cuts:
            yield _told(to.span, str(to.value), cuts[flow.name, str(to.value)])


def _cut(flow: Flow) -> list[Put]:
    return [line for line in flow.lines if isinstance(line, Put) and line.too_long == "truncate"]


def _path(line: Put) -> str:
    return ".".join(step.name for step in line.path)


def _told(span: Span, name: str, line: Put) -> Problem:
    return Problem(
        "W502",
        span,
        f"looked up by '{name}', which may have been cut",
        "the whole text would not be found",
        (f"{line.address} says too_long: truncate ({line.span})",),
        "look it up by its id, or say too_long: error there",
        "warning",
    )
