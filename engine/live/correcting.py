"""Acts that put something right and move money: what they have in common.

An act is proposed first, as of now, with its effect on the money; it is done only if nothing moved between
that and the word of whoever decides. What is refused is noted with its reason. Before: `money`, `gate`.
After: `crediting`, `adopting`, `revising`, `ways`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.linking import Progress, quiet
from engine.live.money import World
from engine.live.reports.books import Books
from engine.live.sync import Sync
from engine.live.tabs import Item, Tabs, looked, named
from engine.map.outcome import Outcome
from engine.report.proposal import Proposal

READ = ("commitments", "change_orders", "invoices", "job_costs")


@dataclass(slots=True)
class Case:
    """One record as of now, with everything around it."""

    gate: Gate
    verb: str
    mapping: str
    tabs: Tabs
    world: World
    item: Item

    def refuse(self, reason: str, fix: str = "") -> Declined:
        """The refusal, written down."""
        with self.gate.ledger.begin() as tx:
            self.gate.refuse(tx, self.verb, self.mapping, self.item.own, reason)
        return Declined(reason, fix)

    @property
    def called(self) -> str:
        """The record as people say it."""
        return f"{self.item.kind.called} {self.item.label}"


@contextmanager
def looked_at(gate: Gate, verb: str, mapping: str, name: str, progress: Progress = quiet) -> Iterator[Case]:
    """A record of a kind, read as it is now in both systems, for somebody who may do this with it."""
    gate.kind(verb, mapping)
    gate.allow(verb, mapping)
    connection = gate.connection
    with connection.ledger.leased():
        Sync(connection, READ, progress=progress).read()
        tabs = looked(connection, (mapping,), False, progress)
        found = named(tabs.of(mapping, False), name)
        if len(found) != 1:
            with gate.ledger.begin() as tx:
                gate.refuse(tx, verb, mapping, name, f"no single record is known as {name}")
            raise Declined(
                f"no single {gate.rules.kinds[mapping].called} is known as {name}",
                "name its id; crosswalk erp list shows them",
            )
        yield Case(gate, verb, mapping, tabs, World(Books(connection)), found[0])


def as_shown(now: Proposal, shown: Proposal) -> None:
    """Declined if a proposal is another one than somebody agreed to."""
    if now != shown:
        raise Declined("something changed since this was shown", "look at it again; nothing was done")


def as_if(case: Case, record: Mapping[str, Any] | None = None, **settings: Any) -> Outcome | None:
    """What the mapping makes of the record with other settings, or of another record."""
    ground = case.tabs.desks[case.mapping].ground
    facts = replace(ground.facts, settings={**ground.facts.settings, **settings})
    found = ground.mapper.run([record if record is not None else case.item.record], facts)
    return next((one for one in found if one.record is not None), None)
