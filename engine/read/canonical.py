"""Records as a source sends them into records under their canonical names (`x-from`, language §1).

A plan is made once for a shape and a source: what to take from elsewhere, what this source does not
give, which lists to go through. Where nothing differs the plan is empty and the record passes as it
is; scalars stay in wire form, for the mapping decodes what it reads. Pure. Before: `recognise`.
After: `assemble`.

What a plain read "does not give" is kept if it is there all the same and of the right kind: a record
may come in canonical form, with more in it than the one read tells. An event is taken at its word.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.spec.model import Member, Shape

NOT_THERE: Any = object()
WRITES = "writes"
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Take:
    """A member that stands elsewhere: in the record, or in what holds the record."""

    to: Path
    path: Path
    of_holder: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """A member the source does not give; `unless` is the class of value that may stay."""

    at: Path
    unless: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with one record, or one element of a list, of a source: outer members first."""

    steps: tuple[Take | Drop, ...] = ()
    lists: tuple[tuple[Path, Plan], ...] = ()

    @property
    def idle(self) -> bool:
        """Whether a record passes as it is."""
        return not (self.steps or self.lists)

    def paths(self) -> list[Path]:
        """Every path it reads or writes."""
        found = [path for s in self.steps for path in ((s.to, s.path) if isinstance(s, Take) else (s.at,))]
        return found + [path for at, inside in self.lists for path in (at, *inside.paths())]


def plan_of(root: Member, source: str, event: bool) -> Plan:
    """The plan of a shape's root, or of a list's item, for one source."""
    steps: list[Take | Drop] = []
    lists: list[tuple[Path, Plan]] = []

    def walk(member: Member, at: Path, given: bool) -> None:
        if source in member.sources:
            told = member.sources[source]
            given = told is not None and not told.startswith("{")
            if told is not None and given:
                steps.append(Take(at, tuple(told.removeprefix("/").split(".")), told.startswith("/")))
            elif event or member.kind in ("object", "list"):
                steps.append(Drop(at, () if event else _fitting(member)))
        if member.kind == "object":
            for name, inner in member.members.items():
                walk(inner, (*at, name), given)
        elif member.kind == "list" and member.item is not None and given:
            inside = plan_of(member.item, source, event)
            if not inside.idle:
                lists.append((at, inside))

    for name, member in root.members.items():
        walk(member, (name,), True)
    return Plan(tuple(steps), tuple(lists))


def _fitting(member: Member) -> tuple[type, ...]:
    return (dict,) if member.kind == "object" else (list,)


def applied(plan: Plan, record: Any, holder: Any) -> Any:
    """The record in canonical form. Changes the record it is given, which is nobody else's yet."""
    if record.__class__ is not dict or plan.idle:
        return record
    found = {
        step.to: dig(holder if step.of_holder else record, step.path)
        for step in plan.steps
        if isinstance(step, Take)
    }
    for step in plan.steps:
        if isinstance(step, Drop):
            _drop(record, step)
        elif found[step.to] is not NOT_THERE:
            _put(record, step.to, deepcopy(found[step.to]) if step.of_holder else found[step.to])
    for at, inside in plan.lists:
        rows = dig(record, at)
        if rows.__class__ is list:
            for row in rows:
                applied(inside, row, holder)
    return record


def dig(value: Any, path: Path) -> Any:
    """What a path leads to, or NOT_THERE."""
    for name in path:
        if value.__class__ is not dict or name not in value:
            return NOT_THERE
        value = value[name]
    return value


def _drop(record: dict[str, Any], drop: Drop) -> None:
    owner = dig(record, drop.at[:-1]) if len(drop.at) > 1 else record
    if owner.__class__ is dict and drop.at[-1] in owner and owner[drop.at[-1]].__class__ not in drop.unless:
        del owner[drop.at[-1]]


def _put(record: dict[str, Any], at: Path, value: Any) -> None:
    for name in at[:-1]:
        inner = record.get(name)
        if inner is None:
            if value is None:
                return
            inner = record[name] = {}
        if inner.__class__ is not dict:
            return
        record = inner
    record[at[-1]] = value


class Reader:
    """One shape's ways in: which source a record came by, and its plan."""

    def __init__(self, shape: Shape):
        self.shape = shape
        self.sources = {name: told for name, told in shape.sources.items() if name != WRITES}
        self.plain = [name for name, told in self.sources.items() if "request" not in told]
        self.plans = {name: plan_of(shape.root, name, name not in self.plain) for name in self.sources}
        self.marks = {name: [self._mark(name, part) for part in shape.identity] for name in self.sources}

    def _mark(self, source: str, part: str) -> Path:
        told = self.shape.root.members[part].sources.get(source, part)
        return (part,) if told is None or told.startswith(("/", "{")) else tuple(told.split("."))

    @cached_property
    def known(self) -> set[str]:
        """First names by which any source may have a member."""
        found = set(self.shape.root.members)
        for name, plan in self.plans.items():
            found |= {step.path[0] for step in plan.steps if isinstance(step, Take) and not step.of_holder}
            found |= {str(self.sources[name].get(key)).split(".")[0] for key in ("at", "each")}
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name of a member that reading itself looks at."""
        paths = [path for mark in self.marks.values() for path in mark]
        for plan in self.plans.values():
            paths += plan.paths()
        told = [told[key] for told in self.sources.values() for key in ("at", "each") if key in told]
        paths += [tuple(str(each).split(".")) for each in told]
        return frozenset(name for path in paths for name in path) | set(self.shape.identity)

    def fits(self, record: Any) -> bool:
        """Whether a bare record is, or holds, records of this shape."""
        return self.identified(record) or any(
            _inside(told, record) is not None
            for told in self.sources.values()
            if "at" in told or "each" in told
        )

    def identified(self, record: Any) -> bool:
        """Whether a bare record has this shape's identity, by any source's name for it."""
        if record.__class__ is not dict:
            return False
        marks: list[list[Path]] = [*self.marks.values(), [(part,) for part in self.shape.identity]]
        return any(all(dig(record, path) not in (NOT_THERE, None) for path in mark) for mark in marks)

    def source_of(self, record: Any) -> str:
        """The source of a bare record: the first whose identity it has, plain reads first; "" if none."""
        for name, mark in self._in_order:
            if all(dig(record, path) is not NOT_THERE for path in mark):
                return name
        return ""

    @cached_property
    def _in_order(self) -> list[tuple[str, list[Path]]]:
        return [(name, self.marks[name]) for name in dict.fromkeys([*self.plain, *self.sources])]

    def bare(self, record: Any) -> Iterator[Any]:
        """The records of something that came without an envelope: itself, or what it holds."""
        source = self.source_of(record)
        if not source and record.__class__ is dict and not self.identified(record):
            for name, told in self.sources.items():
                if _inside(told, record) is not None:
                    yield from self.of_source(name, record)
                    return
        source = source or (self.plain[0] if self.plain else "")
        yield applied(self.plans[source], record, None) if source else record

    def of_source(self, source: str, holder: Any) -> Iterator[Any]:
        """The records in a request's body or an element of a list answer; Lacking if it has none."""
        told = self.sources[source]
        found = _inside(told, holder)
        if found is None:
            if "request" in told:
                raise Lacking(str(told.get("at") or told.get("each")))
            return
        for record in found:
            yield applied(self.plans[source], record, holder)


def _inside(told: Any, holder: Any) -> list[Any] | None:
    """The records where a source says they are; None if they are not there."""
    at = told.get("at") or told.get("each")
    if at is None:
        return [holder] if "request" in told or "collection" in told else None
    found = holder if at == "@" else dig(holder, tuple(at.split(".")))
    if "each" in told:
        return list(found) if found.__class__ is list else None
    return [found] if found.__class__ is dict else None


class Lacking(ValueError):
    """A request or answer without the member that holds its records."""

    def __init__(self, at: str):
        super().__init__(at)
        self.at = at
