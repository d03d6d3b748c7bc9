"""The story of one subcontract through reader and mapper: every document and figure, to the cent.

Each step of steps.yaml reads its files as the `map` command does, and is mapped by both engines.
"""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.map.mapper import Mapper
from engine.map.outcome import Outcome
from engine.read.files import read_inputs
from engine.workspace import Desk, Workspace
from tests.compile.alike import alike

HERE = Path(__file__).resolve().parent
BILLS = {"B1": "601501", "B2": "601517", "B3": "601540", "B5": "601560"}
STEPS = yaml.safe_load((HERE / "steps.yaml").read_text(encoding="utf-8"))["steps"]
BOTH = pytest.mark.parametrize("plain_only", [False, True], ids=["generated", "plain"])


@cache
def desk() -> Desk:
    return Workspace().customer("")


def expected(name: str) -> Any:
    return json.loads((HERE / "expected" / name).read_text(encoding="utf-8"))


def step(name: str) -> dict[str, Any]:
    return next(each for each in STEPS if each["step"] == name)


def settings(upto: str) -> dict[str, Any]:
    """The customer's settings at a step: those of the start and what earlier steps have set."""
    found: dict[str, Any] = yaml.safe_load((HERE / "settings.yaml").read_text(encoding="utf-8"))["settings"]
    for each in STEPS:
        found |= each.get("set", {})
        if each["step"] == upto:
            return found | each.get("set_here", {})
    raise KeyError(upto)


def label(record: dict[str, Any]) -> str:
    """The story's name of a document of Xero."""
    names = {number: name for name, number in BILLS.items()}
    own = str(record.get("id") or "")
    return names.get(own[-6:]) or str(record.get("number") or record.get("reference") or own)


def tried(
    name: str, plain_only: bool, wrote: Any = None, more: dict[str, Any] | None = None, event: bool = False
) -> list[Outcome]:
    """The outcomes of a step."""
    own = step(name)
    mapping = {"credit_notes": "invoices"}.get(own["mapping"], own["mapping"])
    files = [HERE / "given" / file for file in own["given"]]
    if event:
        files.append(HERE / "given" / own["event"])
    inputs = read_inputs(desk().book, mapping, False, files)
    assert not [p for p in inputs.problems if p.is_error]
    links = json.loads((HERE / "given" / own["links"]).read_text(encoding="utf-8"))
    for via, found in own.get("link", {}).items():
        links.setdefault(via, {}).update(found)
    facts = desk().facts(links, settings(name) | (more or {}), wrote=wrote)
    inputs.fill(facts.links)
    records = list(inputs.records)
    if own.get("record"):
        records = [r for r in records if str(r["id"]) == str(own["record"])]
    if own.get("only"):
        records = [r for r in records if label(r) in own["only"]]
    return list(Mapper(desk().flow(mapping), plain_only).run(records, facts))


def ready(name: str, plain_only: bool, **kw: Any) -> dict[str, Any]:
    (outcome,) = tried(name, plain_only, **kw)
    assert outcome.status == "ready", outcome.remarks
    assert outcome.record is not None
    return outcome.record


def figures(lines: list[dict[str, Any]]) -> tuple[Decimal, Decimal, Decimal]:
    """Net, GST with retention taxed, GST with retention free, as Xero works them out line by line."""
    net = tax_a = tax_b = Decimal(0)
    for line in lines:
        amount = (line["Quantity"] * line["UnitAmount"]).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        tax = (amount / 10).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        net, tax_a = net + amount, tax_a + tax
        tax_b += 0 if line["ItemCode"] == "RETENTION" else tax
    return net, tax_a, tax_b


# ---- out of Procore -------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("event", [False, True], ids=["read", "with the request"])
def test_step_1_the_order(plain_only: bool, event: bool) -> None:
    wanted = expected("purchase_orders.json")[0]
    record = ready("1", plain_only, event=event)
    alike(wanted["document"], record)
    assert "DeliveryInstructions" not in record
    net, tax, _ = figures(record["LineItems"])
    assert (net, tax, net + tax) == tuple(
        Decimal(wanted["figures"][k]) for k in ("SubTotal", "TotalTax", "Total")
    )


@BOTH
def test_step_2_the_change_order_is_one_line(plain_only: bool) -> None:
    record = ready("2", plain_only, event=True)
    (line,) = record["LineItems"]
    assert (line["ItemCode"], line["Quantity"], line["UnitAmount"]) == ("03-100.S", 1, Decimal("10500.00"))
    assert line["Description"].startswith("CO 1: ")
    assert set(record) == {"PurchaseOrderID", "LineItems"}, "date, reference and number stay untouched"


@BOTH
def test_step_3a_no_retainage_item_no_bill(plain_only: bool) -> None:
    (outcome,) = tried("3a", plain_only)
    assert outcome.status == "held"
    assert any("retainage_item" in remark.text + remark.fix for remark in outcome.remarks)


@BOTH
@pytest.mark.parametrize("event", [False, True], ids=["read", "with the request"])
@pytest.mark.parametrize("name", ["3b", "6a", "6b", "10a"])
def test_the_bills(name: str, event: bool, plain_only: bool) -> None:
    wanted = next(b for b in expected("bills.json") if b["bill"] == step(name)["expected"]["bill"])
    record = ready(name, plain_only, event=event)
    alike(wanted["document"], record)
    assert "Reference" not in record, "a bill's Reference is its InvoiceNumber"
    net, tax_a, tax_b = figures(record["LineItems"])
    for variant, tax in (("A", tax_a), ("B", tax_b)):
        figure = wanted["figures"][variant]
        assert (net, tax, net + tax) == tuple(Decimal(figure[k]) for k in ("SubTotal", "TotalTax", "Total"))


@BOTH
def test_without_commitments_the_reference_is_the_invoice(plain_only: bool) -> None:
    numbers = [
        ready(name, plain_only, more={"sync_commitments": False})["InvoiceNumber"]
        for name in ("3b", "6a", "6b", "10a")
    ]
    assert numbers == ["INV-501", "INV-517", "INV-540", "INV-560"]


@BOTH
def test_step_8_the_negative_month_does_not_go(plain_only: bool) -> None:
    (outcome,) = tried("8", plain_only)
    assert (outcome.status, outcome.record) == ("skipped", None)
    assert outcome.notes == ["negative-values"] or "negative-values" in outcome.notes


@BOTH
def test_step_8_as_a_credit_note(plain_only: bool) -> None:
    wanted = expected("credit_note.json")
    record = ready("8 as a credit note", plain_only)
    alike(wanted["document"], record)
    net, tax_a, tax_b = figures(record["LineItems"])
    assert (net, tax_a, tax_b) == tuple(
        Decimal(wanted["figures"][v][k]) for v, k in (("A", "SubTotal"), ("A", "TotalTax"), ("B", "TotalTax"))
    )


# ---- back from Xero -------------------------------------------------------------------------------

COSTS = [each["step"] for each in STEPS if each["mapping"] == "job_costs" and "wrote_by" not in each]
FIGURES = ("job_to_date_cost", "commitment_invoiced", "direct_costs")


def totals(outcomes: list[Outcome]) -> dict[int, dict[str, Decimal]]:
    return {
        int(o.record["cost_code_id"]): {name: o.record[name] for name in FIGURES}
        for o in outcomes
        if o.record is not None
    }


def wanted_totals(after: str) -> dict[int, dict[str, Decimal]]:
    found = expected("job_costs.json")
    pairs = next(each for each in found["steps"] if each["after"] == after)["pairs"]
    return {
        found["keys"][item]["cost_code_id"]: {n: Decimal(f[n]) for n in FIGURES} for item, f in pairs.items()
    }


@BOTH
@pytest.mark.parametrize("name", COSTS)
def test_job_costs(name: str, plain_only: bool) -> None:
    outcomes = tried(name, plain_only)
    assert totals(outcomes) == wanted_totals(step(name)["expected"]["after"])
    for outcome in outcomes:
        if outcome.record is not None:
            assert outcome.record["job_origin_id"] == "0b000000-0000-4000-8000-000000041001"


@BOTH
def test_costs_that_are_gone_are_sent_as_zero(plain_only: bool) -> None:
    before = {o.id: {"job_to_date_cost": "1"} for o in tried("5", plain_only) if o.record is not None}
    name = "B1 voided"
    assert totals(tried(name, plain_only, wrote=before)) == wanted_totals(step(name)["expected"]["after"])


@BOTH
@pytest.mark.parametrize("case", [0, 1], ids=["left out", "typed"])
def test_transactions(case: int, plain_only: bool) -> None:
    wanted = expected("transactions.json")[case]
    outcomes = [o for o in tried("transactions", plain_only, more=wanted["settings"]) if o.record is not None]
    assert len(outcomes) == len(wanted["transactions"])
    found = sorted(outcomes, key=lambda o: str(o.record["direct_cost_date"]) if o.record else "")
    for outcome, one in zip(
        found, sorted(wanted["transactions"], key=lambda t: str(t["direct_cost_date"])), strict=True
    ):
        assert outcome.record is not None
        for name in (
            "direct_cost_type",
            "status",
            "description",
            "invoice_number",
            "direct_cost_date",
            "received_date",
        ):
            value = outcome.record.get(name)
            assert (None if value is None else str(value)) == one[name], (one["document"], name)
        lines = outcome.record["line_items"]
        assert [line["amount"] for line in lines] == [Decimal(line["amount"]) for line in one["lines"]]
    amounts = [line["amount"] for o in found if o.record for line in o.record["line_items"]]
    assert sum(amounts) == Decimal(wanted["sum"])


@BOTH
@pytest.mark.parametrize("variant", ["A", "B"])
def test_payments_net_of_tax(variant: str, plain_only: bool) -> None:
    wanted = expected("payments.json")[variant]
    outcomes = {o.id: o for o in tried(f"payments {variant}", plain_only)}
    total = Decimal(0)
    for one in wanted["payments"]:
        outcome = outcomes[one["PaymentID"]]
        if one["gone"]:
            assert outcome.status == "skipped", one["payment"]
            continue
        assert outcome.record is not None, outcome.remarks
        assert outcome.record["amount"] == Decimal(one["amount"]), one["payment"]
        assert (str(outcome.record["date"]), outcome.record["invoice_number"]) == (
            one["date"],
            one["invoice_number"],
        )
        assert not {"payment_number", "payment_method", "check_number"} & set(outcome.record)
        total += outcome.record["amount"]
    assert total == Decimal(wanted["total"])


@BOTH
def test_payments_gross(plain_only: bool) -> None:
    wanted = expected("payments.json")["A"]
    outcomes = [
        o for o in tried("payments A", plain_only, more={"payments_tax": "gross"}) if o.record is not None
    ]
    assert sum(o.record["amount"] for o in outcomes if o.record) == Decimal(wanted["gross_total"])


@BOTH
def test_posted_shares_are_never_rewritten(plain_only: bool) -> None:
    """P2 is posted, then removed and entered again: the new one gets what the old one had."""
    shares = {
        o.id: o.record["amount"]
        for o in tried("payments A, before the void", plain_only)
        if o.record is not None
    }
    assert sorted(shares.values()) == [Decimal("9090.95"), Decimal("9090.96")]
    wrote = {key: {"amount": str(value)} for key, value in deepcopy(shares).items()}
    later = {
        o.id: o.record["amount"] for o in tried("payments A", plain_only, wrote=wrote) if o.record is not None
    }
    assert later["9a000000-0000-4000-8000-000000000003"] == Decimal("9090.96")
