"""Typed expressions: every name resolved, every value with its type.

A `Get` decodes its member by the shape, so a line never sees a wire value. Part of `typed`, which
says what a scope is and how expressions are put together to lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.check.types import Type
from engine.spec.problem import Span


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
