"""The reports that tell figures as they are: job costs, retainage, what cannot come in, what is archived."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.report import archived, job_costs, retainage, unsyncable
from engine.report.archived import Archived, standing
from engine.report.job_costs import Costs, Three
from engine.report.retainage import Account, Step
from engine.report.sheet import Row, Sheet
from engine.report.sheet_terminal import as_text
from engine.report.unsyncable import Left

HEAD = {"customer": "story"}


def named(sheet: Sheet, row: Row) -> dict[str, Any]:
    return {column.name: cell for column, cell in zip(sheet.columns, row.cells, strict=True)}


def costs(job_to_date: str, invoiced: str, direct: str = "") -> Three:
    first, second = Decimal(job_to_date), Decimal(invoiced)
    return Three(first, second, Decimal(direct) if direct else first - second)


# ---------------------------------------------------------------- job costs


def test_a_budget_that_shows_what_was_sent_agrees() -> None:
    sent = {"03-100.S": costs("46475.67", "50595.67")}
    sheet = job_costs.sheet([Costs("Harbour St", sent, sent, dict(sent))], {"03-100.S": "Formwork"}, HEAD)
    ((_, row),) = sheet.rows
    assert named(sheet, row)["direct"] == Decimal("-4120.00")
    assert named(sheet, row)["agrees"] == "agrees"
    assert not sheet.wrong


def test_a_budget_that_shows_something_else_is_named_with_the_difference() -> None:
    sent = {"03-100.S": costs("100.00", "0")}
    there = {"03-100.S": costs("90.00", "0"), "03-200.S": costs("5.00", "5.00")}
    sheet = job_costs.sheet([Costs("Harbour St", sent, sent, there)], {}, HEAD)
    assert sheet.wrong
    assert [named(sheet, row)["agrees"] for _, row in sheet.rows] == ["differs", "differs"]
    assert (
        "100.00 was sent as job to date, Procore's budget shows 90.00, -10.00 apart"
        in sheet.groups[0].notes[0]
    )


def test_direct_costs_that_do_not_add_up_are_wrong_on_either_side() -> None:
    sent, there = {"03-100.S": costs("100", "40", "60")}, {"03-100.S": costs("100", "40", "59.99")}
    sheet = job_costs.sheet([Costs("Harbour St", sent, sent, there)], {}, HEAD)
    assert sheet.wrong
    assert "direct costs in Procore's budget are 59.99" in sheet.groups[0].notes[0]


def test_a_budget_nobody_could_read_has_no_columns() -> None:
    sent = {"03-100.S": costs("100", "40")}
    sheet = job_costs.sheet([Costs("Harbour St", sent, sent, None, "Procore was not reached")], {}, HEAD)
    assert "Budget:" not in as_text(sheet)
    assert sheet.notes == ("Procore was not reached",)
    assert not sheet.wrong


def test_what_changed_since_it_was_sent_is_said() -> None:
    sheet = job_costs.sheet(
        [Costs("Harbour St", {"03-100.S": costs("1", "0")}, {"03-100.S": costs("2", "0")})], {}, HEAD
    )
    assert sheet.groups[0].notes == ("Xero says something else by now for 03-100.S: the next sync sends it.",)


def test_projects_stand_one_after_another_and_are_added_up() -> None:
    made = [Costs(name, {"03-100.S": costs("1.10", "0.10")}, {}) for name in ("Harbour St", "Quay St")]
    sheet = job_costs.sheet(made, {}, HEAD)
    assert [group.heading for group in sheet.groups] == ["Harbour St", "Quay St"]
    assert named(sheet, sheet.totals[0])["direct"] == Decimal("2.00")


# ---------------------------------------------------------------- retainage


def test_each_invoice_opens_with_what_the_last_one_closed_with() -> None:
    steps = (
        Step("INV-501", "2026-03-31", Decimal(100), Decimal(0), Decimal(1000), Decimal(100)),
        Step("INV-540", "2026-05-31", Decimal(20), Decimal(70), Decimal(200), Decimal(-50)),
        Step("INV-560", "2026-07-31", Decimal(0), Decimal(50), Decimal(0), None, "Bill B5 is DRAFT in Xero."),
    )
    sheet = retainage.sheet([Account("SC-1001", steps)], HEAD)
    told = [named(sheet, row) for _, row in sheet.rows]
    assert [(row["opening"], row["closing"], row["xero_balance"]) for row in told] == [
        (0, 100, 100),
        (100, 50, 50),
        (50, 0, 50),
    ]
    assert [row["difference"] for row in told] == [0, 0, -50]
    assert told[0]["share"] == Decimal("0.1")
    assert sheet.groups[0].notes == ("INV-560 of 2026-07-31: Bill B5 is DRAFT in Xero.",)


def test_retainage_held_before_the_first_invoice_opens_both_sides() -> None:
    step = Step("INV-501", "2026-03-31", Decimal(0), Decimal(30), in_xero=Decimal(-30))
    sheet = retainage.sheet([Account("SC-1001", (step,), Decimal(30))], HEAD)
    ((_, row),) = sheet.rows
    assert (named(sheet, row)["opening"], named(sheet, row)["closing"]) == (30, 0)
    assert named(sheet, row)["difference"] == 0


money = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
steps_ = st.lists(
    st.builds(Step, st.just("INV"), st.just("2026-01-01"), money, money, in_xero=st.none() | money),
    min_size=1,
)


@given(st.lists(st.tuples(steps_, money), min_size=1, max_size=3))
def test_a_roll_forward_always_rolls(given_: list[tuple[list[Step], Decimal]]) -> None:
    sheet = retainage.sheet([Account("SC", tuple(steps), opening) for steps, opening in given_], HEAD)
    closings = Decimal(0)
    for group, (steps, opening) in zip(sheet.groups, given_, strict=True):
        rows = [named(sheet, row) for row in group.rows]
        for row, after in pairwise(rows):
            assert row["closing"] == after["opening"]
        held, freed = (sum(getattr(step, name) for step in steps) for name in ("held", "released"))
        total = named(sheet, group.totals[0])
        assert total["closing"] == rows[-1]["closing"] == opening + held - freed
        assert total["difference"] == rows[-1]["difference"]
        closings += total["closing"]
    if sheet.totals:
        assert named(sheet, sheet.totals[0])["closing"] == closings


# ---------------------------------------------------------------- what cannot come in, what is archived


def left(project: str, code: str, amount: str = "10.00") -> Left:
    text = "10.00 on B-1 has a project but no item. Choose the item on this line in Xero."
    return Left(project, "Bill B-1", "2026-05-01", "Ironbark", "Fence", Decimal(amount), code, text, "id")


def test_what_cannot_come_in_stands_by_project_with_reason_and_fix() -> None:
    sheet = unsyncable.sheet(
        [left("", "missing_tracking"), left("Harbour St", "missing_item", "-2.00")], HEAD
    )
    assert [group.heading for group in sheet.groups] == ["Harbour St", "No project"]
    row = named(sheet, sheet.groups[0].rows[0])
    assert (row["code"], row["fix"]) == ("missing item", "Choose the item on this line in Xero.")
    assert row["reason"].endswith("no item.")
    assert sheet.groups[0].totals[0].cells[4] == Decimal("-2.00")


def test_another_currency_is_not_added_up_with_our_own() -> None:
    other = replace(left("Harbour St", "currency_not_convertible", "12000.00"), currency="NZD")
    sheet = unsyncable.sheet([left("Harbour St", "missing_item"), other], HEAD)
    assert named(sheet, sheet.groups[0].totals[0])["amount"] == Decimal("10.00")
    assert [named(sheet, row)["currency"] for _, row in sheet.rows] == ["", "NZD"]


def test_restored_is_not_archived() -> None:
    events = [("archived", "a", 1), ("archived", "b", 2), ("restored", "a", 3), ("archived", "a", 4)]
    assert standing(events) == {"b": 2, "a": 4}
    assert standing([*events, ("restored", "a", 5)]) == {"b": 2}


def test_archived_companies_say_by_whom_and_why() -> None:
    one = Archived("Companies", "Quokka Hire", "active", "2026-05-01", "accounts@example", "old", "id")
    sheet = archived.sheet([one], HEAD)
    assert sheet.groups[0].rows[0].cells[:5] == (
        "Quokka Hire",
        "active",
        "2026-05-01",
        "accounts@example",
        "old",
    )
