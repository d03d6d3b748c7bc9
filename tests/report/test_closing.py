"""The closing pack by plain values: rows, totals, and the law that its hash tells every change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger.exact import exact
from engine.report.closing import COLUMNS, Exported, NoPack, Period, period_of, sheet, verified
from engine.report.sheet import Sheet
from engine.report.sheet_json import as_data
from engine.report.wire_json import dumps

HEAD = {"customer": "story", "timezone": "Australia/Sydney"}
MARCH = Period("2026-03-01", "2026-03-31", "Australia/Sydney")
ORDER = Exported(
    title="Commitments",
    mapping="commitments",
    step="create",
    procore_id="301001",
    procore_number="SC-1001",
    xero_id="po-1",
    xero_number="PO-77",
    amount=Decimal("100000.0"),
    change=Decimal("100000.0"),
    accepted_by="approver",
    accepted_at="2026-03-02T01:00:00.000000Z",
    accepted="2026-03-02",
    written_at="2026-03-02T01:05:00.000000Z",
    written="2026-03-02",
    run="r1",
    request="op1",
    place=0,
    sha256="a" * 64,
    project="Harbour St",
    project_id="41001",
)
BILL = replace(
    ORDER,
    title="Subcontractor Invoices",
    mapping="invoices",
    procore_id="601501",
    procore_number="INV-501",
    amount=Decimal("29111.10"),
    change=Decimal("29111.10"),
    accepted_by="",
    accepted_at="",
    accepted="",
    request="op2",
)
COMPANY = replace(
    BILL, title="Vendors", mapping="companies", project="", project_id="", amount=None, change=None
)


def pack(*found: Exported, period: Period = MARCH) -> Sheet:
    return sheet(found, period, HEAD)


def stored(made: Sheet) -> Any:
    return exact(dumps(as_data(made)))


def test_totals_by_mapping_and_by_project() -> None:
    made = pack(ORDER, BILL, replace(ORDER, step="update", request="op3", change=Decimal("1000")), COMPANY)
    assert [(group.heading, group.totals[0].cells[0]) for group in made.groups] == [
        ("Commitments", "Total: 1"),
        ("Subcontractor Invoices", "Total: 1"),
        ("Vendors", "Total: 1"),
    ]
    assert made.groups[0].totals[0].cells[4] == Decimal("101000.0")
    assert [(row.cells[0], row.cells[4]) for row in made.totals] == [
        ("Harbour St: 2", Decimal("130111.10")),
        ("No project: 1", None),
        ("All documents: 3", Decimal("130111.10")),
    ]


def test_what_nobody_accepted_says_so() -> None:
    told = [row.cells[5] for _, row in pack(ORDER, BILL, replace(BILL, accepted_by="direct export")).rows]
    assert told == ["approver", "nobody was asked", "direct export"]


def test_the_hash_can_be_worked_out_by_anybody() -> None:
    """As the docstring of the report says it, with nothing of it but the rows of the JSON."""
    data = json.loads(dumps(as_data(pack(ORDER, COMPANY))), parse_float=str)
    rows = sorted((row for group in data["groups"] for row in group["rows"]), key=lambda row: row["no"])
    lines = [["crosswalk closing pack 1", "story", "2026-03-01", "2026-03-31", "Australia/Sydney", ""]]
    for row in rows:
        cells = [row[column.name] for column in COLUMNS]
        lines.append(["" if cell is None else str(cell) for cell in cells])
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    assert hashlib.sha256(text.encode()).hexdigest() == data["facts"]["hash"]


CHANGES: dict[str, Any] = {
    **{one.name: "other" for one in fields(Exported) if one.name not in ("title", "tax_inside")},
    "step": "append",
    "amount": Decimal("100000.01"),
    "change": None,
    "place": 1,
    "sha256": "b" * 64,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_hash_tells_a_change_of_any_cell(name: str) -> None:
    changed = replace(ORDER, **{name: CHANGES[name]})
    assert pack(changed, BILL).facts["hash"] != pack(ORDER, BILL).facts["hash"]


@pytest.mark.parametrize("name", ["first", "last", "timezone", "project"])
def test_the_hash_tells_another_period(name: str) -> None:
    other = replace(MARCH, **{name: "other"})
    assert pack(ORDER, period=other).facts["hash"] != pack(ORDER).facts["hash"]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
MONEY = st.none() | st.decimals(-(10**9), 10**9, places=2)
DOCUMENTS = st.builds(
    Exported,
    **{one.name: TEXTS for one in fields(Exported) if one.name != "tax_inside"}
    | {"step": st.sampled_from(["create", "update", "append", "delete"]), "place": st.integers(0, 50)}
    | {"amount": MONEY, "change": MONEY, "title": st.sampled_from(["Commitments", "Vendors"])},
)
PACKS = st.lists(DOCUMENTS, max_size=5, unique_by=lambda one: (one.request, one.place))


@given(PACKS, PACKS)
def test_equal_hashes_mean_equal_packs(one: list[Exported], other: list[Exported]) -> None:
    def said(found: list[Exported]) -> list[Any]:
        return sorted(
            ([dict(r) for g in as_data(pack(*found))["groups"] for r in g["rows"]]), key=lambda r: r["no"]
        )

    assert (pack(*one).facts["hash"] == pack(*other).facts["hash"]) is (said(one) == said(other))


@given(PACKS)
def test_an_untouched_copy_is_always_recognised(found: list[Exported]) -> None:
    told = verified(stored(pack(*found)), pack(*found), HEAD)
    assert not told.wrong, told
    assert not list(told.rows)


def test_a_row_that_was_taken_out_or_put_in_is_named() -> None:
    told = verified(stored(pack(ORDER)), pack(ORDER, BILL), HEAD)
    assert [row.cells for _, row in told.rows] == [("INV-501 (invoices)", None, "is not there", "is there")]
    told = verified(stored(pack(ORDER, BILL)), pack(ORDER), HEAD)
    assert [row.cells for _, row in told.rows] == [("INV-501 (invoices)", None, "is there", "is not there")]


def test_a_hash_that_was_made_to_fit_still_differs_from_the_ledger() -> None:
    forged = stored(pack(replace(ORDER, amount=Decimal(1))))
    told = verified(forged, pack(ORDER), HEAD)
    assert told.wrong
    assert told.notes[0].startswith("The file is whole")
    assert told.notes[1].startswith("The ledger gives")


def test_a_hash_that_was_exchanged_is_seen() -> None:
    data = stored(pack(ORDER))
    data["facts"]["hash"] = "c" * 64
    told = verified(data, pack(ORDER), HEAD)
    assert told.wrong
    assert told.notes[0].startswith("The file was changed")
    assert not list(told.rows)


@pytest.mark.parametrize("odd", [None, [], {}, {"facts": {}}, {"facts": {"pack": "2"}}])
def test_what_is_no_pack_is_refused(odd: Any) -> None:
    with pytest.raises(NoPack):
        period_of(odd)


@pytest.mark.parametrize("name", ["amount", "no", "request"])
def test_a_pack_without_a_column_is_refused(name: str) -> None:
    data = stored(pack(ORDER))
    del data["groups"][0]["rows"][0][name]
    with pytest.raises(NoPack):
        verified(data, pack(ORDER), HEAD)


def test_amounts_that_hold_tax_are_pointed_out() -> None:
    assert pack(ORDER).notes == ()
    assert "PO-77" in pack(replace(ORDER, tax_inside=True)).notes[0]
