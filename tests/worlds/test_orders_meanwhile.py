"""Lines of an order go out again with every change of it: what others do to the order meanwhile stays.

Others are the accountant, and effects of ours whose answer is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import subcontract
from tests.worlds.people import Accountant, Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, on_the_job, opened, said
from tests.worlds.subcontract import CHANGE, CONTRACT

CHANGES = {"system": "xero", "method": "POST", "path": "PurchaseOrders"}
WORDS, TYPED, MORE = "Formwork, stage 1", "Crane hire, as agreed on the phone", Decimal(777)


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def order(scene: Scene) -> Record:
    (found,) = scene.books.all("PurchaseOrders")
    return found


def says(scene: Scene) -> list[str]:
    return [line["Description"] for line in order(scene)["LineItems"]]


def first_line_is_changed(scene: Scene) -> None:
    """Somebody writes other words into the first line of the commitment."""
    rows = scene.stored("work_order_contracts", CONTRACT)["line_items"]
    scene.edits("work_order_contracts", CONTRACT, line_items=[{**rows[0], "description": WORDS}, *rows[1:]])


def accountant_adds_a_line(scene: Scene) -> None:
    now = order(scene)
    kept = [{"LineItemID": row["LineItemID"]} for row in now["LineItems"]]
    line = on_the_job({"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": 55, "Description": TYPED})
    number = now["PurchaseOrderID"]
    scene.books.write("PurchaseOrders", {"PurchaseOrderID": number, "LineItems": [*kept, line]})


def later(scene: Scene, seconds: float) -> None:
    scene.sandbox.clock.move(seconds)
    scene.books = Accountant(scene.sandbox)  # her token is older than half an hour, too


@pytest.mark.parametrize("kind", ["429", "lost_answer", "cut"])
def test_a_change_that_was_left_over_is_planned_anew(scene: Scene, kind: str) -> None:
    """It was not sent, or nobody knows whether it was; hours later it would remove the accountant's line."""
    first_line_is_changed(scene)
    more = {"seconds": 1000} if kind == "429" else {}
    scene.sandbox.faults({"kind": kind, "times": 0, **more, **CHANGES})
    assert scene.run().tally.left == 1
    scene.sandbox.faults()
    accountant_adds_a_line(scene)
    later(scene, 2000)
    scene.sync()
    assert sorted(says(scene)) == sorted([WORDS, "Reinforcement", "Pump", TYPED])
    assert scene.quiet()


def test_a_line_added_between_the_plan_and_the_call_stays(scene: Scene) -> None:
    first_line_is_changed(scene)
    port: Any = scene.connection.ports["xero"]
    rows, lists = port.rows, []

    def read(call: Any, *rest: Any) -> Any:
        """The order is read a second time, right before it is sent; she was quicker."""
        if call.name == "xero.purchase_order.list":
            lists.append(call)
            if len(lists) == 2:
                accountant_adds_a_line(scene)
        return rows(call, *rest)

    port.rows = read
    scene.sync()
    port.rows = rows
    assert sorted(says(scene)) == sorted([WORDS, "Reinforcement", "Pump", TYPED])
    assert scene.quiet()


def two_change_orders(scene: Scene) -> None:
    """Both change one order, and a call takes one of them."""
    subcontract.is_changed(scene.sandbox)
    (row, *_) = scene.stored("change_order_packages", CHANGE)["line_items"]
    more = {**row, "id": 501901, "total_amount": str(MORE), "extended_amount": str(MORE)}
    scene.another("change_order_packages", CHANGE, CHANGE + 1, number="2", line_items=[more])
    route = scene.connection.routes["change_orders"]
    assert route.target.append is not None
    alone = replace(route.target, append=replace(route.target.append, batch=1))
    scene.connection.routes["change_orders"] = replace(route, target=alone)


@pytest.mark.parametrize("kind", ["cut", "late"])
@pytest.mark.parametrize("wait", [0, 330], ids=["key known", "key forgotten"])
def test_lines_are_added_and_changed_only_once_the_last_answer_is_known(
    scene: Scene, kind: str, wait: float
) -> None:
    """Sent on top of what was read before it came true, either would take the other's lines away."""
    two_change_orders(scene)
    running = 200 if wait else 25  # longer than the first run tries; a resend waits for the rest of it
    first = [{"kind": "late", "seconds": running, **CHANGES}] if kind == "late" else []
    scene.sandbox.faults(*first, {"kind": "cut" if first else kind, "times": 0, **CHANGES})
    assert scene.run().tally.left == 2, "the second waits for the first"
    scene.sandbox.faults()
    first_line_is_changed(scene)
    later(scene, wait)
    scene.run()
    later(scene, 500)
    scene.sync()
    assert says(scene)[0] == WORDS
    assert sorted(line["LineAmount"] for line in order(scene)["LineItems"][3:]) == [-2000, MORE, 12500]
    for number in (CHANGE, CHANGE + 1):
        mark = scene.office.mark_of("change_order_packages", number)
        assert mark == f"{order(scene)['PurchaseOrderID']}:{number}"
    assert scene.quiet()


def a_line_is_added(scene: Scene) -> int:
    """The commitment gets one more line."""
    rows = scene.stored("work_order_contracts", CONTRACT)["line_items"]
    more = {**rows[0], "id": 99_771, "description": "Kerbs", "origin_id": None}
    scene.edits("work_order_contracts", CONTRACT, line_items=[*rows, more])
    return 99_771


@pytest.mark.parametrize("kind", ["", "lost_answer"], ids=["answered", "not answered"])
def test_a_line_that_an_order_got_later_is_marked_like_the_others(scene: Scene, kind: str) -> None:
    number = a_line_is_added(scene)
    if kind:
        scene.sandbox.faults({"kind": kind, "times": 0, **CHANGES})
        scene.run()
        scene.sandbox.faults()
        later(scene, 500)
    scene.sync()
    (made,) = [line for line in order(scene)["LineItems"] if line["Description"] == "Kerbs"]
    rows = scene.stored("work_order_contracts", CONTRACT)["line_items"]
    assert {row["id"]: row["origin_id"] for row in rows}[number] == made["LineItemID"]
    assert said(scene.run(), "commitments", CONTRACT)[0] == "same"
    assert scene.quiet()
