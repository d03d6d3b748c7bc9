"""`group` and `totals`: many records into exact sums (job costs).

Rows are gathered by their keys; each total adds up in the order of the records. What was written
before and has no rows now comes out as zeros (`zero_if_gone`), or the old figure would stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from engine.check.typed import RowsPlan
from engine.compile.frame import Facts, Frame, Stop, key_parts, key_text
from engine.compile.places import Place, held, where
from engine.map.lines import write_document
from engine.map.outcome import HELD, READY, Outcome, Remark
from engine.map.plain import Plain, top_frame
from engine.map.record import identity
from engine.map.remarks import row_at
from engine.map.run import Run
from engine.vocabulary.functions import EXACT, truth

Row = tuple[dict[str, Any], list[Decimal]]  # its keys and what it adds to each total


@dataclass(slots=True)
class Group:
    """The keys of one group and its sums so far."""

    keys: dict[str, Any]
    sums: list[Decimal]
    doubt: str = ""


class Rollup:
    """Gathers records into groups. `add` gives the outcome of a record that did not simply count."""

    def __init__(self, plain: Plain, facts: Facts, trace: list[Any] | None = None):
        self.plain = plain
        self.facts = facts
        self.trace = trace
        self.groups: dict[tuple[str, ...], Group] = {}
        self.seen: set[str] = set()
        self.alike: dict[tuple[Any, ...], list[Any]] = {}  # of generated code: where rows like these count
        assert plain.flow.group is not None
        self.block: RowsPlan = plain.flow.group
        self.sums = [t for t in plain.flow.totals if t.form == "sum"]

    def add(self, record: Any) -> Outcome | None:
        """Counts one record in; an outcome says it was skipped, held or bad, or lists lines left out."""
        with localcontext(EXACT):
            return self._add(record)

    def _add(self, record: Any) -> Outcome | None:
        plain = self.plain
        frame = top_frame(plain, record if record.__class__ is dict else {}, self.facts, {}, self.trace)
        try:
            run = Run(plain, frame, identity(plain, frame))
        except Stop as stop:
            run = Run(plain, frame, [""])
            run.stopped(stop, plain.flow.name, self.block.span, frame)
            return run.outcome()
        if run.id in self.seen:
            run.skip("came-before", "this document came before in the same input; it counts once")
            return run.outcome()
        self.seen.add(run.id)
        if run.ended_by(plain.flow.rules, frame):
            return run.outcome()
        self._count(run, self._rows(run, frame))
        if run.status == READY and not run.remarks and not frame.notes:
            return None
        outcome = run.outcome()
        outcome.record = None
        return outcome

    def _count(self, run: Run, counted: list[Row]) -> None:
        """Adds a record's rows; of one that is held or bad only the doubt, since its cost is unknown."""
        for keys, sums in counted:
            key = tuple(str(value) for value in keys.values())
            group = self.groups.get(key)
            if group is None:
                group = self.groups[key] = Group(keys, [Decimal(0)] * len(self.sums))
            if run.status != READY:
                group.doubt = group.doubt or run.id
                continue
            for index, value in enumerate(sums):
                group.sums[index] += value

    def _rows(self, run: Run, frame: Frame) -> list[Row]:
        """Keys and sums of every row that belongs to a group; of a row in doubt the keys alone."""
        try:
            rows = self.plain.value(self.block.rows, frame) or ()
        except Stop as stop:
            run.stopped(stop, "group", self.block.span, frame)
            return []
        found: list[Row] = []
        at = where(self.block.rows).at
        for index, row in enumerate(rows):
            own = Frame(frame.record, frame.current, self.facts, self.plain.group_let, frame)
            own.names, own.names_at = {self.block.name: row}, {self.block.name: f"{at}[{index}]"}
            if run.leaves_out(self.block.rules, own):
                continue
            try:
                keys = self._keys(own)
                found.append((keys, []))
                found[-1] = (keys, self._sums(own))
            except Stop as stop:
                run.stopped(stop, f"{self.plain.flow.name}.group", self.block.span, own)
        return found

    def _keys(self, frame: Frame) -> dict[str, Any]:
        keys = {name: self.plain.value(expr, frame) for name, expr in self.block.by}
        for name, value in keys.items():
            if value is None:
                text = f"this row has no {name} to be counted under"
                raise held("missing", text, Place(row_at(frame), True))
        return keys

    def _sums(self, frame: Frame) -> list[Decimal]:
        sums: list[Decimal] = []
        for total in self.sums:
            assert total.of is not None
            if total.when is not None and not truth(self.plain.value(total.when, frame)):
                sums.append(Decimal(0))
                continue
            value = self.plain.value(total.of, frame)
            if value is None:
                text = "this amount is missing, so the sum is not known"
                raise held("missing", text, Place(row_at(frame), True))
            sums.append(value)
        return sums

    def outcomes(self) -> list[Outcome]:
        """A document per group, in the order first met, then zeros for groups that are gone."""
        with localcontext(EXACT):
            return [self.document(key, group) for key, group in self.documents()]

    def documents(self) -> Iterator[tuple[tuple[str, ...], Group]]:
        """The groups documents are made of, with their keys as texts."""
        yield from self.groups.items()
        if self.plain.flow.zero_if_gone:
            for key, keys in self._gone():
                yield key, Group(keys, [Decimal(0)] * len(self.sums))

    def _gone(self) -> Iterable[tuple[tuple[str, ...], dict[str, Any]]]:
        if not self.facts.wrote:
            return
        present = {key_text([str(part) for part in key]) for key in self.groups}
        names = [name for name, _ in self.block.by]
        for text in self.facts.wrote:
            parts = key_parts(text)
            if text not in present and len(parts) == len(names):
                yield tuple(parts), dict(zip(names, parts, strict=True))

    def document(self, key: tuple[str, ...], group: Group) -> Outcome:
        """The document of one group; one whose total is not known is held."""
        frame = top_frame(self.plain, {}, self.facts, {}, self.trace)
        frame.names = {**group.keys, **self._totals(group)}
        outcome = write_document(Run(self.plain, frame, [str(part) for part in key]))
        if group.doubt:
            text = (
                f"document {group.doubt} belongs to this total and is held or bad, so the total is not known"
            )
            fix = "mend that document first"
            remark = Remark("held", "document-in-doubt", text, line=self.plain.flow.name, fix=fix)
            outcome.remarks.append(remark)
            outcome.status, outcome.record = HELD, None
        return outcome

    def _totals(self, group: Group) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        sums = iter(group.sums)
        for total in self.plain.flow.totals:
            if total.form == "sum":
                found[total.name] = next(sums)
                continue
            values = [found[name] for name in total.names]
            result = values[0]
            for value in values[1:]:
                result = result - value if total.form == "minus" else result + value
            found[total.name] = result
        return found
