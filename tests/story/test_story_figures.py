"""The story's expected figures agree with each other and with its inputs, before any engine is asked.

Nothing of the engine is imported. What the story expects is worked out again from what the two systems
send, with plain exact arithmetic; the identities that tie order, bills, costs and payments together are
asserted to the cent.
"""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).resolve().parent
ZERO, CENT = Decimal(0), Decimal("0.01")
NAMES = {"B1": 601501, "B2": 601517, "B3": 601540, "B5": 601560}
SUFFIX = {"A": "", "B": ".untaxed"}


def _given(name: str) -> Any:
    return json.loads((HERE / "given" / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def _expected(name: str) -> Any:
    return json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def _d(value: Any) -> Decimal:
    return Decimal(str(value))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _total(values: Any) -> Decimal:
    return sum((_d(value) for value in values), ZERO)


def _bills(variant: str = "A") -> dict[str, dict[str, Any]]:
    by_id = {bill["InvoiceID"][-6:]: bill for bill in _given("invoices" + SUFFIX[variant])["Invoices"]}
    return {name: by_id[str(number)] for name, number in NAMES.items()}


def _expected_bills() -> dict[str, dict[str, Any]]:
    return {bill["bill"] or "none": bill for bill in _expected("bills")}


def _line_total(line: dict[str, Any]) -> Decimal:
    return _cents(_d(line["Quantity"]) * _d(line["UnitAmount"]))


def _tax(lines: list[dict[str, Any]], variant: str) -> Decimal:
    taxed = [line for line in lines if variant == "A" or line["ItemCode"] != "RETENTION"]
    return sum((_cents(_line_total(line) / 10) for line in taxed), ZERO)


def _net_of_tax(document: dict[str, Any], line: dict[str, Any]) -> Decimal:
    inclusive = document["LineAmountTypes"] == "Inclusive"
    return _d(line["LineAmount"]) - (_d(line["TaxAmount"]) if inclusive else ZERO)


def _costs(documents: list[str], linked: frozenset[str] = frozenset()) -> dict[str, list[Decimal]]:
    """Job to date and commitment invoiced by item, worked out from the Xero documents of that moment."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    every: dict[str, tuple[dict[str, Any], int]] = {name: (bill, 1) for name, bill in _bills().items()}
    every |= {each["Reference"]: (each, 1) for each in _given("bank_transactions")["BankTransactions"]}
    every |= {each["CreditNoteNumber"]: (each, -1) for each in _given("credit_notes")["CreditNotes"]}
    for name in documents:
        document, sign = every[name]
        for line in document["LineItems"]:
            if line["ItemCode"] == "RETENTION":
                continue
            cost = sign * _net_of_tax(document, line)
            found[line["ItemCode"]][0] += cost
            if name in NAMES or name in linked:
                found[line["ItemCode"]][1] += cost
    return found


# ---- what Procore says ---------------------------------------------------------------------------


def _period() -> dict[str, dict[str, Any]]:
    """Per invoice: period amounts by line, and retainage held (moved materials counted once) and released."""
    details = {each["requisition_id"]: each["detail"] for each in _given("requisition_details")}
    found = {}
    for requisition in _given("requisitions"):
        lines, held, released = [], ZERO, ZERO
        for item, detail in zip(requisition["items"], details[requisition["id"]], strict=True):
            lines.append(
                (
                    item["wbs_code"]["flat_code"],
                    _d(item["total_completed_and_stored_to_date"])
                    - _d(item["total_completed_and_stored_to_date_from_previous"]),
                )
            )
            held += (
                _d(detail["work_completed_retainage_retained_this_period"])
                + _d(detail["materials_stored_retainage_retained_this_period"])
                - _d(detail["materials_retainage_retained_moved"])
            )
            released += _d(detail["work_completed_retainage_released_this_period"]) + _d(
                detail["materials_stored_retainage_released_this_period"]
            )
        found[requisition["invoice_number"]] = {
            "lines": [line for line in lines if line[1]],
            "held": held,
            "released": released,
            "due": _d(requisition["summary"]["current_payment_due"]),
        }
    return found


def test_each_bill_is_the_period_of_its_invoice() -> None:
    """Work lines are the period amounts, the retainage line is released less held."""
    period = _period()
    for bill in _expected_bills().values():
        of = period[bill["invoice_number"]]
        lines = (bill.get("document") or bill["would_be"])["LineItems"]
        work = [(line["ItemCode"], _line_total(line)) for line in lines if line["ItemCode"] != "RETENTION"]
        retainage = _total(_line_total(line) for line in lines if line["ItemCode"] == "RETENTION")
        assert work == of["lines"]
        assert retainage == of["released"] - of["held"]
        assert _d(bill["figures"]["A"]["SubTotal"]) == of["due"]


def test_retainage_rolls_forward() -> None:
    """Opening, held, released, closing: each from Procore's figures, and nothing is left at the end."""
    period, closing = _period(), ZERO
    for row in _expected("retainage"):
        of = period[row["invoice_number"]]
        assert (_d(row["opening"]), _d(row["held"]), _d(row["released"])) == (
            closing,
            of["held"],
            of["released"],
        )
        closing = _d(row["opening"]) + of["held"] - of["released"]
        assert _d(row["closing"]) == closing
    assert closing == ZERO


# ---- what Xero says ------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["A", "B"])
def test_bills_add_up(variant: str) -> None:
    """Lines, tax by line and totals; the bill Xero returns is the expected one."""
    returned = _bills(variant)
    for name, bill in _expected_bills().items():
        lines = (bill.get("document") or bill["would_be"])["LineItems"]
        figures = {key: _d(value) for key, value in bill["figures"][variant].items()}
        assert figures["SubTotal"] == _total(_line_total(line) for line in lines)
        assert figures["TotalTax"] == _tax(lines, variant)
        assert figures["Total"] == figures["SubTotal"] + figures["TotalTax"]
        if name in returned:
            assert {key: _d(returned[name][key]) for key in figures} == figures
            codes = [(line["ItemCode"], line["LineAmount"]) for line in returned[name]["LineItems"]]
            assert codes == [(line["ItemCode"], _line_total(line)) for line in lines]
            assert all(line["Tracking"] for line in returned[name]["LineItems"])


@pytest.mark.parametrize("variant", ["A", "B"])
def test_the_credit_note_is_the_negative_invoice_turned_round(variant: str) -> None:
    """Same figures, other sign, whether the product makes it or a person types it."""
    made = _expected("credit_note")["figures"][variant]
    negative = _expected_bills()["none"]["figures"][variant]
    assert {key: -_d(value) for key, value in negative.items()} == {
        key: _d(value) for key, value in made.items()
    }
    name = "credit_notes" + SUFFIX[variant]
    assert {key: _given(name)["CreditNotes"][0][key] for key in made} == {key: _d(made[key]) for key in made}


def test_purchase_order_grows_by_one_line() -> None:
    """The change order's edits are one line more, and nothing else moves."""
    first, second = _expected("purchase_orders")
    lines = [_line_total(line) for line in first["document"]["LineItems"]]
    assert _d(first["figures"]["SubTotal"]) == _total(lines) == Decimal("100000.00")
    lines += [_line_total(line) for line in second["appended"]]
    assert _d(second["figures"]["SubTotal"]) == _total(lines) == Decimal("110500.00")
    for order in (first, second):
        figures = {key: _d(value) for key, value in order["figures"].items()}
        assert figures["TotalTax"] == _cents(figures["SubTotal"] / 10)
        assert figures["Total"] == figures["SubTotal"] + figures["TotalTax"]
    edits = _given("change_orders")[0]["line_items"]
    assert _total(each["total_amount"] for each in edits) == _total(
        _line_total(each) for each in second["appended"]
    )
    before = _given("purchase_orders.before_change")["PurchaseOrders"][0]
    after = _given("purchase_orders")["PurchaseOrders"][0]
    assert after["LineItems"][:-1] == before["LineItems"]
    assert [line["LineItemID"] for line in before["LineItems"]] == second["kept"]
    assert (before["SubTotal"], after["SubTotal"]) == (Decimal("100000.00"), Decimal("110500.00"))


# ---- what comes back -----------------------------------------------------------------------------


def test_job_costs_come_from_the_lines() -> None:
    """Every step's figures, worked out again from the documents that count at that step."""
    for step in _expected("job_costs")["steps"]:
        documents = [] if "draft" in step["after"] else step["documents"]
        linked = frozenset({"CN-77"}) if "linked" in step["after"] else frozenset()
        costs = _costs(documents, linked)
        pairs = {
            code: [_d(row["job_to_date_cost"]), _d(row["commitment_invoiced"])]
            for code, row in step["pairs"].items()
        }
        assert {code: row for code, row in pairs.items() if any(row)} == dict(costs), step["after"]
        for row in [*step["pairs"].values(), step["project"]]:
            assert _d(row["direct_costs"]) == _d(row["job_to_date_cost"]) - _d(row["commitment_invoiced"])
        for member in step["project"]:
            assert _d(step["project"][member]) == _total(row[member] for row in step["pairs"].values())


def test_transactions_are_the_documents_less_retainage() -> None:
    """With our bills the transactions are job to date, without them they are direct costs."""
    last = next(step for step in _expected("job_costs")["steps"] if step["after"] == "B5 approved")["project"]
    for case in _expected("transactions"):
        for each in case["transactions"]:
            assert _d(each["total"]) == _total(line["amount"] for line in each["lines"])
            assert _d(each["total"]) == _total(row[0] for row in _costs([each["document"]]).values())
        with_ours = case["settings"]["subcontractor_invoice_costs"]
        assert _total(each["total"] for each in case["transactions"]) == _d(case["sum"])
        assert _d(case["sum"]) == _d(last["job_to_date_cost" if with_ours else "direct_costs"])
        done = {each["document"] for each in case["transactions"]}
        assert done | set(case["nothing_for"]) == {*NAMES, "EFT 3381", "CN-77"}
        assert not done & set(case["nothing_for"])


def _shares(paid: list[tuple[str, Decimal]], bill: dict[str, Any]) -> dict[str, Decimal]:
    """Cumulative share of the subtotal, so that the last payment lands on the cent."""
    shares: dict[str, Decimal] = {}
    so_far = ZERO
    for name, amount in paid:
        so_far += amount
        shares[name] = _cents(so_far * bill["SubTotal"] / bill["Total"]) - sum(shares.values(), ZERO)
    return shares


@pytest.mark.parametrize("variant", ["A", "B"])
def test_payments_are_shares_before_tax(variant: str) -> None:
    """Net amounts by the rule, payment by payment, and the inputs carry the same gross amounts."""
    expected, bills = _expected("payments")[variant], _bills(variant)
    sent = {each["PaymentID"]: each for each in _given("payments" + SUFFIX[variant])["Payments"]}
    for row in expected["payments"]:
        assert sent[row["PaymentID"]]["Amount"] == _d(row["gross"])
        assert (sent[row["PaymentID"]]["Status"] == "DELETED") == row["gone"]
        assert sent[row["PaymentID"]]["Invoice"]["InvoiceID"] == bills[row["bill"]]["InvoiceID"]
    live = [row for row in expected["payments"] if not row["gone"]]
    for name, bill in bills.items():
        mine = [row for row in live if row["bill"] == name]
        shares = _shares([(row["payment"], _d(row["gross"])) for row in mine], bill)
        assert shares == {row["payment"]: _d(row["amount"]) for row in mine}
    first = [row for row in live if row["bill"] == "B1"]
    assert _total(row["gross"] for row in first) == bills["B1"]["Total"]
    assert _total(row["amount"] for row in first) == bills["B1"]["SubTotal"]
    assert _d(expected["total"]) == _total(row["amount"] for row in live)
    assert _d(expected["gross_total"]) == _total(row["gross"] for row in live)


def test_payments_step_by_step() -> None:
    """A removed payment takes its own amount with it; what was posted for the others stays."""
    expected = _expected("payments")["A"]
    amounts = {row["payment"]: row["amount"] for row in expected["payments"]}
    for step in expected["steps"]:
        assert _d(step["total"]) == _total(step["posted"].values())
        assert step["posted"] == {name: amounts[name] for name in step["posted"]}


def test_settled_bills() -> None:
    """In the end B2 alone is open; B3 was settled by a payment and the credit note together."""
    settled = {bill["InvoiceID"][-6:]: bill for bill in _given("invoices.settled")["Invoices"]}
    paid: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in _given("payments")["Payments"]:
        if payment["Status"] == "AUTHORISED":
            paid[payment["Invoice"]["InvoiceID"][-6:]] += payment["Amount"]
    assert {name: bill["AmountPaid"] for name, bill in settled.items()} == dict(paid)
    assert [name for name, bill in settled.items() if bill["AmountDue"]] == ["601517"]
    assert settled["601517"]["AmountDue"] == Decimal("11927.50")
    allocated = _given("credit_notes.allocated")["CreditNotes"][0]["Allocations"][0]
    assert settled["601540"]["AmountCredited"] == allocated["Amount"] == Decimal("4950.00")


# ---- the identities ------------------------------------------------------------------------------


def test_identities() -> None:
    """Work, invoices, costs, payments and the open order tie together."""
    known = {key: value for key, value in _expected("reconcile").items() if key[-3:] != "_is"}
    figures = {key: _d(value) for key, value in known.items()}
    last = _given("requisitions")[-1]
    work = {item["line_number"]: _d(item["total_completed_and_stored_to_date"]) for item in last["items"]}
    assert work == {"1": Decimal("40345.67"), "2": Decimal(30000), "3": Decimal(4000), "4": Decimal(5250)}
    assert figures["procore_work"] == _total(work.values())
    assert (
        figures["net_invoiced"] == _total(row["due"] for row in _period().values()) == figures["procore_work"]
    )
    assert figures["paid"] == _d(_expected("payments")["A"]["total"])
    assert figures["unpaid"] == figures["net_invoiced"] - figures["paid"]
    open_bill = _expected_bills()["B2"]["figures"]["A"]
    paid_on_it = next(row for row in _expected("payments")["A"]["payments"] if row["bill"] == "B2")
    assert figures["unpaid"] == _d(open_bill["SubTotal"]) - _d(paid_on_it["amount"])
    costs = _expected("job_costs")["steps"]
    last_costs = next(step for step in costs if step["after"] == "B5 approved")["project"]
    assert figures["job_to_date"] == _d(last_costs["job_to_date_cost"])
    assert figures["job_to_date"] == figures["procore_work"] + Decimal("880.00")
    assert figures["commitment_invoiced"] == _d(last_costs["commitment_invoiced"])
    assert figures["difference"] == figures["commitment_invoiced"] - figures["procore_work"]
    skipped = _total(line[1] for line in _period()["INV-552"]["lines"])
    assert figures["difference"] == -skipped
    assert figures["open_order"] == _d(_expected("purchase_orders")[1]["figures"]["SubTotal"])


def test_retention_account_comes_to_rest() -> None:
    """Held is a credit, released a debit; the forgotten credit note would leave 500.00."""
    held = -_total(
        line["LineAmount"]
        for bill in _bills().values()
        for line in bill["LineItems"]
        if line["ItemCode"] == "RETENTION"
    )
    note = _total(
        line["LineAmount"]
        for line in _given("credit_notes")["CreditNotes"][0]["LineItems"]
        if line["ItemCode"] == "RETENTION"
    )
    figures = _expected("reconcile")
    assert held == _d(figures["retention_credit_if_the_credit_note_is_forgotten"]) == Decimal("500.00")
    assert held + note == _d(figures["retention_credit"]) == ZERO


def test_steps_name_what_is_there() -> None:
    """Every file and part of a file a step names exists, and so does every setting it uses."""
    steps = yaml.safe_load((HERE / "steps.yaml").read_text(encoding="utf-8"))["steps"]
    for step in steps:
        files = [*step["given"], step["links"], *([step["event"]] if "event" in step else [])]
        assert all((HERE / "given" / name).is_file() for name in files), step["step"]
        expected = dict(step.get("expected", {}))
        if not expected:
            continue
        data = _expected(expected.pop("file").removesuffix(".json"))
        variant = expected.pop("variant", None)
        data = data[variant] if variant else data
        rows = data if isinstance(data, list) else data.get("steps", [data])
        assert any(all(row.get(key) == value for key, value in expected.items()) for row in rows), step[
            "step"
        ]
    known = yaml.safe_load(
        (HERE.parents[1] / "mappings/procore_xero/settings.yaml").read_text(encoding="utf-8")
    )
    used = set(yaml.safe_load((HERE / "settings.yaml").read_text(encoding="utf-8"))["settings"])
    for step in steps:
        used |= {*step.get("set", {}), *step.get("set_here", {})}
    assert used <= set(known["settings"])
