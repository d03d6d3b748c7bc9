"""One file into the portions it holds: opened, its encoding and form told, nothing decoded too early.

A list is cut into its elements while they are still bytes, JSON lines are read one by one: a bad
record is one record, and a long file needs no memory for what is behind. Before: the command line.
After: `files`, which reads the portions of all files together.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from engine.read.decode import (
    MOST_BYTES,
    MOST_BYTES_OF_A_RECORD,
    SPACE,
    Decoded,
    Piece,
    Unfit,
    as_utf8,
    encoding_of,
    members_of,
    pieces_of,
    value_of,
)
from engine.read.recognise import HEADS, Document, Portion, Unknown
from engine.read.wanted import Catalog, snake
from engine.spec.problem import did_you_mean, known_here

STDIN = "-"
LINES = {".jsonl", ".ndjson", ".jsonlines"}
HEAD = 1 << 20  # bytes looked at to tell lines from one document
TOO_LONG = f"one record of more than {MOST_BYTES_OF_A_RECORD >> 20} MiB"


class Refused(Exception):
    """A file that cannot be opened, or is named wrongly."""

    def __init__(self, code: str, text: str, label: str = "", fix: str = ""):
        super().__init__(text)
        self.code = code
        self.text = text
        self.label = label
        self.fix = fix


def portions_of(catalog: Catalog, given: str, stdin: BinaryIO | None) -> list[Portion]:
    """What a file holds. Raises Refused, Unfit or Unknown if it is of no use as a whole."""
    path, hint, forced = _named(catalog, given)
    name = "standard input" if path == STDIN else path
    document = Document(catalog, name, hint, forced)
    stream = _stream(path, stdin)
    in_lines = path != STDIN and Path(path).suffix.lower() in LINES
    try:
        head = stream.read(HEAD)
        encoding, mark = encoding_of(head)
        if encoding:
            head, stream = as_utf8(_all(head, stream)), _closed(stream)
        else:
            head = head[mark:]
        if in_lines or _looks_like_lines(head):
            bodies = _bodies(name, head, stream)
            first = list(islice(bodies, HEADS))
            return document.of_lines(first, chain(first, bodies))
        data = _all(head, stream)
    except BaseException:
        stream.close()
        raise
    _closed(stream)
    return _whole(document, data)


def _named(catalog: Catalog, given: str) -> tuple[str, str, bool]:
    """Path, hint and whether the hint is an order, from PATH or NAME=PATH."""
    name, sign, path = given.partition("=")
    if not sign or "/" in name or "\\" in name or Path(given).exists():
        return given, Path(given).name.split(".")[0], False
    if snake(name) not in catalog.names:
        known = sorted(n for n in catalog.names if "." not in n)
        text = f"'{name}' names nothing that {catalog.mapping} reads"
        raise Refused("E405", text, did_you_mean(name, known), known_here(known))
    return path, name, True


def _stream(path: str, stdin: BinaryIO | None) -> BinaryIO:
    if path == STDIN:
        if stdin is None:
            raise Refused("E401", "nothing is given on standard input")
        return stdin
    try:
        return Path(path).open("rb", buffering=HEAD)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise Refused("E401", f"cannot be read: {said.lower()}") from None


def _closed(stream: BinaryIO) -> BinaryIO:
    stream.close()
    return io.BytesIO()


def _all(head: bytes, stream: BinaryIO) -> bytes:
    """Everything, if it is no more than one document may be."""
    data = io.BytesIO()
    chunk = head
    while chunk:
        data.write(chunk)
        if data.tell() > MOST_BYTES:
            text = f"more than {MOST_BYTES >> 30} GiB in one document"
            raise Refused("E401", text, fix="JSON lines (.jsonl) of any length are read line by line")
        chunk = stream.read(HEAD)
    return data.getvalue()


def _looks_like_lines(head: bytes) -> bool:
    """Whether a second object begins on a line of its own, which no single document has."""
    lines = [line.strip(SPACE) for line in head.lstrip(SPACE).split(b"\n", 40)]
    first, *rest = [line for line in lines if line] or [b""]
    if not rest or not first.startswith(b"{") or not rest[0].startswith(b"{"):
        return False
    return not first.endswith((b"[", b":", b",", b"{"))


def _bodies(name: str, head: bytes, stream: BinaryIO) -> Iterator[tuple[str, Piece]]:
    """Each line that is not blank, with its place; a line too long to be a record is told as such."""
    start, number = io.BytesIO(head), 0
    with stream:
        while True:
            line = start.readline()
            if not line.endswith(b"\n"):
                line += stream.readline(MOST_BYTES_OF_A_RECORD)
            if not line:
                return
            number += 1
            flaw = ""
            while len(line) >= MOST_BYTES_OF_A_RECORD and not line.endswith(b"\n"):
                line, flaw = stream.readline(MOST_BYTES_OF_A_RECORD), TOO_LONG
            if flaw or line.strip(SPACE):
                yield f"{name}, line {number}", Decoded(None, flaw) if flaw else line


def _whole(document: Document, data: bytes) -> list[Portion]:
    opening = data[:HEAD].lstrip(SPACE)[:1]
    if not opening:
        raise Unfit("the file is empty", 1, 1)
    if opening == b"[":
        return document.of_list(pieces_of(data))
    if opening == b"{":
        return document.of_object(data, members_of(data))
    value = value_of(data)
    kind = {str: "a text", bool: "true or false", type(None): "null"}.get(type(value), "a number")
    raise Unknown(f"{kind} stands here, not a record", document.catalog.expected())
