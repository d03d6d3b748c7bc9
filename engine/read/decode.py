"""Bytes into JSON values, exactly: no number ever passes through a binary float.

Two ways to the same values. The fast one (msgspec) serves nearly every record; whatever it refuses,
or would hide, goes the careful way, which knows about keys written twice, NaN, endless digits and
halves of characters. Numbers that no Decimal can hold stay texts, so that the field which reads one
says what is wrong with it. Before: `files`. After: `recognise`. Errors form this tree:

    ValueError
    └── Unfit        these bytes are no JSON value that can be used
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec

MOST_BYTES = 1 << 30
MOST_BYTES_OF_A_RECORD = 64 << 20
SPACE = b" \t\r\n"

_FAST = msgspec.json.Decoder(float_hook=Decimal)
_AGAIN = msgspec.json.Encoder(decimal_format="number")
_LIST = msgspec.json.Decoder(type=list[msgspec.Raw])
_OBJECT = msgspec.json.Decoder(type=dict[str, msgspec.Raw])
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_MARKS = (  # longest first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unfit(ValueError):
    """Bytes that are no JSON value we can use; `line` and `column` count from 1, 0 if not known."""

    def __init__(self, text: str, line: int = 0, column: int = 0):
        super().__init__(text)
        self.text = text
        self.line = line
        self.column = column


class Decoded(NamedTuple):
    """An element that is decoded already, with what is wrong with it."""

    value: Any
    flaw: str = ""


Decode = Callable[[bytes], Any]
Piece = bytes | msgspec.Raw | Decoded  # an element of a list, or a line: mostly still bytes


# ---------------------------------------------------------------- encodings


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding a byte order mark names ("" is UTF-8), and the length of the mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark) if not encoding else 0
    if b"\0" in head[:4]:
        raise Unfit("this looks like UTF-16 without a byte order mark; save it as UTF-8", 1, 1)
    return "", 0


def as_utf8(data: bytes) -> bytes:
    """The same text in UTF-8 without a mark; Unfit if the marked encoding is broken."""
    encoding, skip = encoding_of(data)
    if not encoding:
        return data[skip:]
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        raise Unfit(f"this begins like {encoding.upper()}, but is not ({error})", 1, 1) from None


# ---------------------------------------------------------------- one value


def value_of(raw: bytes) -> Any:
    """The JSON value of some bytes; raises Unfit."""
    if len(raw) > MOST_BYTES_OF_A_RECORD:
        raise Unfit(f"one record of {len(raw) >> 20} MiB; at most {MOST_BYTES_OF_A_RECORD >> 20} are read")
    try:
        value = _FAST.decode(raw)
        if raw.count(b'"') == _AGAIN.encode(value).count(b'"') and b"\\u0022" not in raw:
            return value  # as many quotes out as in: no key was written twice
    except (msgspec.MsgspecError, RecursionError, InvalidOperation, UnicodeError, ValueError):
        pass
    return _careful(text_of(raw))


def piece_value(piece: Piece, decode: Decode = value_of) -> Any:
    """The value of an element; raises Unfit."""
    if isinstance(piece, Decoded):
        if piece.flaw:
            raise Unfit(piece.flaw)
        return piece.value
    return decode(bytes(piece))


def text_of(raw: bytes) -> str:
    """UTF-8 bytes as text, or Unfit with line and byte."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        found = f"byte {column} (0x{raw[error.start]:02x}) is not UTF-8; save the file as UTF-8"
        raise Unfit(found, line, column) from None


def _careful(text: str) -> Any:
    decoder, twice = _decoder()
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Unfit(f"not JSON: {_said(error)}", error.lineno, error.colno) from None
    except RecursionError:
        raise Unfit("nested too deeply") from None
    flaw = _flaw(value, twice, _HALF.search(text) is not None)
    if flaw:
        raise Unfit(flaw)
    return value


def _flaw(value: Any, twice: list[str], halves: bool) -> str:
    """What JSON allows and we do not: a key that stands twice, half a character."""
    if twice:
        return f"the key '{twice[0]}' stands twice in one object; which of the two is meant is not known"
    if halves:
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
        except UnicodeEncodeError:
            return r"a text holds half a character (\ud800 to \udfff without its other half)"
    return ""


def _decoder() -> tuple[json.JSONDecoder, list[str]]:
    """A decoder that keeps every digit, and the list in which it notes keys written twice."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            seen: set[str] = set()
            twice.extend(key for key, _ in found if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return made

    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_float=_point, parse_int=_whole, parse_constant=str
    ), twice


def _point(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _whole(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return text


def _said(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc.rstrip()):
        return "it ends too early"
    return error.msg[0].lower() + error.msg[1:].removesuffix(" starting at").removesuffix(" at")


# ---------------------------------------------------------------- many values


def pieces_of(raw: bytes) -> list[Piece]:
    """The elements of a list, not decoded yet; the list itself must be JSON."""
    try:
        found: list[Piece] = list(_LIST.decode(raw))
        return found
    except (msgspec.MsgspecError, RecursionError):
        return _careful_pieces(text_of(raw))


def members_of(raw: bytes) -> dict[str, Any]:
    """The members of an object as bytes; as values where they cannot be told apart as bytes."""
    try:
        found: dict[str, Any] = _OBJECT.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return dict(_careful(text_of(raw)))
    if any(
        raw.count(json.dumps(name).encode()) > 1
        for name, body in found.items()
        if _opening(body) in (b"[", b"{")
    ):
        return dict(_careful(text_of(raw)))
    return found


def is_list(body: Any) -> bool:
    """Whether a member (bytes or value) is a list."""
    return body.__class__ is list or _opening(body) == b"["


def is_object(body: Any) -> bool:
    """Whether a member is an object."""
    return body.__class__ is dict or _opening(body) == b"{"


def _opening(body: Any) -> bytes:
    return bytes(memoryview(body)[:1]) if isinstance(body, msgspec.Raw) else b""


def member_value(body: Any) -> Any:
    """A member's value, whichever way it was taken."""
    return value_of(bytes(body)) if isinstance(body, msgspec.Raw) else body


def member_pieces(body: Any) -> list[Piece]:
    """The elements of a member that is a list."""
    if isinstance(body, msgspec.Raw):
        return pieces_of(bytes(body))
    return [Decoded(each) for each in body]


def _careful_pieces(text: str) -> list[Piece]:
    """Element by element, so that a key written twice spoils one of them only."""
    decoder, twice = _decoder()
    halves = _HALF.search(text) is not None
    found: list[Piece] = []
    at = _past_space(text, 0) + 1
    try:
        at = _past_space(text, at)
        while text[at : at + 1] != "]" or found:
            value, at = decoder.raw_decode(text, at)
            found.append(Decoded(value, _flaw(value, twice, halves)))
            twice.clear()
            at = _past_space(text, at)
            mark = text[at : at + 1]
            if mark == "]":
                break
            if mark != ",":
                raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
            at = _past_space(text, at + 1)
        rest = _past_space(text, at + 1)
        if rest != len(text):
            raise json.JSONDecodeError("Extra data", text, rest)
    except json.JSONDecodeError as error:
        raise Unfit(f"not JSON: {_said(error)}", error.lineno, error.colno) from None
    except RecursionError:
        raise Unfit("nested too deeply") from None
    return found


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
