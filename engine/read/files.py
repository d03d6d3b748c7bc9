"""Files on disk into canonical records: the door of this station, and its only file access.

`read_inputs` takes every file a mapping needs in one go. JSON lines are read line by line with flat
memory, a list element by element; whatever is wrong with a record stays with that record. Before:
`check`. After: `map`, which gets records, links and what was written before.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from engine.compile.frame import Links, key_text
from engine.read.assemble import Assembly, only_records, united
from engine.read.decode import (
    MOST_BYTES,
    MOST_BYTES_OF_A_RECORD,
    SPACE,
    Piece,
    Unfit,
    as_utf8,
    encoding_of,
    members_of,
    pieces_of,
    value_of,
)
from engine.read.recognise import HEADS, Document, Portion, Unknown, Unreadable, merged_rows, records_of
from engine.read.wanted import Catalog, snake
from engine.spec.model import Book
from engine.spec.problem import Problem, Span, did_you_mean, known_here

LINES = {".jsonl", ".ndjson", ".jsonlines"}
STDIN = "-"


@dataclass(slots=True)
class Inputs:
    """What was read. `records` yields canonical records, and `Unreadable` for those that are not.

    `form` is what the mapped records should go out as: one, list or lines. `references` are the
    collections that links are filled from. Errors among `problems` leave nothing to map.
    """

    records: Iterator[Any]
    form: str = "list"
    problems: list[Problem] = field(default_factory=list)
    references: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fill(self, links: Links) -> None:
        """Adds the references to links; a link that is known already stays."""
        for name, found in self.references.items():
            for key, record in found.items():
                links.add(name, key, record)


def read_inputs(
    book: Book, mapping: str, back: bool, files: Sequence[str | Path], stdin: BinaryIO | None = None
) -> Inputs:
    """Everything the files say that `mapping` reads. A file is a path, NAME=PATH, or - for stdin."""
    catalog = Catalog(book, mapping, back)
    problems: list[Problem] = []
    portions: list[Portion] = []
    for given in files:
        try:
            name, hint, forced = _named(catalog, str(given))
            portions += _opened(catalog, name, hint, forced, stdin)
        except (_Refused, Unfit, Unknown) as error:
            problems.append(_problem(str(given), error))
    main = [p for p in portions if p.shape == catalog.main.shape.name and p.merge is None]
    if not main and not any(p.is_error for p in problems):
        text = f"no file holds {catalog.main.shape.plural}"
        problems.append(
            Problem("E404", Span(str(files[0]) if files else STDIN, 1, 1), text, fix=catalog.expected())
        )
    return _gathered(catalog, portions, main, problems)


def _gathered(
    catalog: Catalog, portions: list[Portion], main: list[Portion], problems: list[Problem]
) -> Inputs:
    own = catalog.main.shape
    others = _collections(catalog, portions, problems)
    rows = {
        name: [row for p in portions if p.merge is merge for row in merged_rows(catalog, p)]
        for name, merge in catalog.merges.items()
    }
    read = [records_of(catalog, portion) for portion in main]
    streams = len(main) == 1 and not any(r.shape == own.name and r.at for r in catalog.reads)
    records: Iterator[Any]
    if streams:
        records = only_records(read[0])
    else:
        found = united(read, own.root, own.identity)
        others[own.name] = [record for record in found if record.__class__ is dict]
        records = iter(found)
    assembly = Assembly(catalog, others, rows)
    forms = {portion.form for portion in main}
    form = "lines" if forms == {"lines"} else main[0].form if len(main) == 1 else "list"
    return Inputs(map(assembly.record, records), form, problems, _references(catalog, others))


def _collections(catalog: Catalog, portions: list[Portion], problems: list[Problem]) -> dict[str, list[Any]]:
    """The records of every shape but the mapping's own; those that cannot be read are warnings."""
    found: dict[str, list[Any]] = {}
    for name, reader in catalog.readers.items():
        held = [p for p in portions if p.shape == name and p.merge is None]
        if not held or reader is catalog.main:
            continue
        read = united((records_of(catalog, p) for p in held), reader.shape.root, reader.shape.identity)
        found[name] = [record for record in read if record.__class__ is dict]
        problems += [
            Problem("W406", Span(bad.at, 1, 1), bad.text, severity="warning")
            for bad in read
            if isinstance(bad, Unreadable)
        ]
    return found


def _references(catalog: Catalog, others: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for reference in catalog.references:
        for record in others.get(reference.shape, ()):
            parts = [record.get(part) for part in reference.key]
            if all(part is not None for part in parts):
                found.setdefault(reference.name, {}).setdefault(key_text(parts), record)
    return found


# ---------------------------------------------------------------- files


class _Refused(Exception):
    """A file that cannot be opened or is named wrongly."""

    def __init__(self, code: str, text: str, label: str = "", fix: str = ""):
        super().__init__(text)
        self.code = code
        self.text = text
        self.label = label
        self.fix = fix


def _named(catalog: Catalog, given: str) -> tuple[str, str, bool]:
    """Path, hint and whether the hint is an order, from PATH or NAME=PATH."""
    name, sign, path = given.partition("=")
    if not sign or "/" in name or "\\" in name or Path(given).exists():
        return given, Path(given).name.split(".")[0], False
    if snake(name) not in catalog.names:
        known = sorted(n for n in catalog.names if "." not in n)
        raise _Refused(
            "E405",
            f"'{name}' names nothing that {catalog.mapping} reads",
            did_you_mean(name, known),
            known_here(known),
        )
    return path, name, True


def _opened(
    catalog: Catalog, path: str, hint: str, forced: bool, stdin: BinaryIO | None
) -> list[Portion]:
    name = "standard input" if path == STDIN else path
    document = Document(catalog, name, hint, forced)
    stream = _stream(path, stdin)
    lines = _lines(stream, name)
    suffix = "" if path == STDIN else Path(path).suffix.lower()
    first = list(islice(lines, 2))
    if suffix in LINES or _looks_like_lines(first):
        return _from_lines(document, first, lines)
    data = b"".join(chain((line for _, line, _ in first), _rest(stream, lines)))
    return _whole(document, data)


def _stream(path: str, stdin: BinaryIO | None) -> BinaryIO:
    """The bytes of a file, in UTF-8 without a mark."""
    if path == STDIN:
        if stdin is None:
            raise _Refused("E401", "nothing is given on standard input")
        return _unmarked(io.BufferedReader(stdin) if isinstance(stdin, io.RawIOBase) else stdin)
    try:
        return _unmarked(Path(path).open("rb"))
    except OSError as error:
        raise _Refused("E401", f"cannot be read: {error.strerror or error}") from None
