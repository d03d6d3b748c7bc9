"""Behind the gate numbers repeat from project to project: only what is sent is in the way of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.gated import APPROVER, OFFICE, Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import CONTRACT

OTHER = 301002


@pytest.fixture
def gated(sandbox: Sandbox, tmp_path: Path) -> Iterator[Gated]:
    """Two commitments are SC-1001, and nobody sent either."""
    with behind_the_gate(sandbox, tmp_path / "ledger.db") as made:
        made.codes_synced()
        own = sandbox.in_procore("GET", f"/records/work_order_contracts/{CONTRACT}")
        rows = [{**row, "id": 10 * OTHER + n, "origin_id": None} for n, row in enumerate(own["line_items"])]
        twin = {**own, "id": OTHER, "title": "Concrete to the sheds", "line_items": rows}
        sandbox.in_procore("PUT", f"/records/work_order_contracts/{OTHER}", twin)
        made.sync()
        yield made


def test_a_commitment_is_not_stopped_by_the_number_of_one_that_nobody_sent(gated: Gated) -> None:
    gated.send("commitments", OTHER)
    gated.accept("commitments", OTHER)
    gated.sync()
    assert gated.state("commitments", OTHER) == "synced"
    (done,) = gated.act(OFFICE, "send", "commitments", str(CONTRACT))
    assert "SC-1001" in done.reasons[0]
    assert f"({OTHER})" in done.reasons[0]


def test_of_two_that_were_sent_the_first_by_id_goes(gated: Gated) -> None:
    gated.send("commitments", CONTRACT)
    (done,) = gated.act(OFFICE, "send", "commitments", str(OTHER))
    assert f"({CONTRACT})" in done.reasons[0], "it is told before anybody accepts it"
    gated.accept("commitments", CONTRACT, who=APPROVER)
    gated.sync()
    assert gated.state("commitments", CONTRACT) == "synced"
