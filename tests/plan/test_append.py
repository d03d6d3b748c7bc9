"""A change order adds lines to the order its commitment made; nothing else of the order is touched."""

from __future__ import annotations

from typing import Any

from engine.plan.actions import Action
from engine.plan.build import plan_flow
from engine.plan.grounds import Known
from engine.workspace import Desk
from tests.plan.conftest import demo_ground, fresh_customer

PO = "d0000000-0000-4000-8000-000000880101"


def change(desk: Desk, there: Any, settings: dict[str, Any] | None = None, **more: Any) -> Action:
    """What is done with change order 930101, whose order is made already."""
    facts = desk.facts({}, settings=settings)
    fresh_customer(desk, facts)
    memory = {**(facts.links.forward("commitments", "880101") or {}), "PurchaseOrderID": PO}
    facts.links.data["commitments"]["880101"] = memory
    facts.links._back.clear()
    ground = demo_ground(desk, "change_orders", facts, there=there, **more)
    return next(action for action in plan_flow(ground) if action.source_id == "930101")


def order(**more: Any) -> dict[str, Any]:
    lines = [{"LineItemID": "L1", "Description": "Formwork", "LineAmount": 222500}]
    return {
        PO: {
            "PurchaseOrderID": PO,
            "PurchaseOrderNumber": "SC-001",
            "Contact": {"ContactID": "c1", "Name": "Bluegum"},
            "Status": "AUTHORISED",
            "LineItems": lines,
            **more,
        }
    }


def test_only_the_new_rows_go_out(demo: Desk) -> None:
    action = change(demo, order())
    assert action.kind == "append"
    assert action.body["PurchaseOrderID"] == PO
    assert set(action.body) == {"PurchaseOrderID", "LineItems"}
    assert len(action.body["LineItems"]) == len(action.changes) > 0
    assert all("LineItemID" not in row for row in action.body["LineItems"])


def test_rows_that_a_crash_left_there_are_taken_on(demo: Desk) -> None:
    rows = [{**row, "LineItemID": f"N{i}"} for i, row in enumerate(change(demo, order()).body["LineItems"])]
    action = change(demo, order(LineItems=[*order()[PO]["LineItems"], *rows]))
    assert action.kind == "link"
    assert list(action.rows["LineItems"].values()) == [row["LineItemID"] for row in rows]


def test_an_order_that_is_billed_takes_none_and_one_that_is_deleted_is_named(demo: Desk) -> None:
    billed, deleted = (change(demo, order(Status=status)) for status in ("BILLED", "DELETED"))
    assert (billed.kind, billed.code) == ("hold", "locked")
    assert (deleted.kind, deleted.code) == ("hold", "gone")
    assert "SC-001" in billed.reason
    assert "SC-001" in deleted.reason


def test_or_the_lines_go_to_an_order_of_their_own(demo: Desk) -> None:
    action = change(demo, order(Status="BILLED"), {"change_order_lines": "supplementary_order"})
    assert action.kind == "create"
    assert action.body["PurchaseOrderNumber"] == "SC-001-CO001"
    assert action.body["Contact"] == {"ContactID": "c1"}
    assert "PurchaseOrderID" not in action.body


def test_an_order_never_falls_below_zero(demo: Desk) -> None:
    less = [{"LineItemID": "L1", "Description": "Formwork", "LineAmount": -900000}]
    action = change(demo, order(LineItems=less))
    assert (action.kind, action.code) == ("hold", "negative")


def test_once_added_it_is_the_same_and_other_rows_do_not_matter(demo: Desk) -> None:
    first = change(demo, order())
    rows = [{**row, "LineItemID": f"N{i}"} for i, row in enumerate(first.body["LineItems"])]
    keys = dict(zip(first.keys["LineItems"], (row["LineItemID"] for row in rows), strict=True))
    again = change(
        demo,
        order(LineItems=[{"LineItemID": "L1", "Description": "Changed by hand", "LineAmount": 1}, *rows]),
        links={"930101": Known("930101", PO, {}, {"LineItems": keys})},
        wrote={"930101": first.written},
    )
    assert again.kind == "same", again.changes
