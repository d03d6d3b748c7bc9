"""The typed tree: a mapping whose every name is resolved and every value has a type.

`resolve` builds it from the spec and the shapes; the checks read it; `compile` turns it into
functions, twice (`closures`, the plain reading, and `source`, the fast one). Types are in `types`,
expressions in `tree`, and here are the lines, rules and rows they make; all are known by this
module's name. Values of a scope:

    record   the source record as it came (a dict of wire values)
    frame    a scope of the mapping: the record itself, or one row of it
    current  the element a filter or projection looks at; at its top, the frame's own element
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.check.tree import *  # noqa: F403
from engine.check.tree import Expr, Template
from engine.check.types import *  # noqa: F403
from engine.check.types import Type
from engine.spec.model import Line, Mapping, Member, Note, Part, Rule
from engine.spec.problem import Span


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a target path: a member, in a keyed list the element of that key."""

    name: str
    key_member: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Put:
    """A line ready to run: evaluate, check against the target member, put."""

    address: str
    path: tuple[Step, ...]
    target: Member
    expr: Expr
    when: Expr | None
    write: str  # always | create | never | settings.<name>
    missing: str  # omit | error | null
    too_long: str
    note: str
    span: Span
    line: Line


@dataclass(frozen=True, slots=True, eq=False)
class RulePlan:
    """A rule ready to run."""

    name: str
    address: str
    when: Expr
    then: str
    say: Template | None
    note: str
    code: str
    after: bool
    quiet: bool
    span: Span
    rule: Rule


@dataclass(frozen=True, slots=True, eq=False)
class PartPlan:
    """A part of a list ready to run."""

    name: str
    address: str
    when: Expr | None
    each: Expr | None
    element: Type | None
    key: Expr | None
    key_to: str
    key_member: Member | None
    group: Expr | None
    sums: tuple[Member, ...]
    let: tuple[tuple[str, Expr], ...]
    rules: tuple[RulePlan, ...]
    lines: tuple[Put | ListPlan, ...]
    note: str
    span: Span
    part: Part


@dataclass(frozen=True, slots=True, eq=False)
class ListPlan:
    """A list to write: its path and parts."""

    address: str
    path: tuple[Step, ...]
    target: Member
    parts: tuple[PartPlan, ...]
    when: Expr | None
    write: str
    missing: str
    note: str
    span: Span
    line: Line


@dataclass(frozen=True, slots=True, eq=False)
class RowsPlan:
    """The rows of `split` and `group`, with the keys that gather them."""

    rows: Expr
    name: str
    element: Type
    let: tuple[tuple[str, Expr], ...]
    rules: tuple[RulePlan, ...]
    by: tuple[tuple[str, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class TotalPlan:
    """A total: a sum over rows, or a sum or difference of totals before it."""

    name: str
    form: str
    of: Expr | None
    when: Expr | None
    names: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class SharePlan:
    """An `apportion` to compute over a batch."""

    name: str
    of: Expr
    by: Expr
    order: tuple[Expr, ...]
    when: Expr | None
    part: Expr
    whole: Expr
    wrote: str


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """One way of one mapping for one customer, ready to compile."""

    mapping: Mapping
    name: str
    back: bool
    source: str
    target: str
    source_root: Member
    target_root: Member
    identity: tuple[Expr, ...]
    only_when: Expr | None
    let: tuple[tuple[str, Expr], ...]
    rules: tuple[RulePlan, ...]
    lines: tuple[Put | ListPlan, ...]
    each: tuple[Expr, str, Expr] | None  # list, name, key
    split: RowsPlan | None
    group: RowsPlan | None
    totals: tuple[TotalPlan, ...]
    zero_if_gone: bool
    into: tuple[str, Expr] | None
    shares: tuple[SharePlan, ...]
    notes: dict[str, Note] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)  # the customer's settings
    remembered: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def own_id_needed(self) -> bool:
        """Whether some line is written only while the record is unlinked."""
        return any(line.write not in ("always", "never") for line in walk_lines(self.lines))


def walk_lines(lines: tuple[Put | ListPlan, ...]) -> list[Put | ListPlan]:
    """All lines of a flow, rows included, in order."""
    found: list[Put | ListPlan] = []
    for line in lines:
        found.append(line)
        if isinstance(line, ListPlan):
            for part in line.parts:
                found += walk_lines(part.lines)
    return found
