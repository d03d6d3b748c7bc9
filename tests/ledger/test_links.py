"""Which document was made of which record: both directions, rows, memories to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.ledger import links
from engine.ledger.ledger import Ledger
from engine.ledger.links import Link
from engine.ledger.store import LedgerError


def test_a_record_has_one_document_and_a_document_one_record(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "880101", "po-1", {"Status": "DRAFT"})])
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "880101", "po-1", {"Status": "BILLED"})])  # renewed
    with pytest.raises(LedgerError, match="would belong to two records") as told, ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "880102", "po-1", {})])
    assert "--remove" in told.value.fix
    with ledger.look() as tx:
        found = links.one(ledger, tx, "commitments", "880101")
        assert found is not None
        assert (found.target_id, found.memory, found.how) == ("po-1", {"Status": "BILLED"}, links.MADE)
        assert found.since == ledger.now()
        assert links.one(ledger, tx, "commitments", "880102") is None


def test_a_mapping_that_writes_into_a_document_may_share_it(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "880101", "po-1", {})])
        links.put(
            ledger,
            tx,
            [
                Link("change_orders", "901", "po-1", {}, owns=False),
                Link("change_orders", "902", "po-1", {}, owns=False),
            ],
        )
    with ledger.look() as tx:
        assert [one.target_id for one in links.all_of(ledger, tx)] == ["po-1"] * 3
        assert len(links.all_of(ledger, tx, ["change_orders"])) == 2


def test_rows_belong_to_their_document_and_go_with_it(ledger: Ledger) -> None:
    rows = "commitments.LineItems"
    with ledger.begin() as tx:
        links.put(
            ledger,
            tx,
            [
                Link("commitments", "1", "po-1", {}),
                Link("commitments", "2", "po-2", {}),
                Link(rows, "a", "line-1", {}, "1"),
                Link(rows, "b", "line-2", {}, "1"),
                Link(rows, "a", "line-3", {}, "2"),
                Link("commitments_other", "1", "x-1", {}),
            ],
        )
        links.write_down(ledger, tx, "commitments", 3, {"1": {"Total": Decimal("10.10")}, "2": {}})
    with ledger.begin() as tx:
        assert links.rows_of(ledger, tx, rows, "1") == {"a": "line-1", "b": "line-2"}
        assert links.rows_taken(ledger, tx, ["line-1", "line-9", "po-1"]) == {"line-1"}
        links.remove(ledger, tx, "commitments", "1")
    with ledger.look() as tx:
        assert links.rows_of(ledger, tx, rows, "1") == {}
        assert links.rows_of(ledger, tx, rows, "2") == {"a": "line-3"}
        assert links.written(ledger, tx, "commitments") == {"2": {}}
        assert links.one(ledger, tx, "commitments_other", "1") is not None


def test_amounts_come_back_as_they_went(ledger: Ledger) -> None:
    memory = {"a": Decimal("10.10"), "b": Decimal("0.1234567890123456789"), "c": 7, "d": ["ü", None, True]}
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "1", "po-1", {"a": 0})])
        links.remember(ledger, tx, "commitments", {"1": memory, "not linked": {}})
        links.write_down(ledger, tx, "commitments", 1, {"1": memory})
    with ledger.look() as tx:
        found = links.one(ledger, tx, "commitments", "1")
        assert found is not None
        assert repr(found.memory) == repr(dict(sorted(memory.items())))
        assert links.written(ledger, tx, "commitments")["1"] == memory
