"""Raw dict to outcome: the engine both ways, the mapping written by hand, and the naive engine."""

from __future__ import annotations

import gc
from collections import Counter
from typing import Any

from benchmarks.exact import Count
from benchmarks.handwritten import Commitments
from benchmarks.handwritten_bills import Invoices
from benchmarks.measure import Engine, Race, peak_of, table, verdict
from benchmarks.naive import Naive
from benchmarks.workload import Workload, workloads
from engine.map.mapper import Mapper
from engine.map.outcome import READY, Outcome

HAND, OURS, CLOSURES, NAIVE = "written by hand", "our engine", "our engine, closures only", "naive JMESPath"
SLICE = 500


def engines_of(work: Workload) -> dict[str, Engine]:
    """All engines of one workload, ready to run."""
    ours, closures = Mapper(work.flow), Mapper(work.flow, plain_only=True)
    written = Commitments(work) if work.name == "commitments" else Invoices(work)
    return {
        HAND: written.run,
        OURS: lambda records: list(ours.run(records, work.facts)),
        CLOSURES: lambda records: list(closures.run(records, work.facts)),
        NAIVE: Naive(work).run,
    }


def differing(found: dict[str, list[Any]]) -> int:
    """Records whose outcomes are not the same with all engines, down to the last zero of a decimal."""
    texts = [[_said(outcome) for outcome in outcomes] for outcomes in found.values()]
    same_length = len({len(each) for each in texts}) == 1
    return sum(len(set(each)) > 1 for each in zip(*texts, strict=True)) if same_length else len(texts[0])


def _said(outcome: Outcome) -> str:
    """All of an outcome but the wording of its remarks, which is the mapping's own affair."""
    remarks = [(remark.kind, remark.code, remark.line, remark.note) for remark in outcome.remarks]
    return repr((outcome.id, outcome.status, outcome.record, outcome.notes, outcome.keys, remarks))


def simply_goes(outcome: Outcome) -> bool:
    """Ready, and nothing to be said about it."""
    return outcome.status == READY and not outcome.remarks


class Contest:
    """One workload: every slice through every engine, all results compared and checked."""

    def __init__(self, work: Workload):
        self.work, self.engines = work, engines_of(work)
        self.all, self.clean = Race(), Race()
        self.differ, self.bytes = 0, 0
        self.statuses: Counter[str] = Counter()
        self.numbers = Count()
        self.peaks: dict[str, float] = {}

    def run(self, count: int) -> None:
        """The whole contest; the first slice only warms up."""
        self._slice(self.work.slice(min(SLICE, count), 0), Race(), Race())
        for start in range(0, count, SLICE):
            records = self.work.slice(min(SLICE, count - start), start)
            for record, outcome in zip(records, self._slice(records, self.all, self.clean), strict=True):
                self.statuses[outcome.status if simply_goes(outcome) else f"{outcome.status}, remarks"] += 1
                if outcome.record is not None:
                    self.numbers.add(self.work.name, record, outcome.record)
        sample = self.work.slice(300, 0)
        self.peaks = {name: peak_of(engine, sample) for name, engine in self.engines.items()}

    def _slice(self, records: list[dict[str, Any]], race: Race, clean: Race) -> list[Outcome]:
        gc.collect()
        gc.freeze()  # the records are the reader's, not for the engines to walk over at every collection
        found = race.run(self.engines, records)
        self.differ += differing(found)
        ours: list[Outcome] = found[OURS]
        going = [r for r, o in zip(records, found[HAND], strict=True) if simply_goes(o)]
        del found
        clean.run({name: self.engines[name] for name in (HAND, OURS)}, going)
        gc.unfreeze()
        return ours

    def show(self, count: int) -> None:
        """The table of this workload."""
        rows = []
        for name in self.engines:
            speed = f"{1 / self.all.median(name):,.0f}"
            ratio = self.all.ratio(name, HAND)
            going = self.clean.ratio(name, HAND) if name in self.clean.seconds else ""
            rows.append(
                [name, speed, f"{self.all.median(name) * 1e6:.0f}", ratio, going, f"{self.peaks[name]:.1f}"]
            )
        every = ", ".join(f"{n:,} {status}" for status, n in self.statuses.most_common())
        table(
            f"{count:,} {self.work.title}, raw dict to outcome",
            [
                "",
                "records/s",
                "µs",
                "x by hand, all records",
                "x by hand, those that simply go",
                "MiB for 300",
            ],
            rows,
            f"outcomes: {every}",
            f"records not equal in every engine: {self.differ}  {verdict(not self.differ)}",
        )
        print_goals(self)
        print_numbers(self.numbers)


def print_goals(contest: Contest) -> None:
    hand = max(contest.all.ratio(OURS, HAND).middle, contest.clean.ratio(OURS, HAND).middle)
    print(f"goal at most 1.10x of the mapping by hand: {hand:.2f}x  {verdict(hand <= 1.10)}")
    faster = contest.all.ratio(NAIVE, OURS)
    print(f"goal at least 8x faster than the naive engine: {faster}  {verdict(faster.middle >= 8)}")


def print_numbers(count: Count) -> None:
    share = 100 * count.floats / max(1, count.numbers)
    print(
        f"numbers checked in fractions: {count.numbers:,}, wrong: {count.wrong}  {verdict(not count.wrong)};"
        f" floats rounded to cents: {count.floats:,} wrong ({share:.2f} %), in {count.spoiled:,} of"
        f" {count.records:,} documents"
    )


def run(count: int) -> None:
    """Both workloads."""
    for work in workloads(count):
        contest = Contest(work)
        contest.run(count)
        contest.show(count)
