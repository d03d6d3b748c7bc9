"""Generated source bound to the facts of a run, and the plain reading behind it.

`Fast.run` gives the outcomes of a record: by the generated function if nothing is odd, else by
the plain reading, which finds the words. Any exception of generated code counts as odd, so a
surprise costs time, never a wrong record or a traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import localcontext
from itertools import islice
from types import CodeType
from typing import Any, cast

from engine.check.typed import Flow
from engine.compile.fold import folded
from engine.compile.frame import Facts, Links, key_text
from engine.compile.program import Program, Unsupported
from engine.compile.source import write_flow, write_totals
from engine.map.bound import bindings, forget
from engine.map.outcome import Outcome
from engine.map.plain import Plain
from engine.map.record import map_record
from engine.map.rollup import Group, Rollup
from engine.map.shares import shares_of
from engine.spec.kept import Kept
from engine.vocabulary.functions import EXACT

CHUNK = 64
FEW = 8  # records summed at a time: few enough that what was decoded is still at hand when it is added

Run = Callable[..., list[Outcome]]
Programs = tuple[tuple[Program, CodeType], ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A flow's programs for a customer's settings, each with the factory of its function."""

    settings: str
    programs: tuple[tuple[Program, Callable[[dict[str, Any]], Run]], ...]


class Fast:
    """A flow's generated function; None inside if the flow is one for the plain reading alone."""

    def __init__(self, flow: Flow, plain: Callable[[], Plain], kept: Kept | None = None):
        self.flow = flow
        self.plain = plain
        self.kept = kept
        self.odd = 0
        self.can = True
        self._made: Made | None = None
        self._latest: tuple[Facts, int, list[Run]] | None = None

    def made(self, settings: Mapping[str, Any]) -> Made | None:
        """The flow's programs for these settings; None if it is one for the plain reading alone."""
        known = repr(sorted(settings.items(), key=lambda item: item[0]))
        if self._made is not None and self._made.settings == known:
            return self._made
        if not self.can:
            return None
        programs = self._programs(settings, known)
        if programs is not None:
            self._made = Made(known, tuple((program, _factory(code)) for program, code in programs))
            return self._made
        self.can = False
        return None

    def _programs(self, settings: Mapping[str, Any], known: str) -> Programs | None:
        key = (self.flow.name, self.flow.back, known)
        found = self.kept.get(*key) if self.kept is not None else None
        if found is not None:
            return cast(Programs, found)
        flow = folded(self.flow, settings)
        try:
            written = [write_flow(flow)] if flow.group is None else [write_flow(flow), write_totals(flow)]
        except Unsupported:
            return None
        made = tuple((program.bare(), program.compiled()) for program in written)
        if self.kept is not None:
            self.kept.put(made, *key)
        return made

    def bind(self, facts: Facts) -> list[Run]:
        """The functions for these facts; none where the plain reading serves."""
        if type(facts.links) is not Links:
            return []
        known = self._latest
        if known is not None and known[0] is facts and known[1] == facts.links.version:
            return known[2]
        made = self.made(facts.settings)
        if made is None:
            return []
        runs = [factory(bindings(program, facts)) for program, factory in made.programs]
        self._latest = (facts, facts.links.version, runs)
        return runs

    def run(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of records, in order."""
        run = next(iter(self.bind(facts)), None)
        source = iter(records)
        while chunk := list(islice(source, CHUNK)):
            done: list[Outcome] = []
            with localcontext(EXACT):
                for record in chunk:
                    done += self.one(run, record, facts)
            yield from done
            forget()

    def one(
        self, run: Run | None, record: Any, facts: Facts, shares: dict[str, Any] | None = None
    ) -> list[Outcome]:
        """One record's outcomes, by whichever engine can."""
        if run is not None:
            try:
                return run(record, shares or {})
            except Exception:
                self.odd += 1
        return map_record(self.plain(), record, facts, shares)

    def gather(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of a flow that sums its records: those with something to say, then the totals."""
        rollup = Rollup(self.plain(), facts)
        add, total = self.bind(facts) or (None, None)
        source = iter(records)
        while chunk := list(islice(source, FEW)):
            done: list[Outcome] = []
            with localcontext(EXACT):
                for record in chunk:
                    done += self._gathered(add, record, rollup)
            yield from done
            forget()
        groups = rollup.documents()
        while part := list(islice(groups, CHUNK)):
            with localcontext(EXACT):
                done = [self._total(total, key, group, rollup) for key, group in part]
            yield from done

    def _total(self, run: Run | None, key: tuple[str, ...], group: Group, rollup: Rollup) -> Outcome:
        if run is not None and not group.doubt:
            try:
                return run(key_text(key), group.keys, group.sums)[0]
            except Exception:
                self.odd += 1
        return rollup.document(key, group)

    def _gathered(self, run: Run | None, record: Any, rollup: Rollup) -> list[Outcome]:
        if run is not None:
            try:
                return run(record, rollup.groups, rollup.seen, rollup.alike)
            except Exception:
                self.odd += 1
        outcome = rollup.add(record)
        return [] if outcome is None else [outcome]

    def apportioned(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of a flow with shares, which need all records at once."""
        held = list(records)
        run = next(iter(self.bind(facts)), None)
        with localcontext(EXACT):
            found = [
                self.one(run, record, facts, own)
                for record, own in zip(held, shares_of(self.plain(), held, facts), strict=True)
            ]
        for outcomes in found:
            yield from outcomes


def _factory(code: CodeType) -> Callable[[dict[str, Any]], Run]:
    """The `bind` of a program; the only text ever run as code, and all of it is our own."""
    place: dict[str, Any] = {}
    exec(code, place)
    found: Callable[[dict[str, Any]], Run] = place["bind"]
    return found
