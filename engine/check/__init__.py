"""Checks a book: resolves every mapping for a customer and says what is wrong, with places.

`check(book)` looks at the base and at every customer; `flows(book, customer)` gives what the
compilers need. Before: `spec`. After: `compile`. Each check that stands alone is one file with
its code, its help and its cases; what resolving finds on its way is in `catalog`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from engine.check.flows import resolve_mapping
from engine.check.following import without_following
from engine.check.lacking import gathered
from engine.check.typed import Flow
from engine.spec.model import Book, Customer, Mapping
from engine.spec.overlay import merge
from engine.spec.problem import Problem, Span, did_you_mean, known_here
from engine.vocabulary.wire import DECODE, BadValue

BASE = ""

Check = Callable[[Book, list[Flow]], Iterator[Problem]]


def registered() -> dict[str, Check]:
    """The checks that stand alone, by code; the first of the two registries."""
    from engine.check import alone, cut, gate, match, metadata, order, pages, removed, settings

    assert all((cut, gate, match, metadata, order, pages, removed, settings))  # importing one registers it
    return alone.CHECKS


def customer_book(book: Book, name: str, problems: list[Problem]) -> Book:
    """The book as one customer has it: overlays merged. An unknown customer is a problem."""
    if name == BASE:
        return book
    customer = book.customers.get(name)
    if customer is None:
        problems.append(
            Problem(
                "E305",
                Span("mappings/customers", 1, 1),
                f"no customer '{name}'",
                did_you_mean(name, book.customers) or known_here(book.customers),
            )
        )
        return book
    mappings = dict(book.mappings)
    for overlay in customer.overlays.values():
        target = overlay.of.partition(".")[2]
        base = mappings.get(target)
        if base is None or overlay.of.partition(".")[0] != book.name:
            if overlay.of.partition(".")[0] == book.name and target in book.broken:
                continue  # the file is there, and has said what is wrong with it
            node = overlay.node.get("of") or overlay.node
            known = [f"{book.name}.{m}" for m in book.mappings]
            problems.append(
                Problem(
                    "E305",
                    node.span,
                    f"no mapping '{overlay.of}' to lay this over",
                    did_you_mean(overlay.of, known),
                    (known_here(known),),
                )
            )
            continue
        mappings[target] = merge(base, overlay, problems)
    return replace(book, mappings=mappings)


def settings_of(book: Book, customer: Customer | None, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Values of all settings that have one: defaults, the customer's, then `extra` (examples)."""
    found = {name: setting.default for name, setting in book.settings.items() if setting.has_default}
    found |= dict(customer.values) if customer is not None else {}
    return {name: exact(book, name, value) for name, value in (found | (extra or {})).items()}


def exact(book: Book, name: str, value: Any) -> Any:
    """A setting's value as a line sees it: a date for a date, a Decimal for a decimal.

    What does not fit stays as it is; the check of settings has a message for it.
    """
    setting = book.settings.get(name)
    if setting is None or setting.kind not in ("date", "decimal") or value is None:
        return value
    try:
        return DECODE[setting.kind](value)
    except BadValue:
        return value


def flows(book: Book, customer: str = BASE, problems: list[Problem] | None = None) -> list[Flow]:
    """Every flow of a customer, resolved; mistakes go to `problems`."""
    found: list[Problem] = []
    resolved = _resolved(book, customer, found)
    if problems is not None:
        problems[:] = gathered(book.name, without_following([*problems, *found]))
    return resolved


def _resolved(book: Book, customer: str, found: list[Problem]) -> list[Flow]:
    own = customer_book(book, customer, found)
    values = settings_of(book, book.customers.get(customer))
    resolved = [
        flow for mapping in own.mappings.values() for flow in resolve_mapping(own, mapping, values, found)
    ]
    own = replace(own, customers={name: it for name, it in own.customers.items() if name == customer})
    for one in registered().values():
        found.extend(one(own, resolved))
    return resolved


def check(book: Book, customer: str | None = None) -> list[Problem]:
    """All problems of the base and of every customer (or of one)."""
    problems: list[Problem] = []
    names = [BASE, *book.customers] if customer is None else [BASE, customer]
    for name in names:
        _resolved(book, name, problems)
    return gathered(book.name, without_following(problems))


__all__ = ["Mapping", "check", "flows", "settings_of"]
