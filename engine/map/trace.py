"""Which line wrote a field, and what it read on the way: the traced run, made readable.

A trace is every value every expression gave, in order, with the frame it was asked in. From it:
the line behind a field of a mapped record, the values that line read, the rules that were asked.
Before: a traced run (`Mapper.traced`). After: `examples` and `explain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.check import typed as t
from engine.compile.frame import Frame, key_parts, key_text
from engine.map.names import names_of
from engine.map.outcome import Outcome
from engine.map.readings import Lets, Reader, Reading, walk
from engine.spec.places import steps_of
from engine.vocabulary.functions import truth

Entry = tuple[t.Expr, Any, Frame]


@dataclass(frozen=True, slots=True)
class Found:
    """The line behind a field, the parts it stands in, and the row it wrote (-1: not told)."""

    line: t.Put | t.ListPlan
    parts: tuple[t.PartPlan, ...] = ()
    row: int = -1


def every_line(flow: t.Flow) -> dict[str, Found]:
    """Every line by its address below the mapping."""
    found: dict[str, Found] = {}

    def walk(lines: tuple[t.Put | t.ListPlan, ...], parts: tuple[t.PartPlan, ...]) -> None:
        for line in lines:
            found[line.line.address] = Found(line, parts)
            for part in line.parts if isinstance(line, t.ListPlan) else ():
                walk(part.lines, (*parts, part))

    walk(flow.lines, ())
    return found


def line_of(flow: t.Flow, outcome: Outcome | None, path: str) -> Found | None:
    """The line that wrote (or would write) a field, told by its path in the mapped record."""
    steps = steps_of(path)
    record = outcome.record if outcome is not None else None
    keys = outcome.keys if outcome is not None else {}
    return _match(flow.lines, steps, record, keys, (), -1)


def _match(
    lines: tuple[t.Put | t.ListPlan, ...],
    steps: list[str | int],
    record: Any,
    keys: dict[str, list[str]],
    parts: tuple[t.PartPlan, ...],
    row: int,
) -> Found | None:
    for line in lines:
        rest = _along(line, steps, record)
        if rest is None:
            continue
        if isinstance(line, t.Put) or not rest:
            return Found(line, parts, row)
        inner, place = rest, _below(record, line)
        index = inner[0] if isinstance(inner[0], int) else -1
        part, within = _part_of(line, keys, index)
        deeper = place[index] if isinstance(place, list) and -1 < index < len(place) else None
        found = _match(part.lines, inner[1:], deeper, {}, (*parts, part), within if row < 0 else row)
        return found or Found(line, parts, row)
    return None


def _along(line: t.Put | t.ListPlan, steps: list[str | int], record: Any) -> list[str | int] | None:
    """What is left of a path after a line's own steps; None if it leads elsewhere."""
    left, place = list(steps), record
    for number, step in enumerate(line.path):
        if step.key_member and left and isinstance(left[0], int):
            rows = place if isinstance(place, list) else []
            own = rows[left[0]] if left[0] < len(rows) else {}
            if own.get(step.key_member) != step.name:
                return None
            left, place = left[1:], own
            continue
        last = number == len(line.path) - 1
        names = (step.name, *(line.target.joins if last else ()))
        if not left or left[0] not in names:
            return None
        left, place = left[1:], place.get(step.name) if isinstance(place, dict) else None
    return left


def _below(record: Any, line: t.ListPlan) -> Any:
    for step in line.path:
        record = record.get(step.name) if isinstance(record, dict) else None
    return record


def _part_of(line: t.ListPlan, keys: dict[str, list[str]], index: int) -> tuple[t.PartPlan, int]:
    """The part that made row `index` of a list, and which of the part's rows it is."""
    named = keys.get(".".join(step.name for step in line.path), [])
    if 0 <= index < len(named):
        names = [key.partition(":")[0] for key in named]
        for part in line.parts:
            if part.name == names[index]:
                return part, names[:index].count(part.name)
    return line.parts[0], max(index, 0)


class Trace:
    """A traced run, asked for what one line read and which rules were asked."""

    def __init__(self, flow: t.Flow, entries: list[Entry]):
        self.flow = flow
        self.entries = entries

    @cached_property
    def _by_expr(self) -> dict[int, list[tuple[Any, Frame]]]:
        found: dict[int, list[tuple[Any, Frame]]] = {}
        for expr, value, frame in self.entries:
            found.setdefault(id(expr), []).append((value, frame))
        return found

    def rules(self, every: list[t.RulePlan]) -> tuple[set[str], set[str]]:
        """Addresses of the rules that acted, and of those that were asked and did not."""
        acted: set[str] = set()
        idle: set[str] = set()
        for rule in every:
            for value, _ in self._by_expr.get(id(rule.when), ()):
                (acted if truth(value) else idle).add(rule.address)
        return acted, idle

    def readings(self, found: Found, outcome: Outcome | None = None) -> list[Reading]:
        """What the line read for its row, in the order of the line; named values opened up."""
        if isinstance(found.line, t.ListPlan):
            return []
        frame = self._frame(found, outcome)
        scopes: list[Lets] = [dict(self.flow.let), *(dict(part.let) for part in found.parts)]
        if frame is None:
            return []
        reader = Reader(self._by_expr, {share.name: share for share in self.flow.shares})
        once: dict[tuple[str, str, str], Reading] = {}
        for reading in reader.read(found.line.expr, scopes, frame):
            once.setdefault((reading.kind, reading.text, repr(reading.value)), reading)
        return list(once.values())

    def counted(self, found: Found, outcome: Outcome) -> list[Reading]:
        """What was added up into the totals a line reads: one reading per row that counted."""
        if self.flow.group is None or isinstance(found.line, t.ListPlan):
            return []
        names = {each.name for each in walk(found.line.expr) if isinstance(each, t.Named)}
        for total in reversed(self.flow.totals):
            names |= set(total.names) if total.name in names else set()
        rows: dict[tuple[str, int], Reading] = {}
        for total in self.flow.totals:
            if total.name in names and total.of is not None:
                for value, frame in self._by_expr.get(id(total.of), ()):
                    if self._keys(frame) == outcome.id:
                        at = next(iter(frame.names_at.values()), "")
                        name = (*names_of(frame.record), *self._ids.get(id(frame.record), ["?"]))[0]
                        text = f"{name} {at}"
                        rows.setdefault((text, id(frame)), Reading("row", text, value))
        return list(rows.values())

    def _keys(self, frame: Frame) -> str:
        assert self.flow.group is not None
        found = []
        for _, expr in self.flow.group.by:
            found += [str(value) for value, of in self._by_expr.get(id(expr), ()) if of is frame][:1]
        return key_text(found)

    def _frame(self, found: Found, outcome: Outcome | None) -> Frame | None:
        """The frame in which the line ran: of the document asked for, and there of its row."""
        assert isinstance(found.line, t.Put)
        # A line that stopped has no value of its own, but what it asked before has.
        asked = (self._by_expr.get(id(expr), ()) for expr in walk(found.line.expr))
        frames = [frame for _, frame in next((entries for entries in asked if entries), ())]
        if outcome is not None:
            own = [frame for frame in frames if self._belongs(frame, outcome)]
            frames = own or frames
        if found.row >= 0 and found.parts:
            rows = self._rows(found.parts[0], outcome)
            wanted = rows[found.row] if found.row < len(rows) else None
            frames = [frame for frame in frames if wanted in _chain(frame)] or frames
        return frames[0] if frames else None

    @cached_property
    def _ids(self) -> dict[int, list[str]]:
        """The id of every record that was mapped, by the record object."""
        found: dict[int, list[str]] = {}
        for place, expr in enumerate(self.flow.identity):
            for value, frame in self._by_expr.get(id(expr), ()):
                parts = found.setdefault(id(frame.record), [])
                if len(parts) == place:  # a batch with shares asks twice
                    parts.append(str(value))
        return found

    def _belongs(self, frame: Frame, outcome: Outcome) -> bool:
        """Whether a frame is of this document; several documents come of one `each` or `split`."""
        names = _chain(frame)[-1].names
        if self.flow.group is not None:
            return key_text([str(names.get(name)) for name, _ in self.flow.group.by]) == outcome.id
        parts, own = key_parts(outcome.id), self._ids.get(id(frame.record), [])
        if parts[: len(own)] != own:
            return False
        if self.flow.split is not None:
            return [str(names.get(name)) for name, _ in self.flow.split.by] == parts[len(own) :]
        if self.flow.each is not None:
            keys = [
                value for value, of in self._by_expr.get(id(self.flow.each[2]), ()) if of is _chain(frame)[-1]
            ]
            return [str(key) for key in keys[:1]] == parts[len(own) :]
        return True

    def _rows(self, part: t.PartPlan, outcome: Outcome | None) -> list[Frame]:
        """The frames of a part's rows, in order."""
        asked = {id(expr) for line in part.lines for expr in _tops(line)}
        rows: list[Frame] = []
        for expr, _, frame in self.entries:
            if id(expr) in asked and frame not in rows and (outcome is None or self._belongs(frame, outcome)):
                rows.append(frame)
        return rows


def _tops(line: t.Put | t.ListPlan) -> list[t.Expr]:
    exprs = [line.when, line.expr if isinstance(line, t.Put) else None]
    return [expr for expr in exprs if expr is not None]


def _chain(frame: Frame) -> list[Frame]:
    found = [frame]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found
