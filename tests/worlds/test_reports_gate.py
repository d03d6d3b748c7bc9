"""Reports of what went through the gate: who approves, what was exported under which hash, what became of it
there; and who may look.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.commands.reporting import REPORTS, allowed
from engine.ledger import events
from engine.live.declined import Declined
from engine.live.person import VARIABLE
from engine.live.reports import accountants, archived, closing, drift
from engine.report.sheet import Sheet
from engine.report.sheet_json import as_data
from engine.report.wire_json import dumps
from tests.worlds.gated import ADMINISTRATOR, APPROVER, OFFICE, READER, Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import on_the_job
from tests.worlds.subcontract import (
    CHANGE,
    CONTACT,
    CONTRACT,
    INVOICES,
    OPTION,
    PROJECT,
    VENDOR,
    comes,
    is_changed,
)

INVOICE = INVOICES["INV-501"]


@pytest.fixture
def gated(sandbox: Sandbox, tmp_path: Path) -> Iterator[Gated]:
    """The first day behind the gate, cost codes through it."""
    with behind_the_gate(sandbox, tmp_path / "ledger.db") as made:
        made.codes_synced()
        yield made


@pytest.fixture
def exported(gated: Gated) -> Gated:
    """The order, its change order and the first bill, each accepted."""
    goes(gated, "commitments", CONTRACT)
    is_changed(gated.sandbox)
    goes(gated, "change_orders", CHANGE)
    comes(gated.sandbox, "INV-501")
    goes(gated, "invoices", INVOICE)
    return gated


def goes(gated: Gated, mapping: str, name: object) -> None:
    """Sent, accepted, exported."""
    gated.sync()
    gated.send(mapping, name)
    gated.accept(mapping, name)
    gated.sync()


def bill(gated: Gated) -> dict[str, Any]:
    """The bill of INV-501."""
    return gated.books.bill_of(INVOICE)


def rows(sheet: Sheet, *names: str) -> list[tuple[Any, ...]]:
    """Cells of every row by the names of their columns."""
    groups = as_data(sheet)["groups"]
    return [tuple(row[name] for name in names) for group in groups for row in group["rows"]]


# ---------------------------------------------------------------- accountants


def test_the_accountants_are_those_who_may_accept(gated: Gated) -> None:
    gated.grant(
        "kim", level="standard", approver=True, full_name="Kim Abbot", exports=["invoices"], imports=[]
    )
    told = accountants.sheet(gated.connection)
    assert rows(told, "name", "known_as", "imports", "exports", "by") == [
        ("approver", "approver", "everything", "everything", ADMINISTRATOR),
        ("Kim Abbot", "kim", "nothing", "Subcontractor Invoices", ADMINISTRATOR),
    ]


# ---------------------------------------------------------------- the closing pack


def test_the_pack_holds_every_document_with_who_accepted_it(exported: Gated) -> None:
    """100,000.00 ordered, 10,500.00 added; the bill is 32,345.67 less 3,234.57 retained = 29,111.10."""
    told = closing.sheet(exported.connection)
    assert rows(
        told, "procore_number", "xero_number", "done", "amount", "change", "accepted_by", "project"
    ) == [
        ("SC-1001", "SC-1001", "made", Decimal("100000.00"), Decimal("100000.00"), APPROVER, "Harbour St"),
        (
            "001",
            "SC-1001",
            "lines added",
            Decimal("10500.00"),
            Decimal("10500.00"),
            APPROVER,
            "Harbour St",
        ),
        ("INV-501", "SC-1001", "made", Decimal("29111.10"), Decimal("29111.10"), APPROVER, "Harbour St"),
    ]
    totals = {row["procore_number"]: row["change"] for row in as_data(told)["totals"]}
    assert totals == {"Harbour St: 3": Decimal("139611.10"), "All documents: 3": Decimal("139611.10")}
    ids = rows(told, "procore_id", "xero_id", "project_id")
    assert ids[2] == (str(INVOICE), bill(exported)["InvoiceID"], str(PROJECT))
    assert all(len(sha) == 64 and sha.startswith(seal) for sha, seal in rows(told, "sha256", "seal"))
    assert all(accepted < written for accepted, written in rows(told, "accepted_at", "written_at"))


def test_an_order_written_again_adds_only_what_it_changed(exported: Gated) -> None:
    before = closing.sheet(exported.connection)
    stored = exported.sandbox.in_procore("GET", f"/records/work_order_contracts/{CONTRACT}")
    lines = [{**line} for line in stored["line_items"]]
    lines[0] |= {"amount": "61000.0", "unit_cost": "61000.0", "total_amount": "61000.0"}
    change = {"line_items": lines, "force": True}
    exported.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", change)
    exported.sync()
    told = closing.sheet(exported.connection)
    changed = [row for row in rows(told, "done", "amount", "change") if row[0] == "changed"]
    assert changed == [("changed", Decimal("101000.00"), Decimal("1000.00"))]
    kept = {row[0]: row for row in rows(told, "request", "sha256", "amount", "accepted_at", "no")}
    assert all(
        kept[row[0]] == row for row in rows(before, "request", "sha256", "amount", "accepted_at", "no")
    )


def test_a_day_belongs_to_the_period_in_which_it_was_there(exported: Gated) -> None:
    """The office is in Australia: its days, and not those of UTC."""
    ((written,), *_) = rows(closing.sheet(exported.connection), "written")
    today = date.fromisoformat(written)
    assert len(rows(closing.sheet(exported.connection, "", today, today), "no")) == 3
    past, future = date(2020, 1, 1), date(2099, 1, 1)
    assert not rows(closing.sheet(exported.connection, "", past, past), "no")
    assert not rows(closing.sheet(exported.connection, "", future), "no")
    assert len(rows(closing.sheet(exported.connection, "Harbour St"), "no")) == 3


def packed(sheet: Sheet) -> str:
    """The pack as it is kept."""
    return dumps(as_data(sheet))


def test_a_copy_is_proved_unchanged(exported: Gated) -> None:
    kept = packed(closing.sheet(exported.connection))
    told = closing.verified(exported.connection, kept, "pack.json")
    assert not told.wrong
    assert told.notes == (
        "The file is whole: its rows give the hash it states.",
        "The ledger gives the same hash.",
    )


def test_a_changed_copy_is_told_with_what_was_changed(exported: Gated) -> None:
    data = json.loads(packed(closing.sheet(exported.connection)))
    data["groups"][-1]["rows"][0]["amount"] = 29111.11
    told = closing.verified(exported.connection, json.dumps(data), "pack.json")
    assert told.wrong
    assert told.notes[0].startswith("The file was changed")
    assert rows(told, "document", "column", "in_file", "in_ledger") == [
        ("INV-501 (invoices)", "amount", "29111.11", "29111.10")
    ]


def test_a_copy_from_before_says_what_came_since(gated: Gated) -> None:
    goes(gated, "commitments", CONTRACT)
    kept = packed(closing.sheet(gated.connection))
    comes(gated.sandbox, "INV-501")
    goes(gated, "invoices", INVOICE)
    told = closing.verified(gated.connection, kept, "pack.json")
    assert told.wrong
    assert told.notes[0].startswith("The file is whole")
    assert rows(told, "document", "in_file", "in_ledger") == [
        ("INV-501 (invoices)", "is not there", "is there")
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"facts": {"pack": "other"}}'])
def test_what_is_no_pack_is_refused(gated: Gated, text: str) -> None:
    with pytest.raises(Declined, match=r"x\.json is no closing pack"):
        closing.verified(gated.connection, text, "x.json")


# ---------------------------------------------------------------- drift


def test_nothing_drifts_while_nobody_touches_anything(exported: Gated) -> None:
    told = drift.sheet(exported.connection)
    assert not list(told.rows), rows(told, "document", "what", "ours", "theirs")
    exported.books.approve(bill(exported))
    exported.sync()
    assert not drift.sheet(exported.connection).wrong


def drifted(gated: Gated) -> list[tuple[Any, ...]]:
    """What the report says after a run."""
    gated.run()
    return rows(drift.sheet(gated.connection), "document", "what", "ours", "theirs", "difference")


def test_a_voided_bill_lacks_all_of_its_amount(exported: Gated) -> None:
    exported.books.approve(bill(exported))
    exported.sync()
    exported.books.void(bill(exported))
    assert drifted(exported) == [("INV-501", "voided", None, None, Decimal("-29111.10"))]


def test_a_bill_that_was_typed_over_shows_both_values(exported: Gated) -> None:
    """20,345.67 becomes 20,000.00, and 55.00 of nails are added: -345.67 + 55.00 = -290.67."""
    names = ("LineItemID", "ItemCode", "Description", "Quantity", "UnitAmount")
    lines = [on_the_job({name: line[name] for name in names}) for line in bill(exported)["LineItems"]]
    lines[0]["UnitAmount"] = Decimal("20000.00")
    lines.append(
        on_the_job({"ItemCode": "03-100.S", "Description": "Nails", "Quantity": 1, "UnitAmount": 55})
    )
    exported.books.write("Invoices", {"InvoiceID": bill(exported)["InvoiceID"], "LineItems": lines})
    told = drifted(exported)
    assert told[0] == ("INV-501", "edited", None, None, Decimal("-290.67"))
    assert ("INV-501", "03-100.S: Unit Price", "20,345.67", "20,000.00", None) in told
    assert told[-1] == ("INV-501", "Lines: line added", "nothing", "03-100.S 55.00", None)


def test_a_bill_of_another_date_is_re_dated(exported: Gated) -> None:
    exported.books.write("Invoices", {"InvoiceID": bill(exported)["InvoiceID"], "Date": "2026-04-02"})
    told = drifted(exported)
    assert told[0] == ("INV-501", "re-dated", None, None, Decimal("0.00"))
    assert told[1][2:4] == ("2026-03-31", "2026-04-02")


def test_an_order_that_was_billed_there(exported: Gated) -> None:
    (order,) = exported.sandbox.of("xero", "PurchaseOrders")
    exported.sandbox.in_xero("copy_to_bill", PurchaseOrderID=order["PurchaseOrderID"])
    assert [row[:2] for row in drifted(exported)] == [("SC-1001 Concrete package", "billed")]


def test_a_deleted_order_takes_its_change_order_with_it(exported: Gated) -> None:
    (order,) = exported.sandbox.of("xero", "PurchaseOrders")
    exported.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Status": "DELETED"})
    assert [(row[0], row[1], row[4]) for row in drifted(exported)] == [
        ("SC-1001 Concrete package", "deleted", Decimal("-100000.00")),
        ("001 CO-001", "deleted", Decimal("-10500.00")),
    ]


def test_an_archived_option_and_an_archived_contact(exported: Gated) -> None:
    world = exported.sandbox.world()
    world["xero"]["Contacts"][CONTACT]["ContactStatus"] = "ARCHIVED"
    for category in world["xero"]["TrackingCategories"].values():
        for option in category["Options"]:
            if option["TrackingOptionID"] == OPTION:
                option["Status"] = "ARCHIVED"
    exported.sandbox.load(world)
    exported.run(full=True)
    told = rows(drift.sheet(exported.connection), "document", "what")
    assert sorted(told) == [("Harbour St", "archived"), ("Ironbark Concrete", "archived")]


# ---------------------------------------------------------------- archived for import


def test_what_the_gate_archived_is_listed_until_it_is_restored(gated: Gated) -> None:
    made = gated.books.write("Contacts", {"Name": "Quokka Scaffold Hire"}, "PUT")
    gated.sync()
    (done,) = gated.act(APPROVER, "archive", "companies", made["ContactID"], why="not used")
    assert done.state == "archived"
    ((name, who, why),) = rows(archived.sheet(gated.connection), "name", "by", "why")
    assert (name, who, why) == ("Quokka Scaffold Hire", APPROVER, "not used")
    gated.act(APPROVER, "restore", "companies", made["ContactID"])
    assert not rows(archived.sheet(gated.connection), "name")


# ---------------------------------------------------------------- who may look

READS_REPORTS = "somebody of the project"
WHO = {  # report: who may, who may not
    "accountants": ("owner", APPROVER),
    "job-costs": ("owner", APPROVER),
    "unsyncable": (READS_REPORTS, OFFICE),
    "archived": (APPROVER, "owner"),
    "reconcile": (APPROVER, READER),
    "retainage": (APPROVER, READER),
    "drift": (APPROVER, READER),
    "closing": (APPROVER, READER),
}


@pytest.fixture
def looking(gated: Gated) -> Gated:
    """With somebody who has Admin and is no approver, and somebody who reads the project's reports."""
    gated.grant("owner", level="admin")
    gated.grant(READS_REPORTS, tools={"reports": "read_only"})
    return gated


def look(gated: Gated, who: str, name: str, project: str = "") -> None:
    gated.connection.environ = {**gated.connection.environ, VARIABLE: who}
    allowed(gated.connection, name, project)


@pytest.mark.parametrize("name", WHO)
def test_each_report_has_its_readers(looking: Gated, name: str) -> None:
    may, may_not = WHO[name]
    look(looking, may, name)
    with pytest.raises(Declined):
        look(looking, may_not, name)
    with looking.connection.ledger.look() as tx:
        refused = events.of(looking.connection.ledger, tx, ("refused",))[-1]
    assert (refused.who, refused.mapping, refused.data) == (may_not, name, {"verb": "view"})


def test_every_report_is_guarded() -> None:
    assert set(WHO) == {*REPORTS, "closing"}


def test_one_project_s_costs_are_for_those_who_may_see_its_budget(looking: Gated) -> None:
    looking.grant("foreman", tools={"reports": "read_only", "budget": "admin"})
    look(looking, "foreman", "job-costs", str(PROJECT))
    look(looking, "owner", "job-costs", str(PROJECT))
    with pytest.raises(Declined, match="Budget"):
        look(looking, READS_REPORTS, "job-costs", str(PROJECT))
    with pytest.raises(Declined, match="takes Admin"):
        look(looking, "foreman", "job-costs")
    with pytest.raises(Declined):
        look(looking, "foreman", "reconcile", str(PROJECT))


def test_until_somebody_is_named_nobody_looks(sandbox: Sandbox, tmp_path: Path) -> None:
    from tests.worlds import subcontract
    from tests.worlds.sandboxed import connected

    sandbox.load(subcontract.first_day())
    with connected(sandbox, tmp_path / "l.db", subcontract.customer(approval_home="local")) as connection:
        with pytest.raises(Declined, match="nobody was named for story yet"):
            allowed(connection, "retainage", "")
        for home in ("none", "erp_tool"):  # the roles are Procore's, or nobody's
            connection.desk.settings = {**connection.desk.settings, "approval_home": home}
            for name in WHO:
                allowed(connection, name, "")


def test_the_vendor_stands_by_name_where_it_was_merged(gated: Gated) -> None:
    other = gated.books.write("Contacts", {"Name": "Ironbark Group"}, "PUT")
    gated.sandbox.in_xero("merge_contacts", **{"from": CONTACT, "into": other["ContactID"]})
    gated.connection.desk.settings = {**gated.connection.desk.settings, "merged_contacts": "refuse"}
    gated.run(full=True)
    told = rows(drift.sheet(gated.connection), "document", "what", "theirs", "source_id")
    assert told == [("Ironbark Concrete", "merged", "Ironbark Group", str(VENDOR))]
    gated.connection.desk.settings = {**gated.connection.desk.settings, "merged_contacts": "follow"}
    gated.run(full=True)
    after = drift.sheet(gated.connection)
    assert not list(after.rows)
    assert after.notes[0].startswith("Company Ironbark Concrete: its contact was merged in Xero")
