"""From the mirror into canonical records: the same way as from files, without files.

Before: `live` and `requests`, which fill the mirror. After: `map`, which is handed what `inputs` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from engine.ledger import mirror
from engine.ledger.ledger import Ledger
from engine.read import requests
from engine.read.canonical import Reader
from engine.read.decode import Decoded, Piece
from engine.read.files import Inputs, gathered
from engine.read.live import MARK, Stream
from engine.read.recognise import Portion
from engine.read.wanted import Catalog
from engine.spec.model import Book, Shape


class Kept:
    """The rows of one stream, read again whenever they are asked for."""

    def __init__(self, ledger: Ledger, stream: str, label: str):
        self.ledger = ledger
        self.stream = stream
        self.label = label

    def __iter__(self) -> Iterator[tuple[str, Piece]]:
        with self.ledger.look() as tx:
            for key, _, row in mirror.rows(self.ledger, tx, self.stream):
                row.pop(MARK, None)
                yield f"{self.label} {key}", Decoded(row)


def inputs(book: Book, ledger: Ledger, streams: Sequence[Stream], mapping: str, back: bool) -> Inputs:
    """Everything the mirror has that a mapping reads."""
    catalog = Catalog(book, mapping, back)
    portions = []
    for name, reader in catalog.readers.items():
        for stream, source in sources_of(reader, streams):
            title = f"{stream.port.system.title} {book.shapes[stream.object.shape].title}"
            portions.append(Portion(name, Kept(ledger, stream.name, title), "list", source))
    portions += requests.portions(ledger, catalog)
    main = [portion for portion in portions if portion.shape == catalog.main.shape.name]
    return gathered(catalog, portions, main, [])


def sources_of(reader: Reader, streams: Sequence[Stream]) -> list[tuple[Stream, str]]:
    """The streams that tell of a shape, each with the source its rows are in the form of."""
    found = []
    for stream in streams:
        if stream.port.system.name != reader.shape.system:
            continue
        call = stream.object.list
        told = {
            s: t for s, t in reader.sources.items() if call is not None and t.get("collection") == call.rows
        }
        if told and call is not None and call.rows:
            found += [(stream, source) for source in told]
        elif stream.object.shape == reader.shape.name:
            found.append((stream, ""))
    return found


def needed(book: Book, streams: Sequence[Stream], mapping: str, back: bool) -> set[str]:
    """The streams a mapping reads, its target's among them, and those that say where they are read."""
    catalog = Catalog(book, mapping, back)
    spec = book.mappings[mapping]
    target = str((spec.source if back else spec.target).value)
    names = {stream.name for reader in catalog.readers.values() for stream, _ in sources_of(reader, streams)}
    for stream in streams:
        if stream.object.shape == target:
            others = {f"{stream.port.system.name}.{to.object}" for to in stream.object.instead}
            names |= {stream.name, *others}
    return names | {
        f"{s.port.system.name}.{other}" for s in streams if s.name in names for other in _first(s) if other
    }


def _first(stream: Stream) -> tuple[str, ...]:
    """What is read before a stream: where it is listed, and what says whether to ask at all."""
    return stream.object.scope, stream.object.only_if[0]


def there(ledger: Ledger, tx: sa.Connection, shape: Shape, stream: Stream) -> dict[str, Any]:
    """Every record of a stream in canonical form, by id: what a plan compares with."""
    reader = Reader(shape)
    found: dict[str, Any] = {}
    source = next((source for _, source in sources_of(reader, [stream])), "")
    for key, _, row in mirror.rows(ledger, tx, stream.name):
        row.pop(MARK, None)
        made = reader.of_source(source, row) if source else reader.bare(row)
        for record in made:
            found[key] = record
    return found
