"""Records of one form: who reads little of many alike records need not take them apart one by one.

A form is learned from a record that was decoded carefully: its members and their kinds, all the way down.
A record fits if it has exactly these members, each of its kind and each once, which one typed decoding
and one count of quotes tell: a member more, or one written twice, brings quotes of its own. What fits
comes as a record of the wanted members alone; what does not is decoded the careful way, whole. So a form
changes no value and hides no mistake. Before: `decode`. After: `recognise`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import msgspec

from engine.read.decode import MOST_BYTES_OF_A_RECORD, value_of

MOST_FORMS = 8  # an organisation writes its documents in few ways; else forms are no help
ENOUGH = 256  # records after which forms have to have fitted every second one
REQUEST = "request_name"  # an envelope: what is in it is not known by these names

EMPTY_LIST = Annotated[list[Any], msgspec.Meta(max_length=0)]
Fitted = Callable[[bytes], Any]  # a record of the wanted members, or None if it does not fit


class Forms:
    """Decodes bytes to records of the wanted members, or to whole records where no form fits."""

    def __init__(self, wanted: frozenset[str]):
        self.wanted = wanted
        self.known: list[Fitted] = []
        self.fitted = self.others = 0

    def value(self, raw: bytes) -> Any:
        """The record of some bytes; raises Unfit."""
        for index, form in enumerate(self.known if len(raw) <= MOST_BYTES_OF_A_RECORD else ()):
            record = form(raw)
            if record is not None:
                self.fitted += 1
                if index:
                    self.known.insert(0, self.known.pop(index))
                return record
        value = value_of(raw)
        self.others += 1
        if self.others > ENOUGH + self.fitted:
            self.known.clear()
        elif len(self.known) < MOST_FORMS and value.__class__ is dict and REQUEST not in value:
            self._learn(value)
        return value

    def _learn(self, record: dict[str, Any]) -> None:
        try:
            self.known.append(form_of(record, self.wanted))
        except (ValueError, TypeError, SyntaxError, RecursionError):  # names or depths no type can have
            self.others += ENOUGH


def form_of(record: dict[str, Any], wanted: frozenset[str]) -> Fitted:
    """The form of a record."""
    writing = _Writing(wanted)
    part = writing.object(record, "r", True)
    lines = [
        "def fitted(raw):",
        "    try: r = decode(raw)",
        "    except ERRORS: return None",
        f"    quotes = {part.quotes}",
        *writing.lines,
        f"    return {part.text} if quotes == raw.count(34) else None",
    ]
    errors = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)
    decode = msgspec.json.Decoder(part.kind, float_hook=Decimal).decode
    place: dict[str, Any] = {"decode": decode, "ERRORS": errors}
    exec("\n".join(lines), place)  # all of it our own; members' names are literals in it
    found: Fitted = place["fitted"]
    return found


class _Part(NamedTuple):
    """A part of a form: its type, the quotes it always has, code for what is wanted of it."""

    kind: Any
    quotes: int
    text: str


class _Writing:
    """A form under way: `lines` of Python that walk the lists of a record that has its type."""

    def __init__(self, wanted: frozenset[str]):
        self.wanted = wanted
        self.lines: list[str] = []
        self.depth = 1
        self.lists = 0

    def object(self, record: dict[str, Any], at: str, keep: bool) -> _Part:
        """An object: its members and no others."""
        named = {f"m{index}": name for index, name in enumerate(record)}
        kept = {own for own, name in named.items() if keep and name in self.wanted}
        parts = {own: self.value(record[name], f"{at}.{own}", own in kept) for own, name in named.items()}
        fields = [(own, part.kind) for own, part in parts.items()]
        kind = msgspec.defstruct("Form", fields, rename=named, forbid_unknown_fields=True, gc=False)
        texts = [f"{n!r}: {parts[own].text}" for own, n in named.items() if own in kept]
        return _Part(kind, sum(2 + part.quotes for part in parts.values()), f"{{{', '.join(texts)}}}")

    def value(self, value: Any, at: str, keep: bool) -> _Part:
        """Any value; a number that is wanted keeps every digit, others are only looked at."""
        if value.__class__ is dict:
            return self.object(value, at, keep)
        if value.__class__ is list:
            return self.list(value, at, keep) if value else _Part(EMPTY_LIST, 0, "[]")
        if value.__class__ is str:
            return _Part(str, 2, at)
        kind = Any if keep else None if value is None else bool if value.__class__ is bool else float
        return _Part(kind, 0, at)

    def list(self, values: list[Any], at: str, keep: bool) -> _Part:
        """A list: all its elements are like the first."""
        self.lists += 1
        each, rows = f"e{self.lists}", f"rows{self.lists}"
        before = len(self.lines)
        self.depth += 1
        part = self.value(values[0], each, keep)
        if keep:
            self.line(f"{rows}.append({part.text})")
        self.depth -= 1
        inside, self.lines[before:] = self.lines[before:], []
        self.line(f"quotes += {part.quotes} * len({at})")
        if inside:
            self.line(f"{rows} = []")
            self.line(f"for {each} in {at}:")
            self.lines += inside
        kind: Any = list
        return _Part(kind[part.kind], 0, rows)

    def line(self, text: str) -> None:
        """A statement."""
        self.lines.append("    " * self.depth + text)
