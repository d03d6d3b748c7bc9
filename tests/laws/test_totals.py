"""Money laws over the real mappings: job costs, shares of payments, retainage. To the cent, always."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.map.outcome import Outcome
from engine.vocabulary.functions import ratio
from tests.laws.conftest import desk, mapper
from tests.laws.shapes import MONEY, no_float

POSITIVE = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)

# ---------------------------------------------------------------- job costs

COST_SETTINGS = {"tracking_category": "cat", "retainage_item": "RET", "base_currency": "AUD"}
COST_LINKS: dict[str, Any] = {
    "projects": {"9": {"TrackingOptionID": "o-9"}, "8": {"TrackingOptionID": "o-8"}},
    "cost_codes": {
        '["01","S"]': {"ItemID": "i-1", "Code": "01.S"},
        '["02","L"]': {"ItemID": "i-2", "Code": "02.L"},
    },
    "project_cost_codes": {f'["{p}","{c}"]': {"id": f"{p}{c}"} for p in ("9", "8") for c in ("01", "02")},
    "cost_types": {"S": {"id": "5"}, "L": {"id": "6"}},
    "invoices": {"501": {"InvoiceID": "ours"}},
}


@st.composite
def cost_line(draw: st.DrawFn) -> dict[str, Any]:
    option = draw(st.sampled_from(["o-9", "o-8", "o-none", ""]))
    return {
        "ItemCode": draw(st.sampled_from(["01.S", "02.L", "RET", "other", None])),
        "LineAmount": draw(MONEY),
        "TaxAmount": draw(MONEY),
        "Tracking": [{"TrackingCategoryID": "cat", "TrackingOptionID": option}] if option else [],
    }


@st.composite
def cost_document(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "id": draw(st.uuids().map(str)),
        "Type": draw(st.sampled_from(["ACCPAY", "SPEND", "ACCPAYCREDIT", "ACCREC"])),
        "Status": draw(st.sampled_from(["AUTHORISED", "PAID", "DRAFT", "VOIDED"])),
        "Date": "2026-03-31",
        "LineAmountTypes": draw(st.sampled_from(["Exclusive", "Inclusive", "NoTax"])),
        "LineItems": draw(st.lists(cost_line(), max_size=4)),
    }


def job_costs(documents: list[dict[str, Any]]) -> dict[str, Outcome]:
    facts = desk().facts(COST_LINKS, COST_SETTINGS)
    outcomes = list(mapper("job_costs").run(documents, facts))
    return {o.id: o for o in outcomes if o.record is not None}


def by_hand(documents: list[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    """The same sums, worked out without the engine."""
    sums: dict[tuple[str, str], Decimal] = {}
    for document in documents:
        if document["Status"] not in ("AUTHORISED", "PAID") or document["Type"] == "ACCREC":
            continue
        sign = -1 if document["Type"] == "ACCPAYCREDIT" else 1
        for line in document["LineItems"]:
            options = [each["TrackingOptionID"] for each in line["Tracking"]]
            if line["ItemCode"] in ("01.S", "02.L") and options and options[0] in ("o-9", "o-8"):
                tax = line["TaxAmount"] if document["LineAmountTypes"] == "Inclusive" else 0
                key = (options[0], line["ItemCode"])
                sums[key] = sums.get(key, Decimal(0)) + sign * (line["LineAmount"] - tax)
    return sums


def some_documents() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Documents, the first of which may be one that Procore sent."""
    several = st.lists(cost_document(), max_size=8, unique_by=lambda each: each["id"])
    return st.builds(
        lambda found, ours: [{**found[0], "id": "ours"}, *found[1:]] if ours and found else found,
        several,
        st.booleans(),
    )


@given(some_documents(), st.randoms(use_true_random=False))
def test_job_costs_add_up_and_do_not_mind_the_order(documents: list[dict[str, Any]], random: Any) -> None:
    found = job_costs(documents)
    for outcome in found.values():
        assert outcome.record is not None
        assert (
            outcome.record["direct_costs"] + outcome.record["commitment_invoiced"]
            == (outcome.record["job_to_date_cost"])
        )
        assert no_float(outcome.record)
    total = sum((o.record["job_to_date_cost"] for o in found.values() if o.record), Decimal(0))
    assert total == sum(by_hand(documents).values(), Decimal(0))
    assert len(found) == len(by_hand(documents))
    shuffled = list(documents)
    random.shuffle(shuffled)
    assert {k: o.record for k, o in job_costs(shuffled).items()} == {k: o.record for k, o in found.items()}


def test_a_document_read_twice_counts_once() -> None:
    line = {
        "ItemCode": "01.S",
        "LineAmount": Decimal("5.00"),
        "Tracking": [{"TrackingCategoryID": "cat", "TrackingOptionID": "o-9"}],
    }
    bill = {"id": "d", "Type": "ACCPAY", "Status": "PAID", "Date": "2026-03-31", "LineItems": [line]}
    once, twice = job_costs([bill]), job_costs([bill, bill])
    assert [o.record for o in once.values()] == [o.record for o in twice.values()]


# ---------------------------------------------------------------- shares of payments

PAID_LINKS = {
    "invoices": {
        "501": {"InvoiceID": "bill", "project_id": "9", "commitment_id": "41", "invoice_number": "1"}
    }
}


def payment(number: int, amount: Decimal, day: int, status: str, net: Decimal, gross: Decimal) -> Any:
    return {
        "PaymentID": f"p{number:02}",
        "Amount": amount,
        "Date": f"2026-03-{day:02}",
        "Status": status,
        "PaymentType": "ACCPAYPAYMENT",
        "Invoice": {"InvoiceID": "bill", "SubTotal": net, "Total": gross},
    }


def posted(payments: list[Any], wrote: dict[str, Any]) -> dict[str, Decimal]:
    facts = desk().facts(PAID_LINKS, wrote=wrote)
    outcomes = mapper("payments").run(payments, facts)
    return {o.id: o.record["amount"] for o in outcomes if o.record is not None}


@given(
    st.lists(st.lists(st.tuples(POSITIVE, st.integers(1, 31)), max_size=3), min_size=1, max_size=4),
    POSITIVE,
    st.decimals(0, Decimal("0.25"), places=2),
    st.data(),
)
def test_shares_add_up_and_are_never_rewritten(
    rounds: list[Any], net: Decimal, tax: Decimal, data: st.DataObject
) -> None:
    """Payments come in rounds, some are deleted; after each round the books agree to the cent."""
    gross = net + (net * tax).quantize(Decimal("0.01"))
    payments: list[Any] = []
    wrote: dict[str, Any] = {}
    for added in rounds:
        for index, each in enumerate(payments):
            if data.draw(st.integers(0, 4)) == 0:
                payments[index] = {**each, "Status": "DELETED"}
        for amount, day in added:
            payments.append(payment(len(payments), amount, day, "AUTHORISED", net, gross))
        found = posted(payments, wrote)
        live = [each for each in payments if each["Status"] == "AUTHORISED"]
        assert set(found) == {each["PaymentID"] for each in live}
        assert all(found[key] == value["amount"] for key, value in wrote.items() if key in found)
        if any(each["PaymentID"] not in wrote for each in live):
            paid = sum((each["Amount"] for each in live), Decimal(0))
            assert sum(found.values()) == ratio(paid, net, gross, 2)
        wrote |= {key: {"amount": value} for key, value in found.items()}


@given(st.lists(st.tuples(POSITIVE, st.integers(1, 31)), min_size=1, max_size=6), POSITIVE, st.randoms())
def test_shares_do_not_mind_the_order_of_records(rows: list[Any], net: Decimal, random: Any) -> None:
    gross = net * Decimal("1.1")
    gross = gross.quantize(Decimal("0.01"))
    payments = [payment(n, amount, day, "AUTHORISED", net, gross) for n, (amount, day) in enumerate(rows)]
    shuffled = list(payments)
    random.shuffle(shuffled)
    assert posted(payments, {}) == posted(shuffled, {})


# ---------------------------------------------------------------- retainage

BILL_LINKS = {
    "companies": {"47": {"ContactID": "c"}},
    "commitments": {"41": {"PurchaseOrderID": "po", "PurchaseOrderNumber": "SC-1"}},
    "projects": {"9": {"TrackingOptionID": "o-9"}},
    "cost_codes": {'["01","S"]': {"ItemID": "i-1", "Code": "01.S"}},
}
BILL_SETTINGS = {"tracking_category": "cat", "retainage_item": "RET", "timezone": "UTC"}


@st.composite
def item(draw: st.DrawFn) -> dict[str, Any]:
    before, work, retained = draw(MONEY), draw(MONEY), draw(POSITIVE)
    held, released = draw(POSITIVE | st.just(Decimal(0))), draw(POSITIVE | st.just(Decimal(0)))
    return {
        "wbs_code": {"flat_code": "01.S"},
        "description_of_work": "Work",
        "accounting_method": "amount",
        "scheduled_value": "60000.00",
        "total_completed_and_stored_to_date": str(before + work),
        "total_completed_and_stored_to_date_from_previous": str(before),
        "total_retainage_currently_retained": str(retained + held - released),
        "total_retainage_from_previous_application": str(retained),
        "work_completed_retainage_retained_this_period": str(held),
        "work_completed_retainage_released_this_period": str(released),
        "materials_stored_retainage_released_this_period": "0.00",
    }


@given(st.lists(item(), min_size=1, max_size=5), st.sampled_from(["net", "split"]))
def test_a_bill_is_work_less_held_plus_released(items: list[dict[str, Any]], how: str) -> None:
    for number, each in enumerate(items):
        each["id"] = number
    record = {
        "id": 501,
        "project_id": 9,
        "commitment_id": 41,
        "vendor_id": 47,
        "invoice_number": "1",
        "status": "approved",
        "billing_date": "2026-03-31",
        "requisition_start": "2026-03-01",
        "requisition_end": "2026-03-31",
        "items": items,
    }
    facts = desk().facts(BILL_LINKS, {**BILL_SETTINGS, "retainage_lines": how})
    (outcome,) = mapper("invoices").run([record], facts)
    due = sum(
        (
            Decimal(each["total_completed_and_stored_to_date"])
            - Decimal(each["total_completed_and_stored_to_date_from_previous"])
            - Decimal(each["work_completed_retainage_retained_this_period"])
            + Decimal(each["work_completed_retainage_released_this_period"])
            for each in items
        ),
        Decimal(0),
    )
    if outcome.status == "skipped":
        assert due < 0 or outcome.remarks[0].code == "nothing_to_bill"
        return
    assert outcome.status == "ready", outcome.remarks
    assert outcome.record is not None
    lines = outcome.record["LineItems"]
    assert sum(line["LineAmount"] for line in lines) == due
    assert sum(line["Quantity"] * line["UnitAmount"] for line in lines) == due
    assert due >= 0
    assert no_float(outcome.record)
