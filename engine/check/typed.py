"""The typed tree: a mapping whose every name is resolved and every value has a type.

`resolve` builds it from the spec and the shapes; the checks read it; `compile` turns it into
functions, twice (`closures`, the plain reading, and `source`, the fast one). Values of a scope:

    record   the source record as it came (a dict of wire values)
    frame    a scope of the mapping: the record itself, or one row of it
    current  the element a filter or projection looks at; at its top, the frame's own element

A `Get` decodes its member by the shape, so a line never sees a wire value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.spec.model import Line, Mapping, Member, Note, Part, Rule
from engine.spec.problem import Span


@dataclass(frozen=True, slots=True)
class Type:
    """Kind of a value: text decimal integer boolean date instant id object list null any.

    `member` is the shape's member behind it (limits, children), `item` a list's element type.
    """

    kind: str
    member: Member | None = None
    item: Type | None = None

    def __str__(self) -> str:
        names = {
            "id": "an id",
            "instant": "a timestamp",
            "integer": "a whole number",
            "list": "a list",
            "object": "an object",
        }
        if self.kind == "decimal":
            return "money" if self.member is not None and self.member.money else "a decimal"
        return names.get(self.kind, f"a {self.kind}")


TEXT, DECIMAL, INTEGER = Type("text"), Type("decimal"), Type("integer")
BOOLEAN, DATE, INSTANT = Type("boolean"), Type("date"), Type("instant")
ID, NULL, ANY = Type("id"), Type("null"), Type("any")
NUMBERS = ("decimal", "integer")


def common(left: Type, right: Type) -> Type:
    """The type of a choice between two."""
    if left.kind == "null":
        return right
    if right.kind == "null" or left.kind == right.kind:
        return left
    if {left.kind, right.kind} <= {"decimal", "integer"}:
        return DECIMAL
    if {left.kind, right.kind} <= {"text", "id"}:
        return TEXT
    return ANY


# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True, eq=False)
class Expr:
    """Any typed expression."""

    type: Type
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Const(Expr):
    """A fixed value."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class SettingOf(Expr):
    """A customer's setting; `required`: the record is held if it is not set."""

    name: str
    required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Today(Expr):
    """The day of the run, given as an argument."""


@dataclass(frozen=True, slots=True, eq=False)
class Typed(Expr):
    """What the approver typed."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Current(Expr):
    """The element looked at: in a filter the list's element, at the top the frame's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Root(Expr):
    """`record`, or with `up` > 0 the element of the frame so many scopes up."""

    up: int


@dataclass(frozen=True, slots=True, eq=False)
class Result(Expr):
    """What has been mapped (in `after` rules)."""


@dataclass(frozen=True, slots=True, eq=False)
class Named(Expr):
    """A name of the mapping's own: an `each` element, a `split` key or rows, a total."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Let(Expr):
    """A named value of the frame `up` scopes up."""

    name: str
    up: int


@dataclass(frozen=True, slots=True, eq=False)
class Get(Expr):
    """A member of an object, decoded by its type."""

    base: Expr
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Keyed(Expr):
    """The element of a list whose member `key` is `value` (x-keyed-by)."""

    base: Expr
    key: str
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class Joined(Expr):
    """Several members read as one text (x-joins)."""

    base: Expr
    names: tuple[str, ...]
    separator: str


@dataclass(frozen=True, slots=True, eq=False)
class At(Expr):
    """An element of a list by position."""

    base: Expr
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Project(Expr):
    """For each element (that satisfies `where`) the value of `each`; missing ones drop out."""

    base: Expr
    where: Expr | None
    each: Expr
    flat: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Pipe(Expr):
    """`then` evaluated with the value of `base` as its current element."""

    base: Expr
    then: Expr


@dataclass(frozen=True, slots=True, eq=False)
class ListOf(Expr):
    """A list written out."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Either(Expr):
    """`||` and `&&`: the first value if it is true (false), else the second."""

    left: Expr
    right: Expr
    both: bool


@dataclass(frozen=True, slots=True, eq=False)
class Not(Expr):
    """`!`"""

    of: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Expr):
    """A comparison of like with like; ordering anything missing gives missing."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """A function of the closed set, JMESPath's or `let`'s."""

    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SumOf(Expr):
    """Strict exact sum of `of` over the elements of `each`: a missing one holds the record."""

    each: Expr
    of: Expr
    where: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Expr):
    """A link: what mapping `via` made of `keys` (`back`: the source of that document).

    `take` is the remembered member, "" the id; `by` another member to look up by.
    """

    via: str
    keys: tuple[Expr, ...]
    take: str
    by: str
    back: bool
    missing: bool = False  # an unknown link is a missing value instead of a held record


@dataclass(frozen=True, slots=True, eq=False)
class Linked(Expr):
    """Whether a mapping knows a document for the id."""

    via: str
    keys: tuple[Expr, ...]
    back: bool
    by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Template(Expr):
    """A text of literal pieces and expressions, or a whole Jinja2 template over named values."""

    pieces: tuple[str | Expr, ...]
    source: str = ""
    names: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Expr):
    """A named transform."""

    name: str
    of: Expr
    args: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table(Expr):
    """A table of codes; `setting` if the customer holds it."""

    of: Expr
    table: tuple[tuple[Any, Any], ...]
    setting: str
    otherwise: str
    back: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Default(Expr):
    """`otherwise` where `of` is missing."""

    of: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Pick(Expr):
    """The first choice whose condition holds; `notes` names each choice's footnote or ""."""

    choices: tuple[tuple[Expr | None, Expr], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scaled(Expr):
    """Rounded half-up to so many places."""

    of: Expr
    places: int


@dataclass(frozen=True, slots=True, eq=False)
class Share(Expr):
    """`apportion`: computed over the whole batch before any record is mapped (language §7)."""

    name: str


# ---------------------------------------------------------------- lines


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


ZERO = Decimal(0)
