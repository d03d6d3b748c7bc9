"""A whole flow into Python source: rules, lines, rows; one function that makes a record's outcomes.

What needs a word of explanation raises ODD and is done again by the plain reading. Three things
are so common that they are said here too, since their words are known: a record that a rule skips,
a row that a rule leaves out, and the footnotes that acted. Before: `source`. After: `map/fast`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from engine.check import typed as t
from engine.compile.program import Program
from engine.compile.source import Expressions, Scope, children
from engine.spec.model import Member

LINKED = "linked"
EMPTY_AT = "''"  # a rule of the whole record stands nowhere in it


class Writer(Expressions):
    """Writes the statements of one flow."""

    def __init__(self, flow: t.Flow):
        super().__init__(Program(flow.mapping.file))
        self.flow = flow
        self.alone: set[str] = set()  # objects of one field only: made where that field is written

    # ------------------------------------------------------------ the document

    def document(self, root: Scope, own_id: str) -> None:
        """One document: rules, lines, required fields, rules over the result; appends its outcome."""
        self.start()
        self.rules(root, own_id)
        self.body(root, own_id)

    def start(self) -> None:
        """What is gathered along the way."""
        for text in ("notes = []", "remarks = []", "keys = {}"):
            self.p.line(text)

    def rules(self, root: Scope, own_id: str) -> None:
        """The rules that come first."""
        if self.flow.mapping.typed is not None:
            self.p.line(f"typed = TYPED.get({own_id}, EMPTY)")
        for rule in self.flow.rules:
            if not rule.after:
                self.rule(rule, root, own_id)

    def body(self, root: Scope, own_id: str) -> None:
        """Lines, required fields, rules over the result."""
        if self.flow.own_id_needed:
            self.p.line(f"{LINKED} = {own_id} in {self._own_links()} or {own_id} in WROTE")
        self.p.line("out = {}")
        self.into(root)
        self.lines(self.flow.lines, self.flow.target_root, root, "out", top=True)
        if self.flow.into is None:
            self.required(self.flow.target_root, self.flow.lines, "out")
        self.after(root, own_id)
        self.p.line(
            f"found.append(OUTCOME({self.flow.name!r}, {own_id}, 'ready', out, notes, remarks, keys))"
        )

    def after(self, root: Scope, own_id: str) -> None:
        """The rules that wait for the result."""
        scope = Scope(root.element, root.lets, None, root.names, root.record, "out")
        for rule in self.flow.rules:
            if rule.after:
                self.rule(rule, scope, own_id)

    def _own_links(self) -> str:
        own = t.Linked(
            t.BOOLEAN, self.flow.mapping.node.span, self.flow.name, self.flow.identity, self.flow.back
        )
        self.p.ids[f"OWN_{self.flow.name}"] = own
        return f"OWN_{self.flow.name}"

    def into(self, root: Scope) -> None:
        """The document another mapping made goes in first; an unknown one is for the plain reading."""
        if self.flow.into is None:
            return
        via, expr = self.flow.into
        name = self.value(t.Lookup(t.ANY, expr.span, via, (expr,), "", "", False), root)
        self.p.line(f"if {name} is None: raise ODD")
        self.p.line(f"out[{self.flow.target_root.identity[0]!r}] = {name}")

    def rule(self, rule: t.RulePlan, scope: Scope, own_id: str) -> None:
        """A rule of the record: skipping and warning are said here, holding by the plain reading."""
        self.p.at(rule.span)
        with self.block(f"if {self.truth(rule.when, scope)}:"):
            if rule.then not in ("skip", "warn") or self._awkward(rule.say):
                self.p.line("raise ODD")
                return
            text = self.value(rule.say, scope) if rule.say is not None else repr(rule.name)
            self.note(rule.note)
            kind = "skipped" if rule.then == "skip" else "warning"
            self.p.line(f"remarks.append({self.remark(kind, rule, text, EMPTY_AT)})")
            if rule.then == "skip":
                self.p.line(
                    f"found.append(OUTCOME({self.flow.name!r}, {own_id}, 'skipped', None, notes, remarks, {{}}))"
                )
                self.p.line(self.leave)

    leave = "return found"

    def _awkward(self, say: t.Template | None) -> bool:
        return say is not None and bool(say.source)

    def remark(self, kind: str, rule: t.RulePlan, text: str, at: str) -> str:
        """The making of a remark, all but its text known beforehand."""
        place = f"{rule.span.file}:{rule.span.line}"
        return f"REMARK({kind!r}, {rule.code!r}, {text}, {at}, None, '', {rule.address!r}, {place!r}, {rule.note!r}, {rule.quiet!r})"

    # ------------------------------------------------------------ lines

    def lines(
        self,
        lines: tuple[t.Put | t.ListPlan, ...],
        target: Member,
        scope: Scope,
        owner: str,
        top: bool = False,
    ) -> None:
        """The lines of a block into the object `owner`."""
        firsts = [line.path[0].name for line in lines]
        outer, self.alone = self.alone, {name for name in firsts if firsts.count(name) == 1}
        self._lines(lines, scope, owner, top)
        self.alone = outer

    def _lines(self, lines: tuple[t.Put | t.ListPlan, ...], scope: Scope, owner: str, top: bool) -> None:
        for line in lines:
            if line.write == "never":
                continue
            self.p.at(line.span)
            heads = self._conditions(line, scope)
            with self._nested(heads):
                if isinstance(line, t.ListPlan):
                    self.list(line, scope, owner, top)
                else:
                    self.put(line, scope, owner)

    def _conditions(self, line: t.Put | t.ListPlan, scope: Scope) -> list[str]:
        found = []
        if line.write.startswith("settings."):
            setting = self.p.setting(line.write.removeprefix("settings."))
            found.append(
                f"if {setting} in (None, 'always', 'follow') or ({setting} in ('create', 'frozen') and not {LINKED}):"
            )
        elif line.write != "always":
            found.append(f"if not {LINKED}:")
        if line.when is not None:
            found.append(line.when)  # type: ignore[arg-type]
        return [head if isinstance(head, str) else f"if {self.truth(head, scope)}:" for head in found]

    def _nested(self, heads: list[str]) -> ExitStack:
        stack = ExitStack()
        for head in heads:
            stack.enter_context(self.block(head))
        return stack

    def put(self, line: t.Put, scope: Scope, owner: str) -> None:
        """One field."""
        name = self.value(line.expr, scope)
        self.p.at(line.span)
        sure = name in self.never_missing
        if name == "None" and line.missing == "omit":
            return
        if not sure:
            if line.missing == "error":
                self.p.line(f"if {name} is None: raise ODD")
            elif line.missing == "null":
                self._store_or_null(line, name, owner)
                return
            else:
                with self.block(f"if {name} is not None:"):
                    self._store(line, name, owner)
                return
        self._store(line, name, owner)

    def _store_or_null(self, line: t.Put, name: str, owner: str) -> None:
        with self.block(f"if {name} is None:"):
            self.p.line(f"PUT({owner}, {self.p.constant(line.path)}, {self.p.constant(line.target)}, None)")
        with self.block("else:"):
            self._store(line, name, owner)

    def _store(self, line: t.Put, name: str, owner: str) -> None:
        fitted = name if isinstance(line.expr, t.Const) else self.fitted(line, name)
        if line.target.joins or any(step.key_member for step in line.path):
            self.p.line(
                f"PUT({owner}, {self.p.constant(line.path)}, {self.p.constant(line.target)}, {fitted})"
            )
        else:
            self.p.line(f"{self.place(line.path, owner, line.path[0].name in self.alone)} = {fitted}")
        self.note(line.note)

    def note(self, name: str) -> None:
        """Notes a footnote that acted, once."""
        if name:
            self.p.line(f"if {name!r} not in notes: notes.append({name!r})")

    def place(self, path: tuple[t.Step, ...], owner: str, alone: bool = False) -> str:
        """The target of an assignment, making the objects on the way."""
        place = owner
        if len(path) == 2 and alone:
            self.p.line(f"place = {owner}[{path[0].name!r}] = {{}}")
            return f"place[{path[1].name!r}]"
        for step in path[:-1]:
            place = f"{place}.setdefault({step.name!r}, {{}})"
        return f"{place}[{path[-1].name!r}]"

    # ------------------------------------------------------------ limits

    def fitted(self, line: t.Put, name: str) -> str:
        """The checks of a field's limits; what does not fit is for the plain reading."""
        member = line.target
        if member.kind == "decimal":
            return self._decimal(line, member, name)
        if member.kind in ("text", "id"):
            return self._text(line, member, name)
        if member.kind == "integer":
            self.p.line(f"if {name}.__class__ is not int: raise ODD")
        elif member.enum:
            self.p.line(f"if {name} not in {self.p.constant(member.enum)}: raise ODD")
        return name

    def _decimal(self, line: t.Put, member: Member, name: str) -> str:
        if line.expr.type.kind == "integer":
            name = self._new(f"Decimal({name})")
        elif line.expr.type.kind != "decimal":
            self.p.line(f"if {name}.__class__ is not Decimal: raise ODD")
        if member.scale is not None and not self._scale_proven(line.expr, member.scale):
            self.p.line(f"if {name} % {self.p.quantum(member.scale)}: raise ODD")
        if member.money:
            self.p.line(f"if not -MONEY < {name} < MONEY: raise ODD")
        if member.minimum is not None:
            self.p.line(f"if {name} < {self.p.constant(member.minimum)}: raise ODD")
        return name

    def _scale_proven(self, expr: t.Expr, places: int) -> bool:
        if isinstance(expr, t.Scaled):
            return expr.places <= places
        if isinstance(expr, t.Call) and expr.name in ("round", "ratio"):
            last = expr.args[-1]
            return isinstance(last, t.Const) and isinstance(last.value, int) and last.value <= places
        return False

    def _text(self, line: t.Put, member: Member, name: str) -> str:
        if line.expr.type.kind not in ("text", "id"):
            name = self._new(f"AS_TEXT({name})")
        if member.canonical:
            name = self._new(f"CANONICAL({name}, {member.canonical!r})")
        if member.max_length is not None:
            if line.too_long == "truncate":
                name = self._new(
                    f"{name} if len({name}) <= {member.max_length} else {name}[:{member.max_length}].rstrip()"
                )
            else:
                self.p.line(f"if len({name}) > {member.max_length}: raise ODD")
        if member.min_length:
            self.p.line(f"if len({name}) < {member.min_length}: raise ODD")
        if member.pattern:
            self.p.line(f"if not MATCHES({member.pattern!r}, {name}): raise ODD")
        if member.enum:
            self.p.line(f"if {name} not in {self.p.constant(member.enum)}: raise ODD")
        return name

    def required(self, target: Member, lines: tuple[t.Put | t.ListPlan, ...], owner: str) -> None:
        """Required fields that some record may not give."""
        for name in target.required:
            own = [line for line in lines if line.path[0].name == name]
            frozen = bool(own) and all(line.write not in ("always", "never") for line in own)
            guard = f" and not {LINKED}" if frozen else ""
            self.p.line(f"if {owner}.get({name!r}) is None{guard}: raise ODD")

    # ------------------------------------------------------------ rows

    def list(self, line: t.ListPlan, scope: Scope, owner: str, top: bool) -> None:
        """A list: the rows of its parts in order."""
        if not top and len(line.parts) == 1 and self._single(line.parts[0]):
            self._one_row(line, scope, owner)
            return
        rows = self._new("[]")
        keys = self._new("[]") if top else ""
        for part in line.parts:
            self.part(part, line, rows, keys, scope)
        if line.target.max_items is not None:
            self.p.line(f"if len({rows}) > {line.target.max_items}: raise ODD")
        with self.block(f"if {rows}:"):
            self.p.line(f"{self.place(line.path, owner)} = {rows}")
            if top:
                self.p.line(f"keys[{'.'.join(s.name for s in line.path)!r}] = {keys}")
            self.note(line.note)

    def _single(self, part: t.PartPlan) -> bool:
        return part.each is None and part.when is None and not part.rules and part.key is None

    def _one_row(self, line: t.ListPlan, scope: Scope, owner: str) -> None:
        """A list of exactly one row."""
        part = line.parts[0]
        inner = Scope(
            scope.element,
            dict(part.let),
            scope,
            {},
            scope.record,
            scope.result,
            scope.in_loop,
            scope.typed,
            scope.at,
        )
        row = self._new("{}")
        assert line.target.item is not None
        self.lines(part.lines, line.target.item, inner, row)
        self.required(line.target.item, part.lines, row)
        self.note(part.note)
        self.p.line(f"{self.place(line.path, owner)} = [{row}]")
        self.note(line.note)

    def part(self, part: t.PartPlan, line: t.ListPlan, rows: str, keys: str, scope: Scope) -> None:
        """A part: one row, or a row per element, or per group of elements."""
        if part.each is None:
            inner = Scope(
                scope.element,
                dict(part.let),
                scope,
                {},
                scope.record,
                scope.result,
                scope.in_loop,
                scope.typed,
                scope.at,
            )
            heads = [f"if {self.truth(part.when, inner)}:"] if part.when is not None else []
            with self._nested([*heads, "for _ in ONCE:"] if part.rules else heads):
                self._row(part, line, rows, keys, inner)
            return
        with self._nested([f"if {self.truth(part.when, scope)}:"] if part.when is not None else []):
            listed = self.value(part.each, scope)
            if part.group is not None:
                self._grouped(part, line, rows, keys, scope, listed)
                return
            with self._each_row(part, scope, f"enumerate({listed} or ())") as inner:
                self._row(part, line, rows, keys, inner)

    @contextmanager
    def _each_row(self, part: t.PartPlan, scope: Scope, source: str, names: str = "") -> Iterator[Scope]:
        """A loop over rows and the scope inside it."""
        assert part.each is not None
        element, index = self.p.variable("row"), self.p.variable("i")
        grouped = self.p.variable("rows") if names else ""
        with self.block(f"for {index}, {element}{', ' + grouped if grouped else ''} in {source}:"):
            self.p.line(f"if {element}.__class__ is not dict: raise ODD")
            at = f"{self._path_text(part.each, scope)} + '[' + str({index}) + ']'"
            known = {"rows": grouped} if grouped else {}
            yield Scope(element, dict(part.let), scope, known, scope.record, scope.result, True, False, at)

    def _grouped(
        self, part: t.PartPlan, line: t.ListPlan, rows: str, keys: str, scope: Scope, listed: str
    ) -> None:
        """Rows of one group become one; amounts are added by the same function the plain reading uses."""
        assert part.group is not None
        gathered = self._new("{}")
        with self._each_row(part, scope, f"enumerate({listed} or ())") as inner:
            key = self.value(part.group, inner)
            self.p.line(f"if {key} is None: raise ODD")
            index = inner.at.rsplit("str(", 1)[1].split(")", 1)[0]
            self.p.line(f"{gathered}.setdefault(str({key}), []).append(({index}, {inner.element}))")
        sums = self.p.constant(tuple(member.name for member in part.sums))
        with self._each_row(part, scope, f"ADDED({gathered}, {sums})", names="rows") as inner:
            self._row(part, line, rows, keys, inner)

    def _path_text(self, expr: t.Expr, scope: Scope) -> str:
        from engine.compile.places import where

        at, absolute = where(expr)
        return repr(at) if absolute or scope.at == '""' else f"({scope.at} + {'.' + at!r})"

    def _row(self, part: t.PartPlan, line: t.ListPlan, rows: str, keys: str, scope: Scope) -> None:
        for rule in part.rules:
            self.leave_out(rule, scope)
        self._foresee(part, scope)
        row = self._new("{}")
        self._row_key(part, row, keys, scope)
        assert line.target.item is not None
        self.lines(part.lines, line.target.item, scope, row)
        self.required(line.target.item, part.lines, row)
        self.p.line(f"{rows}.append({row})")
        self.note(part.note)

    def _foresee(self, part: t.PartPlan, scope: Scope) -> None:
        """Named values that several lines need are worked out once, before any line asks in a choice."""
        uses: dict[str, int] = {}
        for line in part.lines:
            for expr in (line.when, getattr(line, "expr", None)):
                for name in lets_in(expr, part) if expr is not None else ():
                    uses[name] = uses.get(name, 0) + 1
        for name, expr in part.let:
            if uses.get(name, 0) > 1 and calm(expr):
                self.value(t.Let(expr.type, expr.span, name, 0), scope)

    def leave_out(self, rule: t.RulePlan, scope: Scope) -> None:
        """A rule of a row."""
        self.p.at(rule.span)
        with self.block(f"if {self.truth(rule.when, scope)}:"):
            if rule.then != "leave_out" or self._awkward(rule.say):
                self.p.line("raise ODD")
                return
            self.note(rule.note)
            if rule.say is not None or rule.code != rule.name:
                text = self.value(rule.say, scope) if rule.say is not None else repr(rule.code)
                self.p.line(
                    f"remarks.append({self.remark('left_out', rule, f'({text} or {rule.code!r})', scope.at)})"
                )
            self.p.line("continue")

    def _row_key(self, part: t.PartPlan, row: str, keys: str, scope: Scope) -> None:
        if part.key is None:
            if keys:
                self.p.line(f"{keys}.append({part.name!r})")
            return
        key = self.value(part.key, scope)
        if part.key_to and part.key_member is not None:
            self._known_row(part, row, key)
        if keys:
            text = f"{part.name + ':'!r} + " + (
                key if part.key.type.kind in ("id", "text") else f"str({key})"
            )
            self.p.line(f"{keys}.append({text} if {key} else {part.name!r})")

    def _known_row(self, part: t.PartPlan, row: str, key: str) -> None:
        lookup = t.Lookup(
            t.ID, part.span, part.address, (part.key, part.key), part.key_to, "", False, missing=True
        )  # type: ignore[arg-type]
        table = self.p.table(lookup)
        known = self._new(f"{table}((own_id, {key}), None) if {key} is not None else None")
        self.p.line(f"if {known} is not None: {row}[{part.key_to!r}] = {known}")


HEAD = "def run(record, shares=EMPTY):"
GATHER = "def run(record, groups, seen):"


def write_flow(flow: t.Flow) -> tuple[Program, str]:
    """The program of a flow and the head of its function. Raises Unsupported for what it does not do."""
    writer = Writer(flow)
    p = writer.p
    root = Scope("record", dict(flow.let))
    p.line("found = []")
    p.line("if record.__class__ is not dict: raise ODD")
    texts = _identity(writer, root)
    if flow.only_when is not None:
        p.line(f"if not {writer.truth(flow.only_when, root)}: raise ODD")
    if flow.group is not None:
        _gather(writer, root, texts)
    elif flow.split is not None:
        _split(writer, root, texts)
    elif flow.each is not None:
        _each(writer, root, texts)
    else:
        p.line(f"own_id = {_id_text(texts)}")
        writer.document(root, "own_id")
    p.line("return found")
    return p, GATHER if flow.group is not None else HEAD


def _identity(writer: Writer, root: Scope) -> list[str]:
    parts = [writer.value(expr, root) for expr in writer.flow.identity]
    for part in parts:
        writer.p.line(f"if {part} is None: raise ODD")
    kinds = [expr.type.kind for expr in writer.flow.identity]
    return [
        part if kind in ("id", "text") else f"str({part})" for part, kind in zip(parts, kinds, strict=True)
    ]


def _id_text(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"KEY_TEXT(({', '.join(texts)}))"


def _each(writer: Writer, root: Scope, texts: list[str]) -> None:
    """A document per element of a list."""
    assert writer.flow.each is not None
    p = writer.p
    listed, name, key = writer.flow.each
    elements = writer.value(listed, root)
    p.line(f"if not {elements}: raise ODD")
    element = p.variable("each")
    writer.leave = "continue"
    with writer.block(f"for {element} in {elements}:"):
        p.mark()
        scope = Scope("record", dict(root.lets), None, {name: element})
        found = writer.value(key, scope, element)
        p.line(f"if {found} is None: raise ODD")
        p.line(f"own_id = {_id_text([*texts, f'str({found})'])}")
        writer.document(scope, "own_id")


@contextmanager
def _rows(writer: Writer, block: t.RowsPlan, root: Scope, named: bool) -> Iterator[Scope]:
    """The loop over the rows of a split or a group, rules of rows included."""
    p = writer.p
    rows = writer.value(block.rows, root)
    row, index = p.variable("row"), p.variable("i")
    with writer.block(f"for {index}, {row} in enumerate({rows} or ()):"):
        at = f"{writer._path_text(block.rows, root)} + '[' + str({index}) + ']'"
        element, names = ("record", {block.name: row}) if named else (row, {})
        scope = Scope(element, dict(block.let), root, names, in_loop=True, at=at)
        for rule in block.rules:
            writer.leave_out(rule, scope)
        yield scope


def _split(writer: Writer, root: Scope, texts: list[str]) -> None:
    """A document per group of rows; a record of no group is for the plain reading."""
    block = writer.flow.split
    assert block is not None
    p = writer.p
    p.line(f"own_id = {_id_text(texts)}")
    writer.start()
    writer.rules(root, "own_id")
    p.line("groups = {}")
    with _rows(writer, block, root, named=False) as scope:
        keys = [writer.value(expr, scope) for _, expr in block.by]
        p.line(f"if {' or '.join(f'{key} is None' for key in keys)}: raise ODD")
        texts_of = ", ".join(f"str({key})" for key in keys)
        p.line(f"groups.setdefault(({texts_of},), ([], ({', '.join(keys)},)))[0].append({scope.element})")
    p.line("if not groups: raise ODD")
    p.line("before, said = notes, remarks")
    with writer.block("for group_key, (group_rows, group_keys) in groups.items():"):
        p.mark()
        p.line(f"own_id = KEY_TEXT(({', '.join(texts)}, *group_key))")
        p.line("notes, remarks, said, keys = list(before), said, [], {}")
        names = {block.name: "group_rows"}
        for index, (name, _) in enumerate(block.by):
            names[name] = writer._new(f"group_keys[{index}]")
        if writer.flow.mapping.typed is not None:
            p.line("typed = TYPED.get(own_id, EMPTY)")
        writer.body(Scope("record", dict(root.lets), None, names), "own_id")


def _gather(writer: Writer, root: Scope, texts: list[str]) -> None:
    """Rows into sums: keys and amounts first, so that a record counts whole or not at all."""
    flow, p = writer.flow, writer.p
    block = flow.group
    assert block is not None
    p.line(f"own_id = {_id_text(texts)}")
    p.line("if own_id in seen: raise ODD")
    writer.start()
    writer.leave = "seen.add(own_id); return found"
    writer.rules(root, "own_id")
    p.line("counted = []")
    sums = [total for total in flow.totals if total.form == "sum"]
    with _rows(writer, block, root, named=True) as scope:
        keys = [writer.value(expr, scope) for _, expr in block.by]
        p.line(f"if {' or '.join(f'{key} is None' for key in keys)}: raise ODD")
        amounts = [_amount(writer, total, scope) for total in sums]
        texts_of = ", ".join(_key(expr, key) for key, (_, expr) in zip(keys, block.by, strict=True))
        p.line(f"counted.append((({texts_of},), ({', '.join(keys)},), {', '.join(amounts)}))")
    p.line("seen.add(own_id)")
    names = [f"a{index}" for index in range(len(sums))]
    with writer.block(f"for group_key, group_keys, {', '.join(names)} in counted:"):
        p.line("group = groups.get(group_key)")
        fields = ", ".join(f"{name!r}: group_keys[{index}]" for index, (name, _) in enumerate(block.by))
        p.line(f"if group is None: group = groups[group_key] = GROUP({{{fields}}}, [ZERO] * {len(sums)})")
        p.line("sums = group.sums")
        for index, name in enumerate(names):
            p.line(f"sums[{index}] += {name}")
    p.line(
        f"if remarks or notes: found.append(OUTCOME({flow.name!r}, own_id, 'ready', None, notes, remarks, keys))"
    )


def _key(expr: t.Expr, name: str) -> str:
    return name if expr.type.kind in ("id", "text") else f"str({name})"


def _amount(writer: Writer, total: t.TotalPlan, scope: Scope) -> str:
    """The amount a row adds to a total; zero where the total's condition does not hold."""
    assert total.of is not None
    p = writer.p
    if total.when is None:
        name = writer.value(total.of, scope)
        p.line(f"if {name} is None: raise ODD")
        return name
    name = writer._new("ZERO")
    with writer.block(f"if {writer.truth(total.when, scope)}:"):
        p.line(f"{name} = {writer.value(total.of, scope)}")
        p.line(f"if {name} is None: raise ODD")
    return name


def lets_in(expr: t.Expr, part: t.PartPlan, depth: int = 0) -> Iterator[str]:
    """The part's named values an expression asks for, through other named values too."""
    if isinstance(expr, t.Let):
        if expr.up == depth:
            yield expr.name
            inner = dict(part.let).get(expr.name)
            if inner is not None and depth == 0:
                yield from lets_in(inner, part)
        return
    for child in children(expr):
        yield from lets_in(
            child, part, depth + (1 if isinstance(expr, t.SumOf) and child is not expr.each else 0)
        )


def calm(expr: t.Expr) -> bool:
    """Whether an expression is only odd where a value is wrong: no links, no settings to be set."""
    if isinstance(expr, (t.Lookup, t.Linked, t.Let, t.SumOf, t.Share, t.Today)) or (
        isinstance(expr, t.SettingOf) and expr.required
    ):
        return isinstance(expr, t.Let) and expr.up == 0
    if isinstance(expr, (t.Table, t.Template)) or (
        isinstance(expr, t.Call) and expr.name in ("sum", "ratio", "due_date", "add_days")
    ):
        return False
    return all(calm(child) for child in children(expr))
