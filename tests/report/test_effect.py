"""What an act does to the money: what moves is told to the cent, what does not is not told."""

from __future__ import annotations

import io
from decimal import Decimal

from engine.report import effect
from engine.report.effect import BILLED, DIRECT, INVOICED, TO_DATE, Change
from engine.report.terminal import Terminal

FORMWORK, PUMP = ("7", "03-100.S"), ("7", "03-300.S")


def amounts(**given: str) -> dict[tuple[str, effect.Place], Decimal]:
    """Figures at the formwork."""
    return {(measure, FORMWORK): Decimal(value) for measure, value in given.items()}


def test_a_credit_note_that_is_linked_moves_between_two_figures_and_leaves_the_third() -> None:
    bill = amounts(job_to_date="20345.67", commitment_invoiced="20345.67", direct_costs="0")
    note = amounts(job_to_date="-345.67", commitment_invoiced="0", direct_costs="-345.67")
    linked = amounts(job_to_date="-345.67", commitment_invoiced="-345.67", direct_costs="0")
    assert effect.effect(effect.summed([bill, note]), note, linked) == (
        Change(INVOICED, *FORMWORK, Decimal("20345.67"), Decimal("20000.00")),
        Change(DIRECT, *FORMWORK, Decimal("-345.67"), Decimal(0)),
    )


def test_what_was_nowhere_begins_at_nothing_and_what_goes_ends_there() -> None:
    order = {(BILLED, PUMP): Decimal("10.10")}
    assert effect.effect({}, {}, order) == (Change(BILLED, *PUMP, Decimal(0), Decimal("10.10")),)
    assert effect.effect(order, order, {}) == (Change(BILLED, *PUMP, Decimal("10.10"), Decimal("0.00")),)
    assert effect.effect(order, order, order) == ()


def test_a_measure_that_moves_at_two_places_is_added_up() -> None:
    changes = [
        Change(TO_DATE, *FORMWORK, Decimal("0.10"), Decimal(0)),
        Change(TO_DATE, *PUMP, Decimal("0.20"), Decimal(0)),
    ]
    assert effect.moved(changes, TO_DATE) == Decimal("-0.30")
    out = io.StringIO()
    effect.show(changes, {"7": "Harbour St"}, Terminal(out, out))
    said = " ".join(out.getvalue().split())
    assert "Job to date costs Harbour St 03-300.S 0.20 0.00 -0.20 Job to date costs, in all -0.30" in said
    assert "unchanged: commitment invoiced, direct costs" in said
    told = effect.data(changes)[0]
    assert (told["before"], told["change"]) == (Decimal("0.10"), Decimal("-0.10"))
