"""Lists that are written: their parts, a row per element, per group of elements, or one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile

from engine.check import typed as t
from engine.compile.places import where
from engine.compile.source.keys import Scope, top
from engine.compile.source.lines import Lines, conditions, note, place, put, required
from engine.compile.source.numbers import element
from engine.compile.source.writer import Writer
from engine.spec.model import Member


def write_lines(w: Writer, lines: Lines, scope: Scope, owner: str, outermost: bool = False) -> None:
    """The lines of a block into the object `owner`."""
    firsts = [line.path[0].name for line in lines if line.write != "never"]
    for line in lines:
        if line.write == "never":
            continue
        w.p.at(line.span)
        stack = conditions(w, line, scope)
        if stack is None:
            continue
        with stack:
            if isinstance(line, t.ListPlan):
                write_list(w, line, scope, owner, outermost)
            else:
                put(w, line, scope, owner, firsts.count(line.path[0].name) == 1)


def write_list(w: Writer, line: t.ListPlan, scope: Scope, owner: str, outermost: bool) -> None:
    """A list: the rows of its parts in order."""
    if not outermost and len(line.parts) == 1 and _single(line.parts[0]):
        _one_row(w, line, scope, owner)
        return
    rows = w.new("[]")
    keys = w.new("[]") if outermost else ""
    assert line.target.item is not None
    for part in line.parts:
        write_part(w, part, line.target.item, rows, keys, scope)
    if line.target.max_items is not None:
        w.refuse(f"len({rows}) > {line.target.max_items}")
    with w.block(f"if {rows}:"):
        w.p.line(f"{place(line.path, owner)} = {rows}")
        if keys:
            w.p.line(f"keys[{'.'.join(s.name for s in line.path)!r}] = {keys}")
        note(w, line.note)


def _single(part: t.PartPlan) -> bool:
    return part.each is None and part.when is None and not part.rules and part.key is None


def _one_row(w: Writer, line: t.ListPlan, scope: Scope, owner: str) -> None:
    """A list of exactly one row."""
    part, item = line.parts[0], line.target.item
    assert item is not None
    fixed = [one for one in takewhile(_fixed, part.lines) if isinstance(one, t.Put)]
    start = ", ".join(f"{one.path[0].name!r}: {w.value(one.expr, top(scope))}" for one in fixed)
    row = w.new(f"{{{start}}}")
    write_lines(w, part.lines[len(fixed) :], scope.inside(part.let), row)
    required(w, item, part.lines, row)
    note(w, part.note)
    w.p.line(f"{place(line.path, owner)} = [{row}]")
    note(w, line.note)


def _fixed(line: t.Put | t.ListPlan) -> bool:
    """Whether a line writes the same into every row."""
    if not isinstance(line, t.Put) or not isinstance(line.expr, t.Const) or line.expr.value is None:
        return False
    plain = line.when is None and line.write == "always" and not line.note and not line.target.joins
    return plain and len(line.path) == 1 and not line.path[0].key_member


def write_part(w: Writer, part: t.PartPlan, item: Member, rows: str, keys: str, scope: Scope) -> None:
    """A part: one row, or a row per element, or per group of elements."""
    if part.each is None:
        inner = scope.inside(part.let)
        with ExitStack() as stack:
            if part.when is not None:
                stack.enter_context(w.block(f"if {w.truth(part.when, top(inner))}:"))
            if part.rules:  # a rule leaves the row out by `continue`
                stack.enter_context(w.block("for _ in ONCE:", loop="_"))
            _row(w, part, item, rows, keys, inner)
        return
    test = "True" if part.when is None else w.truth(part.when, top(scope))
    with w.block(f"if {test}:"):
        listed = w.value(part.each, top(scope))
        if listed == "None":
            w.p.line("pass")
        elif part.group is not None:
            _grouped(w, part, item, rows, keys, scope, listed)
        else:
            with _each_row(w, part, scope, listed) as (inner, _):
                _row(w, part, item, rows, keys, inner)


@contextmanager
def _each_row(
    w: Writer, part: t.PartPlan, scope: Scope, listed: str, grouped: str = ""
) -> Iterator[tuple[Scope, str]]:
    """A loop over rows; the scope inside it and the variable of the position."""
    assert part.each is not None
    key = None if grouped else w.keys.of(part.each, top(scope))
    row, index = element(w, key), w.p.variable("i")
    column = None if key is None else next((v.columns[key] for v in w.levels if key in v.columns), None)
    names = {"rows": w.p.variable("rows")} if grouped else {}
    source = grouped or f"enumerate({listed if w.sure(listed) else f'{listed} or ()'})"
    with w.block(f"for {', '.join([index, row, *names.values()])} in {source}:", loop=row):
        level = w.levels[-1]
        for name in (index, *names.values()):
            w.keys.born[name] = len(w.levels) - 1
        w.refuse(f"{row}.__class__ is not dict")
        w.now_sure(row)
        if row == w.elements.get(key if key is not None else -1):
            level.column, level.index = column, index
        at = f"{path_text(part.each, scope)} + '[' + str({index}) + ']'"
        yield Scope(row, dict(part.let), scope, names, scope.record, scope.result, at=at), index


def _grouped(
    w: Writer, part: t.PartPlan, item: Member, rows: str, keys: str, scope: Scope, listed: str
) -> None:
    """Rows of one group become one; amounts are added by the same function the plain reading uses."""
    assert part.group is not None
    gathered = w.new("{}")
    with _each_row(w, part, scope, listed) as (inner, index):
        key = w.value(part.group, top(inner))
        w.demand(key)
        w.p.line(f"{gathered}.setdefault(str({key}), []).append(({index}, {inner.element}))")
    sums = w.p.constant(tuple(member.name for member in part.sums))
    with _each_row(w, part, scope, listed, f"ADDED({gathered}, {sums})") as (inner, _):
        _row(w, part, item, rows, keys, inner)


def path_text(expr: t.Expr, scope: Scope) -> str:
    """Code that gives the path of a list in the record."""
    at, absolute = where(expr)
    return repr(at) if absolute or scope.at == '""' else f"({scope.at} + {'.' + at!r})"


def _row(w: Writer, part: t.PartPlan, item: Member, rows: str, keys: str, scope: Scope) -> None:
    for rule in part.rules:
        leave_out(w, rule, scope)
    row = w.new("{}")
    _row_key(w, part, row, keys, scope)
    write_lines(w, part.lines, scope, row)
    required(w, item, part.lines, row)
    w.p.line(f"{rows}.append({row})")
    note(w, part.note)


def leave_out(w: Writer, rule: t.RulePlan, scope: Scope) -> None:
    """A rule of a row; what it does not simply leave out is for the plain reading."""
    w.p.at(rule.span)
    here = top(scope)
    test = w.truth(rule.when, here)
    if rule.then != "leave_out" or awkward(rule.say):
        w.refuse(test)
    elif test != "False":
        with w.block(f"if {test}:"):
            w.assume(rule.when, here, True)
            note(w, rule.note)
            if rule.say is not None or rule.code != rule.name:
                text = w.value(rule.say, here) if rule.say is not None else repr(rule.code)
                said = remark("left_out", rule, f"({text} or {rule.code!r})", scope.at)
                w.p.line(f"remarks.append({said})")
            w.p.line("continue")
    w.assume(rule.when, here, False)


def awkward(say: t.Template | None) -> bool:
    """Whether a text is a whole Jinja2 template, which the plain reading renders."""
    return say is not None and bool(say.source)


def remark(kind: str, rule: t.RulePlan, text: str, at: str) -> str:
    """The making of a remark, all but its text known beforehand."""
    place_ = f"{rule.span.file}:{rule.span.line}"
    given = f"{kind!r}, {rule.code!r}, {text}, {at}, None, '', {rule.address!r}, {place_!r}"
    return f"REMARK({given}, {rule.note!r}, {rule.quiet!r})"


def _row_key(w: Writer, part: t.PartPlan, row: str, keys: str, scope: Scope) -> None:
    if part.key is None:
        if keys:
            w.p.line(f"{keys}.append({part.name!r})")
        return
    key = w.value(part.key, top(scope))
    if part.key_to and part.key_member is not None:
        pair = (part.key, part.key)
        span = part.span
        table = w.p.table(t.Lookup(t.ID, span, part.address, pair, part.key_to, "", False, missing=True))
        found = f"{table}((own_id, {key}))"
        known = w.new(found if w.sure(key) else f"{found} if {key} is not None else None")
        w.p.line(f"if {known} is not None: {row}[{part.key_to!r}] = {known}")
    if keys:
        text = key if part.key.type.kind in ("id", "text") else f"str({key})"
        w.p.line(f"{keys}.append({f'{part.name}:'!r} + {text} if {key} else {part.name!r})")
