"""What may not slip through the gate: withdrawn under way, switched off since, misspelt in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.live.gate import Gate
from engine.live.granting import switch_direct
from engine.live.sync import Sync
from engine.write.worker import Tally
from tests.worlds.gated import ADMINISTRATOR, APPROVER, OFFICE, Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import CONTRACT

PLACE = f"/records/work_order_contracts/{CONTRACT}"


@pytest.fixture
def gated(sandbox: Sandbox, tmp_path: Path) -> Iterator[Gated]:
    """The first day behind the gate, cost codes through it."""
    with behind_the_gate(sandbox, tmp_path / "ledger.db") as made:
        made.codes_synced()
        yield made


def orders(gated: Gated) -> list[str]:
    """The numbers of the orders in Xero."""
    return [one["PurchaseOrderNumber"] for one in gated.sandbox.of("xero", "PurchaseOrders")]


def is_made(gated: Gated, **members: Any) -> None:
    """Somebody edits the commitment in Procore."""
    gated.sandbox.in_procore("PATCH", PLACE, {**members, "force": True})


def switched(gated: Gated, mode: str) -> None:
    switch_direct(Gate(gated.connection, ADMINISTRATOR), "commitments", mode)


def test_a_number_once_typed_stays_when_the_order_is_edited_and_accepted_again(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT, number="PO-77")
    gated.sync()
    is_made(gated, status="Draft", title="Formwork")
    gated.act(OFFICE, "edit", "commitments", CONTRACT)
    is_made(gated, status="Approved")
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sync()
    (order,) = gated.sandbox.of("xero", "PurchaseOrders")
    assert (order["PurchaseOrderNumber"], order["Reference"]) == ("PO-77", "Formwork")


def test_an_edit_goes_as_the_approver_saw_it(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    gated.sync()
    is_made(gated, status="Draft", title="Formwork")
    gated.act(OFFICE, "edit", "commitments", CONTRACT)
    is_made(gated, status="Approved")
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    is_made(gated, title="Something else")
    gated.run()
    (order,) = gated.sandbox.of("xero", "PurchaseOrders")
    assert order["Reference"] == "Concrete package"
    assert "changed since it was accepted" in gated.stands("commitments", CONTRACT).why


def test_what_was_sent_for_its_workflow_waits_once_direct_export_is_off(gated: Gated) -> None:
    is_made(gated, status="Draft")
    switched(gated, "after-workflow")
    gated.send("commitments", CONTRACT)
    switched(gated, "off")
    is_made(gated, status="Approved")
    gated.run()
    assert not orders(gated)
    assert gated.state("commitments", CONTRACT) == "waiting"


def test_what_is_taken_back_while_a_run_plans_it_after_its_workflow_does_not_go(gated: Gated) -> None:
    is_made(gated, status="Draft")
    switched(gated, "after-workflow")
    gated.send("commitments", CONTRACT)
    is_made(gated, status="Approved")
    sync = Sync(gated.connection)
    apply = sync.apply

    def taken_back_before(plan: Any) -> Any:
        (done,) = gated.act(OFFICE, "retrieve", "commitments", CONTRACT)
        assert done.state == "retrieved"
        return apply(plan)

    sync.apply = taken_back_before  # type: ignore[method-assign]
    sync.sync()
    assert not orders(gated)
    assert gated.state("commitments", CONTRACT) == "retrieved"


def test_what_is_on_its_way_is_not_reset_under_it(gated: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    gated.send("commitments", CONTRACT)
    gated.accept("commitments", CONTRACT)
    with monkeypatch.context() as killed:
        killed.setattr("engine.write.worker.Worker.work", lambda worker: Tally())
        gated.run()
        assert gated.state("commitments", CONTRACT) == "sending"
        (refused,) = gated.act(ADMINISTRATOR, "reset", "commitments", CONTRACT)
    assert "is under way" in refused.reasons[0]
    gated.sync()
    assert gated.state("commitments", CONTRACT) == "synced"
    assert gated.stands("commitments", CONTRACT).approver == APPROVER


def test_a_misspelt_approval_asks_everybody_and_direct_export_is_for_documents_alone(gated: Gated) -> None:
    settings = gated.connection.desk.settings
    settings |= {"approvals": {"commitments": "acounting"}, "direct_export": ["companies", "invoices"]}
    gated.run()
    assert not orders(gated)
    gate = Gate(gated.connection, OFFICE)
    assert (gate.direct("companies"), gate.direct("invoices")) == ("", "on")


def test_what_is_gone_from_procore_is_accepted_and_fails(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    gated.sandbox.in_procore("DELETE", PLACE)
    gated.run(full=True)
    gated.act(APPROVER, "accept", "commitments", CONTRACT)
    gated.run()
    assert gated.stands("commitments", CONTRACT).state == "failed"
