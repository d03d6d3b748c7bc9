"""Settings of bills: which invoices go, what a bill is called, its money, state, dates and link back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.people import day, lines
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened, said
from tests.worlds.subcontract import CONTACT, PROJECT, comes

FIRST, SECOND = 601501, 601517


def first_bill(scene: Scene, **members: Any) -> dict[str, Any]:
    """INV-501, with these members, after a run."""
    comes(scene.sandbox, "INV-501")
    scene.edits("requisitions", FIRST, **members)
    scene.sync()
    return scene.books.bill_of(FIRST)


# ---------------------------------------------------------------- which, and what it is called


def test_an_invoice_that_the_owner_has_not_approved_goes_if_the_customer_says_so(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with opened(sandbox, tmp_path / "ledger.db") as scene:
        comes(sandbox, "INV-501")
        scene.edits("requisitions", FIRST, status="pending_owner_approval")
        kind, words = said(scene.sync(), "invoices", FIRST)
        assert (kind, "invoice_statuses" in words) == ("hold", True)
        scene.sets(invoice_statuses=["approved", "pending_owner_approval"])
        scene.sync()
        assert scene.books.bill_of(FIRST)["Status"] == "DRAFT"
        assert scene.quiet()


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ({"bill_reference": "by_commitments"}, "SC-1001"),
        ({"bill_reference": "order_number"}, "SC-1001"),
        ({"bill_reference": "invoice_number"}, "INV-501"),
        ({"bill_reference": "order_and_invoice"}, "SC-1001 / INV-501"),
    ],
)
def test_the_reference_of_a_bill(
    sandbox: Sandbox, tmp_path: Path, settings: dict[str, Any], number: str
) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, **settings) as scene:
        assert first_bill(scene)["InvoiceNumber"] == number
        assert scene.quiet()


# ---------------------------------------------------------------- its money


def test_the_whole_contract_is_billed_only_with_a_warning(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", invoice_line_money="scheduled_value") as scene:
        comes(sandbox, "INV-501")
        (action,) = of(scene.sync(), "invoices", FIRST)
        assert "scheduled_value_billed" in {remark.code for remark in action.remarks}
        worked = [line for line in lines(scene.books.bill_of(FIRST)) if line[0] != "RETENTION"]
        assert sum(quantity * unit for _, quantity, unit in worked) == 110500
        assert scene.quiet()


@pytest.mark.parametrize(("how", "amounts"), [("net", ["-1500.00"]), ("split", ["-2500.00", "1000.00"])])
def test_retainage_on_one_line_or_two(sandbox: Sandbox, tmp_path: Path, how: str, amounts: list[str]) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, retainage_lines=how) as scene:
        comes(sandbox, "INV-501")
        (first, *_) = scene.stored("requisitions", FIRST)["items"]
        worked = ("work_completed_this_period", "total_completed_and_stored_to_date")
        moved = {"work_completed_retainage_retained_this_period": "2500.0"}
        moved |= {"work_completed_retainage_released_this_period": "1000.0"}
        bill = first_bill(scene, items=[{**first, **dict.fromkeys(worked, "25000.0"), **moved}])
        found = [each["LineAmount"] for each in bill["LineItems"] if each["ItemCode"] == "RETENTION"]
        assert found == [Decimal(amount) for amount in amounts]
        assert scene.quiet()


def test_one_negative_line_keeps_an_invoice_away_if_that_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", negative_invoices="any_line") as scene:
        comes(sandbox, "INV-501")
        (first, second, *rest) = scene.stored("requisitions", FIRST)["items"]
        less = dict.fromkeys(("work_completed_this_period", "total_completed_and_stored_to_date"), "-100.0")
        scene.edits("requisitions", FIRST, items=[first, {**second, **less}, *rest])
        kind, words = said(scene.sync(), "invoices", FIRST)
        assert (kind, "negative" in words) == ("skip", True)
        scene.sets(negative_invoices="total")
        scene.sync()
        assert "-100.00" in [f"{each['LineAmount']:.2f}" for each in scene.books.bill_of(FIRST)["LineItems"]]


# ---------------------------------------------------------------- its state


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED", "AUTHORISED"])
def test_a_bill_is_made_in_the_state_that_is_set(sandbox: Sandbox, tmp_path: Path, status: str) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, bill_status=status) as scene:
        bill = first_bill(scene)
        assert bill["Status"] == status
        scene.sync()
        cost = scene.office.budget(PROJECT)[""][0]
        assert cost == ("32345.67" if status == "AUTHORISED" else "0.00"), "only an approved bill costs"
        assert scene.quiet()


def test_afterwards_the_state_of_a_bill_is_the_accountants(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", bill_status="SUBMITTED") as scene:
        scene.books.approve(first_bill(scene))
        scene.edits("requisitions", FIRST, billing_date="2026-04-01")
        scene.sync()
        bill = scene.books.bill_of(FIRST)
        assert (bill["Status"], day(bill["Date"])) == ("AUTHORISED", "2026-04-01")


# ---------------------------------------------------------------- when it is due


TERMS = {"Bills": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}
PAID, AFTER_TERMS, AFTER_DAYS = "2026-04-20", "2026-04-30", "2026-04-10"


@pytest.mark.parametrize(
    ("how", "paid", "terms", "due"),
    [
        ("payment_date", PAID, TERMS, PAID),
        ("payment_date", None, TERMS, AFTER_TERMS),
        ("payment_date", None, None, AFTER_DAYS),
        ("contact_terms", PAID, TERMS, AFTER_TERMS),
        ("contact_terms", PAID, None, PAID),
        ("due_days", PAID, TERMS, AFTER_DAYS),
    ],
)
def test_the_due_date(
    sandbox: Sandbox, tmp_path: Path, how: str, paid: str | None, terms: Any, due: str
) -> None:
    """The billing date is 31 March."""
    with opened(sandbox, tmp_path / "ledger.db", first=False, due_date_order=how, due_days=10) as scene:
        sandbox.in_xero("contact", ContactID=CONTACT, PaymentTerms=terms)
        assert day(first_bill(scene, payment_date=paid)["DueDate"]) == due
        assert scene.quiet()


# ---------------------------------------------------------------- its link back


@pytest.mark.parametrize("wanted", [True, False])
def test_a_link_back_or_none(sandbox: Sandbox, tmp_path: Path, wanted: bool) -> None:
    """Without it a bill whose answer was lost is found by its number, contact and date."""
    with opened(
        sandbox, tmp_path / "ledger.db", deep_link=wanted, procore_url="https://procore.example"
    ) as scene:
        comes(sandbox, "INV-501")
        sandbox.faults(
            {"kind": "lost_answer", "system": "xero", "method": "PUT", "path": "Invoices", "times": 9}
        )
        scene.run()
        sandbox.faults()
        sandbox.clock.move(500)
        scene.sync()
        (bill,) = scene.books.all("Invoices")
        link = "https://procore.example/41001/project/commitments/requisitions/601501"
        assert bill.get("Url") == (link if wanted else None)
        assert scene.office.mark_of("requisitions", FIRST) == bill["InvoiceID"]
        assert scene.quiet()


# ---------------------------------------------------------------- duplicates


@pytest.mark.parametrize(
    ("how", "days", "kind", "told"),
    [
        ("warn", 30, "create", True),
        ("hold", 30, "hold", True),
        ("none", 30, "create", False),
        ("hold", 10, "create", False),
    ],
)
def test_a_bill_of_the_same_amount_in_the_same_days(
    sandbox: Sandbox, tmp_path: Path, how: str, days: int, kind: str, told: bool
) -> None:
    """Typed by hand under another number, eleven days before INV-501."""
    with opened(sandbox, tmp_path / "ledger.db", duplicate_guard=how, duplicate_days=days) as scene:
        scene.types("IB/77", "03-100.S", "29111.10", Date="2026-03-20")
        comes(sandbox, "INV-501")
        (action,) = of(scene.sync(), "invoices", FIRST)
        assert action.kind == kind
        words = f"{action.reason} {' '.join(remark.text for remark in action.remarks)}"
        assert ("29,111.10" in words) is told, words


@pytest.mark.parametrize(("how", "kinds"), [("warn", {"create"}), ("hold", {"hold"}), ("none", {"create"})])
def test_two_invoices_of_one_number(sandbox: Sandbox, tmp_path: Path, how: str, kinds: set[str]) -> None:
    with opened(sandbox, tmp_path / "ledger.db", duplicate_guard=how) as scene:
        comes(sandbox, "INV-501")
        comes(sandbox, "INV-517")
        scene.edits("requisitions", SECOND, invoice_number="501")
        both = of(scene.sync(), "invoices")
        assert {one.kind for one in both} == kinds
        words = " ".join(f"{one.reason} {' '.join(r.text for r in one.remarks)}" for one in both)
        assert (f"({FIRST})" in words and f"({SECOND})" in words) is (how != "none"), words
