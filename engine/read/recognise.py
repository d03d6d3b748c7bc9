"""What a JSON document is: a request, a list answer, a bundle, rows to merge, or bare records.

Told by what stands in it, never by order of files: `request_name`, the key of a list answer, the list
of a merge file, names of shapes, and for bare records the identity and the members they have. A file's
name only settles what its content leaves open. Pure. Before: `decode`. After: `assemble`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from engine.read.canonical import Lacking, Reader, applied, plan_of
from engine.read.decode import (
    Decode,
    Decoded,
    Piece,
    Unfit,
    is_list,
    is_object,
    member_pieces,
    member_value,
    piece_value,
    value_of,
)
from engine.read.wanted import Catalog, Merge, snake

HEADS = 20  # elements looked at to tell what a list holds

# Who told a record, in the order in which they are believed: an event as it comes, a plain read, a kept
# request that waits (older than what is read now), and one that was dealt with, which makes no record.
EVENT, PLAIN, WAITING, DONE = range(4)
Told = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that could not be read at all: where it stands, and why; `request` as its portion says."""

    at: str
    text: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class Portion:
    """Records of one shape within a document, not decoded yet. `form`: one, list or lines.

    `done` is there for a kept request, and tells of a record of it that it has been dealt with; `request` is
    its id, if it is about this shape and not only tells of it beside.
    """

    shape: str
    bodies: Iterable[tuple[str, Piece]]
    form: str
    source: str = ""
    merge: Merge | None = None
    done: Callable[[Any], bool] | None = None
    request: str = ""


class Unknown(ValueError):
    """A document that nothing here reads; `fix` says what would be."""

    def __init__(self, text: str, fix: str = "", harmless: bool = False):
        super().__init__(text)
        self.text = text
        self.fix = fix
        self.harmless = harmless


class Document:
    """One document with the catalog it is read by. `name` is said in messages, `hint` settles ties."""

    def __init__(self, catalog: Catalog, name: str, hint: str, forced: bool):
        self.catalog = catalog
        self.name = name
        self.hint = snake(hint)
        self.forced = forced

    @cached_property
    def named(self) -> str:
        """What the hint names: a shape, or the list of a merge."""
        return self.catalog.names.get(self.hint, "")

    # ------------------------------------------------------------ an object

    def of_object(self, raw: bytes, members: dict[str, Any]) -> list[Portion]:
        """The portions of a document that is one object."""
        if "request_name" in members:
            return self._requests([(self.name, Decoded(value_of(raw)))], one=True)
        answer = self._answer(members)
        if answer:
            return answer
        if not self.forced and self._is_bundle(members):
            return self._bundle(members)
        value = value_of(raw)
        return self._bare([(self.name, Decoded(value))], [value], "one")

    def _answer(self, members: dict[str, Any]) -> list[Portion]:
        found = []
        for key in members:
            for shape, source in self.catalog.collections.get(key, ()):
                if not is_list(members[key]):
                    raise Unknown(f"'{key}' is not a list", f'a list answer is {{"{key}": […]}}')
                bodies = Places(f"{self.name}: {key}", member_pieces(members[key]))
                found.append(Portion(shape, bodies, "list", source))
        if not found:
            for key, body in members.items():
                if key in self.catalog.all_collections and is_list(body):
                    raise self._unwanted(f"a list answer of {key}")
        return found

    def _is_bundle(self, members: dict[str, Any]) -> bool:
        """Whether members are named after what they hold, rather than being members of a record."""
        main, names = self.catalog.main, self.catalog.names
        if any(all(path[0] in members for path in mark) for mark in main.marks.values()):
            return False
        if any(told.get("at") in members for told in main.sources.values()):
            return False
        if any(merge.owner in members for merge in self.catalog.merges.values()):
            return False
        return any(
            is_list(body) or (is_object(body) and names[snake(key)] == main.shape.name)
            for key, body in members.items()
            if snake(key) in names
        )

    def _bundle(self, members: dict[str, Any]) -> list[Portion]:
        found = []
        for key, body in members.items():
            part = Document(self.catalog, f"{self.name}: {key}", key, forced=True)
            if part.named and is_list(body):
                found += part.of_list(member_pieces(body))
            elif part.named and is_object(body):
                value = member_value(body)
                found += part._bare([(part.name, Decoded(value))], [value], "one")
        return found

    # ------------------------------------------------------------ a list, or lines

    def of_list(self, pieces: list[Piece]) -> list[Portion]:
        """The portions of a document that is a list."""
        bodies = Places(self.name, pieces)
        heads = list(_heads(bodies))
        if any(_is_request(head) for head in heads):
            return self._requests(bodies, one=False)
        return self._bare(bodies, heads, "list")

    def of_lines(self, first: list[tuple[str, Piece]], bodies: Iterable[tuple[str, Piece]]) -> list[Portion]:
        """The one portion of JSON lines; every line is a record or a request."""
        heads = list(_heads(first))
        if any(_is_request(head) for head in heads):
            return [Portion(self.catalog.main.shape.name, bodies, "lines")]
        return self._bare(bodies, heads, "lines")

    # ------------------------------------------------------------ the two kinds

    def _requests(self, bodies: Iterable[tuple[str, Piece]], one: bool) -> list[Portion]:
        names = {_request_name(value) for value in _heads(bodies, None)}
        found = []
        for name, reader in self.catalog.readers.items():
            sources = [told for told in reader.sources.values() if told.get("request") in names]
            if sources:
                form = "list" if not one or any("each" in told for told in sources) else "one"
                found.append(Portion(name, bodies, form))
        if not found:
            raise self._unwanted(f"a request {' and '.join(sorted(names))}")
        return found

    def _bare(self, bodies: Iterable[tuple[str, Piece]], heads: list[Any], form: str) -> list[Portion]:
        objects = [head for head in heads if head.__class__ is dict]
        if heads and not objects and form == "one":
            raise Unknown("no object stands here", self.catalog.expected())
        merge = self._merge_of(objects)
        if merge is not None:
            return [Portion(self.catalog.main.shape.name, bodies, form, merge=merge)]
        return [Portion(self._shape_of(objects), bodies, form)]

    def _merge_of(self, objects: list[dict[str, Any]]) -> Merge | None:
        for merge in self.catalog.merges.values():
            if self.named == merge.name:
                return merge
            held = any(o.get(merge.key).__class__ is list for o in objects)
            if held and not any(self.catalog.main.identified(o) for o in objects):
                return merge
        return None

    def _shape_of(self, objects: list[dict[str, Any]]) -> str:
        """The shape of bare records: as named, else the mapping's own unless another knows far more."""
        catalog = self.catalog
        own, wanted = catalog.main, catalog.readers.get(self.named)
        if wanted is not None and (self.forced or any(wanted.fits(each) for each in objects)):
            return self.named
        if not objects:
            return own.shape.name
        keys = {key for each in objects for key in each}
        fitting = [r for r in catalog.all_readers if any(r.fits(each) for each in objects)]
        if not fitting:
            if 2 * len(keys & own.known) >= len(keys):
                return own.shape.name
            raise Unknown(
                f"nothing here has these members: {', '.join(sorted(keys)[:6])}", catalog.expected()
            )
        best = max(fitting, key=lambda reader: catalog.claim(reader, keys))
        if best.shape.name not in catalog.readers:
            raise self._unwanted(best.shape.plural)
        return best.shape.name

    def _unwanted(self, what: str) -> Unknown:
        return Unknown(f"{what}: {self.catalog.mapping} reads nothing of it", harmless=True)


class Places:
    """The elements of a list with their places in words, as often as they are asked for."""

    def __init__(self, name: str, pieces: list[Piece]):
        self.name = name
        self.pieces = pieces

    def __iter__(self) -> Iterator[tuple[str, Piece]]:
        for index, piece in enumerate(self.pieces):
            yield f"{self.name}[{index}]", piece


def _heads(bodies: Iterable[tuple[str, Piece]], most: int | None = HEADS) -> Iterator[Any]:
    """The first elements that can be decoded."""
    for _, piece in islice(bodies, most):
        try:
            yield piece_value(piece)
        except Unfit:
            continue


def _is_request(value: Any) -> bool:
    return value.__class__ is dict and "request_name" in value


def _request_name(value: Any) -> str:
    return str(value.get("request_name")) if value.__class__ is dict else ""


# ---------------------------------------------------------------- records of a portion


def records_of(catalog: Catalog, portion: Portion, decode: Decode = value_of) -> Iterator[Told]:
    """Every record of a portion in canonical form, and who told it."""
    reader = catalog.readers[portion.shape]
    for at, piece in portion.bodies:
        try:
            value = piece_value(piece, decode)
            if _is_request(value):
                for record in _requested(catalog, reader, value, at):
                    kept = DONE if portion.done is not None and portion.done(record) else WAITING
                    yield EVENT if portion.done is None else kept, record
            elif portion.source:
                for record in reader.of_source(portion.source, value):
                    yield PLAIN, record
            else:
                for record in reader.bare(value):
                    yield PLAIN, record
        except Unfit as unfit:
            place = f", column {unfit.column}" if unfit.column and unfit.line <= 1 else ""
            yield PLAIN, Unreadable(at, unfit.text + place)
        except Lacking as lacking:
            if portion.done is None or portion.request:
                told = DONE if portion.done is not None and portion.done(None) else EVENT
                yield told, Unreadable(at, f"the request has no '{lacking.at}'", portion.request)


def _requested(catalog: Catalog, reader: Reader, value: Any, at: str) -> Iterator[Any]:
    name = _request_name(value)
    for source, told in reader.sources.items():
        if told.get("request") == name:
            yield from reader.of_source(source, value.get("request_data"))
            return
    if name not in catalog.requests:
        text = f"a request {name} carries no {reader.shape.title}"
        yield Unreadable(at, text)


def merged_rows(catalog: Catalog, portion: Portion) -> Iterator[tuple[str, Any]]:
    """The rows of a merge file: the id of the record they belong to ("" if not told), and the row.

    What cannot be read comes as `Unreadable`.
    """
    assert portion.merge is not None
    merge = portion.merge
    plan = plan_of(merge.item, catalog.main.plain[0], event=False)
    for at, piece in portion.bodies:
        try:
            value = piece_value(piece)
        except Unfit as unfit:
            yield "", Unreadable(at, unfit.text)
            continue
        rows, owner = [value], ""
        if value.__class__ is dict and value.get(merge.key).__class__ is list:
            rows = value[merge.key]
            named = value.get(merge.owner, value.get("id"))
            owner = "" if named is None else str(named)
        for row in rows:
            if row.__class__ is dict:
                yield owner, applied(plan, row, None)
