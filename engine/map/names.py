"""What people call things: a record by its number or name, an id by what it stands for.

For reports and for finding what somebody means; nothing is decided by it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.compile.frame import Links, key_parts
from engine.map.outcome import Outcome

NATURAL = (
    *("invoice_number", "number", "full_code", "PurchaseOrderNumber", "InvoiceNumber", "CreditNoteNumber"),
    *("Code", "name", "Name", "title", "code", "Reference", "reference"),
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}(:.*)?")


def names_of(record: Any) -> list[str]:
    """The natural names of a record, best first."""
    if not isinstance(record, dict):
        return []
    return [
        str(record[name]) for name in NATURAL if isinstance(record.get(name), (str, int)) and record[name]
    ]


def label_of(outcome: Outcome, record: Any = None, of_source: bool = False) -> str:
    """What people call a document: its own number or name, else the source's, else its id.

    `of_source`: what they call the record it came of.
    """
    found = names_of(record) if of_source else names_of(outcome.record) or names_of(record)
    return found[0] if found else " / ".join(key_parts(outcome.id))


def names_by_id(links: Links) -> dict[str, str]:
    """What every linked id stands for, by name: a project's option, a cost code of a project."""
    found: dict[str, str] = {}
    for memories in links.data.values():
        for key, memory in memories.items():
            name = (*names_of(dict(memory)), key_parts(key)[-1])[0]
            ids = [str(value) for member, value in memory.items() if member.lower().endswith("id")]
            for each in (*ids, *(key_parts(key) if len(key_parts(key)) == 1 else ())):
                found.setdefault(each, name)
    return found


def nicknamed(label: str, names: Mapping[str, str]) -> str:
    """A label whose ids are told by the names of what they stand for; what has none is cut short."""
    return " / ".join(names.get(part) or _short(part) for part in label.split(" / "))


def _short(text: str) -> str:
    return f"{text[:8]}…{text[-6:]}" if _UUID.fullmatch(text) else text
