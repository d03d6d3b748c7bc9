"""Generated source bound to the facts of a run, and the plain reading behind it.

`Fast.run` gives the outcomes of a record: by the generated function if nothing is odd, else by
the plain reading, which finds the words. Any exception of generated code counts as odd, so a
surprise costs time, never a wrong record or a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import islice
from typing import Any

from engine.check.typed import Flow, Linked, Lookup
from engine.compile.fold import folded
from engine.compile.frame import Facts, Links, Stop, key_parts, key_text, remembered
from engine.compile.program import Program, Unsupported
from engine.compile.say import sandboxed
from engine.compile.source import write_flow
from engine.map.outcome import Outcome, Remark
from engine.map.plain import Plain
from engine.map.put import matches, put
from engine.map.record import map_record
from engine.map.rollup import Group, Rollup
from engine.map.shares import shares_of
from engine.vocabulary.functions import EXACT, FUNCTIONS, QUANTUM, truth, turned
from engine.vocabulary.transforms import TRANSFORMS, as_text, canonical
from engine.vocabulary.wire import DECODE, BadValue, date_of, decimal_of

CHUNK = 64
MOST_REMEMBERED = 20_000
SIGNED_NUMBER = re.compile(r"(?:-(?=[0.]*[1-9]))?\d{1,18}(?:\.\d{1,10})?\Z", re.ASCII).match  # no -0
UNSET: Any = type("Unset", (), {"__repr__": lambda self: "UNSET"})()

Run = Callable[..., list[Outcome]]


class Odd(Exception):
    """Something the plain reading has to look at."""


ODD: Any = Odd()


class Dates(dict[Any, Any]):
    """Decoded dates by their text."""

    def __missing__(self, raw: Any) -> Any:
        value = date_of(raw)
        if raw.__class__ is str:
            self[raw] = value
        return value


DATES = Dates()


def _forget() -> None:
    """Keeps what is remembered small, whatever comes by."""
    if len(DATES) > MOST_REMEMBERED:
        DATES.clear()


class Fast:
    """A flow's generated function; None inside if the flow is one for the plain reading alone."""

    def __init__(self, flow: Flow, plain: Callable[[], Plain]):
        self.flow = flow
        self.plain = plain
        self.odd = 0
        self.can = True
        self._made: tuple[Any, Program, Callable[..., Run]] | None = None
        self._latest: tuple[Facts, int, Run] | None = None

    def program(self, settings: Mapping[str, Any]) -> tuple[Program, Callable[..., Run]] | None:
        """The flow's program for these settings; None if it is one for the plain reading alone."""
        known = repr(sorted(settings.items(), key=lambda item: item[0]))
        if self._made is not None and self._made[0] == known:
            return self._made[1], self._made[2]
        if not self.can:
            return None
        try:
            program = write_flow(folded(self.flow, settings))
        except Unsupported:
            self.can = False
            return None
        place: dict[str, Any] = {}
        exec(program.compiled(), place)
        self._made = (known, program, place["bind"])
        return program, place["bind"]

    def bind(self, facts: Facts) -> Run | None:
        """The function for these facts, or None where the plain reading serves."""
        if type(facts.links) is not Links:
            return None
        known = self._latest
        if known is not None and known[0] is facts and known[1] == facts.links.version:
            return known[2]
        made = self.program(facts.settings)
        if made is None:
            return None
        run = made[1](_fixed(facts) | _bound(made[0], facts))
        self._latest = (facts, facts.links.version, run)
        return run

    def run(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of records, in order."""
        run = self.bind(facts)
        source = iter(records)
        while chunk := list(islice(source, CHUNK)):
            done: list[Outcome] = []
            with localcontext(EXACT):
                for record in chunk:
                    done += self.one(run, record, facts)
            yield from done
            _forget()

    def one(
        self, run: Run | None, record: Any, facts: Facts, shares: dict[str, Any] | None = None
    ) -> list[Outcome]:
        """One record's outcomes, by whichever engine can."""
        if run is not None:
            try:
                return run(record, shares or {})
            except Exception:
                self.odd += 1
        return map_record(self.plain(), record, facts, shares)

    def gather(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of a flow that sums its records: those with something to say, then the totals."""
        rollup = Rollup(self.plain(), facts)
        run = self.bind(facts)
        source = iter(records)
        while chunk := list(islice(source, CHUNK)):
            done: list[Outcome] = []
            with localcontext(EXACT):
                for record in chunk:
                    done += self._gathered(run, record, rollup)
            yield from done
            _forget()
        yield from rollup.outcomes()

    def _gathered(self, run: Run | None, record: Any, rollup: Rollup) -> list[Outcome]:
        if run is not None:
            try:
                return run(record, rollup.groups, rollup.seen)
            except Exception:
                self.odd += 1
        outcome = rollup.add(record)
        return [] if outcome is None else [outcome]

    def apportioned(self, records: Iterable[Any], facts: Facts) -> Iterator[Outcome]:
        """The outcomes of a flow with shares, which need all records at once."""
        held = list(records)
        run = self.bind(facts)
        with localcontext(EXACT):
            found = [
                self.one(run, record, facts, own)
                for record, own in zip(held, shares_of(self.plain(), held, facts), strict=True)
            ]
        for outcomes in found:
            yield from outcomes


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
        "MONEY": QUANTUM[0].scaleb(13),
        "WROTE": facts.wrote,
        "KEY_TEXT": key_text,
        "Decimal": Decimal,
        "PUT": put,
        "NUMBER": SIGNED_NUMBER,
        "LEAST": -QUANTUM[0].scaleb(13),
        "ADDED": _added,
        "ONCE": (0,),
        "GROUP": Group,
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
