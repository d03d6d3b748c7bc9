"""What a person means by RECORD and FIELD: found by id, number, name, address or label.

`explain` and later commands take what people have at hand: an order number from Xero, a label from
the vendor's page. Nothing found is a KeyError that names what is near. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.check.typed import Flow
from engine.compile.frame import key_parts
from engine.map.names import names_of
from engine.map.outcome import Outcome
from engine.map.trace import Found, every_line, line_of
from engine.spec.problem import did_you_mean, near

MOST_SHOWN = 8


def find_record(
    outcomes: Sequence[Outcome], sources: Sequence[Any], labels: Sequence[str], wanted: str
) -> int:
    """The position of the outcome somebody means: by id, by its names, by those of its source."""
    by: list[tuple[int, list[str]]] = []
    for index, outcome in enumerate(outcomes):
        parts = key_parts(outcome.id)
        by.append((index, [outcome.id, *parts, "/".join(parts), ".".join(parts)]))
    by += [(i, names_of(o.record)) for i, o in enumerate(outcomes)]
    by += [(i, names_of(source)) for i, source in enumerate(sources)]
    by += [(i, [label, label.replace(" / ", "/")]) for i, label in enumerate(labels)]
    for fold in (str, str.casefold):
        for index, names in by:
            if fold(wanted) in map(fold, names):
                return index
    found = did_you_mean(wanted, [*labels, *(name for _, names in by for name in names)])
    shown = ", ".join(dict.fromkeys(labels[:MOST_SHOWN])) + (" …" if len(labels) > MOST_SHOWN else "")
    hint = found or (f"there are {shown}" if labels else "there is none at all")
    raise KeyError(f"no record '{wanted}' here; {hint}")


def find_field(flow: Flow, outcome: Outcome | None, wanted: str, labels: dict[str, str]) -> Found:
    """The line behind a field, told by path, address or label (`labels`: folded label to address)."""
    lines = every_line(flow)
    prefix = f"{flow.name}."
    path = wanted.removeprefix(prefix)
    plain, rows = re.sub(r"\[-?\d+\]", "", path), [int(n) for n in re.findall(r"\[(\d+)\]", path)]
    if rows and (found := line_of(flow, outcome, path)) is not None:
        return found
    for name in (plain, f"back.{plain}", labels.get(wanted.casefold(), "")):
        if name in lines:
            return replace(lines[name], row=rows[0] if rows else -1)
    folded = {_short(address).casefold(): address for address in reversed(list(lines))}
    if plain.casefold() in folded:
        return lines[folded[plain.casefold()]]
    raise KeyError(f"no line of {flow.name} writes '{wanted}'; {_near(plain, lines, labels)}")


def _short(address: str) -> str:
    """`LineItems.work.ItemCode` as people write it: `LineItems.ItemCode`."""
    parts = address.removeprefix("back.").split(".")
    return ".".join(part for i, part in enumerate(parts) if i % 2 == 0 or i == len(parts) - 1)


def _near(wanted: str, lines: Iterable[str], labels: dict[str, str]) -> str:
    addresses = list(lines)
    last = {address.rpartition(".")[2]: address for address in reversed(addresses)}
    found = near(wanted, addresses) or near(wanted, labels) or last.get(near(wanted, last), "")
    if found:
        return f"did you mean '{found}'?"
    shown = ", ".join(addresses[:MOST_SHOWN])
    return f"it writes {shown}{' …' if len(addresses) > MOST_SHOWN else ''}"


def values_at(outcome: Outcome, found: Found) -> Iterator[tuple[str, Any]]:
    """Every (path, value) a line wrote in a document; one per row of its part."""
    if found.parts:
        yield from _rows(outcome, found)
    else:
        yield from _dig(outcome.record, found, "")


def _dig(place: Any, found: Found, at: str) -> Iterator[tuple[str, Any]]:
    path = found.line.path
    for index, step in enumerate(path):
        if step.key_member and isinstance(place, list):
            number = next((i for i, row in enumerate(place) if row.get(step.key_member) == step.name), -1)
            if number < 0:
                return
            place, at = place[number], f"{at}[{number}]"
            continue
        name = step.name
        joins = found.line.target.joins if index == len(path) - 1 else ()
        if joins and isinstance(place, dict):
            texts = [place.get(part) for part in joins]
            if any(text is not None for text in texts):
                yield (f"{at}.{name}" if at else name), [text for text in texts if text]
            return
        if not isinstance(place, dict) or name not in place:
            return
        place, at = place[name], f"{at}.{name}" if at else name
    yield at, place


def _rows(outcome: Outcome, found: Found) -> Iterator[tuple[str, Any]]:
    """Walks down the lists that the line's parts stand in; any row its own part made may hold the field."""

    def walk(place: Any, at: str) -> Iterator[tuple[str, Any]]:
        here = list(_dig(place, found, at))
        if here:
            yield from here
            return
        for name, value in place.items() if isinstance(place, dict) else ():
            keys = outcome.keys.get(name, []) if not at else []
            for index, row in enumerate(value) if isinstance(value, list) else ():
                own = not keys or keys[index].partition(":")[0] == found.parts[0].name
                if own:
                    yield from walk(row, f"{at}.{name}[{index}]" if at else f"{name}[{index}]")

    yield from walk(outcome.record, "")
