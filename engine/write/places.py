"""The places of a call (`{project_id}`) as a record fills them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.system import places
from engine.system.model import Call


def places_of(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The scalars of a record by their paths: Contact.ContactID."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= places_of(value, f"{prefix}{name}.")
        elif isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
            found[f"{prefix}{name}"] = value
    return found


def wanted(call: Call, record: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a call's places that the record has; the account's own are the port's business."""
    have = places_of(record)
    texts = [call.path, *call.query.values(), *call.outer.values()]
    return {name: have[name] for text in texts for name, _ in places.names(text) if name in have}


def first_of(drafts: Mapping[int, Any]) -> dict[str, Any]:
    """The scalars of the first draft: drafts that go together have the same places."""
    first = next(iter(drafts.values()), None)
    first = first[0] if isinstance(first, list) and first else first
    return places_of(first) if isinstance(first, dict) else {}
