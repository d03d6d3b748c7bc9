"""Examples beside the mappings: given this, the mapping makes that (language, section 10).

Reads `mappings/<name>/examples/<mapping>.yaml` and a customer's own in
`mappings/customers/<customer>/examples/`. Before: `source`, `schema`. After: `map.examples`, which
runs them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.spec.model import Book
from engine.spec.node import Node
from engine.spec.places import put_at, take_out
from engine.spec.problem import Problem, Span, did_you_mean, known_here
from engine.spec.schema import violations
from engine.spec.source import read_yaml


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One case of one mapping, with everything it needs. `file` and `span` say where it stands."""

    mapping: str
    name: str
    span: Span
    records: tuple[Any, ...]
    expect: Mapping[str, Any]
    customer: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Any] = field(default_factory=dict)
    wrote: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    back: bool = False
    today: date | None = None
    exactly: bool = False
    note: str = ""
    acts: bool = True


def example_files(root: Path, name: str) -> list[Path]:
    """Every file of examples below `root`: the shipped ones, then the customers'."""
    found = sorted((root / "mappings" / name / "examples").glob("*.yaml"))
    return found + sorted((root / "mappings" / "customers").glob("*/examples/*.yaml"))


def load_examples(root: Path, book: Book, only: Path | None = None) -> tuple[list[Example], list[Problem]]:
    """All examples (or those of one file or folder), and what is wrong with their files."""
    examples: list[Example] = []
    problems: list[Problem] = []
    wanted = only.resolve() if only is not None else None
    for path in example_files(root, book.name):
        if wanted is None or path.resolve() == wanted or wanted in path.resolve().parents:
            examples += _File(path, root, book, problems).examples()
    return examples, problems


class _File:
    """One file of examples being read."""

    def __init__(self, path: Path, root: Path, book: Book, problems: list[Problem]):
        self.path, self.root, self.book, self.problems = path, root, book, problems
        self.name = path.relative_to(root).as_posix()
        owner = path.parent.parent
        self.customer = owner.name if owner.parent.name == "customers" else ""

    def examples(self) -> Iterator[Example]:
        node, found = read_yaml(self.path, self.name)
        self.problems += found
        if node is None or any(p.code in ("E101", "E107") for p in found):
            return
        wrong = violations("examples", node.data)
        for v in wrong:
            self.problems.append(Problem(v.code, node.at(v.path, v.on_key), v.text, v.fix or ""))
        if not wrong and self._known(node) and (block := node.get("examples")) is not None:
            for item in block.items:
                example = self._example(item)
                if example is not None:
                    yield example

    def _known(self, node: Node) -> bool:
        """A file is named after its mapping; one whose file had errors is unknown, and told already."""
        if (
            self.path.stem in self.book.mappings
            or (self.root / "mappings" / self.book.name / f"{self.path.stem}.yaml").exists()
        ):
            return self.path.stem in self.book.mappings
        known = self.book.mappings
        self._problem(
            "E109",
            node,
            f"no mapping '{self.path.stem}' for these examples",
            did_you_mean(self.path.stem, known) or known_here(known),
        )
        return False

    def _example(self, node: Node) -> Example | None:
        given = node.get("given")
        records = self._given(given) if given is not None else None
        if records is None:
            return None
        data = node.data
        self._names(node)
        return Example(
            self.path.stem,
            str(data["name"]),
            (node.get("name") or node).span,
            tuple(records),
            data["expect"],
            str(data.get("customer", self.customer)),
            data.get("settings", {}),
            data.get("links", {}),
            data.get("wrote", {}),
            data.get("typed", {}),
            bool(data.get("back", False)),
            date.fromisoformat(data["today"]) if "today" in data else None,
            bool(data.get("exactly", False)),
            str(data.get("note", "")),
            bool(data.get("acts", True)),
        )

    def _names(self, node: Node) -> None:
        """Settings, notes and links that nobody knows would make an example say nothing."""
        settings, note, links = node.get("settings"), node.get("note"), node.get("links")
        known = [*self.book.mappings, *self.book.references]
        for name, key, _ in links.pairs() if links is not None else ():
            if name.partition(".")[0] not in {*known, *self.book.broken}:
                label = did_you_mean(name, known) or known_here(known)
                self._problem("E214", key, f"no mapping or reference '{name}'", label)
        for name, key, _ in settings.pairs() if settings is not None else ():
            if name not in self.book.settings:
                self._problem(
                    "E215", key, f"no setting '{name}'", did_you_mean(name, self.book.settings) or "unknown"
                )
        notes = self.book.mappings[self.path.stem].notes
        if note is not None and note.value not in notes:
            self._problem(
                "E216", note, f"no note '{note.value}'", did_you_mean(str(note.value), notes) or "unknown"
            )

    def _given(self, node: Node) -> list[Any] | None:
        data = node.data
        if "records" in data:
            return list(data["records"])
        if "record" in data:
            record = data["record"]
        elif "file" in data:
            record = self._recorded(node.get("file") or node)
            if record is None:
                return None
        else:
            self._problem("E105", node, "an example needs a record", "write file, record or records")
            return None
        records = deepcopy(record) if isinstance(record, list) else [deepcopy(record)]
        return records if self._changed(node, records) else None

    def _changed(self, node: Node, records: list[Any]) -> bool:
        """`with` and `without`, on every record given."""
        for block in ("with", "without"):
            for key, value in _changes(node.get(block)):
                path = str(key.value)
                for record in records:
                    done = put_at(record, path, value) if block == "with" else take_out(record, path)
                    if not done:
                        self._problem("E108", key, f"the record has no '{path}'", "no such path")
                        return False
        return True

    def _recorded(self, node: Node) -> Any:
        """A recorded record beside the examples; nothing outside their folder is ever read."""
        folder = self.path.parent.resolve()
        path = (folder / str(node.value)).resolve()
        if not path.is_relative_to(folder):
            self._problem("E107", node, "the file is outside the examples' folder", "copy it here")
            return None
        try:
            return json.loads(path.read_text("utf-8"), parse_float=Decimal)
        except OSError as error:
            self._problem("E107", node, f"the file cannot be read: {error.strerror}")
        except (ValueError, RecursionError) as error:
            self._problem("E107", node, f"the file is not JSON: {error}")
        return None

    def _problem(self, code: str, node: Node, text: str, label: str = "") -> None:
        self.problems.append(Problem(code, node.span, text, label))


def _changes(node: Node | None) -> Iterator[tuple[Node, Any]]:
    if node is not None and node.kind == "map":
        for key, value in node.entries:
            yield key, value.data
    elif node is not None:
        for item in node.items:
            yield item, None
