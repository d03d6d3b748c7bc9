"""What an approver types at acceptance, read by the form the mapping declares (`typed:`).

Before: the command line. After: the log, which keeps it; `admission`, which hands it to the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from typing import Any

from engine.live.declined import Declined
from engine.spec.model import Mapping
from engine.vocabulary.wire import DECODE, integer_of

LINE_ENDS = "\r\n\t"  # what a description may have, and what shows
YES_NO = {"true": True, "yes": True, "false": False, "no": False}


def read(mapping: Mapping, given: Table[str, str]) -> dict[str, Any]:
    """The values as the log keeps them. Declined with every mistake."""
    form = _form(mapping)
    problems, found = [], {}
    for name, text in given.items():
        if name not in form:
            names = ", ".join(form) or "nothing"
            problems.append(
                f"{name} is not asked for at the acceptance of {mapping.title}; asked for: {names}"
            )
            continue
        try:
            found[name] = _value(form[name], text)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise Declined("\n  ".join(["nothing was accepted:", *problems]), "type it again")
    return found


def exact(mapping: Mapping, kept: Table[str, Any]) -> dict[str, Any]:
    """What the log kept, as a line sees it: a date for a date, a Decimal for a decimal."""
    form = _form(mapping)
    kinds = {name: form[name]["type"] for name in kept if name in form}
    return {
        name: DECODE[kind](kept[name]) if kind in ("date", "decimal") else kept[name]
        for name, kind in kinds.items()
    }


def problems(mapping: Mapping, told: Table[str, Any]) -> list[str]:
    """What is wrong with values that were typed elsewhere."""
    form, found = _form(mapping), []
    for name, value in told.items():
        try:
            _value(form[name], value if isinstance(value, str) else str(value))
        except ValueError as error:
            found.append(f"{name}: {error}")
    return found


def _form(mapping: Mapping) -> dict[str, dict[str, Any]]:
    return dict(mapping.typed.data) if mapping.typed is not None else {}


def _value(field: Table[str, Any], text: str) -> Any:
    kind = field["type"]
    if not text.strip():
        raise ValueError("nothing was typed")
    if any(not sign.isprintable() and sign not in LINE_ENDS for sign in text):
        raise ValueError("it holds signs that are not seen")
    if len(text) > field.get("maxLength", len(text)):
        raise ValueError(f"{len(text)} characters, and it takes {field['maxLength']}")
    if kind == "choice" and text not in field["of"]:
        raise ValueError(f"one of {', '.join(field['of'])}")
    if kind == "boolean":
        if text.lower() not in YES_NO:
            raise ValueError("yes or no")
        return YES_NO[text.lower()]
    if kind == "integer":
        return integer_of(text)
    if kind in ("date", "decimal"):
        DECODE[kind](text)
    return text
