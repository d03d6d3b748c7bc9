"""A flow ready to run: the one door to mapping, whichever engine serves a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from engine.check.typed import Flow
from engine.compile.frame import Facts
from engine.map.batch import map_batch
from engine.map.fast import Fast
from engine.map.needs import LinkKey, needs
from engine.map.outcome import Outcome
from engine.map.plain import Plain
from engine.map.trace import Entry
from engine.spec.kept import Kept


class Mapper:
    """Maps records of one flow. `plain_only` reads plainly; `kept` has programs that were made before."""

    def __init__(self, flow: Flow, plain_only: bool = False, kept: Kept | None = None):
        self.flow = flow
        self.plain_only = plain_only
        self.kept = kept

    @cached_property
    def plain(self) -> Plain:
        """The plain reading of the flow."""
        return Plain(self.flow)

    def run(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of records, in order."""
        if self.plain_only:
            return map_batch(self.plain, records, facts)
        if self.flow.group is not None:
            return self.fast.gather(records, facts)
        if self.flow.shares:
            return self.fast.apportioned(records, facts)
        return self.fast.run(records, facts)

    @cached_property
    def fast(self) -> Fast:
        """The generated function of the flow."""
        return Fast(self.flow, lambda: self.plain, self.kept)

    def needs(self, records: Iterable[Any], facts: Facts) -> set[LinkKey]:
        """The links these records will ask for."""
        return needs(self.plain, records, facts)

    def traced(self, records: Iterable[Any], facts: Facts) -> tuple[list[Outcome], list[Entry]]:
        """The outcomes with every value read on the way, for `explain` and for examples."""
        trace: list[Entry] = []
        return list(map_batch(Plain(self.flow, traced=True), records, facts, trace)), trace
