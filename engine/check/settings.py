"""A customer's values of settings: known names, the right kind, a word of the list, the asked ones given.

Run for one customer at a time (the book then holds that one alone). A value that is allowed but
seldom meant, such as billing the whole contract every month, is a warning that the setting itself
declares (`warn`). Before: `spec.load`. After: `settings_of`, which hands the values on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from engine.check.alone import check
from engine.check.typed import Flow, Table
from engine.check.walk import expressions
from engine.spec.model import Book, Customer, Setting
from engine.spec.node import Node
from engine.spec.problem import Problem, Span, did_you_mean, known_here

MADE = "connection.made"  # the day of a connection's first run, where a customer set nothing


@check("settings")
def settings(book: Book, flows: list[Flow]) -> Iterator[Problem]:
    """E201, E311, E312, E313, W402, W501."""
    if "settings" in book.broken:
        return
    yield from _learnt(book)
    both_ways = {name for flow in flows if flow.back for name in _turned_tables(flow)}
    for customer in book.customers.values():
        yield from _values(book, customer, both_ways)
        yield from _asked(book, customer)


def _learnt(book: Book) -> Iterator[Problem]:
    """Where a setting is learnt, there has to be such a member, of its kind."""
    for setting in book.settings.values():
        node = setting.learnt
        if node is None or str(node.value) == MADE:
            continue
        where, _, name = str(node.value).rpartition(".")
        shape = book.shapes.get(where)
        if shape is None:
            if where not in book.broken:
                label = did_you_mean(where, book.shapes)
                yield Problem("E201", node.span, f"no shape '{where}'", label, (known_here(book.shapes),))
            continue
        member = shape.root.members.get(name)
        if member is None:
            known = shape.root.members
            label = did_you_mean(name, known)
            yield Problem("E201", node.span, f"no field '{name}' in {where}", label, (known_here(known),))
        elif member.kind != ("text" if setting.kind == "choice" else setting.kind):
            text = f"'{setting.name}' is {_KIND[setting.kind]}, and {where}.{name} is of another kind"
            yield Problem("E311", node.span, text, f"{name} is {member.kind}")


def _values(book: Book, customer: Customer, both_ways: set[str]) -> Iterator[Problem]:
    block = customer.node.get("settings") if customer.node is not None else None
    for name, key, node in block.pairs() if block is not None else ():
        setting = book.settings.get(name)
        if setting is None:
            label = did_you_mean(name, book.settings)
            yield Problem("E312", key.span, f"no setting '{name}'", label, (known_here(book.settings),))
            continue
        found = list(_wrong(setting, node))
        yield from found
        if found:
            continue
        if name in both_ways:
            yield from _one_to_one(name, node)
        said = setting.warn.get(_word(node.value)) if node.kind == "scalar" else None
        if said:
            yield Problem("W501", node.span, f"{name}: {_word(node.value)}", said, severity="warning")


def _word(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _wrong(setting: Setting, node: Node) -> Iterator[Problem]:
    """What keeps a value from being of its setting's kind."""
    if setting.kind == "choice" and node.kind == "scalar" and isinstance(node.value, str):
        if node.value not in setting.choices:
            text = f"'{setting.name}' has no value '{node.value}'"
            label = did_you_mean(node.value, setting.choices)
            yield Problem("E311", node.span, text, label, (known_here(setting.choices),))
        return
    if setting.kind in ("list", "table") and node.kind == {"list": "list", "table": "map"}[setting.kind]:
        for item in node.items or tuple(value for _, value in node.entries):
            if not (item.kind == "scalar" and isinstance(item.value, str)):
                text = f"'{setting.name}' holds texts, not {_said(item)}"
                yield Problem("E311", item.span, text, "quote it")
        return
    if setting.kind in _SOUND and node.kind == "scalar" and _SOUND[setting.kind](node.value):
        return
    quote = "quote it" if setting.kind == "text" and node.kind == "scalar" else ""
    yield Problem("E311", node.span, f"'{setting.name}' is {_KIND[setting.kind]}, not {_said(node)}", quote)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


_SOUND: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "decimal": lambda value: isinstance(value, (int, Decimal)) and not isinstance(value, bool),
    "date": _is_date,
}
_KIND = {
    "text": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "decimal": "a number",
    "date": "a date (YYYY-MM-DD)",
    "choice": "one of its words",
    "list": "a list",
    "table": "a table (a map of texts)",
}


def _said(node: Node) -> str:
    if node.kind != "scalar":
        return {"list": "a list", "map": "a map"}[node.kind]
    if isinstance(node.value, bool):
        return _word(node.value)
    return f"'{node.value}'" if isinstance(node.value, str) else f"the number {node.value}"


def _turned_tables(flow: Flow) -> set[str]:
    return {e.setting for e in expressions(flow) if isinstance(e, Table) and e.back and e.setting}


def _one_to_one(name: str, node: Node) -> Iterator[Problem]:
    """A table that is read both ways must say for every text which code it means."""
    seen: dict[str, str] = {}
    for code, _, value in node.pairs():
        if value.value in seen:
            text = f"'{value.value}' stands for '{seen[value.value]}' and for '{code}'"
            note = f"the table '{name}' is also read backwards, where only one of them could be meant"
            yield Problem("E313", value.span, text, "second time here", (note,))
        seen.setdefault(value.value, code)


def _asked(book: Book, customer: Customer) -> Iterator[Problem]:
    """What `init` asks for and nobody answered."""
    block = customer.node.get("settings") if customer.node is not None else None
    place = customer.node.key("settings") if customer.node is not None else None
    span = place.span if place is not None else Span(customer.file, 1, 1)
    given = {name for name, _, _ in block.pairs()} if block is not None else set()
    for name, setting in book.settings.items():
        if setting.asked and not setting.has_default and name not in given:
            text = f"customer {customer.name} has no '{name}'"
            yield Problem("W402", span, text, setting.help, fix=f"write {name}: …", severity="warning")
