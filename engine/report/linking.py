"""Links for people: what was made, what might be, and the opening position.

Before: `linking`, `cutover`. After: the command `link`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Protocol

from engine.plan.opening import Suggestion
from engine.report.problems import HINT, PLACE, WARNING, counted
from engine.report.terminal import Terminal


class Linked(Protocol):
    """A link that was made (`linking.Linked`)."""

    @property
    def mapping(self) -> str:
        """Whose."""

    @property
    def source(self) -> str:
        """What the record is called."""

    @property
    def target(self) -> str:
        """What the document is called."""

    @property
    def differs(self) -> tuple[str, ...]:
        """What they do not agree in."""


def show_linked(linked: Sequence[Linked], titles: Mapping[str, str], said: Terminal) -> None:
    """One line a link, with what the two do not agree in."""
    for one in linked:
        differs = f"  ({'; '.join(one.differs)})" if one.differs else ""
        head = f"{titles.get(one.mapping, one.mapping)}: "
        said.lines(
            [[("linked  ", HINT), (head, "dim"), (f"{one.source} is {one.target}", ""), (differs, WARNING)]]
        )
    said.remark(f"{counted(len(linked), 'link')} made; the next sync tells the other side")


def show_suggestions(found: Sequence[Suggestion], titles: Mapping[str, str], said: Terminal) -> None:
    """A table by mapping, surest first, with the command that links one."""
    for mapping in dict.fromkeys(one.mapping for one in found):
        mine = [one for one in found if one.mapping == mapping]
        said.lines([[], [(titles.get(mapping, mapping), PLACE)]])
        money = any(one.amount_there is not None for one in mine)
        head = ["", "record", "id", "may be", "its id", *(["amount", "there"] if money else []), "why"]
        rows = [_row(one, money) for one in mine]
        said.table(head, rows, right=(0, 5, 6) if money else (0,), whole=(2, 4))
    if not found:
        said.say("nothing that is unlinked looks like anything on the other side")
        return
    said.remark("link one: crosswalk link CUSTOMER MAPPING ID TARGET_ID; every sure one: --all; many: --file")


def _row(one: Suggestion, money: bool) -> list[str]:
    figures = [amount(one.amount), amount(one.amount_there)] if money else []
    return [
        f"{one.confidence}",
        one.source,
        one.source_id,
        one.target,
        one.target_id,
        *figures,
        ", ".join(one.why),
    ]


def amount(value: Decimal | None) -> str:
    """Money for people."""
    return "" if value is None else f"{value:,.2f}"


def suggestions_data(found: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """The same for machines: also what --file reads."""
    return [asdict(one) for one in found]


# ---------------------------------------------------------------- the opening position

STYLES = {"linked": HINT, "only in Xero": WARNING, "only in Procore": WARNING, "would be made": WARNING}


def show_opening(found: Any, titles: Mapping[str, str], said: Terminal) -> None:
    """The whole position: counts, totals by project, then every document."""
    states = list(dict.fromkeys(state for counts in found.counts.values() for state in counts))
    said.table(
        ["", *states],
        [
            [titles.get(mapping, mapping), *(f"{counts.get(s, 0) or '·'}" for s in states)]
            for mapping, counts in found.counts.items()
        ],
        right=range(1, len(states) + 1),
    )
    sums, head = found.totals(), ["", "Procore", "Xero", "linked, Procore", "linked, Xero", "paid", "held"]
    for project in dict.fromkeys(name for name, _ in sums):
        said.lines([[], [(project or "no project", PLACE)]])
        rows = [
            [titles.get(mapping, mapping), *map(amount, figures.values())]
            for (name, mapping), figures in sums.items()
            if name == project
        ]
        said.table(head, rows, right=range(1, 7))
    head = ["", "Procore", "Xero", "paid", "held", "state"]
    groups = dict.fromkeys((one.mapping, one.project) for one in found.documents)
    for mapping, project in sorted(groups):
        said.lines([[], [(f"{titles.get(mapping, mapping)}: {project or 'no project'}", PLACE)]])
        mine = [one for one in found.documents if (one.mapping, one.project) == (mapping, project)]
        said.table(head, [_document(one, found.currency) for one in mine], right=range(1, 5))
    lost = [one for one in found.documents if one.state == "would be made"]
    twins = [one for one in found.suggestions if any(one.source_id == o.source_id for o in lost)]
    for one in twins:
        text = f"{one.source} would be made anew, and {one.target} may be it ({', '.join(one.why)})"
        said.lines([[("look    ", WARNING), (text, "")]])
    if found.payments_from:
        said.remark(f"payments before {found.payments_from} are not brought to Procore")


def _document(one: Any, books: str) -> list[str]:
    label = one.label if one.currency in ("", books) or not books else f"{one.label} ({one.currency})"
    return [label, *map(amount, (one.amount, one.amount_there, one.paid, one.held)), one.state]


def opening_data(found: Any) -> dict[str, Any]:
    """The position for machines."""
    return {
        "customer": found.customer,
        "payments_from": found.payments_from,
        "counts": found.counts,
        "totals": [
            {
                "project": project,
                "mapping": mapping,
                **{name.replace(" ", "_"): v for name, v in sums.items()},
            }
            for (project, mapping), sums in found.totals().items()
        ],
        "documents": [asdict(one) for one in found.documents],
        "suggestions": suggestions_data(found.suggestions),
    }
