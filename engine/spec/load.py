"""Finds the files of a project, reads them and builds the `Book`.

A project is a folder with `schemas/` and `mappings/`. Every problem of every file is collected;
a file that cannot be understood is left out, so that the others still get their messages.
Before: `source`, `schema`, `values`, `shapes`. After: `overlay`, then `check`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.spec.kept import Kept, Mark, Trees
from engine.spec.model import Book, Customer, Mapping, Note, Overlay, Reference, Setting, Shape
from engine.spec.node import Node
from engine.spec.problem import Problem, Span, ordered
from engine.spec.schema import violations
from engine.spec.shapes import build_shapes
from engine.spec.source import read_yaml
from engine.spec.values import Reader, policy_of, text_of

LANGUAGE = "language"


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Nothing becomes garbage while specs are read, and looking for it takes a fifth of the time.

    The first book of a process lives as long as it does and is not looked through later either.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
            gc.enable()


@_nothing_collected()
def load(root: Path, name: str = "procore_xero", kept: Kept | None = None) -> tuple[Book, list[Problem]]:
    """The book of one set of mappings below `root`, and what is wrong with its files."""
    files = _Files(root, kept)
    shapes, systems = _schemas(files)
    folder = root / "mappings" / name
    if not folder.is_dir():
        place = f"mappings/{name}"
        files.problems.append(Problem("E107", Span(place, 1, 1), f"there is no folder {place}"))
    book = Book(
        name,
        systems,
        shapes,
        _settings(files, folder),
        _references(files, folder),
        _mappings(files, folder),
        _customers(files, root / "mappings" / "customers", name),
        _named(files, folder, "page"),
        _named(files, folder, "gate"),
        metadata=_named(files, folder, "metadata"),
        broken=frozenset(files.broken),
    )
    files.trees.keep()
    return book.read_from(files.trees.digest()), ordered(files.problems)


class _Files:
    """Reads and validates single files, keeping all problems."""

    def __init__(self, root: Path, kept: Kept | None):
        self.root = root
        self.trees = Trees(kept)
        self.problems: list[Problem] = []
        self.broken: set[str] = set()

    @cached_property
    def whole_root(self) -> Path:
        """The root without links in its path."""
        return self.root.resolve()

    def read(self, path: Path, kind: str) -> Node | None:
        """The file's tree if it is sound enough to go on; `kind` names its JSON Schema."""
        node = self._read(path, path.relative_to(self.root).as_posix(), kind)
        if node is None:
            self.broken.add(f"{path.parent.name}.{path.stem}" if kind == "shape" else path.stem)
        return node

    def _read(self, path: Path, name: str, kind: str) -> Node | None:
        try:
            inside = path.resolve().is_relative_to(self.whole_root)
        except (OSError, RuntimeError):  # Python 3.11 and 3.12 say RuntimeError of a link to itself
            self.problems.append(
                Problem("E107", Span(name, 1, 1), "the file is a link that leads in a circle")
            )
            return None
        if not inside:
            self.problems.append(
                Problem(
                    "E107", Span(name, 1, 1), "the file is a link that leaves the project", "copy it here"
                )
            )
            return None
        marks: list[Mark] = []

        def known(raw: bytes) -> Node | None:
            marks.append(self.trees.mark(name, kind, raw))
            return self.trees.known.get(marks[0])

        node, problems = read_yaml(path, name, known)
        self.problems += problems
        if node is None or any(p.code in ("E101", "E107") for p in problems):
            return None
        (mark,) = marks
        found = [] if mark in self.trees.known else violations(kind, node.data)
        if not problems and not found:
            self.trees.sound[mark] = node
        told = {p.span for p in problems}  # a value that is odd YAML is not also of the wrong kind
        for v in found:
            span = node.at(v.path, v.on_key)
            if span not in told:
                self.problems.append(Problem(v.code, span, v.text, v.fix or ""))
        return None if found else node

    def in_folder(self, folder: Path) -> list[Path]:
        return sorted(folder.glob("*.yaml")) if folder.is_dir() else []


def _schemas(files: _Files) -> tuple[dict[str, Shape], dict[str, Node]]:
    found: dict[str, Node] = {}
    systems: dict[str, Node] = {}
    base = files.root / "schemas"
    for folder in (
        sorted(p for p in base.iterdir() if p.is_dir() and p.name != LANGUAGE) if base.is_dir() else ()
    ):
        for path in files.in_folder(folder):
            if path.stem == "system":
                node = files.read(path, "system")
                if node is not None:
                    systems[folder.name] = node
                continue
            node = files.read(path, "shape")
            if node is not None:
                found[f"{folder.name}.{path.stem}"] = node
                _same_name(files, node.get("$id"), f"{folder.name}.{path.stem}")
    return build_shapes(found, files.problems, files.broken), systems


def _same_name(files: _Files, node: Node | None, expected: str) -> None:
    if node is not None and node.value != expected:
        files.problems.append(
            Problem(
                "E109",
                node.span,
                f"this file is called '{expected}' but says '{node.value}'",
                f"write {expected}",
            )
        )


def _settings(files: _Files, folder: Path) -> dict[str, Setting]:
    path = folder / "settings.yaml"
    node = files.read(path, "settings") if path.exists() else None
    block = node.get("settings") if node is not None else None
    return {} if block is None else {name: _setting(name, key, value) for name, key, value in block.pairs()}


def _setting(name: str, key: Node, node: Node) -> Setting:
    default, choices = node.get("default"), node.get("of")
    return Setting(
        name,
        text_of(node.get("type"), "text"),
        key.span,
        default.data if default is not None else None,
        default is not None and default.data is not None,
        bool(node.get("asked") and node.get("asked").data),  # type: ignore[union-attr]
        tuple(str(i.value) for i in choices.items) if choices is not None else (),
        text_of(node.get("help")).strip(),
        text_of(node.get("matter")),
        text_of(node.get("because")).strip(),
        _warnings(node.get("warn")),
        node.get("learnt"),
    )


def _warnings(node: Node | None) -> dict[str, str]:
    """What to say to a customer who sets a value that is seldom meant."""
    if node is None:
        return {}
    return {name: " ".join(text_of(value).split()) for name, _, value in node.pairs()}


def _references(files: _Files, folder: Path) -> dict[str, Reference]:
    path = folder / "references.yaml"
    node = files.read(path, "references") if path.exists() else None
    block = node.get("references") if node is not None else None
    if block is None:
        return {}
    return {
        name: Reference(
            name,
            text_of(value.get("of")),
            _names(value.get("key")),
            text_of(value.get("help")),
            key.span,
            value.get("by_hand") is not None,
        )
        for name, key, value in block.pairs()
    }


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(str(i.value) for i in node.items) if node.kind == "list" else (str(node.value),)


def _named(files: _Files, folder: Path, name: str) -> Node | None:
    path = folder / f"{name}.yaml"
    return files.read(path, name) if path.exists() else None


def _mappings(files: _Files, folder: Path) -> dict[str, Mapping]:
    found = {}
    for path in files.in_folder(folder):
        if path.stem in ("settings", "references", "page", "gate", "metadata"):
            continue
        node = files.read(path, "mapping")
        if node is None:
            continue
        _same_name(files, node.get("mapping"), path.stem)
        found[path.stem] = build_mapping(node, path.stem, files.problems)
    return found


def build_mapping(node: Node, name: str, problems: list[Problem]) -> Mapping:
    """A mapping from its tree."""
    read = Reader(node.span.file, problems)
    each, into, defaults = node.get("each"), node.get("into"), node.get("defaults")
    each_in, into_key = (each.get("in") if each else None), (into.get("key") if into else None)
    forward, back = read.side(node, ""), read.side(node.get("back"), "back.")
    version, zero = node.get("version"), node.get("zero_if_gone")
    return Mapping(
        name,
        text_of(node.get("title"), name),
        node.span.file,
        node,
        node.get("from") or node,
        node.get("to") or node,
        text_of(node.get("direction"), "forward"),
        int(version.value) if version is not None else 1,
        node.get("only_when"),
        text_of(node.get("approval"), "none"),
        node.get("match"),
        policy_of(defaults.get("missing") if defaults else None, "omit"),
        text_of(defaults.get("too_long") if defaults else None, "error"),
        node.get("typed"),
        read.value(each_in) if each_in is not None else None,
        text_of(each.get("as") if each else None),
        each.get("key") if each else None,
        read.rows_block(node.get("split"), "split"),
        into.get("via") if into else None,
        read.value(into_key) if into_key is not None else None,
        read.rows_block(node.get("group"), "group"),
        read.totals(node.get("totals")),
        bool(zero is not None and zero.data),
        forward,
        back,
        _notes(node.get("notes")),
        node.get("page"),
    )


def _notes(node: Node | None) -> dict[str, Note]:
    if node is None:
        return {}
    found = {}
    for name, key, value in node.pairs():
        mark = value.get("mark")
        number = mark.get("number") if mark is not None else None
        found[name] = Note(
            name,
            " ".join(text_of(value.get("text")).split()),
            text_of(mark.get("page") if mark else None),
            int(number.value) if number is not None else 0,
            key.span,
        )
    return found


def _customers(files: _Files, folder: Path, of: str) -> dict[str, Customer]:
    found: dict[str, Customer] = {}
    for place in sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else ():
        customer = _customer(files, place, of)
        if customer is not None:
            found[place.name] = customer
    return found


def _customer(files: _Files, folder: Path, of: str) -> Customer | None:
    path = folder / "settings.yaml"
    node = files.read(path, "customer") if path.exists() else None
    if node is not None and text_of(node.get("of")) != of:
        return None
    _same_name(files, node.get("customer") if node is not None else None, folder.name)
    block = node.get("settings") if node is not None else None
    values: dict[str, Any] = {} if block is None else {name: value.data for name, _, value in block.pairs()}
    overlays = {}
    for place in files.in_folder(folder):
        if place.stem == "settings":
            continue
        overlay = files.read(place, "overlay")
        if overlay is not None and _overlay_named(files, overlay, folder.name, f"{of}.{place.stem}"):
            overlays[place.stem] = _overlay(overlay)
    return Customer(folder.name, path.relative_to(files.root).as_posix(), node, values, overlays)


def _overlay_named(files: _Files, node: Node, customer: str, of: str) -> bool:
    """Whether an overlay stands in the folder and the file it speaks of; if not it is left out."""
    before = len(files.problems)
    _same_name(files, node.get("overlay"), customer)
    _same_name(files, node.get("of"), of)
    return len(files.problems) == before


def _overlay(node: Node) -> Overlay:
    version = node.get("version")
    return Overlay(
        text_of(node.get("overlay")),
        text_of(node.get("of")),
        int(version.value) if version is not None else 0,
        node.span.file,
        node,
    )
