"""The accountants' reports over both living systems: the life story to the cent, and what makes them differ.

Figures of the story are those of `tests/story/expected`; whatever else happens is done by people, as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.linking import Choice, link
from engine.live.reports.archived import sheet as archived_sheet
from engine.report.sheet import Sheet
from engine.report.sheet_csv import to_csv
from engine.report.sheet_html import to_html
from engine.report.sheet_json import as_data
from engine.report.sheet_terminal import as_text
from tests.worlds import subcontract
from tests.worlds import test_life_story as life
from tests.worlds.people import Accountant, SiteOffice
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.scene import Scene, on_the_job, opened
from tests.worlds.subcontract import COMPANY, INVOICES, OPTION, PROJECT, comes

Rows = list[dict[str, Any]]


def report(connection: Connection, name: str, project: str = "") -> Sheet:
    made: Sheet = import_module(f"engine.live.reports.{name}").sheet(connection, project)
    return made


def group(sheet: Sheet, words: str) -> dict[str, Any]:
    """The group whose heading ends so."""
    (found,) = [one for one in as_data(sheet)["groups"] if one["heading"].endswith(words)]
    return dict(found)


def three(sheet: Sheet, words: str, *names: str) -> dict[str, tuple[str, ...]]:
    """Figures of a group by what stands first, its totals among them."""
    found = group(sheet, words)
    first = sheet.columns[0].name
    rows = [*found["rows"], *found["totals"]]
    return {str(row[first]): tuple(f"{row[name]}" for name in names) for row in rows}


def sides(sheet: Sheet, words: str) -> dict[str, tuple[str, ...]]:
    """Both sides of a part of the reconciliation, by budget code."""
    found = group(sheet, words)
    rows = [row for row in [*found["rows"], *found["totals"]] if row["line"] in ("figure", "total")]
    return {
        row["code"].split(" ")[0]: tuple(f"{row[name]:.2f}" for name in ("procore", "xero", "difference"))
        for row in rows
    }


def reasons(sheet: Sheet, words: str) -> list[tuple[str, str, str]]:
    """What explains a part: document, amount, reason."""
    rows: Rows = [row for row in group(sheet, words)["rows"] if row["line"] in ("explained", "unexplained")]
    return [(row["document"], f"{row['difference']:.2f}", row["reason"]) for row in rows]


def nothing_is_unexplained(sheet: Sheet) -> None:
    """Every difference is the sum of its items, and no item is without a reason."""
    assert not sheet.wrong
    for found in as_data(sheet)["groups"]:
        (total, explained, unexplained) = found["totals"]
        items = [row["difference"] for row in found["rows"] if row["line"] == "explained"]
        assert unexplained["difference"] == 0
        assert total["difference"] == explained["difference"] == sum(items, Decimal(0))


WORK, HELD = "their bills, before retainage", "retainage held"
TOTALS, TRANSACTIONS, PAID = "as totals", "as transactions", "payments issued"


# ---------------------------------------------------------------- the life of the subcontract


@pytest.fixture
def lived(sandbox: Sandbox, tmp_path: Path) -> Iterator[life.Story]:
    """The story up to its last payment."""
    sandbox.load(subcontract.first_day())
    with connected(sandbox, tmp_path / "ledger.db", subcontract.customer()) as connection:
        subcontract.linked_by_hand(connection)
        story = life.Story(sandbox, connection, "A", Accountant(sandbox), SiteOffice(sandbox, COMPANY))
        life.it_is_ordered(story)
        life.it_is_changed(story)
        life.the_first_invoice_waits_for_an_item(story)
        life.the_first_bill(story)
        life.more_bills(story)
        life.money_is_spent(story)
        life.a_month_is_corrected(story)
        life.retainage_is_released(story)
        life.it_is_paid(story)
        yield story


def test_at_the_end_of_the_story_every_report_agrees_with_it(lived: life.Story) -> None:
    job_costs_are_those_of_the_budget(lived)
    reconciled_to_the_cent(lived)
    retainage_ends_at_nothing(lived)
    assert not list(report(lived.connection, "unsyncable").rows)
    assert not list(report(lived.connection, "archived").rows)
    a_person_links_the_credit_note(lived)


def job_costs_are_those_of_the_budget(story: life.Story) -> None:
    sheet = report(story.connection, "job_costs", "Harbour St")
    wanted = life.costs_after("B5 approved")
    told = three(sheet, "Harbour St", "job_to_date", "invoiced", "direct")
    assert told == {**{code: figures for code, figures in wanted.items() if code}, "Total": wanted[""]}
    seen = three(sheet, "Harbour St", "budget_job_to_date", "budget_invoiced", "budget_direct")
    assert seen == told
    assert {row["agrees"] for row in group(sheet, "Harbour St")["rows"]} == {"agrees"}
    assert not sheet.wrong
    assert not sheet.notes


def reconciled_to_the_cent(story: life.Story) -> None:
    """Section 7: work 79,595.67; commitment invoiced 84,595.67; the 5,000.00 between them is INV-552."""
    sheet = report(story.connection, "reconcile")
    nothing_is_unexplained(sheet)
    assert sides(sheet, WORK) == {
        "03-100.S": ("45595.67", "50595.67", "-5000.00"),
        "03-200.S": ("30000.00", "30000.00", "0.00"),
        "03-300.S": ("4000.00", "4000.00", "0.00"),
        "Total": ("79595.67", "84595.67", "-5000.00"),
    }
    assert reasons(sheet, WORK) == [("INV-552", "-5000.00", "negative")]
    assert sides(sheet, HELD)["Total"] == ("0.00", "0.00", "0.00")
    assert reasons(sheet, HELD) == [("CN-77", "500.00", "credit_note"), ("INV-552", "-500.00", "negative")]
    assert sides(sheet, TOTALS)["Total"] == ("-4120.00", "-4120.00", "0.00")
    assert sides(sheet, TRANSACTIONS)["Total"] == ("-4120.00", "-4120.00", "0.00")
    # 10,000.05 + 10,000.05 + 12,022.11 + 20,000.00 + 17,600.00 + 6,005.53 = 75,627.74 gross.
    assert sides(sheet, PAID)["Total"] == ("68752.49", "75627.74", "-6875.25")
    assert reasons(sheet, PAID) == [("6 payments", "-6875.25", "tax")]
    (credit,) = [note for note in sheet.notes if "CN-77" in note]
    assert "linked to no invoice" in credit
    assert "same as INV-552" in credit


def retainage_ends_at_nothing(story: life.Story) -> None:
    sheet = report(story.connection, "retainage")
    names = ("opening", "held", "released", "closing", "xero_balance")
    told = three(sheet, "(Ironbark Concrete)", *names)
    assert told.pop("Total") == ("None", "7959.57", "7959.57", "0.00", "0.00")
    assert told == {
        "INV-501": ("0.00", "3234.57", "0.00", "3234.57", "3234.57"),
        "INV-517": ("3234.57", "3225.00", "0.00", "6459.57", "6459.57"),
        "INV-540": ("6459.57", "2000.00", "2500.00", "5959.57", "5959.57"),
        "INV-552": ("5959.57", "-500.00", "0.00", "5459.57", "5959.57"),
        "Credit note CN-77": ("None", "None", "None", "None", "5459.57"),
        "INV-560": ("5459.57", "0.00", "5459.57", "0.00", "0.00"),
    }
    (note,) = group(sheet, "(Ironbark Concrete)")["notes"]
    assert "INV-552" in note


def a_person_links_the_credit_note(story: life.Story) -> None:
    """Then it lowers commitment invoiced, and nothing is open any more."""
    (note,) = story.books.all("CreditNotes")
    linked(story.connection, "INV-552", note["CreditNoteID"])
    story.sync()
    sheet = report(story.connection, "reconcile")
    nothing_is_unexplained(sheet)
    assert sides(sheet, WORK)["Total"] == ("79595.67", "79595.67", "0.00")
    assert reasons(sheet, WORK) == reasons(sheet, HELD) == []
    assert sides(sheet, TOTALS)["Total"] == ("880.00", "880.00", "0.00")
    balance = three(report(story.connection, "retainage"), "(Ironbark Concrete)", "closing", "xero_balance")
    assert balance["INV-552"] == ("5459.57", "5459.57")


def linked(connection: Connection, number: str, other: str) -> None:
    """A person says which document an invoice is."""
    link(connection, [Choice("invoices", str(INVOICES[number]), other)], "accounts@example")


# ---------------------------------------------------------------- what makes both sides differ


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    """After the first sync, with INV-501 made into a draft bill."""
    with opened(sandbox, tmp_path / "ledger.db") as made:
        comes(sandbox, "INV-501")
        made.sync()
        yield made


def test_a_draft_is_an_open_item_until_somebody_approves_it(scene: Scene) -> None:
    sheet = report(scene.connection, "reconcile")
    nothing_is_unexplained(sheet)
    assert sides(sheet, WORK)["Total"] == ("32345.67", "0.00", "32345.67")
    assert reasons(sheet, WORK) == [("INV-501", "20345.67", "draft"), ("INV-501", "12000.00", "draft")]
    assert reasons(sheet, HELD) == [("INV-501", "3234.57", "draft")]
    assert sheet.notes == ("1 document, 32,345.67 of work and 3,234.57 of retainage: still a draft in Xero.",)
    (row,) = group(report(scene.connection, "retainage"), "(Ironbark Concrete)")["rows"]
    assert (row["closing"], row["in_xero"], row["note"]) == (
        Decimal("3234.57"),
        None,
        "Bill SC-1001 is DRAFT in Xero.",
    )
    assert not list(report(scene.connection, "unsyncable").rows), "our own draft is no direct cost"
    scene.books.approve(scene.books.bill_of(INVOICES["INV-501"]))
    scene.sync()
    assert reasons(report(scene.connection, "reconcile"), WORK) == []


def test_a_voided_bill_leaves_its_invoice_open(scene: Scene) -> None:
    bill = scene.books.bill_of(INVOICES["INV-501"])
    scene.books.approve(bill)
    scene.sync()
    scene.books.void(bill)
    scene.run()
    sheet = report(scene.connection, "reconcile")
    nothing_is_unexplained(sheet)
    assert sides(sheet, WORK)["Total"] == ("32345.67", "0.00", "32345.67")
    assert {reason for _, _, reason in reasons(sheet, WORK)} == {"voided"}


def test_a_bill_edited_in_xero_differs_by_what_was_edited(scene: Scene) -> None:
    bill = scene.books.bill_of(INVOICES["INV-501"])
    names = ("LineItemID", "ItemCode", "Description", "Quantity", "UnitAmount")
    edited = [on_the_job({name: line[name] for name in names}) for line in bill["LineItems"]]
    edited[0]["UnitAmount"] = Decimal("20000.00")
    scene.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "DRAFT", "LineItems": edited})
    scene.books.approve(bill)
    scene.run()
    sheet = report(scene.connection, "reconcile")
    nothing_is_unexplained(sheet)
    assert sides(sheet, WORK)["03-100.S"] == ("20345.67", "20000.00", "345.67")
    assert reasons(sheet, WORK) == [("INV-501", "345.67", "changed_in_xero")]


def test_an_invoice_that_is_held_says_why(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", retainage_item=None) as scene:
        comes(sandbox, "INV-501")
        scene.sync()
        sheet = report(scene.connection, "reconcile")
        nothing_is_unexplained(sheet)
        assert {reason for _, _, reason in reasons(sheet, WORK)} == {"held"}
        assert "retainage_item" in as_text(sheet)


def test_an_invoice_nobody_accepted_waits(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db") as scene:
        scene.sets(approval_home="local")
        comes(sandbox, "INV-501")
        scene.sync()
        sheet = report(scene.connection, "reconcile")
        nothing_is_unexplained(sheet)
        assert {reason for _, _, reason in reasons(sheet, WORK)} == {"waits"}


def test_a_bill_that_was_there_before_is_an_opening_balance(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db") as scene:
        made = scene.types("IB-900", "03-100.S", "30000.00")
        comes(sandbox, "INV-501")
        linked(scene.connection, "INV-501", made["InvoiceID"])
        scene.run()
        sheet = report(scene.connection, "reconcile")
        nothing_is_unexplained(sheet)
        assert sides(sheet, WORK)["Total"] == ("32345.67", "30000.00", "2345.67")
        assert reasons(sheet, WORK) == [
            ("INV-501", "-9654.33", "opening"),
            ("INV-501", "12000.00", "opening"),
        ]
        assert reasons(sheet, HELD) == [("INV-501", "3234.57", "opening")]


def test_figures_that_procore_shows_otherwise_are_pointed_out(scene: Scene) -> None:
    scene.books.approve(scene.books.bill_of(INVOICES["INV-501"]))
    scene.sync()
    world = scene.sandbox.world()
    (row,) = [
        one
        for one in world["procore"]["erp_job_costs"].values()
        if Decimal(one["job_to_date_cost"]) == Decimal("20345.67")
    ]
    row["job_to_date_cost"] = Decimal("20000.00")
    scene.sandbox.load(world)
    sheet = report(scene.connection, "job_costs")
    assert sheet.wrong
    assert "20,345.67 was sent as job to date" in group(sheet, "Harbour St")["notes"][0]
    assert "-345.67 apart" in group(sheet, "Harbour St")["notes"][0]


def test_without_procore_the_job_costs_are_those_that_were_sent(scene: Scene, tmp_path: Path) -> None:
    scene.books.approve(scene.books.bill_of(INVOICES["INV-501"]))
    scene.sync()
    scene.sandbox.faults({"kind": "html", "system": "procore", "path": "budget_views", "times": 99})
    sheet = report(scene.connection, "job_costs")
    assert three(sheet, "Harbour St", "job_to_date")["Total"] == ("32345.67",)
    assert any("budget was not read" in note for note in sheet.notes)
    assert not sheet.wrong


# ---------------------------------------------------------------- what does not come in


def test_every_cost_that_cannot_come_in_says_why(scene: Scene) -> None:
    scene.books.write("Items", {"Code": "UNKNOWN", "Name": "Cranes", "IsPurchased": True}, "PUT")
    for code, description in (("", "Site fence"), ("UNKNOWN", "Crane")):
        line = {"Quantity": 1, "UnitAmount": Decimal(100), "Description": description, "AccountCode": "310"}
        typed(scene, f"IB-{description}", [on_the_job({**line, **({"ItemCode": code} if code else {})})])
    lost = {"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": Decimal(70), "Description": "Nails"}
    typed(scene, "IB-NONE", [lost])
    rent = {"Quantity": 1, "UnitAmount": Decimal(900), "Description": "Office rent", "AccountCode": "310"}
    typed(scene, "RENT", [rent])
    scene.types("IB-DRAFT", "03-100.S", "55.00", Status="DRAFT")
    scene.run()
    sheet = report(scene.connection, "unsyncable")
    rows = group(sheet, "Harbour St")["rows"]
    told = {row["document"]: (f"{row['amount']}", row["code"], row["line"]) for row in rows}
    assert told == {
        "Bill IB-Site fence": ("100.00", "missing item", "Site fence"),
        "Bill IB-Crane": ("100.00", "item not linked", "UNKNOWN Crane"),
        "Bill IB-DRAFT": ("55.00", "not approved", "03-100.S Typed in"),
    }
    (alone,) = group(sheet, "No project")["rows"]
    assert (alone["document"], alone["code"]) == ("Bill IB-NONE", "missing tracking")
    assert alone["fix"].startswith("Choose the tracking option")
    assert alone["link"].endswith(f"/AccountsPayable/Edit.aspx?InvoiceID={alone['id']}")
    assert "RENT" not in to_csv(sheet)
    assert {row.cells[0] for _, row in report(scene.connection, "unsyncable", str(PROJECT)).rows} == set(told)


def typed(scene: Scene, number: str, lines: list[dict[str, Any]]) -> None:
    """The accountant types an approved bill."""
    bill = {"Type": "ACCPAY", "InvoiceNumber": number, "Date": "2026-05-20", "DueDate": "2026-06-20"}
    bill |= {"Contact": {"ContactID": subcontract.CONTACT}, "Status": "AUTHORISED"}
    scene.books.write("Invoices", {**bill, "LineItems": lines}, "PUT")


def test_what_a_person_archived_is_listed_until_it_is_restored_or_linked(scene: Scene) -> None:
    made = scene.books.write("Contacts", {"Name": "Quokka Scaffold Hire"}, "PUT")
    other = scene.books.write("Contacts", {"Name": "Bandicoot Cranes"}, "PUT")
    scene.run()
    ledger = scene.connection.ledger

    def noted(what: str, key: str) -> None:
        with ledger.begin() as tx:
            ledger.note(tx, "accounts@example", what, "companies<", key, "not used on new jobs")

    for key in (made["ContactID"], other["ContactID"], subcontract.CONTACT):
        noted("archived", key)
    noted("restored", other["ContactID"])
    ((_, row),) = archived_sheet(scene.connection).rows
    assert row.cells[0] == "Quokka Scaffold Hire"
    assert row.cells[3:6] == ("accounts@example", "not used on new jobs", made["ContactID"])


# ---------------------------------------------------------------- asking


def test_before_anything_was_read_there_is_nothing_to_report(sandbox: Sandbox, tmp_path: Path) -> None:
    with (
        opened(sandbox, tmp_path / "ledger.db", first=False) as scene,
        pytest.raises(Declined, match="nothing of story was read yet"),
    ):
        report(scene.connection, "retainage")


def test_a_project_goes_by_its_id_number_or_name(scene: Scene) -> None:
    told = {
        to_csv(report(scene.connection, "reconcile", each)) for each in (str(PROJECT), "41", "harbour st")
    }
    assert len(told) == 1
    with pytest.raises(Declined, match="no project is called Quay St"):
        report(scene.connection, "reconcile", "Quay St")


def test_a_report_is_one_file_without_a_network(scene: Scene) -> None:
    page = to_html(report(scene.connection, "reconcile"))
    assert "<script" not in page
    assert "http" not in page.replace("https://go.xero.com", "")
    assert OPTION not in page
