"""The life of one subcontract between two living systems: ordered, changed, billed, corrected, paid.

Every step of the story is done by people, followed by a sync, and asserted to the cent as both systems show
it. Twice: with retention taxed like the work (A), and free of it (B). The figures: `tests/story/expected`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from engine.live.connect import Connection
from engine.live.sync import Report, Sync
from tests.worlds import subcontract
from tests.worlds.people import Accountant, Record, SiteOffice, day, figures, lines, total
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.subcontract import CHANGE, COMPANY, CONTRACT, INVOICES, PROJECT

BILLS = {"B1": "INV-501", "B2": "INV-517", "B3": "INV-540", "B5": "INV-560"}
TRACKED = [(subcontract.CATEGORY, subcontract.OPTION)]


@cache
def expected(name: str) -> Any:
    file = subcontract.STORY / "expected" / f"{name}.json"
    return json.loads(file.read_text("utf-8"), parse_float=Decimal)


@dataclass
class Story:
    """Everybody in it."""

    sandbox: Sandbox
    connection: Connection
    variant: str
    books: Accountant
    office: SiteOffice
    bills: dict[str, Record] = field(default_factory=dict)

    def sync(self) -> Report:
        """One run, in which nothing fails."""
        report = Sync(self.connection).sync()
        assert not report.failures, report.failures
        assert not report.tally.left, report.tally.told
        return report

    def sets(self, **settings: Any) -> None:
        """The customer changes settings."""
        self.connection.desk.settings = {**self.connection.desk.settings, **settings}

    def is_quiet(self) -> bool:
        """Whether a further sync writes nothing and owes nothing."""
        self.sandbox.forget_calls()
        report = self.sync()
        written = [call for call in self.sandbox.calls() if call["method"] != "GET"]
        told = [action for action in report.plan.actions if action.kind == "conflict"]
        return not written and not report.owed.ops and not report.owed.effects and not told

    def order(self) -> Record:
        """The purchase order, which is the only one."""
        (found,) = self.books.all("PurchaseOrders")
        return found

    def bill(self, name: str) -> Record:
        """A bill, as Xero shows it now."""
        self.bills[name] = self.books.bill_of(INVOICES[BILLS[name]])
        return self.bills[name]

    def costs(self) -> dict[str, tuple[str, ...]]:
        """The three figures by item, the project under ""; pairs that cost nothing left out."""
        found = self.office.budget(PROJECT)
        return {name: three for name, three in found.items() if not name or set(three) != {"0.00"}}


def costs_after(what: str) -> dict[str, tuple[str, ...]]:
    """What the story says the budget shows."""
    (step,) = [each for each in expected("job_costs")["steps"] if each["after"] == what]
    names = ("job_to_date_cost", "commitment_invoiced", "direct_costs")
    found = {item: tuple(each[name] for name in names) for item, each in step["pairs"].items()}
    return {**found, "": tuple(step["project"][name] for name in names)}


@pytest.fixture(params=["A", "B"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def story(sandbox: Sandbox, url: str, variant: str) -> Iterator[Story]:
    """The first day: everything is there, nothing was sent."""
    if variant == "B" and url.startswith("postgresql"):
        pytest.skip("one variant is enough for the second database")
    sandbox.load(subcontract.first_day(untaxed=variant == "B"))
    with connected(sandbox, url, subcontract.customer()) as connection:
        subcontract.linked_by_hand(connection)
        yield Story(sandbox, connection, variant, Accountant(sandbox), SiteOffice(sandbox, COMPANY))


# ---------------------------------------------------------------- the story


def test_the_life_of_a_subcontract(story: Story) -> None:
    it_is_ordered(story)
    it_is_changed(story)
    the_first_invoice_waits_for_an_item(story)
    the_first_bill(story)
    more_bills(story)
    money_is_spent(story)
    a_month_is_corrected(story)
    retainage_is_released(story)
    it_is_paid(story)
    everything_adds_up(story)
    assert story.is_quiet()
    the_office_gets_the_other_cost_type(story)
    assert story.is_quiet()


def it_is_ordered(story: Story) -> None:
    """Step 1."""
    report = story.sync()
    assert not [action for action in report.plan.actions if action.kind in ("hold", "ask", "bad")]
    order = story.order()
    assert (order["PurchaseOrderNumber"], order["Status"]) == ("SC-1001", "DRAFT")
    assert (day(order["Date"]), order["Reference"]) == ("2026-03-02", "Concrete package")
    assert "DeliveryInstructions" not in order
    rows = [("03-100.S", 1, 60000), ("03-200.S", 25, 1200), ("03-300.S", 1, 10000)]
    assert lines(order) == [(code, Decimal(quantity), Decimal(unit)) for code, quantity, unit in rows]
    assert all(tracking(line) == TRACKED for line in order["LineItems"])
    assert figures(order) == ("100000.00", "10000.00", "110000.00")
    assert story.office.mark_of("work_order_contracts", CONTRACT) == order["PurchaseOrderID"]
    own = story.sandbox.in_procore("GET", f"/records/work_order_contracts/{CONTRACT}")
    assert marks(own["line_items"]) == ids(order)
    assert story.is_quiet()


def it_is_changed(story: Story) -> None:
    """Step 2. Read plainly a change order does not say that two edits are of one line, so two lines come."""
    before = story.order()
    subcontract.is_changed(story.sandbox)
    story.sync()
    order = story.order()
    assert order["LineItems"][:3] == before["LineItems"], "the old lines, their ids and places"
    assert total(line["LineAmount"] for line in order["LineItems"][3:]) == Decimal("10500.00")
    assert {line["ItemCode"] for line in order["LineItems"][3:]} == {"03-100.S"}
    assert figures(order) == ("110500.00", "11050.00", "121550.00")
    untouched = ("Date", "Reference", "PurchaseOrderNumber", "PurchaseOrderID", "Status")
    assert [order[name] for name in untouched] == [before[name] for name in untouched]
    assert story.office.mark_of("change_order_packages", CHANGE) == f"{order['PurchaseOrderID']}:{CHANGE}"
    own = story.sandbox.in_procore("GET", f"/records/change_order_packages/{CHANGE}")
    assert marks(own["line_items"]) == ids(order)[3:]
    assert story.is_quiet()


def the_first_invoice_waits_for_an_item(story: Story) -> None:
    """Step 3a: nobody has said which item retainage goes to."""
    subcontract.comes(story.sandbox, "INV-501")
    story.sandbox.forget_calls()
    report = story.sync()
    (held,) = [action for action in report.plan.actions if action.kind == "hold"]
    assert "retainage_item" in held.reason
    assert not [call for call in story.sandbox.calls("xero") if call["method"] != "GET"]


def the_first_bill(story: Story) -> None:
    """Steps 3b, 4 and 5: made as a draft, which costs nothing; approved, it does."""
    story.sets(retainage_item="RETENTION")
    story.sync()
    comes_to(story, "B1")
    assert story.is_quiet()
    assert story.costs() == {"": ("0.00", "0.00", "0.00")}
    story.books.approve(story.bill("B1"))
    story.sync()
    assert story.costs() == costs_after("B1 approved")


def more_bills(story: Story) -> None:
    """Step 6: materials stored on site, then moved into the work; retainage released in part."""
    for name in ("B2", "B3"):
        subcontract.comes(story.sandbox, BILLS[name])
        story.sync()
        comes_to(story, name)
        story.books.approve(story.bill(name))
        story.sync()
        assert story.costs() == costs_after(f"{name} approved")
    assert story.is_quiet()


def money_is_spent(story: Story) -> None:
    """Step 7: from the bank account, tax inside the price."""
    line = {"Description": "Formwork ties", "Quantity": 1, "UnitAmount": Decimal(968), "ItemCode": "03-100.S"}
    spent: Record = {"Type": "SPEND", "Contact": {"ContactID": subcontract.CONTACT}}
    spent |= {"BankAccount": {"Code": "090"}}
    spent |= {"Date": "2026-06-10", "Reference": "EFT 3381", "LineAmountTypes": "Inclusive"}
    made = story.books.write("BankTransactions", {**spent, "LineItems": [on_the_job(line)]}, "PUT")
    assert figures(made) == ("880.00", "88.00", "968.00")
    story.sync()
    assert story.costs() == costs_after("spend money")


def a_month_is_corrected(story: Story) -> None:
    """Steps 8 and 9: an invoice below zero does not go; the accountant types a credit note instead."""
    subcontract.comes(story.sandbox, "INV-552")
    count = len(story.books.all("Invoices"))
    report = story.sync()
    (skipped,) = [a for a in report.plan.actions if a.source_id == str(INVOICES["INV-552"])]
    assert (skipped.kind, "-4500" in skipped.reason.replace(",", "")) == ("skip", True)
    assert "negative values do not export" in skipped.reason
    assert len(story.books.all("Invoices")) == count
    assert story.office.mark_of("requisitions", INVOICES["INV-552"]) is None
    note: Record = {
        "Type": "ACCPAYCREDIT",
        "CreditNoteNumber": "CN-77",
        "Date": "2026-06-30",
        "Status": "AUTHORISED",
    }
    rows = [("03-100.S", 5000, "Correction of June claim"), ("RETENTION", -500, "Retainage this period")]
    typed = [
        on_the_job({"ItemCode": code, "Quantity": 1, "UnitAmount": amount, "Description": text})
        for code, amount, text in rows
    ]
    note |= {"Contact": {"ContactID": subcontract.CONTACT}, "LineItems": typed}
    made = story.books.write("CreditNotes", note, "PUT")
    gross = {"A": "4950.00", "B": "5000.00"}[story.variant]
    assert (figures(made)[0], figures(made)[2]) == ("4500.00", gross)
    story.sync()
    assert story.costs() == costs_after("CN-77")
    story.books.allocate(made, story.bill("B3"), gross, "2026-06-30")
    story.sync()
    assert story.costs() == costs_after("CN-77"), "an allocation moves no cost"
    assert story.is_quiet()


def retainage_is_released(story: Story) -> None:
    """Step 10: a bill of nothing but retainage, which costs nothing."""
    subcontract.comes(story.sandbox, "INV-560")
    story.sync()
    comes_to(story, "B5")
    story.books.approve(story.bill("B5"))
    story.sync()
    assert story.costs() == costs_after("B5 approved")


def it_is_paid(story: Story) -> None:
    """Paid in parts, one part taken back and paid again: each payment's share before tax, to the cent."""
    wanted = expected("payments")[story.variant]
    standing: list[tuple[str, str, str, int]] = []
    for one in wanted["payments"]:
        payment = story.books.pay(story.bills[one["bill"]], one["gross"], one["date"])
        story.sync()
        row = (one["date"], one["amount"], one["invoice_number"], one["requisition_id"])
        assert paid(story) == sorted([*standing, row])
        if one["gone"]:
            story.books.take_back(payment)
            story.sync()
            assert paid(story) == standing, "the payment that was taken back is gone in Procore"
        else:
            standing = sorted([*standing, row])
    assert {story.bill(name)["Status"] for name in ("B1", "B3", "B5")} == {"PAID"}
    assert total(one[1] for one in standing) == Decimal(wanted["total"])
    for shown in story.office.payments(PROJECT, CONTRACT):
        assert shown["origin_id"]
        assert not any(shown.get(name) for name in ("payment_number", "payment_method", "check_number"))
    assert story.is_quiet()


def everything_adds_up(story: Story) -> None:
    """Section 7: the identities between both systems."""
    nets = {name: Decimal(figures(story.bill(name))[0]) for name in BILLS}
    work = total(nets.values()) - 4500
    assert work == Decimal("79595.67")
    job_to_date, invoiced, direct = map(Decimal, story.costs()[""])
    assert job_to_date == work + 880
    assert invoiced - work == 5000, "INV-552, which is open"
    assert direct == job_to_date - invoiced == -4120
    assert figures(story.order())[0] == "110500.00", "an order stays open: no bill names it"
    left = work - total(row[1] for row in paid(story))
    b2 = [row[1] for row in paid(story) if row[2] == "INV-517"]
    if story.variant == "A":
        assert left == nets["B2"] - total(b2) == Decimal("10843.18")
    assert total(line["LineAmount"] for line in retained(story)) == 0, "account 815 ends at zero"
    assert transactions(story) == as_expected(0)


def the_office_gets_the_other_cost_type(story: Story) -> None:
    """Procore turns on the direct cost type for subcontractor invoices: the bills show among them."""
    story.sandbox.ask("POST", "/switches", {"subcontractor_invoice": True})
    story.sets(subcontractor_invoice_costs=True)
    story.sync()
    assert transactions(story) == as_expected(1)
    assert total(amount for one in transactions(story) for amount in one[-1]) == Decimal("80475.67")
    assert story.costs() == costs_after("B5 approved")


# ---------------------------------------------------------------- what is compared


def comes_to(story: Story, name: str) -> None:
    """A new bill is what the story says, line by line, and both systems know of each other."""
    (wanted,) = [each for each in expected("bills") if each["bill"] == name]
    bill, document = story.bill(name), wanted["document"]
    for member in ("Type", "Status", "InvoiceNumber", "LineAmountTypes"):
        assert bill[member] == document[member]
    assert (day(bill["Date"]), day(bill["DueDate"])) == (document["Date"], document["DueDate"])
    assert bill["Contact"]["ContactID"] == subcontract.CONTACT
    assert not bill.get("Reference")
    assert lines(bill) == lines(document)
    assert all(tracking(line) == TRACKED for line in bill["LineItems"])
    figure = wanted["figures"][story.variant]
    assert figures(bill) == (figure["SubTotal"], figure["TotalTax"], figure["Total"])
    own = INVOICES[BILLS[name]]
    assert story.office.mark_of("requisitions", own) == bill["InvoiceID"]
    items = story.sandbox.in_procore("GET", f"/records/requisitions/{own}")["items"]
    work = [line["LineItemID"] for line in bill["LineItems"] if line["ItemCode"] != "RETENTION"]
    assert [mark for mark in marks(items) if mark] == work


def tracking(line: Record) -> list[tuple[str, str]]:
    return [(each["TrackingCategoryID"], each["TrackingOptionID"]) for each in line["Tracking"]]


def marks(rows: list[Record]) -> list[str | None]:
    return [row.get("origin_id") for row in rows]


def ids(document: Record) -> list[str]:
    return [line["LineItemID"] for line in document["LineItems"]]


def on_the_job(line: Record) -> Record:
    """A line typed by hand, with the project on it."""
    option = {"TrackingCategoryID": subcontract.CATEGORY, "TrackingOptionID": subcontract.OPTION}
    return {**line, "Tracking": [option]}


def paid(story: Story) -> list[tuple[str, str, str, int]]:
    """Payments issued: date, amount, invoice number, invoice."""
    return sorted(
        (each["date"], f"{Decimal(each['amount']):.2f}", each["invoice_number"], each["requisition_id"])
        for each in story.office.payments(PROJECT, CONTRACT)
    )


def retained(story: Story) -> list[Record]:
    """Every line on account 815, a credit note's turned round."""
    bills = [line for name in BILLS for line in story.bill(name)["LineItems"]]
    notes = [line for note in story.books.all("CreditNotes") for line in note["LineItems"]]
    turned = [{**line, "LineAmount": -line["LineAmount"]} for line in notes]
    return [line for line in (*bills, *turned) if line["ItemCode"] == "RETENTION"]


def transactions(story: Story) -> list[Any]:
    """Direct costs: type, status, dates, texts, amounts of lines."""
    return compared(story.office.direct_costs(PROJECT), "line_items")


def as_expected(case: int) -> list[Any]:
    return compared(expected("transactions")[case]["transactions"], "lines")


def compared(costs: list[Record], rows: str) -> list[Any]:
    names = (
        "direct_cost_type",
        "status",
        "direct_cost_date",
        "received_date",
        "description",
        "invoice_number",
    )
    found = [
        [*(each[name] for name in names), sorted(Decimal(line["amount"]) for line in each[rows])]
        for each in costs
    ]
    return sorted(found, key=str)
