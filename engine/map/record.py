"""The heart: one record through the rules and lines of a mapping, read plainly.

Rules in order, then every line, then the rules that wait for the result. All problems of a record
are found in one go. Pure: links, settings and the day come in as `Facts`. The generated source
does the same faster for records that nothing is wrong with, and sends the others here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import localcontext
from typing import Any

from engine.check.typed import Expr, Flow, ListPlan, PartPlan, Put, RulePlan
from engine.compile.places import short
from engine.compile.frame import Facts, Frame, Stop, key_text
from engine.map.outcome import BAD, HELD, ORDER, READY, SKIPPED, Outcome, Remark
from engine.map.plain import Plain, top_frame
from engine.map.put import fitted, owner_of, put
from engine.map.split import groups_of
from engine.spec.model import Member
from engine.vocabulary.functions import EXACT, truth


def map_record(
    plain: Plain,
    record: Any,
    facts: Facts,
    shares: dict[str, Any] | None = None,
    trace: list[Any] | None = None,
) -> list[Outcome]:
    """All documents one source record makes: one, or one per `each` element or `split` group."""
    with localcontext(EXACT):
        return list(_documents(plain, record, facts, shares or {}, trace))


def _documents(
    plain: Plain, record: Any, facts: Facts, shares: dict[str, Any], trace: list[Any] | None
) -> Iterator[Outcome]:
    flow = plain.flow
    if record.__class__ is not dict:
        yield Outcome(
            flow.name, "", BAD, remarks=[Remark("bad", "not-a-record", f"{short(record)} is not an object")]
        )
        return
    frame = top_frame(plain, record, facts, shares, trace)
    try:
        parts = identity(plain, frame)
    except Stop as stop:
        yield Outcome(flow.name, "", BAD, remarks=[_remark(stop, flow.name, "", frame)])
        return
    off = _switched_off(plain, frame, key_text(parts))
    if off is not None:
        yield off
    elif flow.each is not None:
        yield from _each(plain, frame, parts)
    elif flow.split is not None:
        yield from groups_of(plain, frame, parts, _Run)
    else:
        yield _Run(plain, frame, parts).outcome()


def identity(plain: Plain, frame: Frame) -> list[str]:
    """The parts of the record's id; a record without one is bad."""
    parts = [plain.value(expr, frame) for expr in plain.flow.identity]
    for expr, part in zip(plain.flow.identity, parts, strict=True):
        if part is None:
            name = getattr(expr, "name", "id")
            raise Stop("bad", "no-id", f"the record has no {name}, so nothing could be linked to it", name)
    return [str(part) for part in parts]


def _switched_off(plain: Plain, frame: Frame, own: str) -> Outcome | None:
    only = plain.flow.only_when
    if only is None:
        return None
    try:
        if truth(plain.value(only, frame)):
            return None
    except Stop as stop:
        remark = _remark(stop, f"{plain.flow.name}.only_when", _place(only.span), frame)
        return Outcome(plain.flow.name, own, stop.status, remarks=[remark])
    node = plain.flow.mapping.only_when
    text = (
        f"this customer does not use {plain.flow.mapping.title} ({node.value if node else ''} does not hold)"
    )
    return Outcome(
        plain.flow.name,
        own,
        SKIPPED,
        remarks=[Remark("skipped", "switched-off", text, line=plain.flow.name, place=_place(only.span))],
    )


def _each(plain: Plain, frame: Frame, parts: list[str]) -> Iterator[Outcome]:
    assert plain.flow.each is not None
    listed, name, key = plain.flow.each
    try:
        elements = plain.value(listed, frame)
    except Stop as stop:
        yield Outcome(
            plain.flow.name,
            key_text(parts),
            stop.status,
            remarks=[_remark(stop, f"{plain.flow.name}.each", "", frame)],
        )
        return
    if elements is None or not elements:
        yield _Run(plain, frame, parts, nothing=name).outcome()
        return
    for index, element in enumerate(elements):
        own = top_frame(plain, frame.record, frame.facts, dict(frame.shares), frame.trace)
        own.names, own.names_at = {name: element}, {name: f"{name}[{index}]"}
        try:
            found = plain.of(key)(own, element)
        except Stop as stop:
            yield Outcome(
                plain.flow.name,
                key_text(parts),
                stop.status,
                remarks=[_remark(stop, f"{plain.flow.name}.each", "", own)],
            )
            continue
        if found is None:
            text = f"element {index + 1} of {name} has no key"
            yield Outcome(
                plain.flow.name,
                key_text(parts),
                BAD,
                remarks=[Remark("bad", "no-id", text, f"{name}[{index}]", line=f"{plain.flow.name}.each")],
            )
            continue
        yield _Run(plain, own, [*parts, str(found)]).outcome()


class _Run:
    """One document under way: its frame, what has been written, what is to be said."""

    def __init__(
        self,
        plain: Plain,
        frame: Frame,
        parts: list[str],
        nothing: str = "",
        remarks: list[Remark] | None = None,
    ):
        self.plain = plain
        self.flow: Flow = plain.flow
        self.frame = frame
        self.id = key_text(parts)
        self.nothing = nothing
        self.remarks: list[Remark] = remarks or []
        self.keys: dict[str, list[str]] = {}
        self.status = READY
        self.record: dict[str, Any] = {}
        frame.typed = frame.facts.typed.get(self.id, {})

    def outcome(self) -> Outcome:
        """The document's outcome."""
        if self._rules(self.flow.rules, self.frame, after=False):
            return self._done()
        if self.nothing:
            self._raise_status(HELD)
            self._say(
                "held",
                "nothing-to-make",
                f"it has no {self.nothing}, so no document follows from it",
                at=self.nothing,
            )
            return self._done()
        return self.lines_only()

    def lines_only(self) -> Outcome:
        """The document from its lines, its rules having been run."""
        self._into()
        self._lines(self.flow.lines, self.record, self.frame, "")
        self._required()
        if self.status == READY:
            self.frame.result = self.record
            self._rules(self.flow.rules, self.frame, after=True)
        return self._done()

    def _done(self) -> Outcome:
        record = self.record if self.status == READY else None
        return Outcome(
            self.flow.name,
            self.id,
            self.status,
            record,
            list(self.frame.notes),
            self.remarks,
            self.keys if record is not None else {},
        )

    # ------------------------------------------------------------ rules

    def _rules(self, rules: tuple[RulePlan, ...], frame: Frame, after: bool) -> bool:
        """Runs the rules of a block; true if one of them ended the record."""
        for rule in rules:
            if rule.after is not after:
                continue
            try:
                fires = truth(self.plain.value(rule.when, frame))
                text = self.plain.value(rule.say, frame) if fires and rule.say is not None else rule.name
            except Stop as stop:
                self._stopped(stop, rule.address, rule.span, frame)
                continue
            if fires and self._fired(rule, str(text), frame):
                return True
        return False

    def _fired(self, rule: RulePlan, text: str, frame: Frame) -> bool:
        self._note(rule.note)
        kind = {"skip": "skipped", "hold": "held", "warn": "warning"}[rule.then]
        self.remarks.append(
            Remark(
                kind,
                rule.code,
                text,
                frame.at,
                None,
                "",
                rule.address,
                _place(rule.span),
                rule.note,
                rule.quiet,
            )
        )
        if rule.then == "skip":
            if self.status != BAD:
                self.status = SKIPPED
            return self.status == SKIPPED
        if rule.then == "hold":
            self._raise_status(HELD)
        return False

    def _leaves_out(self, rules: tuple[RulePlan, ...], frame: Frame) -> bool:
        for rule in rules:
            try:
                if not truth(self.plain.value(rule.when, frame)):
                    continue
                text = str(self.plain.value(rule.say, frame)) if rule.say is not None else ""
            except Stop as stop:
                self._stopped(stop, rule.address, rule.span, frame)
                return True
            if rule.then == "leave_out":
                self._note(rule.note)
                if rule.say is not None or rule.code != rule.name:
                    self.remarks.append(
                        Remark(
                            "left_out",
                            rule.code,
                            text or rule.code,
                            _row_at(frame),
                            None,
                            "",
                            rule.address,
                            _place(rule.span),
                            rule.note,
                            rule.quiet,
                        )
                    )
                return True
            self._fired(rule, text or rule.name, frame)
        return False

    # ------------------------------------------------------------ lines

    def _into(self) -> None:
        """An `into` mapping writes the document another one made; its id goes in first."""
        if self.flow.into is None:
            return
        via, expr = self.flow.into
        try:
            key = self.plain.value(expr, self.frame)
            links = self.frame.facts.links
            memory = None if key is None else links.forward(via, key_text([key]))
            found = None if memory is None else memory.get(links.target_id(via))
            if found is None:
                raise Stop(
                    "held",
                    "unlinked",
                    f"{links.meta[via].what} {key} has no {links.meta[via].makes} to write into",
                    fix=f"send it with mapping {via} first",
                )
            self.record[links.target_id(via)] = found
        except Stop as stop:
            self._stopped(stop, f"{self.flow.name}.into", expr.span, self.frame)

    def _lines(
        self, lines: tuple[Put | ListPlan, ...], record: dict[str, Any], frame: Frame, at: str
    ) -> None:
        for line in lines:
            if line.write != "always" and not self._writes(line.write):
                continue
            try:
                if line.when is not None and not truth(self.plain.value(line.when, frame)):
                    continue
                if isinstance(line, ListPlan):
                    self._list(line, record, frame, at)
                else:
                    self._line(line, record, frame)
            except Stop as stop:
                self._stopped(stop, line.address, line.span, frame)

    def _writes(self, write: str) -> bool:
        if write.startswith("settings."):
            write = str(self.frame.facts.settings.get(write.removeprefix("settings."), "follow"))
        if write in ("always", "follow"):
            return True
        return write in ("create", "frozen") and not self._linked()

    def _linked(self) -> bool:
        links = self.frame.facts.links
        if self.flow.back:
            return (
                links.backward(self.flow.name, self.id, "") is not None or self.id in self.frame.facts.wrote
            )
        return links.forward(self.flow.name, self.id) is not None or self.id in self.frame.facts.wrote

    def _line(self, line: Put, record: dict[str, Any], frame: Frame) -> None:
        value = self.plain.value(line.expr, frame)
        if value is None:
            self._missing(line, record)
            return
        try:
            value = fitted(value, line.target, line.too_long)
            put(record, line.path, line.target, value)
        except Stop as stop:
            stop.at, stop.absolute = _where(line.expr, frame)
            raise stop from None
        self._note(line.note)

    def _missing(self, line: Put, record: dict[str, Any]) -> None:
        if line.missing == "error":
            at, absolute = _where(line.expr, self.frame)
            raise Stop(
                "held",
                "missing",
                f"{line.target.label} needs {_called(line.expr)}, which is missing",
                at,
                fix="complete the record, or give the file that has it",
                absolute=absolute,
            )
        if line.missing == "null":
            put(record, line.path, line.target, None)

    def _list(self, line: ListPlan, record: dict[str, Any], frame: Frame, at: str) -> None:
        name = ".".join(step.name for step in line.path)
        rows: list[dict[str, Any]] = []
        keys: list[str] = []
        for part in line.parts:
            self._part(part, line.target.item, rows, keys, frame, f"{at}{name}")
        most = line.target.max_items
        if most is not None and len(rows) > most:
            raise Stop("held", "too-many", f"{line.target.label} takes {most} rows, and here are {len(rows)}")
        if rows:
            owner_of(record, line.path)[line.path[-1].name] = rows
            self._note(line.note)
            if not at:
                self.keys[name] = keys

    def _part(
        self,
        part: PartPlan,
        item: Member | None,
        rows: list[dict[str, Any]],
        keys: list[str],
        frame: Frame,
        at: str,
    ) -> None:
        try:
            inner = list(self._row_frames(part, frame))
        except Stop as stop:
            self._stopped(stop, part.address, part.span, frame)
            return
        for own in inner:
            if part.rules and self._leaves_out(part.rules, own):
                continue
            row: dict[str, Any] = {}
            key = self._row_key(part, own, row)
            self._lines(part.lines, row, own, f"{at}[].")
            self._required_row(part, row, own, item)
            rows.append(row)
            keys.append(f"{part.name}:{key}" if key else part.name)
            self._note(part.note)

    def _row_frames(self, part: PartPlan, frame: Frame) -> Iterator[Frame]:
        lets = self.plain.part_lets[id(part)]
        if part.each is None:
            own = Frame(frame.record, frame.current, frame.facts, lets, frame, frame.at)
            if part.when is None or truth(self.plain.value(part.when, own)):
                yield own
            return
        if part.when is not None and not truth(self.plain.value(part.when, frame)):
            return
        elements = self.plain.value(part.each, frame)
        at = _where(part.each, frame)[0]
        frames = []
        for index, element in enumerate(elements or ()):
            if element.__class__ is not dict:
                raise Stop(
                    "bad", "bad-value", f"{short(element)} is not an object", f"{at}[{index}]", element
                )
            frames.append(Frame(frame.record, element, frame.facts, lets, frame, f"{at}[{index}]"))
        yield from frames if part.group is None else self._grouped(part, frames)

    def _grouped(self, part: PartPlan, frames: list[Frame]) -> Iterator[Frame]:
        """Rows of one group become one: the first row's members, the summed ones added up."""
        assert part.group is not None
        gathered: dict[str, list[Frame]] = {}
        for frame in frames:
            key = self.plain.value(part.group, frame)
            if key is None:
                raise Stop("held", "missing", "this row has nothing to group it by", frame.at, absolute=True)
            gathered.setdefault(str(key), []).append(frame)
        for group in gathered.values():
            first = group[0]
            current = {**first.current, **_added(part, group)} if len(group) > 1 else first.current
            own = Frame(first.record, current, first.facts, first.lets, first.parent, first.at)
            own.names = {**own.names, "rows": [frame.current for frame in group]}
            yield own

    def _row_key(self, part: PartPlan, frame: Frame, row: dict[str, Any]) -> str:
        if part.key is None:
            return ""
        try:
            key = self.plain.value(part.key, frame)
        except Stop as stop:
            self._stopped(stop, part.address, part.span, frame)
            return ""
        if key is None:
            return ""
        if part.key_to:
            known = frame.facts.links.forward(part.address, key_text([self.id, key]))
            if known is not None and known.get(part.key_to) is not None:
                row[part.key_to] = known[part.key_to]
        return str(key)

    def _required_row(self, part: PartPlan, row: dict[str, Any], frame: Frame, item: Member | None) -> None:
        if item is None or self.status != READY:
            return
        for name in item.required:
            if row.get(name) is None:
                self._raise_status(HELD)
                text = f"{item.members[name].label} is required on every row and nothing gives it here"
                self._say(
                    "held",
                    "missing",
                    text,
                    frame.at,
                    part.address,
                    _place(part.span),
                    "complete the record, or give the file that has it",
                )

    def _required(self) -> None:
        if self.flow.into is not None or self.status != READY:
            return
        for name in self.flow.target_root.required:
            if self.record.get(name) is None and not self._frozen(name):
                line = next((one for one in self.flow.lines if one.path[0].name == name), None)
                label = (
                    self.flow.target_root.members[name].label
                    if name in self.flow.target_root.members
                    else name
                )
                at = _where(line.expr, self.frame)[0] if isinstance(line, Put) else ""
                self._raise_status(HELD)
                self._say(
                    "held",
                    "missing",
                    f"{label} is required and nothing gives it",
                    at,
                    line.address if line else self.flow.name,
                    _place(line.span) if line else "",
                    "complete the record, or give the file that has it",
                )

    def _frozen(self, name: str) -> bool:
        """Whether the field is only written at creation and the record exists already."""
        lines = [line for line in self.flow.lines if line.path[0].name == name]
        return bool(lines) and all(line.write not in ("always", "never") for line in lines) and self._linked()

    # ------------------------------------------------------------ remarks

    def _note(self, note: str) -> None:
        if note and note not in self.frame.notes:
            self.frame.notes.append(note)

    def _raise_status(self, status: str) -> None:
        if ORDER[status] > ORDER[self.status]:
            self.status = status

    def _stopped(self, stop: Stop, address: str, span: Any, frame: Frame) -> None:
        remark = _remark(stop, address, _place(span), frame)
        self._raise_status(stop.status)
        if not any(
            r.code == remark.code and r.at == remark.at and r.text == remark.text for r in self.remarks
        ):
            self.remarks.append(remark)

    def _say(
        self, kind: str, code: str, text: str, at: str = "", line: str = "", place: str = "", fix: str = ""
    ) -> None:
        self.remarks.append(Remark(kind, code, text, at, None, fix, line or self.flow.name, place))


def _added(part: PartPlan, group: list[Frame]) -> dict[str, Any]:
    from engine.vocabulary.wire import decimal_of

    sums: dict[str, Any] = {}
    for member in part.sums:
        total = 0
        for frame in group:
            raw = frame.current.get(member.name)
            if raw is None:
                raise Stop(
                    "held",
                    "missing",
                    "this amount is missing, so the sum is not known",
                    f"{frame.at}.{member.name}",
                    absolute=True,
                )
            try:
                total = total + decimal_of(raw)
            except ValueError as bad:
                raise Stop(
                    "bad",
                    "bad-value",
                    f"{short(raw)} is not {bad}",
                    f"{frame.at}.{member.name}",
                    raw,
                    absolute=True,
                ) from None
        sums[member.name] = total
    return sums


def _remark(stop: Stop, address: str, place: str, frame: Frame) -> Remark:
    at = stop.at if stop.absolute or not frame.at else (f"{frame.at}.{stop.at}" if stop.at else frame.at)
    name, dot, rest = at.partition(".")
    if name in frame.names_at:  # `line.LineAmount` is a name of the mapping's; people look for LineItems[0]
        at = f"{frame.names_at[name]}{dot}{rest}"
    return Remark(stop.status, stop.code, stop.text, at, stop.value, stop.fix, address, place)


def _row_at(frame: Frame) -> str:
    return frame.at or next(iter(frame.names_at.values()), "")


def _where(expr: Expr, frame: Frame) -> tuple[str, bool]:
    from engine.compile.places import where

    at, absolute = where(expr)
    if not absolute and frame.at:
        return (f"{frame.at}.{at}" if at else frame.at), True
    return at, True


def _called(expr: Expr) -> str:
    from engine.compile.places import where

    return where(expr)[0] or "a value"


def _place(span: Any) -> str:
    return f"{span.file}:{span.line}"
