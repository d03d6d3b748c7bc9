"""Typed expressions into closures: the plain reading, which says what an expression means.

One small function per kind of node, each returning a function of (frame, current element). The
generated source (`source`) must agree with this on every record; where it meets anything odd it
hands the record over to these. Before: `check`. After: `map/record`, which runs them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from engine.check import typed as t
from engine.compile.frame import Frame, Function, Stop, key_parts, key_text, remembered
from engine.compile.say import sandboxed
from engine.vocabulary.functions import FUNCTIONS, Missing, rounded, truth, turned
from engine.vocabulary.transforms import TRANSFORMS, as_text
from engine.vocabulary.wire import DECODE, BadValue


SCALARS = ("text", "decimal", "integer", "boolean", "date", "instant", "id")


def where(expr: t.Expr) -> tuple[str, bool]:
    """The path of a field as people read it, and whether it counts from the record."""
    if isinstance(expr, t.Get):
        base, absolute = where(expr.base)
        return (f"{base}.{expr.name}" if base else expr.name), absolute
    if isinstance(expr, t.Keyed):
        base, absolute = where(expr.base)
        return f"{base}.{expr.value}", absolute
    if isinstance(expr, t.At):
        base, absolute = where(expr.base)
        return f"{base}[{expr.index}]", absolute
    if isinstance(expr, t.Project):
        base, absolute = where(expr.base)
        inner, _ = where(expr.each)
        return f"{base}[*].{inner}" if inner else f"{base}[*]", absolute
    if isinstance(expr, t.Joined):
        return where(expr.base)
    if isinstance(expr, t.Named):
        return expr.name, True
    if isinstance(expr, t.Root):
        return "", expr.up == -1
    if isinstance(expr, t.Let):
        return expr.name, True
    if isinstance(expr, t.Pipe):
        return where(expr.base)
    if isinstance(expr, (t.Apply, t.Table, t.Default, t.Scaled)):
        return where(expr.of)
    if isinstance(expr, t.Lookup):
        return where(expr.keys[0]) if expr.keys else ("", True)
    return "", False


def decoded(raw: Any, decode: Callable[[Any], Any], at: str, absolute: bool = False) -> Any:
    """A wire value by its kind, or a Stop naming the field and what was wanted."""
    try:
        return decode(raw)
    except BadValue as bad:
        raise Stop("bad", "bad-value", f"{short(raw)} is not {bad}", at, raw, absolute=absolute) from None


def short(value: Any) -> str:
    """A value as a message shows it."""
    try:
        text = repr(value) if isinstance(value, (str, list, dict)) else str(value)
    except ValueError:  # whole numbers of more digits than Python prints
        text = "a number beyond all measure"
    return text if len(text) <= 60 else f"{text[:57]}…"


def compile_expr(expr: t.Expr, traced: bool = False) -> Function:
    """The closure of an expression; `traced` ones note every value on the frame's trace."""
    return _Builder(traced).build(expr)


class _Builder:
    def __init__(self, traced: bool):
        self.traced = traced

    def build(self, expr: t.Expr) -> Function:
        function: Function = getattr(self, f"_{type(expr).__name__.lower()}")(expr)
        return _tracing(expr, function) if self.traced else function

    # ------------------------------------------------------------ names

    def _const(self, expr: t.Const) -> Function:
        value = expr.value
        return lambda frame, current: value

    def _settingof(self, expr: t.SettingOf) -> Function:
        name, required = expr.name, expr.required

        def read(frame: Frame, current: Any) -> Any:
            value = frame.facts.settings.get(name)
            if value is None and required:
                raise Stop(
                    "held",
                    "setting-missing",
                    f"the setting {name} is not set",
                    name,
                    fix=f"set {name} in the customer's settings.yaml",
                    absolute=True,
                )
            return value

        return read

    def _today(self, expr: t.Today) -> Function:
        def read(frame: Frame, current: Any) -> Any:
            if frame.facts.today is None:
                raise Stop(
                    "held",
                    "today-missing",
                    "the day of the run is not given",
                    "today",
                    fix="give --today",
                    absolute=True,
                )
            return frame.facts.today

        return read

    def _typed(self, expr: t.Typed) -> Function:
        name, decode = expr.name, DECODE[expr.type.kind]

        def read(frame: Frame, current: Any) -> Any:
            raw = frame.typed.get(name)
            return None if raw is None else decoded(raw, decode, f"typed.{name}", True)

        return read

    def _current(self, expr: t.Current) -> Function:
        return lambda frame, current: current

    def _root(self, expr: t.Root) -> Function:
        if expr.up == -1:
            return lambda frame, current: frame.record
        return lambda frame, current: frame.parent.current  # type: ignore[union-attr]

    def _result(self, expr: t.Result) -> Function:
        return lambda frame, current: frame.result

    def _named(self, expr: t.Named) -> Function:
        name = expr.name
        return lambda frame, current: frame.names.get(name)

    def _let(self, expr: t.Let) -> Function:
        name, up = expr.name, expr.up

        def read(frame: Frame, current: Any) -> Any:
            for _ in range(up):
                frame = frame.parent  # type: ignore[assignment]
            return frame.let(name)

        return read

    def _share(self, expr: t.Share) -> Function:
        name = expr.name

        def read(frame: Frame, current: Any) -> Any:
            value = frame.shares.get(name)
            if value.__class__ is Stop:
                raise value
            return value

        return read

    # ------------------------------------------------------------ fields and lists

    def _get(self, expr: t.Get) -> Function:
        base, name = self.build(expr.base), expr.name
        at, absolute = where(expr)
        result = isinstance(expr.base, t.Result) or expr.type.kind == "any"
        decode = (lambda raw: raw) if result else DECODE[expr.type.kind]
        item = expr.type.item
        each = DECODE[item.kind] if item is not None and item.kind in SCALARS and not result else None

        def read(frame: Frame, current: Any) -> Any:
            owner = base(frame, current)
            if owner is None:
                return None
            if owner.__class__ is not dict:
                raise Stop(
                    "bad", "bad-value", f"{short(owner)} is not an object", at, owner, absolute=absolute
                )
            raw = owner.get(name)
            if raw is None:
                return None
            if each is None:
                return decoded(raw, decode, at, absolute)
            return [
                one if one is None else decoded(one, each, f"{at}[{index}]", absolute)
                for index, one in enumerate(decoded(raw, decode, at, absolute))
            ]

        return read

    def _keyed(self, expr: t.Keyed) -> Function:
        base, key, value = self.build(expr.base), expr.key, expr.value

        def read(frame: Frame, current: Any) -> Any:
            found = base(frame, current)
            return next((row for row in found or () if row.__class__ is dict and row.get(key) == value), None)

        return read

    def _joined(self, expr: t.Joined) -> Function:
        base, names, separator = self.build(expr.base), expr.names, expr.separator
        at, absolute = where(expr)

        def read(frame: Frame, current: Any) -> Any:
            owner = base(frame, current)
            if owner is None:
                return None
            if owner.__class__ is not dict:
                raise Stop(
                    "bad", "bad-value", f"{short(owner)} is not an object", at, owner, absolute=absolute
                )
            texts = [
                decoded(owner[n], DECODE["text"], f"{at}.{n}", absolute)
                for n in names
                if owner.get(n) is not None
            ]
            joined = separator.join(text.strip() for text in texts if text.strip())
            return joined or None

        return read

    def _at(self, expr: t.At) -> Function:
        base, index = self.build(expr.base), expr.index

        def read(frame: Frame, current: Any) -> Any:
            found = base(frame, current)
            if not found or not -len(found) <= index < len(found):
                return None
            return found[index]

        return read

    def _project(self, expr: t.Project) -> Function:
        base, each = self.build(expr.base), self.build(expr.each)
        test = self.build(expr.where) if expr.where is not None else None
        at, absolute = where(expr.base)
        flat = expr.flat

        def read(frame: Frame, current: Any) -> Any:
            listed = base(frame, current)
            if listed is None:
                return None
            if flat:
                listed = [
                    inner
                    for row in listed
                    if row is not None
                    for inner in (row if row.__class__ is list else [row])
                ]
            found = []
            for index, row in enumerate(listed):
                try:
                    if row is None or (test is not None and not truth(test(frame, row))):
                        continue
                    value = each(frame, row)
                except Stop as stop:
                    raise _placed(stop, f"{at}[{index}]", absolute) from None
                if value is not None:
                    found.append(value)
            return found

        return read

    def _pipe(self, expr: t.Pipe) -> Function:
        base, then = self.build(expr.base), self.build(expr.then)

        def read(frame: Frame, current: Any) -> Any:
            value = base(frame, current)
            return None if value is None else then(frame, value)

        return read

    def _listof(self, expr: t.ListOf) -> Function:
        items = [self.build(item) for item in expr.items]
        return lambda frame, current: [item(frame, current) for item in items]

    # ------------------------------------------------------------ logic

    def _either(self, expr: t.Either) -> Function:
        left, right, both = self.build(expr.left), self.build(expr.right), expr.both

        def choose(frame: Frame, current: Any) -> Any:
            value = left(frame, current)
            return right(frame, current) if truth(value) is both else value

        return choose

    def _not(self, expr: t.Not) -> Function:
        of = self.build(expr.of)
        return lambda frame, current: not truth(of(frame, current))

    def _compare(self, expr: t.Compare) -> Function:
        left, right = self.build(expr.left), self.build(expr.right)
        compare = {
            "eq": operator.eq,
            "ne": operator.ne,
            "lt": operator.lt,
            "lte": operator.le,
            "gt": operator.gt,
            "gte": operator.ge,
        }[expr.op]
        ordering = expr.op not in ("eq", "ne")

        def test(frame: Frame, current: Any) -> Any:
            a, b = left(frame, current), right(frame, current)
            if ordering and (a is None or b is None):
                return None
            return compare(a, b)

        return test

    # ------------------------------------------------------------ functions

    def _call(self, expr: t.Call) -> Function:
        function = FUNCTIONS[expr.name]
        args = [self.build(arg) for arg in expr.args]
        apply, strict, name = function.apply, function.strict, expr.name
        if name == "sum" and isinstance(expr.args[0], t.Project):
            return self._strict_sum(expr.args[0])
        if name in ("first", "not_null"):
            return _lazy_first(args)
        at, absolute = where(expr.args[0]) if expr.args else ("", True)

        def call(frame: Frame, current: Any) -> Any:
            values = [arg(frame, current) for arg in args]
            if strict and any(value is None for value in values):
                return None
            try:
                return apply(*values)
            except Missing as missing:
                raise _element_missing(f"{at}[{missing.index}]", absolute) from None
            except BadValue as bad:
                raise Stop(
                    "held", "cannot-compute", f"{name} needs {bad}", at, values[0], absolute=absolute
                ) from None

        return call

    def _strict_sum(self, listed: t.Project) -> Function:
        """sum(list[*].member): a projection would drop a missing amount; a sum must not."""
        return self._summing(listed.base, listed.where, listed.each)

    def _sumof(self, expr: t.SumOf) -> Function:
        base, test, each = (
            self.build(expr.each),
            self.build(expr.where) if expr.where is not None else None,
            self.build(expr.of),
        )
        at, absolute = where(expr.each)

        def total(frame: Frame, current: Any) -> Any:
            listed = base(frame, current)
            if listed is None:
                return None
            result = t.ZERO
            for index, row in enumerate(listed):
                inner = Frame(frame.record, row, frame.facts, {}, frame, f"{at}[{index}]")
                try:
                    if test is not None and not truth(test(inner, row)):
                        continue
                    value = each(inner, row)
                except Stop as stop:
                    raise _placed(stop, f"{at}[{index}]", absolute) from None
                if value is None:
                    raise _element_missing(f"{at}[{index}]", absolute)
                result += value
            return result

        return total

    def _summing(self, base_expr: t.Expr, where_expr: t.Expr | None, each_expr: t.Expr) -> Function:
        base, each = self.build(base_expr), self.build(each_expr)
        test = self.build(where_expr) if where_expr is not None else None
        at, absolute = where(base_expr)
        inner_at = where(each_expr)[0]

        def total(frame: Frame, current: Any) -> Any:
            listed = base(frame, current)
            if listed is None:
                return None
            result = t.ZERO
            for index, row in enumerate(listed):
                try:
                    if row is None or (test is not None and not truth(test(frame, row))):
                        continue
                    value = each(frame, row)
                except Stop as stop:
                    raise _placed(stop, f"{at}[{index}]", absolute) from None
                if value is None:
                    raise _element_missing(f"{at}[{index}].{inner_at}", absolute)
                result += value
            return result

        return total

    def _lookup(self, expr: t.Lookup) -> Function:
        keys = [self.build(key) for key in expr.keys]
        via, take, by, back, may_miss = expr.via, expr.take, expr.by, expr.back, expr.missing
        at, absolute = where(expr)
        decode = DECODE.get(expr.type.kind)
        whole_id = expr.type.kind == "list" and not take

        def look(frame: Frame, current: Any) -> Any:
            parts = [key(frame, current) for key in keys]
            if any(part is None for part in parts):
                return None
            text, links = key_text(parts), frame.facts.links
            found: Any = links.backward(via, text, by) if back or by else links.forward(via, text)
            if found is None:
                if may_miss:
                    return None
                raise unlinked(frame, via, parts, back or bool(by), at, absolute)
            source_id, memory = found if back or by else (text, found)
            if not take:
                if whole_id:
                    return key_parts(source_id)
                raw = source_id if back else remembered(memory, links.target_id(via))
            else:
                raw = remembered(memory, take)
                raw = links.part_of(via, source_id, take) if raw is None else raw
            if raw is None or decode is None:
                return raw
            return decoded(raw, decode, f"links.{via}.{source_id}.{take}", True)

        return look

    def _linked(self, expr: t.Linked) -> Function:
        keys = [self.build(key) for key in expr.keys]
        via, back = expr.via, expr.back

        def look(frame: Frame, current: Any) -> bool:
            parts = [key(frame, current) for key in keys]
            if any(part is None for part in parts):
                return False
            links = frame.facts.links
            text = key_text(parts)
            return (links.backward(via, text, "") if back else links.forward(via, text)) is not None

        return look

    # ------------------------------------------------------------ texts and steps

    def _template(self, expr: t.Template) -> Function:
        if expr.source:
            return self._jinja(expr)
        pieces = [piece if isinstance(piece, str) else self.build(piece) for piece in expr.pieces]

        def render(frame: Frame, current: Any) -> str:
            return "".join(
                piece if isinstance(piece, str) else _shown(piece(frame, current)) for piece in pieces
            )

        return render

    def _jinja(self, expr: t.Template) -> Function:
        names = [(name, self.build(value)) for name, value in expr.names]
        render = sandboxed(expr.source)

        def say(frame: Frame, current: Any) -> str:
            try:
                return render({name: value(frame, current) for name, value in names})
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                text = f"this text cannot be written: {error}"
                raise Stop("held", "cannot-compute", text, absolute=True) from None

        return say

    def _apply(self, expr: t.Apply) -> Function:
        of, apply, name = self.build(expr.of), TRANSFORMS[expr.name].apply, expr.name
        args = [(key, self.build(value)) for key, value in expr.args]
        at, absolute = where(expr.of)

        def change(frame: Frame, current: Any) -> Any:
            value = of(frame, current)
            if value is None:
                return None
            given = {key: arg(frame, current) for key, arg in args}
            for key, argument in given.items():
                if argument is None:
                    raise Stop(
                        "held",
                        "cannot-compute",
                        f"'{name}' lacks its {key}",
                        at,
                        absolute=absolute,
                        fix="set the setting it comes from",
                    )
            try:
                return apply(value, **given)
            except BadValue as bad:
                raise Stop(
                    "held",
                    "cannot-compute",
                    f"{short(value)} cannot go through '{name}': it needs {bad}",
                    at,
                    value,
                    absolute=absolute,
                ) from None

        return change

    def _table(self, expr: t.Table) -> Function:
        of, fixed, setting, otherwise = self.build(expr.of), dict(expr.table), expr.setting, expr.otherwise
        back = expr.back
        at, absolute = where(expr.of)

        def change(frame: Frame, current: Any) -> Any:
            value = of(frame, current)
            if value is None:
                return None
            table = (frame.facts.settings.get(setting) or {}) if setting else fixed
            if back:
                table = turned(table)
            found = table.get(as_text(value))
            if found is not None:
                return found
            if otherwise == "keep":
                return value
            if otherwise == "omit":
                return None
            where_table = f"the setting {setting}" if setting else "the mapping's table"
            raise Stop(
                "held",
                "no-code",
                f"{short(value)} is not in {where_table}",
                at,
                value,
                "add it there",
                absolute,
            )

        return change

    def _default(self, expr: t.Default) -> Function:
        return _lazy_first([self.build(expr.of), self.build(expr.otherwise)])

    def _pick(self, expr: t.Pick) -> Function:
        choices = [
            (self.build(when) if when is not None else None, self.build(value), note)
            for (when, value), note in zip(expr.choices, expr.notes, strict=True)
        ]

        def choose(frame: Frame, current: Any) -> Any:
            for when, value, note in choices:
                if when is None or truth(when(frame, current)):
                    found = value(frame, current)
                    if note and found is not None and note not in frame.notes:
                        frame.notes.append(note)
                    return found
            return None

        return choose

    def _scaled(self, expr: t.Scaled) -> Function:
        of, places = self.build(expr.of), expr.places
        at, absolute = where(expr.of)

        def scale(frame: Frame, current: Any) -> Any:
            value = of(frame, current)
            try:
                return None if value is None else rounded(value, places)
            except BadValue as bad:
                text = f"rounding needs {bad}"
                raise Stop("held", "cannot-compute", text, at, value, absolute=absolute) from None

        return scale


def _lazy_first(args: list[Function]) -> Function:
    def first(frame: Frame, current: Any) -> Any:
        for arg in args:
            value = arg(frame, current)
            if value is not None:
                return value
        return None

    return first


def _tracing(expr: t.Expr, function: Function) -> Function:
    def traced(frame: Frame, current: Any) -> Any:
        value = function(frame, current)
        if frame.trace is not None:
            frame.trace.append((expr, value, frame))
        return value

    return traced


def _shown(value: Any) -> str:
    return "" if value is None else as_text(value)


def _placed(stop: Stop, prefix: str, absolute: bool) -> Stop:
    stop.under(prefix)
    stop.absolute = stop.absolute or absolute
    return stop


def _element_missing(at: str, absolute: bool) -> Stop:
    return Stop(
        "held",
        "missing",
        "this amount is missing, so the sum is not known",
        at,
        absolute=absolute,
        fix="complete the record, or give the file that has it",
    )


def unlinked(frame: Frame, via: str, parts: list[Any], back: bool, at: str, absolute: bool) -> Stop:
    """The message for a document nobody knows yet."""
    meta = frame.facts.links.meta.get(via)
    shown = ", ".join(str(part) for part in parts)
    if meta is None:
        return Stop(
            "held", "unlinked", f"{via} knows no {shown}", at, parts[0], f"link it in {via}", absolute
        )
    if back:
        text = f"no {meta.what} is linked to {meta.makes} {shown}"
        return Stop(
            "held",
            "unlinked",
            text,
            at,
            parts[0],
            f"link it with mapping {via}, or import it first",
            absolute,
        )
    text = (
        f"{meta.what} {shown} is not linked to a {meta.makes}"
        if meta.makes
        else f"{meta.what} {shown} is not known"
    )
    return Stop(
        "held", "unlinked", text, at, parts[0], f"send it with mapping {via} first, or link it", absolute
    )
