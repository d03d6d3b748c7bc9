"""What a mapping wants to read: its own shape, the shapes that complete it, and the references.

The catalog knows every name by which a file or a part of a file may say what it holds. Before:
`spec`. After: `recognise`, which asks it about a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.read.canonical import Reader
from engine.spec.model import Book, Member, Shape

AHEAD = 2  # small records say little: what is known as well, or nearly, is the mapping's own


@dataclass(frozen=True, slots=True)
class Merge:
    """Rows from a file of their own: `key` is the list in it, `owner` names the record's id there."""

    name: str
    key: str
    owner: str
    on: str
    at: tuple[str, ...]
    item: Member


@dataclass(frozen=True, slots=True)
class Read:
    """Facts from another collection: of the object or list at a path ("[]" steps into a list)."""

    at: tuple[str, ...]
    member: Member
    shape: str
    on: tuple[tuple[str, str], ...]
    take: str


class Catalog:
    """The shapes one mapping reads, by every name they go by."""

    def __init__(self, book: Book, mapping: str, back: bool):
        spec = book.mappings[mapping]
        self.book = book
        self.mapping = mapping
        own = str((spec.target if back else spec.source).value)
        self.reads = list(_reads(book.shapes[own].root, ()))
        self.references = [r for r in book.references.values() if r.shape in book.shapes and not r.by_hand]
        names = dict.fromkeys([own, *(r.shape for r in self.reads), *(r.shape for r in self.references)])
        self.readers = {name: Reader(book.shapes[name]) for name in names if name in book.shapes}
        self.main = self.readers[own]
        self.merges = {merge.name: merge for merge in _merges(self.main.shape)}
        self.collections: dict[str, list[tuple[str, str]]] = {}
        for name, source, told in self._sources("collection"):
            self.collections.setdefault(told, []).append((name, source))
        self.requests = {told for _, _, told in self._sources("request")}
        self.names = self._names()

    def _sources(self, key: str) -> Iterator[tuple[str, str, str]]:
        for name, reader in self.readers.items():
            for source, told in reader.sources.items():
                if key in told:
                    yield name, source, told[key]

    def _names(self) -> dict[str, str]:
        found = {snake(self.mapping): self.main.shape.name}
        for merge in self.merges.values():
            for name in (merge.key, f"{merge.key}s", merge.name, f"{merge.name}s"):
                found.setdefault(name, merge.name)
        for reader in self.readers.values():
            for name in names_of(reader.shape):
                found.setdefault(name, reader.shape.name)
        for reference in self.references:
            found.setdefault(snake(reference.name), reference.shape)
        for key, shapes in self.collections.items():
            found.setdefault(snake(key), shapes[0][0])
        return found

    @cached_property
    def all_collections(self) -> set[str]:
        """Keys of list answers of every shape, wanted here or not."""
        return {
            told["collection"]
            for shape in self.book.shapes.values()
            for told in shape.sources.values()
            if "collection" in told
        }

    @cached_property
    def all_readers(self) -> list[Reader]:
        """The mapping's own shape, what completes it, then every other whose answers it does not read."""
        own = {told.get("collection") for told in self.main.sources.values()} - {None}
        others = [Reader(shape) for name, shape in self.book.shapes.items() if name not in self.readers]
        return [
            *self.readers.values(),
            *(r for r in others if not own & {told.get("collection") for told in r.sources.values()}),
        ]

    def claim(self, reader: Reader, keys: set[str]) -> int:
        """How strongly members speak for a shape. Another must know `AHEAD` more than the mapping's own."""
        return len(keys & reader.known) + (AHEAD if reader is self.main else 0)

    def expected(self) -> str:
        """What could be given, for messages."""
        ways = [f"a request {name}" for name, told in self._ways("request")]
        ways += [f'an answer {{"{told}": […]}}' for _, told in self._ways("collection")]
        shape = self.main.shape
        more = [r.shape.plural for r in self.readers.values() if r is not self.main]
        text = f"{self.mapping} reads {shape.plural}: a record, a list, JSON lines"
        text += "".join(f", {way}" for way in ways)
        return f"{text}; beside them {', '.join(more)}" if more else text

    def _ways(self, key: str) -> list[tuple[str, str]]:
        return [(told[key], told[key]) for told in self.main.sources.values() if key in told]


def snake(name: str) -> str:
    """`Project Cost Codes` and `ProjectCostCodes` as `project_cost_codes`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s-]+", "_", spaced).lower()


def names_of(shape: Shape) -> list[str]:
    """The names a file of this shape may have."""
    short = shape.name.partition(".")[2]
    return [shape.name, short, f"{short}s", snake(shape.plural)]


def _reads(member: Member, at: tuple[str, ...]) -> Iterator[Read]:
    if member.read is not None:
        on = member.read.get("on") or {}
        yield Read(at, member, member.read["shape"], tuple(on.items()), member.read.get("take", ""))
    if member.kind == "object":
        for name, inner in member.members.items():
            yield from _reads(inner, (*at, name))
    elif member.kind == "list" and member.item is not None and member.read is None:
        yield from _reads(member.item, (*at, "[]"))


def _merges(shape: Shape) -> Iterator[Merge]:
    short = shape.name.partition(".")[2]
    for name, member in shape.root.members.items():
        if member.merge is not None and member.item is not None:
            key = member.merge["list"]
            yield Merge(f"{short}_{key}", key, f"{short}_id", member.merge["on"], (name,), member.item)
