"""Lines are added to an order on top of what it says in that moment: nobody's work in between is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.live.sync import Sync
from tests.worlds import subcontract
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened
from tests.worlds.subcontract import CHANGE

TYPED = "Slabs and beams, as agreed on the phone"


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    """Two change orders of SC-1001 wait, and a call takes one of them."""
    with opened(sandbox, tmp_path / "ledger.db") as made:
        subcontract.is_changed(sandbox)
        (row, *_) = made.stored("change_order_packages", CHANGE)["line_items"]
        more = {**row, "id": 501901, "total_amount": "777.0", "extended_amount": "777.0"}
        made.another("change_order_packages", CHANGE, CHANGE + 1, number="2", line_items=[more])
        route = made.connection.routes["change_orders"]
        assert route.target.append is not None
        alone = replace(route.target, append=replace(route.target.append, batch=1))
        made.connection.routes["change_orders"] = replace(route, target=alone)
        yield made


def order(scene: Scene) -> Record:
    (found,) = scene.books.all("PurchaseOrders")
    return found


def test_an_edit_between_two_batches_stays(scene: Scene) -> None:
    before = len(order(scene)["LineItems"])
    batches: list[str] = []

    def meanwhile(what: str, count: int) -> None:
        if what != "write xero.purchase_order.update":
            return
        batches.append(what)
        if len(batches) == 1:
            (first, *rest) = order(scene)["LineItems"]
            kept = [{"LineItemID": row["LineItemID"]} for row in rest]
            edited = [{"LineItemID": first["LineItemID"], "Description": TYPED}, *kept]
            number = order(scene)["PurchaseOrderID"]
            scene.books.write("PurchaseOrders", {"PurchaseOrderID": number, "LineItems": edited})

    report = Sync(scene.connection, progress=meanwhile).sync()
    assert not report.failures
    assert len(batches) == 2
    lines = order(scene)["LineItems"]
    assert lines[0]["Description"] == TYPED
    assert len(lines) > before + 1
    assert any(row["LineAmount"] == 777 for row in lines)
    for number in (CHANGE, CHANGE + 1):  # both are lines of one order, and each has a mark of its own
        mark = scene.office.mark_of("change_order_packages", number)
        assert mark == f"{order(scene)['PurchaseOrderID']}:{number}"
    assert scene.quiet()
