"""The reconciliation, with plain values: documents explain every difference, or nobody can."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.report.reconcile import (
    DIRECT,
    INVOICED,
    PARTS,
    PAYMENTS,
    RETAINAGE,
    Place,
    Stage,
    Trail,
    figures,
    items_of,
    sheet,
)
from engine.report.sheet import ALARM
from engine.report.sheet_terminal import as_text

HERE = ("41001", "03-100.S")
HEAD = {"customer": "story"}


def stage(amount: str = "", reason: str = "", text: str = "", place: Place = HERE) -> Stage:
    return Stage({place: Decimal(amount)} if amount else {}, reason, text)


def trail(*stages: Stage, part: str = INVOICED, document: str = "INV-552", day: str = "2026-06-30") -> Trail:
    return Trail(part, document, day, stages)


def test_an_invoice_and_its_bill_leave_no_difference() -> None:
    (figure,) = figures([trail(stage("100.00"), stage("100.00"), stage("100.00", "changed_in_xero"))])
    assert (figure.procore, figure.xero, figure.difference, figure.items) == (100, 100, 0, ())


def test_each_step_is_an_item_with_its_reason() -> None:
    steps = (
        stage("100.00"),
        stage("90.00", "changed_in_procore"),
        stage("85.00", "changed_in_xero"),
        stage("", "draft"),
    )
    found = [(item.amount, item.reason) for item in items_of(trail(*steps))]
    assert found == [(10, "changed_in_procore"), (5, "changed_in_xero"), (85, "draft")]


def test_items_that_cancel_out_are_still_told() -> None:
    one = trail(stage("-500.00"), stage("", "negative"), part=RETAINAGE)
    other = trail(stage(), stage("-500.00", "credit_note"), part=RETAINAGE, document="CN-77")
    (figure,) = figures([one, other])
    assert figure.difference == 0
    assert [(item.document, item.amount) for item in figure.items] == [("INV-552", -500), ("CN-77", 500)]


def test_a_line_moved_to_another_project_differs_in_both() -> None:
    elsewhere = ("41002", "03-100.S")
    moved = trail(stage("100.00"), stage("100.00", "changed_in_xero", place=elsewhere))
    here, there = figures([moved])
    assert (here.difference, there.difference) == (100, -100)
    assert here.explained + there.explained == 0


def test_what_nobody_can_explain_stands_out_and_makes_the_report_wrong() -> None:
    made = sheet([trail(stage("100.00"), stage("99.99"))], {"41001": "Harbour St"}, {}, HEAD)
    assert made.wrong
    *_, unexplained = made.groups[0].totals
    assert unexplained.weight == ALARM
    assert unexplained.cells[6] == Decimal("0.01")
    assert "nobody knows why" in " ".join(as_text(made).split())


def test_two_unexplained_cents_do_not_hide_each_other() -> None:
    up, down = trail(stage("1.01"), stage("1.00")), trail(stage("1.00"), stage("1.01"))
    made = sheet([up, down], {"41001": "Harbour St"}, {}, HEAD)
    assert made.wrong


def test_many_payments_are_one_line() -> None:
    place = ("41001", "")
    paid = [
        trail(stage(net, place=place), stage(gross, "tax", place=place), part=PAYMENTS, document=number)
        for number, net, gross in (("INV-501", "9090.95", "10000.05"), ("INV-517", "18181.82", "20000.00"))
    ]
    made = sheet(paid, {"41001": "Harbour St"}, {}, HEAD)
    (_, told) = made.groups[0].rows
    assert told.cells[2] == "2 payments"
    assert told.cells[6] == Decimal("-2727.28")
    assert not made.wrong


def test_open_items_are_named_with_what_they_come_to() -> None:
    trails = [
        trail(stage("32345.67"), stage("32345.67"), stage("", "draft"), document="INV-501"),
        trail(stage("3234.57"), stage("", "draft"), document="INV-501", part=RETAINAGE),
        trail(stage("-5000.00"), stage("", "negative")),
    ]
    made = sheet(trails, {"41001": "Harbour St"}, {}, HEAD)
    assert made.notes == (
        "1 document, -5,000.00 of work: below zero, which does not export (footnote 2).",
        "1 document, 32,345.67 of work and 3,234.57 of retainage: still a draft in Xero.",
    )


def test_only_the_chosen_projects_are_shown() -> None:
    made = sheet([trail(stage("1"), stage("", "held"))], {"41002": "Quay St"}, {}, HEAD)
    assert not made.groups
    assert not made.notes


# ---------------------------------------------------------------- the law

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
places = st.tuples(st.sampled_from(["1", "2", ""]), st.sampled_from(["03-100.S", "RETENTION", ""]))
stages = st.builds(
    Stage, st.dictionaries(places, amounts, max_size=3), st.sampled_from(["", "draft", "tax", "held"])
)
trails_ = st.builds(
    Trail,
    st.sampled_from(list(PARTS)),
    st.text(max_size=3),
    st.just("2026-06-30"),
    st.lists(stages, min_size=2, max_size=5).map(tuple),
)


@given(st.lists(trails_, max_size=6))
def test_a_difference_is_always_the_sum_of_what_explains_it_and_what_does_not(trails: list[Trail]) -> None:
    found = figures(trails)
    for one in found:
        assert one.difference == one.explained + one.unexplained
    for part in (INVOICED, DIRECT):
        mine = [each for each in trails if each.part == part]
        procore = sum((amount for each in mine for amount in each.stages[0].amounts.values()), Decimal(0))
        xero = sum((amount for each in mine for amount in each.stages[-1].amounts.values()), Decimal(0))
        told = sum((one.difference for one in found if one.part == part), Decimal(0))
        assert told == procore - xero, "no document is dropped, and none counts twice"


@given(st.lists(trails_, max_size=6))
def test_the_sheet_adds_up_for_any_set_of_documents(trails: list[Trail]) -> None:
    made = sheet(trails, {"1": "One", "2": "Two", "": "None"}, {}, HEAD)
    for group in made.groups:
        whole, explained, unexplained = (row.cells[6] for row in group.totals)
        assert whole == explained + unexplained
        told = [row for row in group.rows if row.cells[0] != "figure"]
        assert sum((row.cells[6] for row in told), Decimal(0)) == whole
