"""What generated source is bound to before it runs: constants, links by key, settings, functions.

Tables of links are decoded once, keyed the way the generated code asks; what cannot be decoded
answers ODD, so that the plain reading says what is wrong with it. Before: `compile/source`. After:
`fast`, which runs what is bound here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.check.typed import Linked, Lookup
from engine.compile.frame import Facts, Links, Stop, key_parts, key_text, remembered
from engine.compile.program import Program
from engine.compile.say import sandboxed
from engine.map.outcome import Outcome, Remark
from engine.map.put import matches, put
from engine.map.rollup import Group
from engine.vocabulary.functions import EXACT, FUNCTIONS, QUANTUM, truth, turned
from engine.vocabulary.transforms import TRANSFORMS, as_text, canonical
from engine.vocabulary.wire import DECODE, BadValue, date_of, decimal_of, unwritable

MOST_REMEMBERED = 20_000
SIGNED_NUMBER = re.compile(r"(?:-(?=[0.]*[1-9]))?\d{1,18}(?:\.\d{1,10})?\Z", re.ASCII).match  # no -0
UNSET: Any = type("Unset", (), {"__repr__": lambda self: "UNSET"})()


class Odd(Exception):
    """Something the plain reading has to look at."""


ODD: Any = Odd  # the class: one instance raised over and over would keep all its tracebacks


class Dates(dict[Any, Any]):
    """Decoded dates by their text."""

    def __missing__(self, raw: Any) -> Any:
        value = date_of(raw)
        if raw.__class__ is str:
            self[raw] = value
        return value


DATES = Dates()


def forget() -> None:
    """Keeps what is remembered small, whatever comes by."""
    if len(DATES) > MOST_REMEMBERED:
        DATES.clear()


def bindings(program: Program, facts: Facts) -> dict[str, Any]:
    """Every name a program uses, for these facts."""
    return _fixed(facts) | _bound(program, facts)


def _added(
    gathered: dict[str, list[tuple[int, Any]]], names: tuple[str, ...]
) -> list[tuple[int, Any, list[Any]]]:
    """(index of the first row, the row of the group, all its rows) of every group."""
    found = []
    for rows in gathered.values():
        index, first = rows[0]
        if len(rows) > 1:
            first = {**first, **{name: sum(decimal_of(row[name]) for _, row in rows) for name in names}}
        found.append((index, first, [row for _, row in rows]))
    return found


def _sharing() -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Makes keys share equal parts: a few thousand texts stay at hand, a copy for every key does not."""
    parts: dict[Any, Any] = {}

    def shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(parts) > MOST_REMEMBERED:
            parts.clear()
        return tuple(parts.setdefault(part, part) for part in key)

    return shared


def _fixed(facts: Facts) -> dict[str, Any]:
    return {
        "ODD": ODD,
        "UNSET": UNSET,
        "STOP": Stop,
        "ZERO": Decimal(0),
        "EMPTY": {},
        "EXACT": EXACT,
        "HALF_UP": ROUND_HALF_UP,
        "DECIMAL": decimal_of,
        "DATES": DATES,
        "DECODE": DECODE,
        "TRUTH": truth,
        "AS_TEXT": as_text,
        "JOINED": _joined,
        "FLAT": _flat,
        "TODAY": facts.today,
        "TYPED": facts.typed,
        "OUTCOME": Outcome,
        "REMARK": Remark,
        "CANONICAL": canonical,
        "MATCHES": matches,
        "UNWRITABLE": unwritable,
        "MONEY": QUANTUM[0].scaleb(13),
        "WROTE": facts.wrote,
        "KEY_TEXT": key_text,
        "Decimal": Decimal,
        "PUT": put,
        "NUMBER": SIGNED_NUMBER,
        "NOUGHT": Decimal("0.0"),
        "LEAST": -QUANTUM[0].scaleb(13),
        "ADDED": _added,
        "ONCE": (0,),
        "GROUP": Group,
        "SHARED": _sharing(),
    }


def _bound(program: Program, facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = dict(program.constants)
    found |= {variable: facts.settings.get(name) for name, variable in program.settings.items()}
    found |= {
        variable: turned(facts.settings.get(name) or {}).get for name, variable in program.backwards.items()
    }
    found |= {variable: (facts.settings.get(name) or {}).get for name, variable in program.codes.items()}
    found |= {name: _table(lookup, facts.links) for name, lookup in program.tables.items()}
    found |= {
        name: _ids(linked, facts.links, name.startswith("OWN_")) for name, linked in program.ids.items()
    }
    found |= {name: sandboxed(source) for name, source in program.templates.items()}
    found |= {f"F_{name}": FUNCTIONS[name].apply for name in program.functions}
    found |= {f"X_{name}": TRANSFORMS[name].apply for name in program.transforms}
    found |= {f"Q{places}": QUANTUM[places] for places in program.quanta}
    found |= {f"Z{places}": Decimal(0).quantize(QUANTUM[places]) for places in program.quanta}
    return found


def _table(lookup: Lookup, links: Links) -> Callable[..., Any]:
    """The answers to a lookup, decoded; what cannot be decoded answers ODD (or UNSET, unknown)."""
    table: dict[Any, Any] = {}
    for source, memory in links.data.get(lookup.via, {}).items():
        key = _lookup_key(lookup, source, memory, links)
        if key is None:
            continue
        try:
            table[key] = _answer(lookup, source, memory, links)
        except BadValue:
            table[key] = ODD if lookup.missing else UNSET
    return table.get


def _lookup_key(lookup: Lookup, source: str, memory: Mapping[str, Any], links: Links) -> Any:
    if lookup.back or lookup.by:
        value = remembered(memory, lookup.by or links.target_id(lookup.via))
        return None if value is None else str(value)
    if len(lookup.keys) == 1:
        return source
    parts = tuple(key_parts(source))
    return parts if len(parts) == len(lookup.keys) else None


def _answer(lookup: Lookup, source: str, memory: Mapping[str, Any], links: Links) -> Any:
    decode = DECODE.get(lookup.type.kind)
    if not lookup.take:
        if lookup.type.kind == "list":
            return key_parts(source)
        raw: Any = source if lookup.back else remembered(memory, links.target_id(lookup.via))
    else:
        raw = remembered(memory, lookup.take)
        raw = links.part_of(lookup.via, source, lookup.take) if raw is None else raw
    if raw.__class__ is str and unwritable(raw):
        raise BadValue("a text that can be written")
    return raw if raw is None or decode is None else decode(raw)


def _ids(linked: Linked, links: Links, own: bool) -> set[Any]:
    if linked.back:
        name = links.target_id(linked.via)
        return {
            str(value)
            for memory in links.data.get(linked.via, {}).values()
            if (value := remembered(memory, name)) is not None
        }
    known = links.data.get(linked.via, {})
    return set(known) if own or len(linked.keys) == 1 else {tuple(key_parts(source)) for source in known}


def _joined(owner: Any, names: tuple[str, ...], separator: str) -> str | None:
    if owner is None:
        return None
    texts = []
    for name in names:
        text = owner.get(name)
        if text is None:
            continue
        if text.__class__ is not str:
            raise ODD
        if text.strip():
            texts.append(text.strip())
    return separator.join(texts) or None


def _flat(listed: list[Any]) -> list[Any]:
    return [inner for row in listed if row is not None for inner in (row if row.__class__ is list else [row])]
