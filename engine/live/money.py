"""What documents come to, now and as if something were done: the world in front of an act that moves money.

Every document is counted alone by the mapping job_costs, with the links it would have; orders by their lines.
So a figure before and after is made by the rules of the one that is sent. Before: `reports/books`, planned
from what was read. After: `correcting` and the acts beside it; `report/effect` compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from engine.compile.frame import Facts, Links
from engine.live.reports.books import Books
from engine.live.reports.costs import CREDIT, GONE, Cost, cost_of, costs_of, lines_of, net, project_of
from engine.report import effect
from engine.report.effect import BILLED, COMMITTED, DIRECT, INVOICED, RETAINED, TO_DATE, Change, Money

CREDITS = "invoice_credits"  # the reference that says which invoice a credit note corrects
NEW = "new"  # the id of a document that is not there yet
Tied = Mapping[
    str, Mapping[str, Mapping[str, Any] | None]
]  # by mapping and source id; None: no link any more
Documents = Mapping[str, Mapping[str, Any] | None]  # by id; None: not there


class World:
    """The documents of a customer and what they come to."""

    def __init__(self, books: Books):
        self.books = books
        self.facts = books.ground("job_costs").facts

    @cached_property
    def costs(self) -> dict[str, Cost]:
        """Every cost document, by id."""
        return {one.id: one for one in costs_of(self.books)}

    @cached_property
    def orders(self) -> dict[str, Mapping[str, Any]]:
        """The purchase orders of commitments, by id."""
        there = self.books.ground("commitments").there or {}
        targets = {one.target_id for one in self.books.links_of("commitments").values()}
        return {key: one for key, one in there.items() if key in targets}

    @cached_property
    def stands(self) -> Money:
        """What everything comes to now."""
        costs = [self._of_cost(one, self.facts) for one in self.costs.values()]
        return effect.summed([*costs, *map(self._of_order, self.orders.values())])

    def if_(
        self, costs: Documents | None = None, orders: Documents | None = None, tied: Tied | None = None
    ) -> tuple[Change, ...]:
        """What moves if these documents were so, with these links. Name every document a link is about."""
        facts = replace(self.facts, links=self._links(tied or {}))
        costs, orders = costs or {}, orders or {}
        taken = [self._of_cost(self.costs[key], self.facts) for key in costs if key in self.costs]
        taken += [self._of_order(self.orders[key]) for key in orders if key in self.orders]
        put = [self._of_cost(cost_of(self.books, one, facts), facts) for one in costs.values() if one]
        put += [self._of_order(one) for one in orders.values() if one]
        return effect.effect(self.stands, effect.summed(taken), effect.summed(put))

    def _links(self, tied: Tied) -> Links:
        data = {via: dict(found) for via, found in self.facts.links.data.items()}
        for via, found in tied.items():
            mine = data.setdefault(via, {})
            for key, memory in found.items():
                mine.pop(key, None)
                if memory is not None:
                    mine[key] = memory
        return Links(data, self.facts.links.meta)

    # ------------------------------------------------------------ what one document adds

    def _of_cost(self, cost: Cost, facts: Facts) -> dict[tuple[str, effect.Place], Decimal]:
        money = {(TO_DATE, place): amount for place, amount in cost.counted.job_to_date.items()}
        money |= {(INVOICED, place): amount for place, amount in cost.counted.invoiced.items()}
        money |= {(DIRECT, place): amount for place, amount in cost.counted.direct.items()}
        if cost.is_approved:
            item = str(self.books.settings.get("retainage_item") or "")
            money |= {
                (RETAINED, (project, item)): amount for project, amount in cost.retained.items() if project
            }
        if cost.status not in GONE and is_ours(cost.id, facts.links):
            sign = -1 if cost.type == CREDIT else 1
            money |= {(BILLED, place): sign * amount for place, amount in self.lines(cost.record).items()}
        return money

    def _of_order(self, order: Mapping[str, Any]) -> dict[tuple[str, effect.Place], Decimal]:
        if order.get("Status") == "DELETED":
            return {}
        return {(COMMITTED, place): amount for place, amount in self.lines(order).items()}

    def lines(self, record: Mapping[str, Any]) -> dict[effect.Place, Decimal]:
        """A document's lines before tax, by project and item."""
        found: dict[effect.Place, Decimal] = {}
        for line in lines_of(record):
            place = (project_of(self.books, line), str(line.get("ItemCode") or ""))
            found[place] = found.get(place, effect.NOUGHT) + net(record, line)
        return found

    def total(self, record: Mapping[str, Any]) -> Decimal:
        """A document before tax."""
        return sum(self.lines(record).values(), effect.NOUGHT)

    @cached_property
    def projects(self) -> dict[str, str]:
        """Names of projects by id."""
        return {one.id: one.name for one in self.books.projects}


def is_ours(document: str, links: Links) -> bool:
    """Whether a document stands for an invoice of Procore, or corrects one."""
    return (
        links.backward("invoices", document, "") is not None or links.forward(CREDITS, document) is not None
    )
