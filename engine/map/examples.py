"""Runs one example and says how what came out differs from what was expected.

`expect` is partial: members it does not name may be anything. Lists go by position and are as long
as they are written; numbers compare by value, dates by ISO text. Pure. Before: `spec.examples`.
After: the command `test`, and CI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from engine.check.typed import Flow, ListPlan, Put, RulePlan
from engine.compile.frame import Facts
from engine.map.mapper import Mapper
from engine.map.outcome import READY, Outcome, Remark
from engine.map.readings import Reading
from engine.map.trace import Trace, line_of
from engine.spec.examples import Example
from engine.spec.problem import Problem

LISTED = {"left_out": "left_out", "warned": "warning"}
STATUSES = ("skipped", "held", "bad")
FORMS = {*STATUSES, *LISTED, "ready", "records"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the result is not what the example wants; `line` and `place` say what wrote it."""

    path: str
    wanted: Any
    got: Any
    line: str = ""
    place: str = ""
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one example, and which rules and notes acted or were asked in vain."""

    example: Example
    outcomes: tuple[Outcome, ...]
    differences: tuple[Difference, ...]
    acted: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Trial:
    """All results, the problems of the examples' files, and what no example shows."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    gaps: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether anything at all is not as it should be."""
        wrong = any(p.is_error for p in (*self.problems, *self.gaps))
        return wrong or any(not result.passed for result in self.results)


class _Everyone(Mapping[str, Any]):
    """What an example's approver typed goes for every record of it."""

    def __init__(self, typed: Mapping[str, Any]):
        self.typed = typed

    def __getitem__(self, key: str) -> Any:
        return self.typed

    def __iter__(self) -> Iterator[str]:
        return iter(("",))

    def __len__(self) -> int:
        return 1


def typed_by_all(example: Example) -> Mapping[str, Mapping[str, Any]]:
    """The facts' form of what was typed."""
    return _Everyone(example.typed) if example.typed else {}


def run_example(example: Example, mapper: Mapper, facts: Facts) -> Result:
    """Maps the example's records and compares."""
    outcomes, entries = mapper.traced(example.records, facts)
    trace = Trace(mapper.flow, entries)
    compare = _Compare(example.exactly)
    compare.outcomes(example.expect, outcomes)
    acted, idle = trace.rules(rules_of(mapper.flow))
    notes = {f"note:{name}" for outcome in outcomes for name in outcome.notes}
    if example.note and (f"note:{example.note}" in notes) is not example.acts:
        words = ("acts", "does not act")
        compare.differ(f"note {example.note}", words[not example.acts], words[example.acts], None, "")
    found = tuple(_traced(each, mapper.flow, trace) for each in compare.found)
    quiet = {f"note:{name}" for name in mapper.flow.notes} - notes
    return Result(example, tuple(outcomes), found, frozenset(acted | notes), frozenset(idle | quiet))


def rules_of(flow: Flow) -> list[RulePlan]:
    """Every rule of a flow, those of rows included."""
    found = list(flow.rules)
    for block in (flow.split, flow.group):
        found += block.rules if block is not None else ()

    def walk(lines: Sequence[Put | ListPlan]) -> None:
        for line in lines:
            for part in line.parts if isinstance(line, ListPlan) else ():
                found.extend(part.rules)
                walk(part.lines)

    walk(flow.lines)
    return found


@dataclass(slots=True)
class _Pending:
    path: str
    wanted: Any
    got: Any
    outcome: Outcome | None
    field: str


def _traced(each: _Pending, flow: Flow, trace: Trace) -> Difference:
    """The difference with the line that wrote the field and what it read."""
    found = line_of(flow, each.outcome, each.field) if each.field else None
    if found is None:
        return Difference(each.path, each.wanted, each.got)
    span = found.line.span
    return Difference(
        each.path,
        each.wanted,
        each.got,
        found.line.address,
        f"{span.file}:{span.line}",
        tuple(trace.readings(found, each.outcome)),
    )


@dataclass(slots=True)
class _Compare:
    exactly: bool
    found: list[_Pending] = field(default_factory=list)

    def differ(self, path: str, wanted: Any, got: Any, outcome: Outcome | None, inner: str) -> None:
        self.found.append(_Pending(path, wanted, got, outcome, inner))

    # ------------------------------------------------------------ outcomes

    def outcomes(self, expect: Mapping[str, Any], outcomes: Sequence[Outcome]) -> None:
        """The example's `expect` against everything that came out."""
        documents = [o for o in outcomes if not (o.status == READY and o.record is None)]
        if set(expect) & FORMS != set(expect):
            expect = {"ready": expect}
        for name, kind in LISTED.items():
            if name in expect:
                self._remarks(name, expect[name], [r for o in outcomes for r in o.remarks if r.kind == kind])
        if "records" in expect:
            self._records(expect["records"], documents)
        elif set(expect) & {*STATUSES, "ready"}:
            self._one(expect, documents)

    def _records(self, wanted: list[Any], documents: Sequence[Outcome]) -> None:
        if len(wanted) != len(documents):
            if any(set(one) & set(STATUSES) for one in wanted):
                self.differ("records", len(wanted), _told(documents), None, "")
                return
            documents = [o for o in documents if o.status != "skipped"]
        if len(wanted) != len(documents):
            self.differ("number of records", len(wanted), _told(documents), None, "")
            return
        for index, (one, outcome) in enumerate(zip(wanted, documents, strict=True)):
            form = one if one and set(one) <= FORMS else {"ready": one}
            self._form(form, outcome, f"records[{index}]: ")

    def _one(self, expect: Mapping[str, Any], documents: Sequence[Outcome]) -> None:
        if not documents:
            self.differ("outcome", next(iter(expect)), "nothing came out", None, "")
            return
        if "ready" in expect and len(documents) > 1:
            self.differ("number of records", 1, _told(documents), None, "")
            return
        if "ready" in expect:
            self._form(expect, documents[0], "")
            return
        # Each of several documents must have stopped, one for the reason given: others may follow from it.
        tries = []
        for outcome in documents:
            tries.append(_Compare(self.exactly))
            tries[-1]._form(expect, outcome, "")
        stopped = all(outcome.status != READY for outcome in documents)
        if not stopped or all(one.found for one in tries):
            self.found += next((one.found for one in tries if one.found), [])

    def _form(self, form: Mapping[str, Any], outcome: Outcome, at: str) -> None:
        for name, wanted in form.items():
            if name == "ready":
                self._ready(wanted, outcome, at)
            elif name in STATUSES:
                self._stopped(name, wanted, outcome, at)
            elif at and name in LISTED:
                self._remarks(f"{at}{name}", wanted, [r for r in outcome.remarks if r.kind == LISTED[name]])

    def _ready(self, wanted: Any, outcome: Outcome, at: str) -> None:
        if outcome.status != READY:
            self.differ(f"{at}outcome", "ready", _said(outcome), outcome, "")
            return
        self._value(wanted, outcome.record, at, "", outcome)

    def _stopped(self, status: str, wanted: Any, outcome: Outcome, at: str) -> None:
        own = [remark for remark in outcome.remarks if remark.kind == status]
        if outcome.status != status:
            self.differ(f"{at}outcome", {status: wanted}, _said(outcome), outcome, "")
        elif not any(fits(wanted, remark) for remark in own):
            self.differ(f"{at}{status}", wanted, _said(outcome), outcome, "")

    def _remarks(self, at: str, wanted: list[Any], remarks: Sequence[Remark]) -> None:
        if len(wanted) != len(remarks) or not all(map(fits, wanted, remarks)):
            self.differ(at, wanted, [remark.code for remark in remarks], None, "")

    # ------------------------------------------------------------ values

    def _value(self, wanted: Any, got: Any, at: str, path: str, outcome: Outcome) -> None:
        if isinstance(wanted, Mapping) and isinstance(got, Mapping):
            self._members(wanted, got, at, path, outcome)
        elif isinstance(wanted, list) and isinstance(got, list):
            if len(wanted) != len(got):
                self.differ(f"{at}{path}: number of rows", len(wanted), len(got), outcome, path)
            for index, (one, row) in enumerate(zip(wanted, got, strict=False)):
                self._value(one, row, at, f"{path}[{index}]", outcome)
        elif not same(wanted, got):
            self.differ(f"{at}{path}", wanted, got, outcome, path)

    def _members(
        self, wanted: Mapping[str, Any], got: Mapping[str, Any], at: str, path: str, outcome: Outcome
    ) -> None:
        for name, value in wanted.items():
            self._value(value, got.get(name), at, f"{path}.{name}" if path else name, outcome)
        for name in got if self.exactly else ():
            if name not in wanted:
                inner = f"{path}.{name}" if path else name
                self.differ(f"{at}{inner}", None, got[name], outcome, inner)


def fits(wanted: Any, remark: Remark) -> bool:
    """Whether a remark is the one meant: by its code or rule, or by members of it."""
    names = (remark.code, remark.line.rpartition(".")[2])
    if not isinstance(wanted, Mapping):
        return wanted in names
    for name, value in wanted.items():
        if name == "code":
            if value not in names:
                return False
        elif name == "text":
            if value not in remark.text:
                return False
        elif not same(value, getattr(remark, name, None)):
            return False
    return True


def same(wanted: Any, got: Any) -> bool:
    """Equality of one value as it is written in YAML with one that was mapped."""
    if wanted is None or got is None or isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(got, date):
        return str(wanted) == got.isoformat()
    if isinstance(wanted, (int, Decimal)) and isinstance(got, (int, Decimal)):
        return Decimal(wanted) == Decimal(got)
    if isinstance(got, str) and isinstance(wanted, int):
        return str(wanted) == got
    return bool(wanted == got)


def _said(outcome: Outcome) -> str:
    reasons = "; ".join(f"{r.code}: {r.text}" for r in outcome.remarks if r.kind == outcome.status)
    return f"{outcome.status} ({reasons})" if reasons else outcome.status


def _told(outcomes: Sequence[Outcome]) -> str:
    return f"{len(outcomes)}: " + ", ".join(_said(o) for o in outcomes)
