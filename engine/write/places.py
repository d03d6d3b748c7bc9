"""The places of a call (`{project_id}`): which it has, and their values from a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.system.model import Call

PLACE = re.compile(r"\{([A-Za-z_][\w.]*)\}")


def names_in(call: Call) -> list[str]:
    """Every place of a call: path, query, body."""
    texts = [call.path, *call.query.values(), *call.outer.values()]
    return list(dict.fromkeys(name for text in texts for name in PLACE.findall(text)))


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
    return {name: have[name] for name in names_in(call) if name in have}


def filled_text(text: str, values: Mapping[str, Any]) -> str:
    """A text with its places filled; an unknown place stays empty."""
    return PLACE.sub(lambda found: str(values.get(found[1], "")), text)
