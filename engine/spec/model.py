"""What a spec says, as values: shapes, settings, mappings, overlays, each with its place.

Nothing here is checked against shapes or typed; that is `check`. Before: `source` (YAML with
places). After: `load` fills these, `overlay` merges a customer's changes into them.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.spec.node import Node
from engine.spec.problem import Span

# ---------------------------------------------------------------- shapes


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One member of a shape: a scalar, an object (`members`) or a list (`item`).

    `kind` is what a line sees: text decimal integer boolean date instant id object list.
    """

    name: str
    kind: str
    span: Span
    wire: tuple[str, ...] = ()
    title: str = ""
    money: bool = False
    scale: int | None = None
    max_length: int | None = None
    min_length: int | None = None
    enum: tuple[Any, ...] = ()
    pattern: str = ""
    minimum: Decimal | None = None
    max_items: int | None = None
    read_only: bool = False
    write: str = "always"
    computed: bool = False
    because: str = ""
    canonical: tuple[str, ...] = ()
    members: ReadOnly[str, Member] = field(default_factory=dict)
    item: Member | None = None
    required: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    keyed_by: str = ""
    joins: tuple[str, ...] = ()
    join_by: str = ""
    join_into: str = ""
    sources: ReadOnly[str, str | None] = field(default_factory=dict)
    read: ReadOnly[str, Any] | None = None
    merge: ReadOnly[str, str] | None = None
    joined: tuple[Member, ...] = ()  # the members behind `joins`, for their limits

    @property
    def label(self) -> str:
        """The name people see."""
        return self.title or self.name


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What one object of one system holds. `root` is an object member; `identity` names its id."""

    name: str
    title: str
    plural: str
    identity: tuple[str, ...]
    sources: ReadOnly[str, ReadOnly[str, Any]]
    root: Member
    span: Span

    @property
    def system(self) -> str:
        """`procore` of `procore.commitment`."""
        return self.name.partition(".")[0]


# ---------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One switch a customer may set."""

    name: str
    kind: str
    span: Span
    default: Any = None
    has_default: bool = False
    asked: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""
    matter: str = ""
    because: str = ""
    warn: ReadOnly[str, str] = field(default_factory=dict)
    learnt: Node | None = None  # xero.organisation.PeriodLockDate: what a sync is told goes before the file


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Pairs without documents: looked up like links, filled from a collection (language §8), or `by_hand`."""

    name: str
    shape: str
    key: tuple[str, ...]
    help: str
    span: Span
    by_hand: bool = False


# ---------------------------------------------------------------- mappings


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What happens to a value after it is read, in this order (language §3)."""

    values: Node | None = None
    otherwise: str = "error"
    transforms: tuple[tuple[str, Node, ReadOnly[str, Value]], ...] = ()
    default: Value | None = None
    scale: int | None = None
    too_long: str = ""
    turned: bool = False  # the way back of a two-way line: a customer's table is read right to left


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """Where a value comes from. `form` is the one key that says so (`path` for a bare text)."""

    form: str
    node: Node
    body: Node
    parts: tuple[Value, ...] = ()
    named: ReadOnly[str, Any] = field(default_factory=dict)
    steps: Steps = Steps()
    when: Node | None = None
    note: Node | None = None
    missing: bool = False  # the value itself says `missing: omit`


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Which file a line comes from, and why a customer's line differs from the base."""

    span: Span
    how: str = "base"  # base | replaced | added
    overlay: str = ""
    why: str = ""
    base: Line | Rule | Part | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One field to write: its address below the mapping, its target path, its value or rows."""

    address: str
    key: Node
    node: Node
    origin: Origin
    value: Value | None = None
    parts: tuple[Part, ...] = ()
    when: Node | None = None
    write: str = "always"
    direction: str = ""
    conflict: str = "ask"
    missing: str = ""
    note: Node | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The target path, split."""
        return tuple(str(self.key.value).split("."))


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A condition and what follows from it."""

    name: str
    address: str
    node: Node
    origin: Origin
    when: Node
    then: str
    say: Node | None = None
    note: Node | None = None
    code: str = ""
    after: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A named part of a list that a mapping writes: one row, or a row per source element."""

    name: str
    address: str
    node: Node
    origin: Origin
    when: Node | None = None
    each: Value | None = None
    key_from: Node | None = None
    key_to: str = ""
    group: Value | None = None
    sums: tuple[Node, ...] = ()
    let: ReadOnly[str, Value] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    lines: tuple[Line, ...] = ()
    note: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """A footnote that runs: our words, and its mark on the vendor's page."""

    name: str
    text: str
    page: str
    number: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows block of `split` and `group`: which rows, their names, rules and keys."""

    node: Node
    rows: Node
    name: str
    let: ReadOnly[str, Value]
    rules: tuple[Rule, ...]
    by: ReadOnly[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """A named total over the rows of a group."""

    name: str
    form: str  # sum | minus | add
    node: Node
    of: Value | None = None
    when: Node | None = None
    names: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One way of a mapping: named values, rules, lines."""

    let: ReadOnly[str, Value] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """A base line a customer does not want, and why."""

    address: str
    why: str
    span: Span
    overlay: str
    line: Line | None = None  # None if it was a part or a rule


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """How a record of one shape becomes one of another."""

    name: str
    title: str
    file: str
    node: Node
    source: Node
    target: Node
    direction: str
    version: int
    only_when: Node | None
    approval: str
    match: Node | None
    missing: str
    too_long: str
    typed: Node | None
    each_in: Value | None
    each_as: str
    each_key: Node | None
    split: Rows | None
    into_via: Node | None
    into_key: Value | None
    group: Rows | None
    totals: tuple[Total, ...]
    zero_if_gone: bool
    forward: Side
    back: Side
    notes: ReadOnly[str, Note]
    page: Node | None
    dropped: tuple[Dropped, ...] = ()
    overlays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A customer's changes to one mapping, as written."""

    name: str
    of: str
    version: int
    file: str
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Customer:
    """A customer: values of settings, and overlays by mapping name."""

    name: str
    file: str
    node: Node | None
    values: ReadOnly[str, Any]
    overlays: ReadOnly[str, Overlay]


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Everything that is specified: one set of mappings between two systems, and its customers."""

    name: str
    systems: ReadOnly[str, Node]
    shapes: ReadOnly[str, Shape]
    settings: ReadOnly[str, Setting]
    references: ReadOnly[str, Reference]
    mappings: ReadOnly[str, Mapping]
    customers: ReadOnly[str, Customer]
    page: Node | None
    gate: Node | None = None
    texts: ReadOnly[str, str] = field(default_factory=dict)
    metadata: Node | None = None  # what Procore's ERP tool is told that no mapping says
    broken: frozenset[str] = frozenset()  # files that could not be read: what names them is no mistake
    digest: str = field(default="", init=False)  # of all files read; a book changed since has none

    def read_from(self, digest: str) -> Book:
        """The book, just read from files of this digest; `replace` does not carry it over."""
        object.__setattr__(self, "digest", digest)
        return self
