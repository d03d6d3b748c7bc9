"""The drift report by plain values: what happened, ours and theirs, the difference, what to do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.report import drift
from engine.report.drift import FIXES, HEALS, Drifted, Field, sheet
from engine.report.sheet import DETAIL
from engine.report.sheet_terminal import as_text

HEAD = {"customer": "story", "timezone": "UTC"}
BILL = Drifted(
    kind="Subcontractor Invoices",
    document="INV-501",
    there="SC-1001",
    what=drift.EDITED,
    system="Xero",
    fields=(Field("03-100.S: Unit Price", "20,345.67", "20,000.00"),),
    since="2026-04-02",
    difference=Decimal("-345.67"),
    source_id="601501",
    target_id="b1",
)
OPTION = Drifted("Projects", "Harbour St", "", drift.ARCHIVED, "Xero")


def test_each_field_stands_below_its_document() -> None:
    (group,) = sheet([BILL], HEAD).groups
    first, second = group.rows
    assert first.cells[:7] == (
        *("INV-501", "SC-1001", "edited", None, None),
        *("2026-04-02", Decimal("-345.67")),
    )
    assert second.weight == DETAIL
    assert second.cells[2:5] == ("03-100.S: Unit Price", "20,345.67", "20,000.00")


def test_differences_add_up_by_kind_of_document() -> None:
    told = sheet([BILL, replace(BILL, difference=Decimal("10.67")), OPTION], HEAD)
    assert [group.heading for group in told.groups] == ["Subcontractor Invoices", "Projects"]
    assert told.groups[0].totals[0].cells[6] == Decimal("-335.00")
    assert told.groups[1].totals == ()


def test_what_to_do_is_said_once_for_each_thing_that_happened() -> None:
    (group,) = sheet([BILL, BILL], HEAD).groups
    assert group.notes == ("Edited: Put it back in Xero, or change the record it comes from.",)


@pytest.mark.parametrize("what", FIXES)
def test_everything_that_can_happen_has_something_to_do(what: str) -> None:
    told = sheet([replace(BILL, what=what)], HEAD)
    assert "{" not in told.groups[0].notes[0]
    assert told.wrong is (what not in HEALS)


def test_nothing_happened() -> None:
    told = sheet([], HEAD, ("A contact was merged.",))
    assert not told.wrong
    assert "nothing of ours was changed on the other side" in as_text(told)
    assert told.notes == ("A contact was merged.",)
