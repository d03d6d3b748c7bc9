"""A whole flow: rules, lines, rows; one function that makes a record's outcomes.

What needs a word of explanation raises ODD and is done again by the plain reading. Three things
are so common that they are said here too, since their words are known: a record that a rule skips,
a row that a rule leaves out, and the footnotes that acted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.check import typed as t
from engine.check.walk import members
from engine.compile.program import Program
from engine.compile.source import fields as _fields  # noqa: F401  (registers its nodes)
from engine.compile.source import steps as _steps  # noqa: F401
from engine.compile.source.alike import row_keys
from engine.compile.source.keys import Scope, top
from engine.compile.source.lines import LINKED, note, required
from engine.compile.source.rows import awkward, leave_out, path_text, remark, write_lines
from engine.compile.source.writer import Writer

HEAD = "def run(record, shares=EMPTY):"
GATHER = "def run(record, groups, seen, alike):"
TOTALS = "def run(own_id, group_keys, sums):"


def write_flow(flow: t.Flow) -> Program:
    """The program of a flow. Raises Unsupported for what it does not do."""
    w = Writer(flow, uses_of(flow))
    w.p.head = GATHER if flow.group is not None else HEAD
    root = Scope("record", dict(flow.let))
    w.now_sure("record")
    w.p.line("found = []")
    w.refuse("record.__class__ is not dict")
    texts = _identity(w, root)
    if flow.only_when is not None:
        w.refuse(f"not {w.truth(flow.only_when, top(root))}")
    if flow.group is not None:
        _gather(w, root, texts)
    elif flow.split is not None:
        _split(w, root, texts)
    elif flow.each is not None:
        _each(w, root, texts)
    else:
        w.p.line(f"own_id = {_id_text(texts)}")
        _document(w, root, "return found")
    w.p.line("return found")
    return w.p


def write_totals(flow: t.Flow) -> Program:
    """The program that makes the document of one group of its keys and sums."""
    w = Writer(flow, uses_of(flow))
    w.p.head = TOTALS
    assert flow.group is not None
    for text in ("found = []", "record = EMPTY"):
        w.p.line(text)
    names = {name: w.new(f"group_keys[{name!r}]") for name, _ in flow.group.by}
    sums = iter(range(len(flow.totals)))
    for total in flow.totals:
        sign = " - " if total.form == "minus" else " + "
        text = f"sums[{next(sums)}]" if total.form == "sum" else sign.join(names[n] for n in total.names)
        names[total.name] = w.new(text)
    for name in (*names.values(), "record"):
        w.now_sure(name)
    _start(w)
    _typed(w)
    _body(w, Scope("record", dict(flow.let), None, names), "return found")
    w.p.line("return found")
    return w.p


def uses_of(flow: t.Flow) -> Counter[str]:
    """How often each named value is asked for, all over the flow."""
    uses: Counter[str] = Counter()
    seen: set[int] = set()

    def walk(part: Any) -> None:
        if isinstance(part, tuple):
            for one in part:
                walk(one)
        elif isinstance(part, PLANS) and (isinstance(part, t.Let) or id(part) not in seen):
            seen.add(id(part))
            if isinstance(part, t.Let):
                uses[part.name] += 1
            for name in members(part.__class__):
                walk(getattr(part, name))

    for name in members(t.Flow):
        walk(getattr(flow, name))
    return uses


PLANS = (t.Expr, t.Put, t.ListPlan, t.PartPlan, t.RulePlan, t.RowsPlan, t.TotalPlan)


# ---------------------------------------------------------------- a document


def _document(w: Writer, root: Scope, leave: str) -> None:
    """One document: rules, lines, required fields, rules over the result; appends its outcome."""
    _start(w)
    _rules(w, root, leave)
    _body(w, root, leave)


def _start(w: Writer) -> None:
    for text in ("notes = []", "remarks = []", "keys = {}"):
        w.p.line(text)


def _typed(w: Writer) -> None:
    if w.flow.mapping.typed is not None:
        w.p.line("typed = TYPED.get(own_id, EMPTY)")
        w.keys.born["typed"] = len(w.levels) - 1


def _rules(w: Writer, root: Scope, leave: str) -> None:
    _typed(w)
    for rule in w.flow.rules:
        if not rule.after:
            _rule(w, rule, root, leave)


def _body(w: Writer, root: Scope, leave: str) -> None:
    flow = w.flow
    if flow.own_id_needed:
        w.p.line(f"{LINKED} = own_id in {_own_links(w)} or own_id in WROTE")
    w.p.line("out = {}")
    w.keys.born["out"] = len(w.levels) - 1
    _into(w, root)
    write_lines(w, flow.lines, root, "out", outermost=True)
    if flow.into is None:
        required(w, flow.target_root, flow.lines, "out")
    w.now_sure("out")
    scope = Scope(root.element, root.lets, None, root.names, root.record, "out")
    for rule in flow.rules:
        if rule.after:
            _rule(w, rule, scope, leave)
    w.p.line(f"found.append(OUTCOME({flow.name!r}, own_id, 'ready', out, notes, remarks, keys))")


def _own_links(w: Writer) -> str:
    flow = w.flow
    name = f"OWN_{flow.name}"
    w.p.ids[name] = t.Linked(t.BOOLEAN, flow.mapping.node.span, flow.name, flow.identity, flow.back)
    return name


def _into(w: Writer, root: Scope) -> None:
    """The document another mapping made goes in first; an unknown one is for the plain reading."""
    if w.flow.into is None:
        return
    via, expr = w.flow.into
    name = w.value(t.Lookup(t.ANY, expr.span, via, (expr,), "", "", False), top(root))
    w.demand(name)
    w.p.line(f"out[{w.flow.target_root.identity[0]!r}] = {name}")


def _rule(w: Writer, rule: t.RulePlan, scope: Scope, leave: str) -> None:
    """A rule of the record: skipping and warning are said here, holding by the plain reading."""
    w.p.at(rule.span)
    here = top(scope)
    test = w.truth(rule.when, here)
    if rule.then not in ("skip", "warn") or awkward(rule.say):
        w.refuse(test)
        w.assume(rule.when, here, False)
        return
    if test == "False":
        return
    with w.block(f"if {test}:"):
        w.assume(rule.when, here, True)
        text = w.value(rule.say, here) if rule.say is not None else repr(rule.name)
        note(w, rule.note)
        kind = "skipped" if rule.then == "skip" else "warning"
        w.p.line(f"remarks.append({remark(kind, rule, text, repr(''))})")
        if rule.then == "skip":
            name = w.flow.name
            w.p.line(f"found.append(OUTCOME({name!r}, own_id, 'skipped', None, notes, remarks, {{}}))")
            w.p.line(leave)
    if rule.then == "skip":
        w.assume(rule.when, here, False)


def _identity(w: Writer, root: Scope) -> list[str]:
    parts = [w.value(expr, top(root)) for expr in w.flow.identity]
    for part in parts:
        w.demand(part)
    kinds = [expr.type.kind for expr in w.flow.identity]
    return [
        part if kind in ("id", "text") else f"str({part})" for part, kind in zip(parts, kinds, strict=True)
    ]


def _id_text(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"KEY_TEXT(({', '.join(texts)}))"


# ---------------------------------------------------------------- several documents of one record


def _each(w: Writer, root: Scope, texts: list[str]) -> None:
    """A document per element of a list."""
    assert w.flow.each is not None
    listed, name, key = w.flow.each
    elements = w.value(listed, top(root))
    w.refuse(f"not {elements}")
    element = w.p.variable("each")
    with w.block(f"for {element} in {elements}:", loop=element):
        w.document = len(w.levels) - 1
        w.p.mark()
        scope = Scope("record", dict(root.lets), None, {name: element})
        found = w.value(key, top(scope).on(element, False))
        w.demand(found)
        w.p.line(f"own_id = {_id_text([*texts, f'str({found})'])}")
        _document(w, scope, "continue")


def _split(w: Writer, root: Scope, texts: list[str]) -> None:
    """A document per group of rows; a record of no group is for the plain reading."""
    block = w.flow.split
    assert block is not None
    w.p.line(f"own_id = {_id_text(texts)}")
    _start(w)
    _rules(w, root, "return found")
    w.p.line("groups = {}")
    with _rows(w, block, root, named=False) as scope:
        for rule in block.rules:
            leave_out(w, rule, scope)
        keys = [w.value(expr, top(scope)) for _, expr in block.by]
        for key in keys:
            w.demand(key)
        texts_of = ", ".join(f"str({key})" for key in keys)
        group = f"groups.setdefault(({texts_of},), ([], ({', '.join(keys)},)))"
        w.p.line(f"{group}[0].append({scope.element})")
    w.refuse("not groups")
    w.p.line("before, said = notes, remarks")
    with w.block("for group_key, (group_rows, group_keys) in groups.items():", loop="group_rows"):
        w.document = len(w.levels) - 1
        w.p.mark()
        w.p.line(f"own_id = KEY_TEXT(({', '.join(texts)}, *group_key))")
        w.p.line("notes, remarks, said, keys = list(before), said, [], {}")
        names = {block.name: "group_rows"}
        for index, (name, _) in enumerate(block.by):
            names[name] = w.new(f"group_keys[{index}]")
            w.keys.born[names[name]] = len(w.levels) - 1
            w.now_sure(names[name])
        w.now_sure("group_rows")
        _typed(w)
        _body(w, Scope("record", dict(root.lets), None, names), "continue")


@contextmanager
def _rows(w: Writer, block: t.RowsPlan, root: Scope, named: bool) -> Iterator[Scope]:
    """The loop over the rows of a split or a group."""
    rows = w.value(block.rows, top(root))
    row, index = w.p.variable("row"), w.p.variable("i")
    with w.block(f"for {index}, {row} in enumerate({rows} or ()):", loop=row):
        w.keys.born[index] = len(w.levels) - 1
        w.refuse(f"{row}.__class__ is not dict")
        w.now_sure(row)
        at = f"{path_text(block.rows, root)} + '[' + str({index}) + ']'"
        scope = Scope("record" if named else row, dict(block.let), root, {block.name: row} if named else {})
        scope.at = at
        yield scope


# ---------------------------------------------------------------- sums over many records


def _gather(w: Writer, root: Scope, texts: list[str]) -> None:
    """Rows into sums: keys and amounts first, so that a record counts whole or not at all."""
    flow, p, block = w.flow, w.p, w.flow.group
    assert block is not None
    p.line(f"own_id = {_id_text(texts)}")
    w.refuse("own_id in seen")
    _start(w)
    _rules(w, root, "seen.add(own_id); return found")
    p.line("counted = []")
    sums = [total for total in flow.totals if total.form == "sum"]
    with _rows(w, block, root, named=True) as scope:
        keys = row_keys(w, block, scope)
        amounts = [_amount(w, total, scope) for total in sums]
        p.line(f"counted.append(({keys}, {', '.join(amounts)}))")
    p.line("seen.add(own_id)")
    names = [f"a{index}" for index in range(len(sums))]
    with w.block(f"for place, {', '.join(names)} in counted:"):
        p.line("sums = place[2]")
        with w.block("if sums is None:"):
            p.line("group_key, group_keys, _ = place")
            p.line("group = groups.get(group_key)")
            own = ", ".join(f"{name!r}: group_keys[{index}]" for index, (name, _) in enumerate(block.by))
            p.line(f"if group is None: group = groups[group_key] = GROUP({{{own}}}, [ZERO] * {len(sums)})")
            p.line("sums = place[2] = group.sums")
        for index, (name, total) in enumerate(zip(names, sums, strict=True)):
            some = "" if total.when is None else f"if {name} is not ZERO: "
            p.line(f"{some}sums[{index}] += {name}")
    said = f"OUTCOME({flow.name!r}, own_id, 'ready', None, notes, remarks, keys)"
    p.line(f"if remarks or notes: found.append({said})")


def _amount(w: Writer, total: t.TotalPlan, scope: Scope) -> str:
    """The amount a row adds to a total; zero where the total's condition does not hold."""
    assert total.of is not None
    here = top(scope)
    if total.when is None:
        name = w.value(total.of, here)
        w.demand(name)
        return name
    name = w.new("ZERO")
    with w.block(f"if {w.truth(total.when, here)}:"):
        found = w.value(total.of, here)
        w.demand(found)
        w.p.line(f"{name} = {found}")
    return name
