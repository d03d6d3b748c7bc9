"""A file of pairs: which document each record is, as CSV or JSON, with every problem of it at once.

CSV has a head with mapping, source_id and target_id (source and target will do); JSON is a list of objects
with those members, or tables by mapping: {"companies": {"7301": "c0…"}}. Before: a spreadsheet. After:
`linking`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.live.declined import Declined
from engine.live.linking import Choice

NAMES = {
    "mapping": ("mapping", "object"),
    "source_id": ("source_id", "source", "procore_id", "procore"),
    "target_id": ("target_id", "target", "xero_id", "xero"),
}
HEAD = "mapping,source_id,target_id"


def pairs(path: Path) -> list[Choice]:
    """The pairs of a file. Declined with every row that lacks something."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Declined(f"{path.name} is not UTF-8", "save it as CSV UTF-8, or as JSON") from None
    rows = _json(path, text) if text.lstrip()[:1] in ("[", "{") else _csv(path, text)
    problems, found = [], []
    for place, row in rows:
        lacking = [name for name in NAMES if not row.get(name)]
        if lacking:
            problems.append(f"{place}: no {' and no '.join(lacking)}")
        else:
            found.append(Choice(row["mapping"], row["source_id"], row["target_id"]))
    if problems:
        raise Declined("\n  ".join([f"nothing was linked; {path.name}:", *problems]), f"its head is {HEAD}")
    return found


def _csv(path: Path, text: str) -> list[tuple[str, dict[str, str]]]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    head = next(reader, [])
    there = {_name(cell) for cell in head}
    missing = [name for name in NAMES if name not in there]
    if missing:
        raise Declined(f"{path.name} has no column {' and no column '.join(missing)}", f"its head is {HEAD}")
    return [
        (f"line {reader.line_num}", _named(zip(head, row, strict=False)))
        for row in reader
        if any(cell.strip() for cell in row)
    ]


def _json(path: Path, text: str) -> list[tuple[str, dict[str, str]]]:
    try:
        told: Any = json.loads(text)
    except ValueError as error:
        raise Declined(f"{path.name} is no JSON: {error}") from None
    if isinstance(told, dict):
        told = [
            {"mapping": mapping, "source_id": source, "target_id": target}
            for mapping, table in told.items()
            for source, target in (table.items() if isinstance(table, dict) else [("", "")])
        ]
    return [
        (f"entry {index}", _named((str(n), str(v)) for n, v in row.items()) if isinstance(row, dict) else {})
        for index, row in enumerate(told, start=1)
    ]


def _named(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Members by our names; a member that has the very name goes before one that only means it."""
    said = {cell.strip().casefold().replace(" ", "_"): text.strip() for cell, text in cells}
    return {name: next((said[word] for word in others if word in said), "") for name, others in NAMES.items()}


def _name(cell: str) -> str:
    word = cell.strip().casefold().replace(" ", "_")
    return next((name for name, others in NAMES.items() if word in others), word)
