"""What became of the sample company, pair by pair: documents, what waits and why, what is left out.

Made to be read from top to bottom at 100 columns, and as plain in a pipe. Before: `demo`.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.check.typed import Flow
from engine.map.names import label_of, nicknamed
from engine.map.outcome import BAD, HELD, READY, SKIPPED, Outcome, Remark
from engine.report.explanation import STYLE
from engine.report.outcomes import Form
from engine.report.page_nodes import text
from engine.report.problems import FRAME, HINT, PLACE, WARNING, Piece
from engine.report.terminal import Terminal
from engine.report.wire_json import dumps
from engine.spec.model import Book, Shape

TOTAL_OF_ROW = ("LineAmount", "amount")
TOTAL_OF_DOCUMENT = ("amount", "job_to_date_cost")
MOST, LABEL = 100, 40


@dataclass(frozen=True, slots=True)
class Pair:
    """One way of one mapping, with everything that came out of it."""

    title: str
    flow: Flow
    source: Shape
    target: Shape
    read: int
    outcomes: Sequence[Outcome]
    labels: Sequence[str]
    form: Form
    names: Mapping[str, str]

    @property
    def documents(self) -> list[tuple[str, Outcome]]:
        """What would be written, with the name of what it came of."""
        return [
            (label, o) for label, o in zip(self.labels, self.outcomes, strict=True) if o.record is not None
        ]

    @property
    def counts(self) -> Counter[str]:
        """Documents and stopped records by status."""
        return Counter(o.status for o in self.outcomes if o.record is not None or o.status != READY)

    @property
    def total(self) -> Decimal | None:
        """The money of all documents, or None where there is none."""
        totals = [money for _, o in self.documents if (money := total_of(o.record)) is not None]
        return sum(totals, Decimal(0)) if totals else None


def rows_of(record: Any) -> list[Any]:
    """The rows of a document's first list of objects that carry money."""
    for value in record.values() if isinstance(record, dict) else ():
        if isinstance(value, list) and any(_row_total(row) is not None for row in value):
            return value
    return []


def total_of(record: Any) -> Decimal | None:
    """What a document comes to, before tax; None if it carries no money."""
    rows = rows_of(record)
    if rows:
        return sum((_row_total(row) or Decimal(0) for row in rows), Decimal(0))
    found = (record.get(name) for name in TOTAL_OF_DOCUMENT) if isinstance(record, dict) else ()
    return next((value for value in found if isinstance(value, Decimal)), None)


def _row_total(row: Any) -> Decimal | None:
    if not isinstance(row, dict):
        return None
    for name in TOTAL_OF_ROW:
        if isinstance(row.get(name), Decimal):
            return Decimal(row[name])
    quantity, price = row.get("Quantity"), row.get("UnitAmount")
    if quantity is None or price is None:
        return None
    return (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))


def money(value: Decimal | None) -> str:
    """An amount for people: 1,234.50."""
    return "" if value is None else f"{value:,.2f}"


# ---------------------------------------------------------------- for people


def opening(title: str, customer: str, terminal: Terminal) -> None:
    """What is about to be shown."""
    terminal.lines([[(title, PLACE), (f"  customer {customer}, shipped sample", FRAME)]])
    text = "What Procore and Xero would send, through every mapping, both ways. Nothing is written anywhere."
    terminal.lines([[(text, "")], []])


def show(pair: Pair, terminal: Terminal) -> None:
    """One pair: its documents as a table, then everything that did not simply go."""
    terminal.lines([_heading(pair, terminal.width)])
    documents = [_document(pair, label, outcome) for label, outcome in pair.documents]
    if documents:
        has_lines, has_money = any(row[2] for row in documents), pair.total is not None
        keep = [0, 1, *([2] if has_lines else []), *([3] if has_money else []), 4]
        head = (pair.source.title, pair.target.title, "lines", "before tax", "notes")
        if not any(row[4] for row in documents):
            keep.remove(4)
        if pair.flow.group is not None:  # a sum comes of many: it has no source of its own
            keep.remove(0)
        right = tuple(keep.index(column) for column in (2, 3) if column in keep)
        terminal.table(
            [head[c] for c in keep], [[row[c] for c in keep] for row in documents], right, indent=2
        )
    for label, outcome in zip(pair.labels, pair.outcomes, strict=True):
        for remark in outcome.remarks:
            if not remark.quiet:
                terminal.lines(_remark(label, remark, terminal.width))
    terminal.lines([*_quiet(pair, terminal.width), *_notes(pair, terminal.width), []])


def _heading(pair: Pair, width: int) -> list[Piece]:
    source, target = pair.source, pair.target
    ways = f"{source.system.title()} {source.plural} → {target.system.title()} {target.plural}"
    counts = said(pair.counts)
    gap = max(2, min(width, MOST) - len(f"{pair.title}  {ways}{counts}"))
    return [(pair.title, PLACE), (f"  {ways}", FRAME), (" " * gap, ""), (counts, "")]


def said(counts: Counter[str]) -> str:
    """`5 ready, 2 held`."""
    return ", ".join(f"{counts[s]} {s}" for s in (READY, SKIPPED, HELD, BAD) if counts[s]) or "nothing"


def _document(pair: Pair, label: str, outcome: Outcome) -> tuple[str, str, str, str, str]:
    rows = rows_of(outcome.record)
    marks = ", ".join(_mark(pair, name) for name in outcome.notes)
    own = label_of(outcome)
    if pair.flow.into is not None:  # it writes into a document that is there: tell that one
        own = str((outcome.record or {}).get(pair.target.identity[0], own))
    lines = str(len(rows) or "")
    return (label, nicknamed(own, pair.names), lines, money(total_of(outcome.record)), marks)


def _mark(pair: Pair, name: str) -> str:
    """A footnote as the page marks it: its number there, else its name."""
    note = pair.flow.notes[name]
    return str(note.number) if note.number and note.page == pair.flow.name else name


def _remark(label: str, remark: Remark, width: int) -> list[list[Piece]]:
    word = {"left_out": "left out"}.get(remark.kind, remark.kind)
    text = remark.text
    if remark.fix:
        text = f"{text}{'' if text.endswith(('.', '!', '?')) else '.'} Fix: {remark.fix}."
    short = label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
    return _wrapped(
        word, text if label in text else f"{short}: {text}", width, STYLE.get(remark.kind, WARNING)
    )


def _wrapped(word: str, text: str, width: int, style: str, inner: str = "") -> list[list[Piece]]:
    """A word, and a text beside it that keeps its left edge."""
    first, *rest = textwrap.wrap(text, min(width, MOST) - 11) or [""]
    lines: list[list[Piece]] = [[(f"  {word:<9}", style), (first, inner)]]
    return lines + [[(" " * 11, ""), (more, inner)] for more in rest]


def _quiet(pair: Pair, width: int) -> list[list[Piece]]:
    """What nobody wants to read about, counted."""
    quiet = Counter(r.line.rpartition(".")[2] for o in pair.outcomes for r in o.remarks if r.quiet)
    names = ", ".join(f"{number} {name}" for name, number in quiet.items())
    return _wrapped("aside", f"{names}: nobody needs to act", width, "dim", "dim") if quiet else []


def _notes(pair: Pair, width: int) -> list[list[Piece]]:
    """Footnotes that acted, with their text."""
    acted = dict.fromkeys(name for o in pair.outcomes for name in o.notes)
    lines: list[list[Piece]] = []
    for name in acted:
        note = pair.flow.notes[name]
        mark = _mark(pair, name)
        where = f" ({note.page} {note.number})" if note.number and mark == name else ""
        lines += _wrapped(
            f"note {mark}" if mark != name else "note", f"{name}{where}: {note.text}", width, FRAME, FRAME
        )
    return lines


def closing(pairs: Sequence[Pair], customer: str, terminal: Terminal) -> None:
    """Totals, and where to look next."""
    terminal.lines([[("All of it", PLACE)]])
    head = ("pair", "way", "read", READY, SKIPPED, HELD, BAD, "before tax")
    rows = [
        (
            pair.title,
            f"{pair.source.system.title()} → {pair.target.system.title()}",
            str(pair.read),
            *(str(pair.counts[s] or "") for s in (READY, SKIPPED, HELD, BAD)),
            money(pair.total),
        )
        for pair in pairs
    ]
    terminal.table(head, rows, (2, 3, 4, 5, 6, 7), indent=2)
    terminal.lines([[], [("Where to look next", PLACE)], *_next(customer)])


def _next(customer: str) -> list[list[Piece]]:
    commands = (
        (
            f"crosswalk explain {customer} commitments SC-001 Reference",
            "one value, back to the line that wrote it",
        ),
        (
            f"crosswalk explain {customer} invoices 660104 DueDate",
            "the same by id: which terms made the date",
        ),
        (
            f"crosswalk page {customer} --format html --out page.html",
            "the page, and what this customer changed",
        ),
        (f"crosswalk map {customer} commitments --in FILE", "your own records, as JSON"),
        ("crosswalk test", "every rule and footnote, acting and not"),
        ("crosswalk check", "the YAML itself; break a line and see"),
    )
    width = max(len(command) for command, _ in commands)
    return [[(f"  {command:<{width}}  ", HINT), (words, "dim")] for command, words in commands]


# ---------------------------------------------------------------- for machines


def as_data(pair: Pair) -> dict[str, Any]:
    """One pair with all of its outcomes."""
    return {
        "mapping": pair.flow.name,
        "back": pair.flow.back,
        "from": pair.source.name,
        "to": pair.target.name,
        "read": pair.read,
        "counts": {status: pair.counts[status] for status in (READY, SKIPPED, HELD, BAD)},
        "total": pair.total,
        "outcomes": [pair.form.data(outcome) for outcome in pair.outcomes],
    }


def file_name(pair: Pair) -> str:
    """The file of a pair's records: `companies.back.json` for the way back."""
    return f"{pair.flow.name}.back.json" if pair.flow.back else f"{pair.flow.name}.json"


def file_of(pair: Pair) -> str:
    """The records a pair would write, in wire form."""
    return dumps([pair.form.record(outcome) for _, outcome in pair.documents], 2) + "\n"


def title_of(book: Book, customer: str) -> str:
    """The customer's name for people."""
    own = book.customers.get(customer)
    return text(own.node, "title") if own is not None and text(own.node, "title") else customer


def all_data(customer: str, pairs: Iterable[Pair]) -> dict[str, Any]:
    """The whole demo."""
    return {"customer": customer, "pairs": [as_data(pair) for pair in pairs]}
