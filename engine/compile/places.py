"""Where a value stands, how a message shows it, and the stop that says both.

A message names a field as people read it (`lines[0].amount`), whichever way the value was read.
Before: the typed tree of `check`. After: the closures, the generated source, and `map`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from engine.check import typed as t
from engine.compile.frame import Stop
from engine.vocabulary.wire import BadValue


class Place(NamedTuple):
    """The path of a field as people read it, and whether it counts from the record."""

    at: str = ""
    absolute: bool = False

    def then(self, more: str) -> Place:
        """A place inside this one: `.amount`, `[2]`."""
        return Place(f"{self.at}{more}", self.absolute)


NOWHERE = Place()
RECORD = Place("", True)


def where(expr: t.Expr) -> Place:
    """The place of the field an expression reads; what is computed has none."""
    match expr:
        case t.Get(base=base, name=name) | t.Keyed(base=base, value=name):
            owner = where(base)
            return owner.then(f".{name}" if owner.at else name)
        case t.At(base=base, index=index):
            return where(base).then(f"[{index}]")
        case t.Project(base=base, each=each):
            inner = where(each).at
            return where(base).then(f"[*].{inner}" if inner else "[*]")
        case t.Joined(base=of) | t.Pipe(base=of):
            return where(of)
        case t.Apply(of=of) | t.Table(of=of) | t.Default(of=of) | t.Scaled(of=of):
            return where(of)
        case t.Named(name=name) | t.Let(name=name):
            return Place(name, True)
        case t.Root(up=up):
            return Place("", up == -1)
        case t.Lookup(keys=keys):
            return where(keys[0]) if keys else RECORD
    return NOWHERE


def short(value: Any) -> str:
    """A value as a message shows it."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    try:
        text = repr(value) if isinstance(value, (str, list, dict)) else str(value)
    except ValueError:  # whole numbers of more digits than Python prints
        text = "a number beyond all measure"
    if len(text) <= 60:
        return text
    return f"{text[:57]}…{text[-1]}" if isinstance(value, str) else f"{text[:57]}…"


def decoded(raw: Any, decode: Callable[[Any], Any], place: Place) -> Any:
    """A wire value by its kind, or a Stop naming the field and what was wanted."""
    try:
        return decode(raw)
    except BadValue as wanted:
        raise bad(f"{short(raw)} is not {wanted}", place, raw) from None


def bad(text: str, place: Place, value: Any = None) -> Stop:
    """The stop for data that is not what its shape says."""
    return Stop("bad", "bad-value", text, place.at, value, absolute=place.absolute)


def held(code: str, text: str, place: Place = NOWHERE, value: Any = None, fix: str = "") -> Stop:
    """The stop for sound data that lacks something: a setting, a link, an amount."""
    return Stop("held", code, text, place.at, value, fix, place.absolute)
