"""JSON Schemas for editors: what a mapping may write, and from where, as keys and suggestions.

The schema of the language says what any mapping looks like; these know one mapping's two shapes, so
that an editor completes field names and source paths. They suggest and never refuse: `check` judges.
Before: `spec`. After: the command `schema`.
"""

from __future__ import annotations

from typing import Any

from engine.spec.model import Book, Mapping, Member
from engine.spec.overlay import addresses

DEEP = 4
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas(book: Book) -> dict[str, dict[str, Any]]:
    """A schema per mapping, and one per mapping for the overlays of customers, by file name."""
    found = {}
    for name, mapping in book.mappings.items():
        found[f"{book.name}/{name}.json"] = of_mapping(book, mapping)
        found[f"{book.name}/{name}.overlay.json"] = of_overlay(book, mapping)
    return found


def of_mapping(book: Book, mapping: Mapping) -> dict[str, Any]:
    """The language's schema with this mapping's fields and paths added."""
    source, target = _root(book, mapping.source.value), _root(book, mapping.target.value)
    return {
        "$schema": DRAFT,
        "title": f"mapping {mapping.name}",
        "allOf": [{"$ref": "../mapping.schema.json"}],
        "properties": {
            "fields": _fields(target, "#/$defs/out", "out_rows"),
            "back": {"properties": {"fields": _fields(source, "#/$defs/home", "home_rows")}},
        },
        "$defs": {
            **_line("out", paths(source), book),
            **_line("home", paths(target), book),
            "out_rows": {"$ref": "#/$defs/out"},
            "home_rows": {"$ref": "#/$defs/home"},
        },
    }


def of_overlay(book: Book, mapping: Mapping) -> dict[str, Any]:
    """The overlay's schema with this mapping's addresses added."""
    known = addresses(mapping)
    target = _root(book, mapping.target.value)
    return {
        "$schema": DRAFT,
        "title": f"overlay of {mapping.name}",
        "allOf": [{"$ref": "../overlay.schema.json"}],
        "properties": {
            "of": {"enum": [f"{book.name}.{mapping.name}"]},
            "replace": {"properties": dict.fromkeys(known, True)},
            "add": {"properties": dict.fromkeys(sorted(writable(target)), True)},
            "drop": {"properties": dict.fromkeys(known, True)},
        },
    }


def _root(book: Book, name: Any) -> Member | None:
    shape = book.shapes.get(str(name))
    return shape.root if shape is not None else None


def _line(name: str, known: list[str], book: Book) -> dict[str, Any]:
    """A line's value: any, with the source's paths and the settings suggested."""
    path = {"anyOf": [{"enum": known}, True]}
    return {
        f"{name}_path": path,
        name: {
            "anyOf": [{"$ref": f"#/$defs/{name}_path"}, True],
            "properties": {
                "from": {"$ref": f"#/$defs/{name}_path"},
                "setting": {"anyOf": [{"enum": list(book.settings)}, True]},
                "via": {"anyOf": [{"enum": [*book.mappings, *book.references]}, True]},
            },
        },
    }


def _fields(root: Member | None, line: str, rows: str) -> dict[str, Any]:
    return {"properties": {path: _field(member, line, rows) for path, member in writable(root).items()}}


def _field(member: Member, line: str, rows: str) -> dict[str, Any]:
    found: dict[str, Any] = {"description": described(member), "$ref": line}
    if member.kind == "list" and member.item is not None:
        inner = {"fields": _fields(member.item, line, rows)}
        found["properties"] = {"rows": {"additionalProperties": {"properties": inner}}}
    return found


def described(member: Member) -> str:
    """A field in a few words: `Order Number: text, at most 255`."""
    words = [f"{member.label}: {'money' if member.money else member.kind}"]
    if member.max_length is not None:
        words.append(f"at most {member.max_length:,}")
    if member.enum:
        words.append(f"one of {', '.join(str(each) for each in member.enum if each is not None)}")
    if member.because:
        words.append(member.because)
    return ", ".join(words)


def writable(root: Member | None) -> dict[str, Member]:
    """Every path a line may be keyed by: members, objects opened up, keyed lists by their keys."""
    found: dict[str, Member] = {}

    def walk(member: Member, at: str, depth: int) -> None:
        for name, inner in member.members.items():
            if inner.read_only or inner.write == "never":
                continue
            path = f"{at}{name}"
            if inner.kind == "object" and depth:
                walk(inner, f"{path}.", depth - 1)
            elif inner.kind == "list" and inner.keyed_by and inner.item is not None and depth:
                keys = inner.item.members.get(inner.keyed_by)
                for key in keys.enum if keys is not None else ():
                    walk(inner.item, f"{path}.{key}.", depth - 1)
            else:
                found[path] = inner

    if root is not None:
        walk(root, "", DEEP)
    return found


def paths(root: Member | None) -> list[str]:
    """Every path a value may be read from, lists as projections."""
    found: list[str] = []

    def walk(member: Member, at: str, depth: int) -> None:
        for name, inner in member.members.items():
            path = f"{at}{name}"
            found.append(path)
            if inner.kind == "object" and depth:
                walk(inner, f"{path}.", depth - 1)
            elif inner.kind == "list" and inner.item is not None and depth:
                walk(inner.item, f"{path}[*].", depth - 1)

    if root is not None:
        walk(root, "", DEEP)
    return found
