"""Files on disk into canonical records: the door of this station.

`read_inputs` takes every file a mapping needs in one go: its records, the collections that complete
them, the references that links are filled from. Before: `documents`, which opens each. After: `map`,
which is handed records, links and what was written before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from engine.compile.frame import Links, key_text
from engine.read.assemble import Assembly, united
from engine.read.decode import Decode, Unfit, value_of
from engine.read.documents import STDIN, Refused, portions_of
from engine.read.forms import Forms
from engine.read.recognise import Portion, Unknown, Unreadable, merged_rows, records_of
from engine.read.wanted import Catalog
from engine.spec.model import Book
from engine.spec.problem import Problem, Span


@dataclass(slots=True)
class Inputs:
    """What was read. `records` yields canonical records, and `Unreadable` for those that are not.

    `form` is what the mapped records should go out as: one, list or lines. Errors among `problems`
    are of whole files; warnings are of what would have completed a record.
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
    book: Book,
    mapping: str,
    back: bool,
    files: Sequence[str | Path],
    stdin: BinaryIO | None = None,
    wanted: frozenset[str] | None = None,
) -> Inputs:
    """Everything the files say that `mapping` reads. A file is a path, NAME=PATH, or - for stdin.

    Of records only members that are `wanted` need to come, at any depth; the rest may.
    """
    catalog = Catalog(book, mapping, back)
    problems: list[Problem] = []
    portions: list[Portion] = []
    for given in map(str, files):
        try:
            portions += portions_of(catalog, given, stdin)
        except (Refused, Unfit, Unknown) as error:
            problems.append(_problem(given, error))
    main = [p for p in portions if p.shape == catalog.main.shape.name and p.merge is None]
    if not main and not any(p.is_error for p in problems):
        place = Span(str(files[0]) if files else STDIN, 1, 1)
        text = f"no file holds {catalog.main.shape.plural}"
        problems.append(Problem("E404", place, text, fix=catalog.expected()))
    return gathered(catalog, portions, main, problems, _decode(catalog, wanted))


def _problem(given: str, error: Refused | Unfit | Unknown) -> Problem:
    place = Span(given, 1, 1)
    if isinstance(error, Unfit):
        return Problem("E402", Span(given, error.line or 1, error.column or 1), error.text)
    if isinstance(error, Refused):
        return Problem(error.code, place, error.text, error.label, fix=error.fix)
    if error.harmless:
        return Problem("W403", place, error.text, fix=error.fix, severity="warning")
    return Problem("E403", place, error.text, fix=error.fix)


def _decode(catalog: Catalog, wanted: frozenset[str] | None) -> Decode:
    """How records are decoded: by their forms, if little of them is wanted and nothing completes them."""
    if wanted is None or catalog.reads or catalog.merges:
        return value_of
    return Forms(wanted | catalog.main.names).value


def gathered(
    catalog: Catalog,
    portions: list[Portion],
    main: list[Portion],
    problems: list[Problem],
    decode: Decode = value_of,
) -> Inputs:
    """Portions, wherever they came from, as the records of a mapping with all that completes them."""
    own = catalog.main.shape
    others = _collections(catalog, portions, problems)
    rows = _rows(catalog, portions, problems)
    read = [records_of(catalog, portion, decode) for portion in main]
    records: Iterator[Any]
    if len(main) == 1 and not any(r.shape == own.name and r.at for r in catalog.reads):
        records = (record for _, record in read[0])  # nothing to unite: as it comes, with flat memory
    else:
        found = united(read, own.root, own.identity)
        others[own.name] = [record for record in found if record.__class__ is dict]
        records = iter(found)
    forms = {portion.form for portion in main}
    form = forms.pop() if len(main) == 1 or forms == {"lines"} else "list"
    assembly = Assembly(catalog, others, rows)
    return Inputs(map(assembly.record, records), form, problems, _references(catalog, others))


def _collections(catalog: Catalog, portions: list[Portion], problems: list[Problem]) -> dict[str, list[Any]]:
    """The records of every shape but the mapping's own."""
    found: dict[str, list[Any]] = {}
    for name, reader in catalog.readers.items():
        held = [p for p in portions if p.shape == name and p.merge is None]
        if not held or reader is catalog.main:
            continue
        read = united((records_of(catalog, p) for p in held), reader.shape.root, reader.shape.identity)
        problems += [_warning(bad) for bad in read if isinstance(bad, Unreadable)]
        found[name] = [record for record in read if record.__class__ is dict]
    return found


def _rows(
    catalog: Catalog, portions: list[Portion], problems: list[Problem]
) -> dict[str, list[tuple[str, Any]]]:
    """The rows of merge files, by the merge they are for."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for portion in portions:
        if portion.merge is None:
            continue
        for owner, row in merged_rows(catalog, portion):
            if isinstance(row, Unreadable):
                problems.append(_warning(row))
            else:
                found.setdefault(portion.merge.name, []).append((owner, row))
    return found


def _warning(bad: Unreadable) -> Problem:
    return Problem("W406", Span(bad.at, 1, 1), bad.text, severity="warning")


def _references(catalog: Catalog, others: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for reference in catalog.references:
        for record in others.get(reference.shape, ()):
            parts = [record.get(part) for part in reference.key]
            if all(part is not None for part in parts):
                found.setdefault(reference.name, {}).setdefault(key_text(parts), record)
    return found
