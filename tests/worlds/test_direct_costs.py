"""Costs of Xero among Procore's direct costs: whose they are, and what becomes of what people do to them.

A synced direct cost is Xero's, lines and all. Unless the setting says otherwise, what somebody edits, adds or
deletes in Procore is undone at the next sync that sees it, and every time the events say what was undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger.tables import event
from engine.live.planning import planned
from engine.live.sync import Report
from engine.report.run import show
from engine.report.terminal import Terminal
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, on_the_job, opened
from tests.worlds.subcontract import PROJECT

NOBODYS = 99_999_001  # the id of a line that somebody adds by hand


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    """A bill of two lines was typed in Xero, and stands among the direct costs."""
    with opened(sandbox, tmp_path / "ledger.db") as made:
        typed(made)
        yield made


@pytest.fixture
def left_alone(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    """The same, where what people do in Procore stays as it is."""
    with opened(sandbox, tmp_path / "ledger.db", overwrite_direct_costs=False) as made:
        typed(made)
        yield made


def typed(scene: Scene) -> None:
    rows = [
        on_the_job({"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": 100, "Description": "Timber"}),
        on_the_job({"ItemCode": "03-200.S", "Quantity": 2, "UnitAmount": 30, "Description": "Mesh"}),
    ]
    scene.types("M-1", "03-100.S", "1", LineItems=rows)
    scene.sync()
    assert scene.quiet()


def cost(scene: Scene) -> Record:
    (found,) = scene.office.direct_costs(PROJECT)
    return found


def rows(scene: Scene) -> list[tuple[str, Decimal]]:
    return [(row["description"], Decimal(row["amount"])) for row in cost(scene)["line_items"]]


def edited(scene: Scene, place: int, **members: Any) -> None:
    """Somebody edits a line of the direct cost in Procore."""
    stored = scene.stored("direct_costs", cost(scene)["id"])
    lines = [{**row, **(members if at == place else {})} for at, row in enumerate(stored["line_items"])]
    scene.edits("direct_costs", stored["id"], line_items=lines)


def undone(scene: Scene) -> list[str]:
    """What the events say was written over."""
    with scene.connection.ledger.look() as tx:
        query = sa.select(event.c.why).where(event.c.what == "overwritten")
        return [str(why) for why in tx.execute(query).scalars()]


def shown(report: Report) -> str:
    """What a person reads after the run."""
    out, err = StringIO(), StringIO()
    titles = {"job_cost_transactions": "Job Cost Transaction Details"}
    show(report.plan, titles, report.failures, report.tally.told, Terminal(out, err))
    return out.getvalue()


def the_cost(report: Report) -> tuple[str, str]:
    (action,) = [one for one in of(report, "job_cost_transactions") if one.kind not in ("skip", "hold")]
    return action.kind, action.code


BOTH = [("Timber", Decimal(100)), ("Mesh", Decimal(60))]


# ---------------------------------------------------------------- written over


def test_an_edited_header_is_set_back_and_written_down(scene: Scene) -> None:
    scene.edits("direct_costs", cost(scene)["id"], invoice_number="other", direct_cost_date="2026-01-01")
    report = scene.sync()
    assert the_cost(report) == ("update", "overwritten")
    assert "undone  Job Cost Transaction Details: M-1" in shown(report)
    assert (cost(scene)["invoice_number"], cost(scene)["direct_cost_date"]) == ("M-1", "2026-05-20")
    (told,) = undone(scene)
    assert "invoice_number: other → M-1" in told
    assert "direct_cost_date: 2026-01-01 → 2026-05-20" in told
    assert scene.quiet()


def test_an_edited_amount_is_set_back_to_the_cent(scene: Scene) -> None:
    edited(scene, 0, amount="120.0", unit_cost="120.0", description="Timber, more of it")
    assert Decimal(cost(scene)["grand_total"]) == 180
    scene.sandbox.forget_calls()
    scene.sync()
    assert rows(scene) == BOTH
    assert len(scene.written("procore")) == 2, "the header and the one line"
    (told,) = undone(scene)
    assert ".amount: 120.0 → 100" in told
    assert ".description: Timber, more of it → Timber" in told
    assert scene.quiet()


def test_a_line_somebody_deleted_is_there_again(scene: Scene) -> None:
    stored = scene.stored("direct_costs", cost(scene)["id"])
    scene.edits("direct_costs", stored["id"], line_items=stored["line_items"][:1])
    scene.sync()
    assert rows(scene) == BOTH
    assert "a line of 60.00 (Mesh) was deleted, written again" in undone(scene)[0]
    assert scene.quiet()


def test_a_line_somebody_added_goes(scene: Scene) -> None:
    """Procore adds the lines up, so one that Xero does not know would make another amount of it."""
    stored = scene.stored("direct_costs", cost(scene)["id"])
    own = {**stored["line_items"][0], "id": NOBODYS, "origin_id": None, "description": "Delivery"}
    scene.edits("direct_costs", stored["id"], line_items=[*stored["line_items"], own])
    scene.sync()
    assert rows(scene) == BOTH
    assert "(Delivery) is not of ours, removed" in undone(scene)[0]
    assert scene.quiet()


def test_a_direct_cost_somebody_deleted_is_made_again_once_a_full_read_misses_it(scene: Scene) -> None:
    was = cost(scene)["id"]
    scene.sandbox.in_procore("DELETE", f"/records/direct_costs/{was}")
    assert scene.quiet(), "a list of what changed does not tell what is not there any more"
    report = scene.run(full=True)
    assert (the_cost(report), report.failures) == (("create", "overwritten"), [])
    assert (rows(scene), cost(scene)["invoice_number"], cost(scene)["id"] != was) == (BOTH, "M-1", True)
    assert "deleted" in undone(scene)[0]
    assert "was deleted there" in shown(report)
    assert scene.quiet()


def test_one_that_procore_tells_as_deleted_is_made_again_at_the_next_sync(scene: Scene) -> None:
    was = cost(scene)["id"]
    scene.edits("direct_costs", was, deleted_at="2026-06-01T00:00:00Z", origin_id=None, line_items=[])
    scene.sync()
    (again,) = [each for each in scene.office.direct_costs(PROJECT) if each["id"] != was]
    assert Decimal(again["grand_total"]) == 160
    assert scene.quiet()


def test_an_edit_and_a_change_in_xero_end_as_xero_says(scene: Scene) -> None:
    edited(scene, 0, description="Ours")
    (bill,) = [one for one in scene.books.all("Invoices") if one["InvoiceNumber"] == "M-1"]
    line = {"ItemCode": "03-200.S", "Quantity": 3, "UnitAmount": 30, "Description": "Mesh"}
    changed = {"InvoiceID": bill["InvoiceID"], "Status": "AUTHORISED", "LineItems": [on_the_job(line)]}
    scene.books.write("Invoices", changed)
    scene.sync()
    assert rows(scene) == [("Mesh", Decimal(90))]
    assert scene.quiet()


# ---------------------------------------------------------------- left as it is


def test_where_the_setting_is_off_an_edit_is_drift(left_alone: Scene) -> None:
    scene = left_alone
    scene.edits("direct_costs", cost(scene)["id"], invoice_number="other")
    edited(scene, 1, description="Mesh, galvanised")
    report = scene.sync()
    assert the_cost(report) == ("drift", "drift")
    (action,) = of(report, "job_cost_transactions")
    assert {change.what for change in action.changes} == {"drift"}
    assert cost(scene)["invoice_number"] == "other"
    assert rows(scene)[1][0] == "Mesh, galvanised"
    assert not undone(scene)
    assert scene.quiet()


def test_where_the_setting_is_off_lines_come_and_go_as_people_like(left_alone: Scene) -> None:
    scene = left_alone
    stored = scene.stored("direct_costs", cost(scene)["id"])
    own = {**stored["line_items"][0], "id": NOBODYS, "origin_id": None, "description": "Delivery"}
    scene.edits("direct_costs", stored["id"], line_items=[stored["line_items"][0], own])
    assert the_cost(scene.sync()) == ("drift", "drift")
    assert [name for name, _ in rows(scene)] == ["Timber", "Delivery"]
    assert scene.quiet()


def test_where_the_setting_is_off_a_change_in_xero_leaves_the_edit(left_alone: Scene) -> None:
    scene = left_alone
    edited(scene, 1, description="Mesh, galvanised")
    (bill,) = [one for one in scene.books.all("Invoices") if one["InvoiceNumber"] == "M-1"]
    approved = {"InvoiceID": bill["InvoiceID"], "Status": "AUTHORISED"}
    scene.books.write("Invoices", {**approved, "InvoiceNumber": "M-1A"})
    report = scene.sync()
    assert the_cost(report)[0] == "update"
    assert cost(scene)["invoice_number"] == "M-1A"
    assert rows(scene)[1] == ("Mesh, galvanised", Decimal(60))


def test_where_the_setting_is_off_a_deleted_one_is_drift(left_alone: Scene) -> None:
    scene = left_alone
    scene.sandbox.in_procore("DELETE", f"/records/direct_costs/{cost(scene)['id']}")
    assert the_cost(scene.run(full=True)) == ("drift", "gone")
    assert not scene.office.direct_costs(PROJECT)
    assert scene.quiet()


# ---------------------------------------------------------------- what is asked, and what is not


def test_what_is_not_ours_is_neither_read_in_full_nor_touched(scene: Scene) -> None:
    made = scene.another(
        "direct_costs", cost(scene)["id"], 99_999_100, invoice_number="by hand", line_items=[]
    )
    scene.sandbox.forget_calls()
    scene.sync()
    assert not scene.sandbox.calls("procore", "GET", f"direct_costs/{made['id']}")
    assert scene.stored("direct_costs", made["id"])["invoice_number"] == "by hand"
    assert scene.quiet()


def test_what_was_just_written_is_known_before_it_is_read_again(scene: Scene) -> None:
    """A plan of what was read last finds the new line in its place, and the old one gone."""
    (bill,) = [one for one in scene.books.all("Invoices") if one["InvoiceNumber"] == "M-1"]
    line = {"ItemCode": "03-200.S", "Quantity": 3, "UnitAmount": 30, "Description": "Sheets"}
    approved = {"InvoiceID": bill["InvoiceID"], "Status": "AUTHORISED"}
    scene.books.write("Invoices", {**approved, "LineItems": [on_the_job(line)]})
    scene.sync()
    (action,) = [one for one in planned(scene.connection, offline=True).actions if one.label == "M-1"]
    assert (action.mapping, action.kind, action.changes) == ("job_cost_transactions", "same", [])


def test_a_quiet_sync_asks_for_the_list_once(scene: Scene) -> None:
    scene.sandbox.clock.move(600)
    scene.sync()
    scene.sandbox.clock.move(600)
    scene.sandbox.forget_calls()
    scene.sync()
    (asked,) = scene.sandbox.calls("procore", "GET", "direct_costs")
    assert "updated_at" in asked["path"]


def test_a_line_that_procore_refuses_is_sent_once_and_not_at_every_sync(scene: Scene) -> None:
    edited(scene, 0, description="Other")
    scene.sandbox.faults({"kind": "half_batch", "method": "PATCH", "path": "line_items/sync", "times": 1})
    assert scene.run().failures
    scene.sandbox.faults()
    scene.sandbox.forget_calls()
    (told,) = scene.run().tally.told
    assert "failed before and is not sent again as it is" in told
    assert not scene.written()
    scene.run(retry=True)
    assert rows(scene) == BOTH
    assert scene.quiet()
