"""`group` and `totals`: many records into exact sums (job costs).

Rows are gathered by their keys; each total adds up in the order of the records. What was written
before and has no rows now comes out as zeros (`zero_if_gone`), or the old figure would stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from engine.check.typed import RowsPlan
from engine.compile.places import where
from engine.compile.frame import Facts, Frame, Stop, key_parts, key_text
from engine.map.outcome import HELD, READY, SKIPPED, Outcome, Remark
from engine.map.plain import Plain, top_frame
from engine.map.record import _Run, identity
from engine.vocabulary.functions import EXACT, truth


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
            parts = identity(plain, frame)
        except Stop as stop:
            run = _Run(plain, frame, [""])
            run._stopped(stop, plain.flow.name, self.block.span, frame)
            return run._done()
        run = _Run(plain, frame, parts)
        if run.id in self.seen:
            text = "this document came before in the same input; it counts once"
            run._say("skipped", "came-before", text)
            run.status = SKIPPED
            return run._done()
        self.seen.add(run.id)
        if run._rules(plain.flow.rules, frame, after=False):
            return run._done()
        counted = self._rows(run, frame)
        self._count(run, counted)
        if run.status == READY and not run.remarks and not frame.notes:
            return None
        outcome = run._done()
        outcome.record = None
        return outcome

    def _count(self, run: Any, counted: list[tuple[dict[str, Any], list[Decimal]]]) -> None:
        """Adds a record's rows; of one that is held or bad only the doubt, since its cost is unknown."""
        for keys, sums in counted:
            key = tuple(str(v) for v in keys.values())
            group = self.groups.get(key)
            if group is None:
                group = self.groups[key] = Group(keys, [Decimal(0)] * len(self.sums))
            if run.status != READY:
                group.doubt = group.doubt or run.id
                continue
            for index, value in enumerate(sums):
                group.sums[index] += value

    def _rows(self, run: Any, frame: Frame) -> list[tuple[dict[str, Any], list[Decimal]]]:
        """Keys and sums of every row that belongs to a group."""
        plain, found = self.plain, []
        try:
            rows = plain.value(self.block.rows, frame) or ()
        except Stop as stop:
            run._stopped(stop, "group", self.block.span, frame)
            return []
        at = where(self.block.rows)[0]
        for index, row in enumerate(rows):
            own = Frame(frame.record, frame.current, self.facts, plain.group_let, frame)
            own.names, own.names_at = {self.block.name: row}, {self.block.name: f"{at}[{index}]"}
            if run._leaves_out(self.block.rules, own):
                continue
            try:
                keys = self._keys(own)
                found.append((keys, []))
                found[-1] = (keys, self._sums(own))
            except Stop as stop:
                run._stopped(stop, f"{plain.flow.name}.group", self.block.span, own)
        return found

    def _keys(self, frame: Frame) -> dict[str, Any]:
        keys = {name: self.plain.value(expr, frame) for name, expr in self.block.by}
        for name, value in keys.items():
            if value is None:
                raise Stop(
                    "held",
                    "missing",
                    f"this row has no {name} to be counted under",
                    next(iter(frame.names_at.values()), ""),
                    absolute=True,
                )
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
                raise Stop(
                    "held",
                    "missing",
                    "this amount is missing, so the sum is not known",
                    next(iter(frame.names_at.values()), ""),
                    absolute=True,
                )
            sums.append(value)
        return sums

    def outcomes(self) -> list[Outcome]:
        """A document per group, in the order first met, then zeros for groups that are gone."""
        with localcontext(EXACT):
            found = [self._document(key, group) for key, group in self.groups.items()]
            if self.plain.flow.zero_if_gone:
                found += [
                    self._document(key, Group(keys, [Decimal(0)] * len(self.sums)))
                    for key, keys in self._gone()
                ]
            return found

    def _gone(self) -> Iterable[tuple[tuple[str, ...], dict[str, Any]]]:
        present = {key_text([str(part) for part in key]) for key in self.groups}
        names = [name for name, _ in self.block.by]
        for text in self.facts.wrote:
            parts = key_parts(text)
            if text not in present and len(parts) == len(names):
                yield tuple(parts), dict(zip(names, parts, strict=True))

    def _document(self, key: tuple[Any, ...], group: Group) -> Outcome:
        frame = top_frame(self.plain, {}, self.facts, {}, self.trace)
        frame.names = {**group.keys, **self._totals(group)}
        run = _Run(self.plain, frame, [str(part) for part in key])
        outcome = run.lines_only()
        if group.doubt:
            text = (
                f"document {group.doubt} belongs to this total and is held or bad, so the total is not known"
            )
            outcome.remarks.append(
                Remark(
                    "held",
                    "document-in-doubt",
                    text,
                    line=self.plain.flow.name,
                    fix="mend that document first",
                )
            )
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
