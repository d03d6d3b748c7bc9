"""Which fields of a record reach a field of the other system as they are, and which must not be empty.

What a flow says about lengths and decimals is said of its targets; the people who can put a value right see
the source. So every line is followed back: through named values, choices and transforms that make no text
shorter, with what a text puts beside it. What a line cuts, rounds, looks up or works out limits nobody.
Before: `compile/fold`, which has put the customer's settings in. After: `metadata_rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.check import typed as t
from engine.compile.lineage import Scope, path_of
from engine.spec.model import Member

TYPED = "typed."
# A text is no shorter before one of these than after it, but for white space and brackets. Markup is more.
AS_LONG = {"trim", "collapse", "one_line", "strip_angles", "not_empty", "text"}
BESIDE = {"prefix", "suffix"}


@dataclass(frozen=True, slots=True)
class Way:
    """A field of the record (or `typed.NAME`) that a target field gets whole.

    `beside`: so many characters at least stand in the target besides it.
    """

    path: str
    member: Member | None
    target: Member
    beside: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines and rules of one scope, and what its target demands."""

    scope: Scope
    lines: tuple[t.Put | t.ListPlan, ...]
    rules: tuple[t.RulePlan, ...]
    target: Member


def frames(flow: t.Flow) -> Iterator[Frame]:
    """The record's own, then those of its rows. An element of `each` is called by its name."""
    names = {} if flow.each is None else {flow.each[1]: f"{flow.each[1]}[]"}
    scope = Scope("", dict(flow.let), None, names)
    yield Frame(scope, flow.lines, flow.rules, flow.target_root)
    yield from _rows(flow.lines, scope)


def _rows(lines: tuple[t.Put | t.ListPlan, ...], scope: Scope) -> Iterator[Frame]:
    for line in lines:
        if not isinstance(line, t.ListPlan) or line.target.item is None:
            continue
        for part in line.parts:
            listed = None if part.each is None else path_of(part.each, scope, scope.element)
            element = scope.element if listed is None else f"{listed.removesuffix('[]')}[]"
            inner = Scope(element, dict(part.let), scope)
            yield Frame(inner, part.lines, part.rules, line.target.item)
            yield from _rows(part.lines, inner)


# ---------------------------------------------------------------- what arrives whole


def ways(flow: t.Flow) -> Iterator[Way]:
    """Every field that arrives whole, with the target it arrives in."""
    for frame in frames(flow):
        for line in frame.lines:
            if isinstance(line, t.Put) and line.write != "never":
                cut = line.too_long == "truncate"
                for path, member, beside in _whole(line.expr, frame.scope):
                    yield Way(path, member, line.target, beside, cut)


def _whole(expr: t.Expr, scope: Scope, beside: int = 0) -> Iterator[tuple[str, Member | None, int]]:
    path = field_of(expr, scope)
    if path is not None:
        yield path, expr.type.member, beside
    elif isinstance(expr, t.Let):
        owner = scope.up(expr.up)
        yield from _whole(owner.lets[expr.name], owner, beside)
    elif isinstance(expr, t.Template):
        least = [_least(piece) for piece in expr.pieces]
        for piece, own in zip(expr.pieces, least, strict=True):
            if isinstance(piece, t.Expr):
                yield from _whole(piece, scope, beside + sum(least) - own)
    elif isinstance(expr, t.Apply) and expr.name in BESIDE:
        yield from _whole(expr.of, scope, beside + sum(_least(value) for _, value in expr.args))
    else:
        for choice in _passed(expr):
            yield from _whole(choice, scope, beside)


def _passed(expr: t.Expr) -> tuple[t.Expr, ...]:
    """What an expression hands on as it is: one of its choices, or the one thing it tidies."""
    if isinstance(expr, t.Pick):
        return tuple(value for _, value in expr.choices)
    if isinstance(expr, t.Call) and expr.name in ("first", "not_null"):
        return expr.args
    if isinstance(expr, t.Default):
        return expr.of, expr.otherwise
    if isinstance(expr, t.Apply) and expr.name in AS_LONG:
        return (expr.of,)
    if isinstance(expr, t.Table) and expr.otherwise == "keep":
        return (expr.of,)
    return ()


def _least(piece: str | t.Expr) -> int:
    """The fewest characters a piece of a text brings: what identifies a record is never empty."""
    if isinstance(piece, str):
        return len(piece)
    if isinstance(piece, t.Const):
        return len(str(piece.value)) if piece.value is not None else 0
    owner = piece.base.type.member if isinstance(piece, t.Get) else None
    if owner is not None and isinstance(piece, t.Get):
        return 1 if piece.name in (*owner.identity, *owner.required) else 0
    return 0


def field_of(expr: t.Expr, scope: Scope) -> str | None:
    """The field an expression reads and nothing else, what the approver typed among them."""
    if isinstance(expr, t.Typed):
        return f"{TYPED}{expr.name}"
    return path_of(expr, scope, scope.element) or None


# ---------------------------------------------------------------- what must be there


def needed(flow: t.Flow) -> dict[str, Member | None]:
    """The fields without which no record goes: a rule holds it, or the target asks for what they make."""
    found: dict[str, Member | None] = {}
    for frame in frames(flow):
        for rule in frame.rules:
            if rule.then == "hold":
                found |= _missing(rule.when, frame.scope, found)
        for line in frame.lines:
            if isinstance(line, t.Put) and _demanded(line, frame.target):
                found |= _makes(line.expr, frame.scope)
    return {path: member for path, member in found.items() if member is None or member.kind != "list"}


def _missing(when: t.Expr, scope: Scope, known: dict[str, Member | None]) -> dict[str, Member | None]:
    """The field whose absence makes a condition true, whatever else: `!a`, or `b && !a` where b is needed."""
    if isinstance(when, t.Not):
        path = field_of(when.of, scope)
        return {} if path is None else {path: when.of.type.member}
    if isinstance(when, t.Either) and when.both:
        for side, other in ((when.left, when.right), (when.right, when.left)):
            if field_of(side, scope) in known:
                return _missing(other, scope, known)
    return {}


def _demanded(line: t.Put, target: Member) -> bool:
    return line.when is None and (line.missing == "error" or line.path[0].name in target.required)


def _makes(expr: t.Expr, scope: Scope) -> dict[str, Member | None]:
    """The fields that must all be there for a value to be; none where there is a choice."""
    path = field_of(expr, scope)
    if path is not None:
        return {path: expr.type.member}
    if isinstance(expr, t.Let):
        owner = scope.up(expr.up)
        return _makes(owner.lets[expr.name], owner)
    if isinstance(expr, (t.Apply, t.Table, t.Scaled)):
        return _makes(expr.of, scope)
    if isinstance(expr, t.Lookup):
        return {path: member for key in expr.keys for path, member in _makes(key, scope).items()}
    return {}


# ---------------------------------------------------------------- what may be left as it is


def prefilled(flow: t.Flow, name: str) -> bool:
    """Whether what the approver does not type is taken, just as it is, from one field of the record."""
    scope = next(frames(flow)).scope
    for line in flow.lines:
        choices = line.expr.choices if isinstance(line, t.Put) and isinstance(line.expr, t.Pick) else ()
        others = [value for _, value in choices if not (isinstance(value, t.Typed) and value.name == name)]
        if 0 < len(others) < len(choices):
            return len(others) == 1 and field_of(others[0], scope) is not None
    return False
