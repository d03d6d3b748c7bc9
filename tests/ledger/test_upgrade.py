"""Migrations: from nothing, from the schema before with data in it, and never from a newer one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from engine.ledger import links
from engine.ledger.ledger import Ledger
from engine.ledger.links import Link
from engine.ledger.store import LedgerError, Store
from engine.ledger.tables import metadata
from engine.ledger.upgrade import CURRENT, EMPTY, LATEST, NEWER, OLD, migrations, state, upgrade
from tests.ledger.conftest import Clock


@pytest.fixture
def bare(url: str) -> Iterator[Store]:
    """A database with nothing in it."""
    made = Store(url)
    yield made
    made.close()


def test_an_empty_database_gets_every_table(bare: Store) -> None:
    assert state(bare) == EMPTY
    upgrade(bare)
    assert state(bare) == CURRENT
    with bare.look() as tx:
        assert set(metadata.tables) < set(sa.inspect(tx).get_table_names())
    upgrade(bare)  # again: nothing happens


def test_migrations_and_tables_say_the_same(store: Store) -> None:
    with store.begin() as tx:
        command.check(migrations(tx))  # raises with what differs


def test_partial_indexes_are_alike_too(bare: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Which Alembic does not compare: what each database says of indexes, migrated and made from tables."""
    with bare.begin() as tx:
        metadata.create_all(tx)
        made = _indexes(tx)
        metadata.drop_all(tx)
    upgrade(bare)
    with bare.look() as tx:
        assert _indexes(tx) == made


def _indexes(tx: sa.Connection) -> dict[tuple[str, str | None], tuple[object, ...]]:
    look = sa.inspect(tx)
    return {
        (table, index["name"]): (
            index["column_names"],
            bool(index["unique"]),
            str(index.get("dialect_options", {}).get(f"{tx.dialect.name}_where")).replace("op_member.", ""),
        )
        for table in metadata.tables
        for index in look.get_indexes(table)
    }


def test_the_schema_before_keeps_its_data(bare: Store, clock: Clock) -> None:
    upgrade(bare, "0001")
    assert state(bare) == OLD
    ledger = Ledger(bare, "demo", clock)
    with ledger.leased(), ledger.begin() as tx:
        links.put(ledger, tx, [Link("commitments", "880101", "po-1", {"Total": 1})])
        told = {
            "connection": "demo",
            "at": ledger.now(),
            "who": "anna",
            "what": "linked",
            "mapping": "commitments",
        }
        tx.execute(sa.insert(sa.table("event", *(sa.column(name) for name in told))).values(told))
    upgrade(bare)
    assert state(bare) == CURRENT
    with ledger.leased(), ledger.begin() as tx:
        assert [link.target_id for link in links.all_of(ledger, tx)] == ["po-1"]
        with pytest.raises(LedgerError, match="belong to two records"):
            links.put(ledger, tx, [Link("commitments", "880102", "po-1", {})])
        assert tx.execute(sa.text("select count(*) from mirror")).scalar() == 0


def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    with store.begin() as tx:
        tx.execute(sa.text("update ledger_version set version_num = '0099'"))
    assert state(store) == NEWER
    with pytest.raises(LedgerError, match="newer Crosswalk") as told:
        upgrade(store)
    assert "install the newer version" in told.value.fix


def test_several_at_once_upgrade_it_once(bare: Store) -> None:
    problems: list[BaseException] = []

    def one() -> None:
        own = Store(bare.engine.url.render_as_string(hide_password=False))
        try:
            upgrade(own)
        except BaseException as error:
            problems.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert state(bare) == CURRENT


def test_an_upgrade_that_fails_leaves_nothing_half_made(bare: Store) -> None:
    with bare.begin() as tx:
        tx.execute(sa.text("create table token (name text)"))  # in the way of 0002
    with pytest.raises(LedgerError):
        upgrade(bare)
    with bare.look() as tx:
        assert sa.inspect(tx).get_table_names() == ["token"]


def test_a_ledger_without_tables_says_what_to_do(bare: Store, clock: Clock) -> None:
    with pytest.raises(LedgerError, match="no ledger of this version") as told, bare.look() as tx:
        links.all_of(Ledger(bare, "demo", clock), tx)
    assert told.value.fix == "run: crosswalk ledger upgrade"


def test_the_latest_revision_is_the_last_migration(bare: Store) -> None:
    with bare.begin() as tx:
        assert ScriptDirectory.from_config(migrations(tx)).get_heads() == [LATEST]
