"""Transactions are all or nothing, and what a database says becomes a sentence with a way out."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.ledger import links, mirror, ops, queue
from engine.ledger.ledger import Ledger, moment, stamp
from engine.ledger.links import Link
from engine.ledger.ops import Member
from engine.ledger.store import LedgerError, Store
from engine.ledger.upgrade import upgrade
from tests.ledger.conftest import Clock


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.begin() as tx:  # noqa: PT012
        links.put(ledger, tx, [Link("companies", "1", "c-1", {})])
        ops.add(ledger, tx, "xero.contact.create", {}, [Member("companies", "2", "create", {})])
        mirror.move(ledger, tx, "procore.vendor", "2026-03-01")
        raise ZeroDivisionError
    with ledger.look() as tx:
        assert links.all_of(ledger, tx) == []
        assert queue.waiting(ledger, tx) == []
        assert mirror.position(ledger, tx, "procore.vendor") == ""


def test_a_refusal_inside_a_transaction_leaves_the_rest_of_it(ledger: Ledger) -> None:
    """A caller that catches a refusal goes on; PostgreSQL would otherwise end the whole transaction."""
    with ledger.begin() as tx:
        links.put(ledger, tx, [Link("companies", "1", "c-1", {})])
        with pytest.raises(LedgerError):
            links.put(ledger, tx, [Link("companies", "2", "c-2", {}), Link("companies", "3", "c-1", {})])
        links.put(ledger, tx, [Link("companies", "4", "c-4", {})])
    with ledger.look() as tx:
        assert {one.source_id: one.target_id for one in links.all_of(ledger, tx)} == {"1": "c-1", "4": "c-4"}


def test_a_reader_sees_one_moment_while_others_write(ledger: Ledger) -> None:
    with ledger.look() as reading:
        assert links.all_of(ledger, reading) == []
        with ledger.begin() as tx:
            links.put(ledger, tx, [Link("companies", "1", "c-1", {})])
        assert links.all_of(ledger, reading) == []
    with ledger.look() as reading:
        assert len(links.all_of(ledger, reading)) == 1


def test_connections_of_one_database_do_not_see_each_other(store: Store, clock: Clock) -> None:
    one, two = Ledger(store, "one", clock), Ledger(store, "two", clock)
    for each in (one, two):
        with each.begin() as tx:
            links.put(each, tx, [Link("companies", "1", "c-1", {"Name": each.connection})])
            mirror.keep(each, tx, "procore.vendor", {"1": {"of": each.connection}}, {})
    with one.begin() as tx:
        links.remove(one, tx, "companies", "1")
        mirror.forget(one, tx)
    with two.look() as tx:
        assert links.all_of(two, tx)[0].memory == {"Name": "two"}
        assert {key: row for key, _, row in mirror.rows(two, tx, "procore.vendor")} == {"1": {"of": "two"}}


@pytest.fixture
def small(tmp_path: Path, clock: Clock) -> Ledger:
    """A ledger on a disk with hardly any room left."""
    store = Store(str(tmp_path / "small.sqlite"))
    upgrade(store)
    with store.look() as tx:
        pages = tx.execute(sa.text("pragma page_count")).scalar_one()
    sa.event.listen(
        store.engine, "begin", lambda tx: tx.exec_driver_sql(f"pragma max_page_count={pages + 8}")
    )
    return Ledger(store, "demo", clock)


def test_a_full_disk_is_said_and_nothing_is_half_written(small: Ledger) -> None:
    with pytest.raises(LedgerError, match="the disk of the ledger is full") as told, small.begin() as tx:  # noqa: PT012
        for number in range(2000):
            ops.add(small, tx, "xero.bill.create", {}, [Member("invoices", str(number), "create", {})])
            links.put(small, tx, [Link("invoices", str(number), f"b-{number}", {"Note": "x" * 50})])
    assert told.value.fix == "make room, then run again"
    with small.look() as tx:
        assert queue.waiting(small, tx) == []
        assert links.all_of(small, tx) == []
        assert tx.execute(sa.text("pragma integrity_check")).scalar() == "ok"
    with small.begin() as tx:  # a little still fits, and the ledger goes on
        links.put(small, tx, [Link("invoices", "1", "b-1", {})])
    small.store.close()


def test_a_full_disk_ends_a_run_with_its_own_words(small: Ledger) -> None:
    """Giving the lease back may fail as well; the reader hears of the disk."""
    rows = {str(number): {"text": f"{number}" * 4000} for number in range(3000)}
    with pytest.raises(LedgerError, match="disk of the ledger is full"), small.leased(), small.begin() as tx:
        mirror.keep(small, tx, "procore.vendor", rows, {})
    small.store.close()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"name,amount\n" * 400)
    store = Store(str(path))
    with pytest.raises(LedgerError, match="damaged, or no SQLite database"):
        upgrade(store)
    store.close()


def test_a_server_that_is_not_there_is_said() -> None:
    store = Store("postgresql://nobody:secret@127.0.0.1:9/ledger?connect_timeout=2")
    with pytest.raises(LedgerError, match="cannot be reached") as told:
        upgrade(store)
    assert "secret" not in told.value.text + told.value.fix


def test_a_url_that_is_none_is_said() -> None:
    with pytest.raises(LedgerError, match="no database URL"):
        Store("://x")


def test_stamps_sort_as_the_instants_do(clock: Clock) -> None:
    stamps = []
    for hours in (0, 1.0001, 25, 24 * 365):
        clock.move(hours=hours)
        stamps.append(stamp(clock.now()))
        assert moment(stamps[-1]) == clock.now()
    assert stamps == sorted(stamps)
