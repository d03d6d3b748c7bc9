"""`removed_by` and `overwrite`: the rules and the setting they name have to exist."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.alone import check
from engine.check.typed import Flow
from engine.spec.model import Book
from engine.spec.problem import Problem, did_you_mean, known_here


@check("removed")
def removed(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E233 for a rule that is not there or does not skip, E209 for a setting."""
    for flow in flows:
        if flow.back:
            continue
        node = flow.mapping.node.get("removed_by")
        skips = [rule.name for rule in flow.mapping.forward.rules if rule.then == "skip"]
        for item in node.items if node is not None else ():
            name = str(item.value)
            if name not in skips and not _dropped(flow, name):
                label = did_you_mean(name, skips) or "not a rule of this mapping that skips"
                text = f"no rule '{name}' that skips a record"
                yield Problem("E233", item.span, text, label, (known_here(skips),))
        switch = flow.mapping.node.get("overwrite")
        if switch is not None and str(switch.value) not in book.settings:
            label = did_you_mean(str(switch.value), book.settings)
            fix = "settings stand in settings.yaml"
            yield Problem("E209", switch.span, f"no setting '{switch.value}'", label, fix=fix)


def _dropped(flow: Flow, name: str) -> bool:
    """Whether a customer's overlay took the rule away; then nothing is removed by it."""
    return any(gone.address == f"rules.{name}" for gone in flow.mapping.dropped)
