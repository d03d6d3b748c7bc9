"""A connection moves whole: exact, complete, into an empty one only, and never with its tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from engine.ledger import links, mirror, moves, ops, queue
from engine.ledger.exact import text_of
from engine.ledger.ledger import Ledger
from engine.ledger.links import Link
from engine.ledger.ops import Member
from engine.ledger.store import LedgerError, Store
from engine.ledger.tables import DONE, SENDING, UNSURE
from engine.ledger.tokens import LedgerTokens
from engine.ledger.upgrade import upgrade
from engine.system.port import Token
from tests.ledger.conftest import Clock


@pytest.fixture
def lived(ledger: Ledger, clock: Clock) -> Ledger:
    """A ledger with something of everything."""
    with ledger.leased(), ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "1", "po-1", {"Total": Decimal("10.10")})])
        links.put(ledger, tx, [Link("commitments.LineItems", "a", "line-1", {}, "1")])
        links.write_down(ledger, tx, "commitments", 3, {"1": {"Total": Decimal("0.1234567890123456789")}})
        ledger.note(tx, "anna", "linked", "commitments", "1", "wie gesehen")
        mirror.keep(ledger, tx, "procore.vendor", {"1": {"rate": Decimal("1.50")}, "2": {}}, {"1": "p1"})
        mirror.drop(ledger, tx, "procore.vendor", ["2"])
        mirror.move(ledger, tx, "procore.vendor", "2026-03-01")
        for number, result in (("1", DONE), ("2", UNSURE)):
            op_id = ops.add(ledger, tx, "xero.bill.create", {}, [Member("invoices", number, "create", {})])
            ops.settle(ledger, tx, ops.load(ledger, tx, op_id), {0: (result, "", "")})
        draft = {"Amount": Decimal("99.90")}
        op_id = ops.add(ledger, tx, "xero.bill.create", {"n": 1}, [Member("invoices", "3", "create", draft)])
        ops.intend(ledger, tx, ops.load(ledger, tx, op_id), "PUT", "u", b"\x00\xff bytes", ledger.clock.now())
        ops.tried(ledger, tx, ops.load(ledger, tx, op_id), "unknown", 0, "timed out")
    tokens = LedgerTokens(ledger.store, "demo", clock, Fernet.generate_key().decode(), Token)
    tokens.put("xero", Token("access-1", clock.now() + timedelta(minutes=30)))
    return ledger


@pytest.fixture
def fresh(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """Another database."""
    store = Store(str(tmp_path / "fresh.sqlite"))
    upgrade(store)
    yield Ledger(store, "demo", clock)
    store.close()


def test_everything_that_matters_moves_and_comes_back_the_same(lived: Ledger, fresh: Ledger) -> None:
    text = moves.export(lived, with_mirror=True)
    assert moves.take_in(fresh, text) == {
        "links": 2,
        "wrote": 1,
        "events": 1,
        "ops": 2,
        "members": 2,
        "attempts": 1,
        "cursors": 1,
        "mirror": 2,
    }
    with lived.look() as old, fresh.look() as new:
        assert links.all_of(fresh, new) == links.all_of(lived, old)
        assert repr(links.written(fresh, new, "commitments")) == repr(
            links.written(lived, old, "commitments")
        )
        kept = list(new.execute(sa.text("select id from op order by seq")).scalars())
        assert [ops.load(fresh, new, one) for one in kept] == [ops.load(lived, old, one) for one in kept]
        assert len(kept) == 2  # what was done stays behind; what is under way or not sure comes along
        assert list(mirror.rows(fresh, new, "procore.vendor")) == list(
            mirror.rows(lived, old, "procore.vendor")
        )
        assert mirror.digest(fresh, new, ["procore.vendor"]) == mirror.digest(lived, old, ["procore.vendor"])
        assert mirror.position(fresh, new, "procore.vendor") == "2026-03-01"
        (op,) = queue.waiting(fresh, new)
        assert (op.state, op.body) == (SENDING, b"\x00\xff bytes")
        assert new.execute(sa.text("select count(*) from token")).scalar() == 0
        events = [tuple(row) for row in new.execute(sa.text("select who, what from event order by id"))]
    assert events == [("anna", "linked"), ("import", "imported")]
    again = json.loads(moves.export(fresh, with_mirror=True))
    assert again["links"] == json.loads(text)["links"]


def test_tokens_do_not_move(lived: Ledger) -> None:
    text = moves.export(lived, with_mirror=True)
    assert "access" not in text
    assert "token" not in text


def test_without_the_mirror_the_cursors_stay_so_the_next_read_is_a_full_one(
    lived: Ledger, fresh: Ledger
) -> None:
    text = moves.export(lived)
    assert {"cursors", "mirror"} & json.loads(text).keys() == set()
    moves.take_in(fresh, text)
    with fresh.look() as tx:
        assert mirror.position(fresh, tx, "procore.vendor") == ""
        assert len(links.all_of(fresh, tx)) == 2


def test_a_customer_may_have_another_name_there(lived: Ledger, fresh: Ledger, clock: Clock) -> None:
    renamed = Ledger(fresh.store, "harbour", clock)
    moves.take_in(renamed, moves.export(lived))
    with fresh.look() as tx:
        assert links.all_of(fresh, tx) == []
        assert len(links.all_of(renamed, tx)) == 2


def test_a_connection_that_was_used_is_not_filled(lived: Ledger) -> None:
    with pytest.raises(LedgerError, match="demo is not empty: it has 2 links, 1 wrote, 1 events") as told:
        moves.take_in(lived, moves.export(lived))
    assert "never used" in told.value.fix


def test_an_effect_under_way_is_not_given_to_two_connections(lived: Ledger, clock: Clock) -> None:
    twin = Ledger(lived.store, "twin", clock)
    with pytest.raises(LedgerError, match="under way in this database already"):
        moves.take_in(twin, moves.export(lived))
    with lived.look() as tx:
        assert links.all_of(twin, tx) == []  # nothing of it


def test_a_run_at_work_keeps_an_import_out(lived: Ledger, fresh: Ledger, clock: Clock) -> None:
    worker = Ledger(fresh.store, "demo", clock, "worker")
    with worker.leased(), pytest.raises(LedgerError, match="another run is working"):
        moves.take_in(fresh, moves.export(lived))


def _drop(document: Any) -> None:
    del document["links"][0]["memory"]


def _double(document: Any) -> None:
    document["links"].append(document["links"][0])


def _orphan(document: Any) -> None:
    document["members"][0]["op"] = "nobody"


def _final(document: Any) -> None:
    document["ops"][0]["state"] = "confirmed"


def _text(document: Any) -> None:
    document["ops"][0]["seq"] = "1"


def _bytes(document: Any) -> None:
    document["ops"][1]["body"] = "é"


def _form(document: Any) -> None:
    document["form"] = 9


def _other(document: Any) -> None:
    document["kind"] = "something else"


def _part(document: Any) -> None:
    document["secrets"] = []


def _list(document: Any) -> None:
    document["links"] = {}


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_drop, "'links' of this export, row 1: it must have exactly mapping, parent"),
        (_double, "'links' of this export hold two rows of the same key"),
        (_orphan, "name an effect that is not in it: nobody"),
        (_final, "hold an effect that is final"),
        (_text, "'ops' of this export, row 1: 'seq' is not a whole number"),
        (_bytes, "'ops' of this export, row 2: 'body' is not base64"),
        (_form, "has form 9, and this version reads form 3"),
        (_other, "no export of a ledger"),
        (_part, "a part nobody knows: secrets"),
        (_list, "'links' of this export is no list"),
    ],
)
def test_a_damaged_document_is_refused_whole(
    lived: Ledger, fresh: Ledger, damage: Callable[[Any], None], told: str
) -> None:
    document = json.loads(moves.export(lived), parse_float=Decimal)
    damage(document)
    with pytest.raises(LedgerError, match=told):
        moves.take_in(fresh, text_of(document))
    with fresh.look() as tx:
        assert links.all_of(fresh, tx) == []
        assert queue.waiting(fresh, tx) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, b"\xff"])
def test_what_is_no_export_is_refused(fresh: Ledger, text: str | bytes) -> None:
    with pytest.raises(LedgerError, match=r"no JSON|no export"):
        moves.take_in(fresh, text)


def test_a_document_from_before_events_carried_data_is_taken_in(ledger: Ledger, fresh: Ledger) -> None:
    with ledger.leased(), ledger.begin() as tx:
        ledger.note(tx, "anna", "linked", "commitments", "880101")
    document = json.loads(moves.export(ledger)) | {"form": 1}
    for row in document["events"]:
        del row["data"]
    moves.take_in(fresh, text_of(document))
    assert [row["data"] for row in json.loads(moves.export(fresh))["events"]] == [{}, {}]
