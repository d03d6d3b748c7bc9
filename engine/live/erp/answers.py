"""What the approver typed in Procore's ERP tool, as the request carries it, by the names of the mapping.

The metadata asks for it: beside the record (`erp_custom_fields`), or as a field of the record that may be
filled in with a member of its own; a date comes with the request. Before: a request. After: `admission`,
which hands it to the mapping and writes it down, as if it had been typed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.read import requests
from engine.spec.model import Book
from engine.spec.model import Mapping as Spec

TYPED, DATE = "typed.", "date"


def typed_in(book: Book, mapping: Spec, request: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the mapping's `typed` names and the request tells, as they came."""
    form = dict(mapping.typed.data) if mapping.typed is not None else {}
    data: Any = request.get("request_data")
    record = _record(book, request, data)
    if not form or not record:
        return {}
    told: dict[str, Any] = book.metadata.data if book.metadata is not None else {}
    answers = record.get(str(told.get("answers"))) or {}
    found = {**_as_fields(told, mapping.name, record), **{n: answers[n] for n in form if answers.get(n)}}
    if DATE in form:
        found.setdefault(DATE, (data.get("additional_data") or {}).get("accounting_date"))
    return {name: value for name, value in found.items() if value not in (None, "")}


def _record(book: Book, request: Mapping[str, Any], data: Any) -> Mapping[str, Any]:
    """What a request is about, as it came."""
    for shape, source in requests.sources(book, str(request.get("request_name")))[:1]:
        at = book.shapes[shape].sources[source].get("at")
        found = data.get(at) if isinstance(data, dict) else None
        return found if isinstance(found, dict) else {}
    return {}


def _as_fields(told: Mapping[str, Any], mapping: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into fields of the record; one left as it was filled in was not typed."""
    found = {}
    for entity in told.get("entities", {}).values():
        if entity.get("mapping") != mapping or entity.get("of"):
            continue
        prefilled = [record.get(one["prefills"]) for one in _configs(entity) if "prefills" in one]
        for path, field in (entity.get("names") or {}).items():
            if path.startswith(TYPED) and record.get(field) not in prefilled:
                found[path.removeprefix(TYPED)] = record.get(field)
    return found


def _configs(entity: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in (entity.get("configs") or {}).values() if isinstance(one, Mapping)]
