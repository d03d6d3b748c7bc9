"""What earlier runs left behind: links, and what was written, as files say it (language §9).

Both have one form: by mapping, then by source id, then members. A misspelt mapping would only show
as links that are not found, far from its cause; so names are checked here. Before: the command line.
After: `map`, as facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.read.decode import Unfit, as_utf8, value_of
from engine.spec.model import Book, Mapping
from engine.spec.problem import Problem, Span, SpecError, did_you_mean, known_here

Memory = dict[str, dict[str, dict[str, Any]]]

FORM = {
    "links": '{"companies": {"47": {"ContactID": "…"}}}',
    "wrote": '{"payments": {"p1": {"amount": 9090.95}}}',
}


def load_links(path: str | Path, book: Book | None = None) -> Memory:
    """A links file; raises SpecError with every problem. With a book the mapping names are checked."""
    return _load(path, book, "links")


def load_wrote(path: str | Path, book: Book | None = None) -> Memory:
    """What was written before; as for links, or of one mapping alone: by source id."""
    return _load(path, book, "wrote")


def _load(path: str | Path, book: Book | None, kind: str) -> Memory:
    place = Span(str(path), 1, 1)
    try:
        data = value_of(as_utf8(Path(path).read_bytes()))
    except OSError as error:
        text = f"cannot be read: {(error.strerror or str(error)).lower()}"
        raise SpecError([Problem("E401", place, text)]) from None
    except Unfit as unfit:
        where = Span(str(path), unfit.line or 1, unfit.column or 1)
        raise SpecError([Problem("E402", where, unfit.text)]) from None
    problems = list(_problems(data, book, kind, place))
    if problems:
        raise SpecError(problems)
    return data  # type: ignore[no-any-return]


def _problems(data: Any, book: Book | None, kind: str, place: Span) -> Iterator[Problem]:
    form = f"{kind} are {FORM[kind]}: by mapping, then by source id"
    if not isinstance(data, dict):
        yield Problem("E407", place, "this is not an object", fix=form)
        return
    alone = kind == "wrote" and _by_source_id(data)
    for name, found in data.items():
        if alone:
            continue
        if book is not None:
            yield from _unknown(name, book, place)
        if not isinstance(found, dict):
            yield Problem("E407", place, f"'{name}' is not an object of source ids", fix=form)
            continue
        for key, memory in found.items():
            if not isinstance(memory, dict):
                text = f"'{name}' at '{key}' is not an object of members"
                yield Problem("E407", place, text, fix=form)


def _by_source_id(data: dict[str, Any]) -> bool:
    """Whether this is the memory of one mapping: members, not records, stand on the second level."""
    return all(
        isinstance(found, dict) and not any(isinstance(inner, dict) for inner in found.values())
        for found in data.values()
    )


def _unknown(name: str, book: Book, place: Span) -> Iterator[Problem]:
    """A name is a mapping's, a reference's, or a row part's: commitments.LineItems.work."""
    known = [*book.mappings, *book.references]
    mapping, dot, part = name.partition(".")
    if name in known:
        return
    if not dot or mapping not in book.mappings:
        text = f"no mapping or reference '{name}'"
        yield Problem("E407", place, text, did_you_mean(mapping, known), fix=known_here(known))
        return
    parts = _parts(book.mappings[mapping])
    if part not in parts:
        text = f"mapping '{mapping}' has no row part '{part}'"
        yield Problem("E407", place, text, did_you_mean(part, parts), fix=known_here(parts))


def _parts(mapping: Mapping) -> list[str]:
    """The row parts of a mapping, those too that a customer dropped: their links are still known."""
    found = [each.address for each in mapping.dropped]
    lines = [*mapping.forward.lines, *mapping.back.lines, *(d.line for d in mapping.dropped if d.line)]
    for line in lines:  # grows as it goes
        found += [part.address for part in line.parts]
        lines += [inner for part in line.parts for inner in part.lines]
    return found
