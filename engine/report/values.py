"""Values and pieces of YAML as a person reads them on one line.

Texts stand in quotes, so that a blank or a number in a text can be told; decimals and dates as they
are. Used by every report that shows what was read, wanted or written.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.spec.node import Node

MOST = 72


def shown(value: Any, most: int = MOST) -> str:
    """A value on one line, cut if it is long."""
    text = _text(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return (
            '"' + value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "⏎").replace("\t", " ") + '"'
        )
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) <= MOST else str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_text(item)}" for name, item in value.items()) + "}"
    return str(value)


def spelled(node: Node | None, most: int = MOST, without: tuple[str, ...] = ()) -> str:
    """A piece of YAML on one line, much as the file spells it; `without` leaves out some keys."""
    if node is None:
        return ""
    text = _spelled(node, without)
    if node.kind == "map" and text.startswith("{"):
        text = text[1:-1]
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _spelled(node: Node, without: tuple[str, ...] = ()) -> str:
    if node.kind == "map":
        pairs = (f"{name}: {_spelled(value)}" for name, _, value in node.pairs() if name not in without)
        return "{" + ", ".join(pairs) + "}"
    if node.kind == "list":
        return "[" + ", ".join(_spelled(item) for item in node.items) + "]"
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        flat = " ".join(value.split())
        return f'"{flat}"' if node.quoted in ("'", '"') else flat
    return str(value)


def columns(rows: list[tuple[str, str]], indent: str = "  ") -> list[str]:
    """Two columns, the first as wide as its longest."""
    width = max((len(first) for first, _ in rows), default=0)
    return [f"{indent}{first:<{width}}  {second}".rstrip() for first, second in rows]
