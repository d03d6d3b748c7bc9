"""The closing pack: everything exported in a period, document by document, under one hash.

Every row is a document that was made, changed, given lines or deleted in Xero, as it was when its request
left; nothing that happens later changes it. `sha256` is that of the request's frozen bytes (the op's body;
one request may carry several documents, and `place` says which it is), not of what counts as written now.

The hash of the pack is SHA-256 over lines of UTF-8, joined by one newline, none at the end:

    ["crosswalk closing pack 1", customer, from, to, timezone, project]
    [every cell of the row as text, in the order of the columns]            once for each row, by `no`

Each line is a JSON array of texts without blanks between them; money has its decimals and no separators,
nothing is an empty text. So a copy can be proved unchanged by anybody, and with the ledger also that it is
what was written (`--verify`). Whoever can write the ledger can write another: keep the hash where they
cannot. Pure. Before: `live/reports/closing`. After: the writers of `sheet`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.report.sheet import (
    COUNT,
    DATA,
    DATE,
    MONEY,
    PAPER,
    TOTAL,
    Column,
    Group,
    Row,
    Sheet,
    in_cents,
)

NOUGHT = Decimal(0)
FORM = "crosswalk closing pack 1"
DONE = {"create": "made", "append": "lines added", "update": "changed", "delete": "deleted"}
NOBODY = "nobody was asked"
COLUMNS = (
    Column("procore_number", "In Procore"),
    Column("xero_number", "In Xero"),
    Column("done", "Done"),
    Column("amount", "Before tax", MONEY),
    Column("change", "Adds", MONEY),
    Column("accepted_by", "Accepted by"),
    Column("accepted", "Accepted", DATE),
    Column("written", "Written", DATE),
    Column("project", "Project", shown=PAPER),
    Column("seal", "Hash", shown=PAPER),
    Column("no", "No.", COUNT, DATA),
    Column("mapping", "Mapping", shown=DATA),
    Column("project_id", "Project id", shown=DATA),
    Column("procore_id", "Procore id", shown=DATA),
    Column("xero_id", "Xero id", shown=DATA),
    Column("accepted_at", "Accepted at (UTC)", shown=DATA),
    Column("written_at", "Written at (UTC)", shown=DATA),
    Column("run", "Run", shown=DATA),
    Column("request", "Request", shown=DATA),
    Column("place", "Place", COUNT, DATA),
    Column("sha256", "SHA-256 of the request", shown=DATA),
)
NAMES = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days where the office is, both counted; without a first one, from the beginning. `project`:
    the id of the only one that is meant.
    """

    first: str
    last: str
    timezone: str
    project: str = ""

    def holds(self, day: str) -> bool:
        """Whether a day is in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Exported:
    """One document as it was written. `change`: what it adds to what was written of it before."""

    title: str  # what its mapping is called
    mapping: str
    step: str
    procore_id: str
    procore_number: str
    xero_id: str
    xero_number: str
    amount: Decimal | None
    change: Decimal | None
    accepted_by: str
    accepted_at: str
    accepted: str
    written_at: str
    written: str
    run: str
    request: str
    place: int
    sha256: str
    project: str = ""
    project_id: str = ""
    tax_inside: bool = False  # its lines are stated with their tax


def sheet(found: Sequence[Exported], period: Period, head: Mapping[str, Any]) -> Sheet:
    """The pack. `found` in the order in which it left."""
    rows = [_row(number, one) for number, one in enumerate(found, 1)]
    groups = []
    for title in dict.fromkeys(one.title for one in found):
        mine = [(one, row) for one, row in zip(found, rows, strict=True) if one.title == title]
        totals = (_total("Total", [one for one, _ in mine]),)
        groups.append(Group(title, tuple(row for _, row in mine), totals))
    own = seal(str(head["customer"]), period, [row.cells for row in rows])
    facts = {"pack": FORM, "from": period.first, "to": period.last, "timezone": period.timezone}
    since = f"from {period.first}" if period.first else "from the beginning"
    return Sheet(
        name="closing",
        title="Closing pack",
        columns=COLUMNS,
        groups=tuple(groups),
        totals=tuple(_by_project(found)),
        notes=tuple(_notes(found)),
        about=f"Everything that was exported {since} to {period.last}, as it was when it left.",
        footers=(
            f"Hash of this pack (SHA-256): {own}",
            "A copy as JSON is checked with --verify. A row's hash is that of the request that carried it.",
        ),
        empty="nothing was exported in this period",
        facts={**facts, "project": period.project, "hash": own},
        **head,
    )


def _row(number: int, one: Exported) -> Row:
    by_name: dict[str, Any] = {name: getattr(one, name, None) for name in NAMES}
    by_name |= {"no": number, "done": DONE[one.step], "seal": one.sha256[:12]}
    by_name |= {"accepted_by": one.accepted_by or NOBODY}
    return Row(tuple(in_cents(by_name[name]) for name in NAMES))


def _notes(found: Sequence[Exported]) -> Iterable[str]:
    inside = [one.xero_number for one in found if one.tax_inside]
    if inside:
        yield f"Written with tax inside their amounts (line_amount_types): {', '.join(inside)}."


def _total(label: str, mine: Sequence[Exported]) -> Row:
    cells: list[Any] = [None] * len(COLUMNS)
    cells[0] = f"{label}: {len({(one.mapping, one.procore_id, one.xero_id) for one in mine}):,}"
    amounts = [one.change for one in mine if one.change is not None]
    cells[NAMES.index("change")] = sum(amounts, NOUGHT) if amounts else None
    return Row(tuple(cells), TOTAL)


def _by_project(found: Sequence[Exported]) -> Iterable[Row]:
    names: dict[str, str] = {}
    for one in found:
        names[one.project_id] = one.project or one.project_id or "No project"
    for project, name in sorted(names.items(), key=lambda pair: (not pair[0], pair[1])):
        yield _total(name, [one for one in found if one.project_id == project])
    if names:
        yield _total("All documents", found)


# ---------------------------------------------------------------- the hash


def seal(customer: str, period: Period, rows: Iterable[Sequence[Any]]) -> str:
    """The hash of a pack: of what it is about, and of every row in the order of `no`."""
    head = [FORM, customer, period.first, period.last, period.timezone, period.project]
    lines = [head, *([_text(cell) for cell in cells] for cells in rows)]
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return format(in_cents(cell), "f") if isinstance(cell, Decimal) else str(cell)


# ---------------------------------------------------------------- a copy

DIFFERENCES = (
    Column("document", "Document"),
    Column("column", "Column"),
    Column("in_file", "In the file"),
    Column("in_ledger", "In the ledger"),
)
Cells = dict[str, Any]


class NoPack(ValueError):
    """A file that is no closing pack."""


def period_of(data: Any) -> Period:
    """The period a pack states. Raises NoPack."""
    facts = data.get("facts") if isinstance(data, dict) else None
    if not isinstance(facts, dict) or facts.get("pack") != FORM:
        raise NoPack
    return Period(*(str(facts.get(name, "")) for name in ("from", "to", "timezone", "project")))


def verified(data: Any, ledger: Sheet, head: Mapping[str, Any]) -> Sheet:
    """Whether a pack is unchanged, and what the ledger says; `ledger` is the pack made anew."""
    rows = _rows_of(data)
    stated = str(data["facts"].get("hash", ""))
    given = seal(str(data.get("customer", "")), period_of(data), [[*row.values()] for row in rows])
    found = tuple(_differences(rows, [dict(zip(NAMES, row.cells, strict=True)) for _, row in ledger.rows]))
    whole, same = stated == given, given == ledger.facts["hash"]
    notes = (
        "The file is whole: its rows give the hash it states."
        if whole
        else f"The file was changed: its rows give {given}, and it states {stated or 'none'}.",
        "The ledger gives the same hash."
        if same
        else f"The ledger gives {ledger.facts['hash']}: it says something else of this period now.",
    )
    return Sheet(
        name="closing",
        title="Closing pack, verified",
        columns=DIFFERENCES,
        groups=(Group("", found),) if found else (),
        notes=notes,
        empty="every row of the file is what the ledger says"
        if whole and same
        else "the rows are the same; what stands above them is not",
        wrong=not (whole and same),
        **head,
    )


def _rows_of(data: Any) -> list[Cells]:
    """The rows of a pack by `no`, with the cells a pack has. Raises NoPack."""
    try:
        rows = [{name: row[name] for name in NAMES} for group in data["groups"] for row in group["rows"]]
        for row in rows:
            for name in ("amount", "change"):
                row[name] = None if row[name] is None else in_cents(Decimal(str(row[name])))
        return sorted(rows, key=lambda row: int(row["no"]))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise NoPack from None


def _differences(rows: Iterable[Cells], ours: Iterable[Cells]) -> Iterable[Row]:
    there, here = ({(row["request"], row["place"]): row for row in each} for each in (rows, ours))
    for key, row in there.items():
        own = here.get(key)
        if own is None:
            yield Row((_called(row), None, "is there", "is not there"))
            continue
        for name in NAMES:
            if _text(row[name]) != _text(own[name]):
                yield Row((_called(own), name, _text(row[name]), _text(own[name])))
    for key, own in here.items():
        if key not in there:
            yield Row((_called(own), None, "is not there", "is there"))


def _called(row: Cells) -> str:
    return f"{row['procore_number']} ({row['mapping']})"
