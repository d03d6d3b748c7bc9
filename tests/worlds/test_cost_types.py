"""The checkbox matrix of default cost types: shown, ticked for some codes or for all, and never lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.live.cost_types import matrix, ticked
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.sync import Sync
from tests.worlds.gated import ADMINISTRATOR, APPROVER, READER, Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox

CODES = ["03-100", "03-200", "03-300"]


@pytest.fixture
def gated(sandbox: Sandbox, url: str) -> Iterator[Gated]:
    """The first day; besides Subcontract there is a cost type Labor, which no code has."""
    with behind_the_gate(sandbox, url) as made:
        stored = sandbox.in_procore("GET", "/records/line_item_types/3101")
        labor = {**stored, "id": 3102, "code": "L", "name": "Labor", "base_type": "other", "origin_id": None}
        sandbox.in_procore("PUT", "/records/line_item_types/3102", labor)
        yield made


def ticks(gated: Gated, type_code: str) -> list[str]:
    """The codes that have a type."""
    found = matrix(Gate(gated.connection, APPROVER))
    return [row.code for row in found.rows if row.ticked(type_code)]


def test_the_matrix_shows_which_types_a_code_has(gated: Gated) -> None:
    found = matrix(Gate(gated.connection, ADMINISTRATOR))
    assert [row.code for row in found.rows] == CODES, "a division is no code to book to"
    assert list(found.types) == ["L", "S"]
    assert ticks(gated, "S") == CODES
    assert ticks(gated, "L") == []


def test_a_code_gets_a_type_and_an_item_for_it(gated: Gated) -> None:
    gated.codes_synced()
    gated.sandbox.forget_calls()
    _, failed = ticked(Gate(gated.connection, APPROVER), ["03-200"], ["S", "L"])
    assert not failed
    (call,) = gated.sandbox.calls("procore", "PATCH", "cost_code_line_item_types")
    assert "project_id=41001" in call["path"]
    assert ticks(gated, "L") == ["03-200"]
    assert ticks(gated, "S") == CODES, "what it had stays"
    gated.sync()
    assert "03-200.L" in {one["Code"] for one in gated.sandbox.of("xero", "Items")}


def test_every_code_gets_a_type_in_one_call_and_once(gated: Gated) -> None:
    gate = Gate(gated.connection, APPROVER)
    ticked(gate, [], ["L"])
    assert ticks(gated, "L") == CODES
    gated.sandbox.forget_calls()
    ticked(gate, [], ["L"])
    assert not gated.sandbox.calls("procore", "PATCH", "cost_code_line_item_types"), "nothing is lacking"


def test_a_lost_answer_loses_no_tick(gated: Gated) -> None:
    lost = {
        "kind": "lost_answer",
        "system": "procore",
        "method": "PATCH",
        "path": "cost_code_line_item_types",
    }
    gated.sandbox.faults({**lost, "times": 9})
    ticked(Gate(gated.connection, APPROVER), ["03-100"], ["L"])
    gated.sandbox.faults()
    with gated.connection.ledger.leased():
        Sync(gated.connection).finish()
    assert ticks(gated, "L") == ["03-100"]


def test_what_is_not_there_is_refused(gated: Gated) -> None:
    gate = Gate(gated.connection, APPROVER)
    with pytest.raises(Declined, match="no cost type X"):
        ticked(gate, ["03-100"], ["X"])
    with pytest.raises(Declined, match="no cost code 03 that"):
        ticked(gate, ["03"], ["L"])
    with pytest.raises(Declined, match="Read Only"):
        ticked(Gate(gated.connection, READER), ["03-100"], ["L"])
    assert ticks(gated, "L") == []
