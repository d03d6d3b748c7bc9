"""Outcomes of `map` as JSON: the record as its system wants it on the wire, and every reason.

A list in gives a list out, JSON lines give JSON lines as they come, one record gives one object (or
a list, where it makes several documents). Before: `map`. After: stdout, a file, the demo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

from engine.check.typed import Flow
from engine.map.encode import encode
from engine.map.outcome import BAD, HELD, READY, SKIPPED, Outcome, Remark
from engine.report.problems import counted
from engine.report.wire_json import dumps
from engine.spec.model import Book, Shape
from engine.spec.node import Node


@dataclass(frozen=True, slots=True)
class Form:
    """What the JSON of a flow's outcomes needs to know: the notes, and the target's wire."""

    flow: Flow
    target: Shape
    numbers: bool = True

    @classmethod
    def of(cls, book: Book, flow: Flow, target: Shape) -> Form:
        """By the target system's `wire`."""
        system: Node | None = book.systems.get(target.system)
        wire = system.get("wire") if system is not None else None
        decimal = wire.get("decimal") if wire is not None else None
        return cls(flow, target, decimal is None or decimal.value == "number")

    def record(self, outcome: Outcome) -> Any:
        """The mapped record in wire form, or None."""
        return None if outcome.record is None else encode(outcome.record, self.target.root, self.numbers)

    def data(self, outcome: Outcome) -> dict[str, Any]:
        """One outcome as data."""
        return {
            "mapping": outcome.mapping,
            "id": outcome.id,
            "status": outcome.status,
            "record": self.record(outcome),
            "notes": [self._note(name) for name in outcome.notes],
            "problems": [problem(remark) for remark in outcome.remarks],
            "keys": outcome.keys,
        }

    def _note(self, name: str) -> dict[str, Any]:
        note = self.flow.notes[name]
        return {"name": name, "page": note.page or None, "number": note.number or None, "text": note.text}


def problem(remark: Remark) -> dict[str, Any]:
    """One reason as data."""
    return {
        "kind": remark.kind,
        "code": remark.code,
        "at": remark.at,
        "value": remark.value,
        "text": remark.text,
        "fix": remark.fix,
        "line": remark.line,
        "place": remark.place,
        "note": remark.note,
    }


@dataclass(slots=True)
class Counts:
    """How many of each."""

    found: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        """Records that are not what their shape says."""
        return self.found[BAD]

    def add(self, outcome: Outcome) -> None:
        """Counts one; a record that only reported lines left out made no document."""
        told = outcome.status == READY and outcome.record is None
        self.found["listed" if told else outcome.status] += 1

    def line(self, mapping: str) -> str:
        """`commitments: 5 ready, 3 held`."""
        words = [f"{self.found[s]:,} {s}" for s in (READY, SKIPPED, HELD, BAD) if self.found[s]]
        if self.found["listed"]:
            words.append(f"{counted(self.found['listed'], 'document')} with remarks")
        return f"{mapping}: {', '.join(words) or 'nothing to map'}"


def write(outcomes: Iterable[Outcome], form: str, shape: Form, out: TextIO) -> Counts:
    """Writes outcomes as they come, in the form the records came in."""
    counts = Counts()

    def texts() -> Iterator[str]:
        for outcome in outcomes:
            counts.add(outcome)
            yield dumps(shape.data(outcome))

    if form == "lines":
        for text in texts():
            out.write(f"{text}\n")
    else:
        _listed(texts(), out, single=form == "one")
    return counts


def _listed(texts: Iterator[str], out: TextIO, single: bool) -> None:
    """A list, written element by element; the only element of a single record stands alone."""
    first, second = next(texts, None), None
    if single and first is not None:
        second = next(texts, None)
        if second is None:
            out.write(f"{first}\n")
            return
    out.write("[" if first is None else f"[\n{first}")
    if second is not None:
        out.write(f",\n{second}")
    for text in texts:
        out.write(f",\n{text}")
    out.write("]\n" if first is None else "\n]\n")
