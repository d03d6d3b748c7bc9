"""Which source fields each written field is made of: told by the typed tree, without a record.

Paths are written as people read them: `line_items[].amount` is the amount of every line. A field
is made of what its value reads and of what decides between its choices; named values and links are
followed to the fields they read. Before: `check`. After: `explain` and reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from engine.check import typed as t
from engine.check.walk import expressions
from engine.compile.source.walk import children

Lineage = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A frame: the path of its element, its named values, the frame around it, paths of its names."""

    element: str
    lets: dict[str, t.Expr]
    parent: Scope | None = None
    names: dict[str, str] = field(default_factory=dict)

    def up(self, steps: int) -> Scope:
        """The frame so many scopes up."""
        scope = self
        for _ in range(steps):
            assert scope.parent is not None
            scope = scope.parent
        return scope

    def named(self, name: str) -> str | None:
        """The path behind a name of the mapping's own; None for a total."""
        if name in self.names:
            return self.names[name]
        return self.parent.named(name) if self.parent is not None else None


def words(flow: t.Flow) -> frozenset[str]:
    """Every word in a flow's expressions: a member of a record that is none of them is never read."""
    parts = [part for line in t.walk_lines(flow.lines) if isinstance(line, t.ListPlan) for part in line.parts]
    found = {member.name for part in parts for member in part.sums}
    for expr in expressions(flow):
        for own in fields(expr):
            found.update(_words(getattr(expr, own.name)))
    return frozenset(found)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from re.findall(r"\w+", value)
    elif isinstance(value, tuple):
        for one in value:
            yield from _words(one)


def lineage(flow: t.Flow) -> Lineage:
    """For every target path that is written, the source paths it is made of, in order of the text."""
    names: dict[str, str] = {}
    if flow.each is not None:
        top = Scope("", dict(flow.let))
        names[flow.each[1]] = _elements(flow.each[0], top)
    block = flow.split or flow.group
    root = Scope("", dict(flow.let), None, names)
    totals: dict[str, list[str]] = {}
    if block is not None:
        row = _elements(block.rows, root)
        inner = Scope(
            row if flow.split is not None else "", dict(block.let), root, {**names, block.name: row}
        )
        if flow.split is not None:
            names[block.name] = row.removesuffix("[]")
        totals |= {name: list(_sources(expr, inner, inner.element)) for name, expr in block.by}
        for total in flow.totals:
            read = [expr for expr in (total.of, total.when) if expr is not None]
            own = [path for expr in read for path in _sources(expr, inner, inner.element)]
            totals[total.name] = own + [path for name in total.names for path in totals[name]]
    found: dict[str, list[str]] = {}
    _lines(flow.lines, root, "", found, totals)
    return {path: tuple(dict.fromkeys(sources)) for path, sources in found.items()}


def _lines(
    lines: tuple[t.Put | t.ListPlan, ...],
    scope: Scope,
    at: str,
    found: dict[str, list[str]],
    totals: dict[str, list[str]],
) -> None:
    for line in lines:
        path = at + ".".join(step.name for step in line.path)
        if isinstance(line, t.ListPlan):
            for part in line.parts:
                _part(part, scope, path, found, totals)
        elif line.write != "never":
            found.setdefault(path, []).extend(_sources(line.expr, scope, scope.element, totals))


def _part(
    part: t.PartPlan, scope: Scope, path: str, found: dict[str, list[str]], totals: dict[str, list[str]]
) -> None:
    element = scope.element if part.each is None else _elements(part.each, scope)
    inner = Scope(element, dict(part.let), scope, {"rows": element.removesuffix("[]")})
    if part.key is not None and part.key_to:
        found.setdefault(f"{path}[].{part.key_to}", []).extend(_sources(part.key, inner, element))
    _lines(part.lines, inner, f"{path}[].", found, totals)


def _elements(listed: t.Expr, scope: Scope) -> str:
    """The path of a list's elements; of a list that is worked out, of the first field behind it."""
    path = path_of(listed, scope, scope.element)
    if path is None:
        path = next(_sources(listed, scope, scope.element), "")
    return path if path.endswith("[]") else f"{path}[]"


def path_of(expr: t.Expr, scope: Scope, current: str) -> str | None:
    """The path of a field that is read as it is; None for what is worked out."""
    if isinstance(expr, t.Current):
        return current
    if isinstance(expr, t.Root):
        return "" if expr.up == -1 else scope.up(1).element
    if isinstance(expr, t.Named):
        return scope.named(expr.name)
    if isinstance(expr, t.Let):
        owner = scope.up(expr.up)
        return path_of(owner.lets[expr.name], owner, owner.element)
    if isinstance(expr, t.Get):
        base = path_of(expr.base, scope, current)
        return None if base is None else f"{base}.{expr.name}" if base else expr.name
    if isinstance(expr, (t.Keyed, t.At)):
        base = path_of(expr.base, scope, current)
        inside = base is not None and (base.endswith("[]") or (isinstance(expr, t.At) and "[]" in base))
        return base if base is None or inside else f"{base}[]"
    if isinstance(expr, t.Project):
        base = path_of(expr.base, scope, current)
        return None if base is None else path_of(expr.each, scope, f"{base.removesuffix('[]')}[]")
    if isinstance(expr, t.Pipe):
        base = path_of(expr.base, scope, current)
        return None if base is None else path_of(expr.then, scope, base)
    return None


def _sources(
    expr: t.Expr, scope: Scope, current: str, totals: dict[str, list[str]] | None = None
) -> Iterator[str]:
    """Every source path an expression reads."""
    path = path_of(expr, scope, current)
    if path:
        yield path
    if isinstance(expr, t.Let):
        if not path:
            owner = scope.up(expr.up)
            yield from _sources(owner.lets[expr.name], owner, owner.element, totals)
    elif isinstance(expr, t.Named):
        yield from (totals or {}).get(expr.name, ())
    elif isinstance(expr, t.Joined):
        base = path_of(expr.base, scope, current)
        yield from (f"{base}.{name}" if base else name for name in expr.names)
    elif isinstance(expr, t.SumOf):
        inner = Scope(_elements(expr.each, scope), {}, scope)
        for part in (expr.of, expr.where):
            if part is not None:
                yield from _sources(part, inner, inner.element, totals)
    elif isinstance(expr, (t.Project, t.Pipe)):
        yield from _listed(expr, scope, current, totals, bool(path))
    elif not (path and isinstance(expr, (t.Get, t.Keyed, t.At))):
        for child in children(expr):
            yield from _sources(child, scope, current, totals)
    elif not isinstance(expr, t.Get):
        yield from (p for p in _sources(expr.base, scope, current, totals) if p != path)


def _listed(
    expr: t.Project | t.Pipe,
    scope: Scope,
    current: str,
    totals: dict[str, list[str]] | None,
    known: bool,
) -> Iterator[str]:
    """What a projection reads of every element, its condition included."""
    base = path_of(expr.base, scope, current)
    inner = f"{(base or '').removesuffix('[]')}[]" if isinstance(expr, t.Project) else base or ""
    if not known or base is None:
        yield from _sources(expr.base, scope, current, totals)
    if isinstance(expr, t.Project) and expr.where is not None:
        yield from _sources(expr.where, scope, inner, totals)
    if not known:
        last = expr.each if isinstance(expr, t.Project) else expr.then
        yield from _sources(last, scope, inner, totals)
