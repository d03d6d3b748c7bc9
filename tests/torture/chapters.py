"""The grounds of trials: three chapters of one small company, on both databases, in five kinds of luck."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import stamina

from engine.ledger import links
from engine.live.connect import Connection
from engine.live.sync import Sync
from engine.map.mapper import Mapper
from sandbox.answers import write
from tests.torture.company import Accountant, renames, small
from tests.torture.trial import Ground
from tests.worlds.sandboxed import Sandbox, connected

CHAPTERS = ("first", "money", "changes")
BASE = "base"  # the template of every ledger

# One rule for each call that writes, so that the next try of the same call goes through.
WRITES = (
    ("xero", "PUT", "/Contacts"),
    ("xero", "POST", "/Contacts"),
    ("xero", "PUT", "/Items"),
    ("xero", "PUT", "/Options"),
    ("xero", "PUT", "/PurchaseOrders"),
    ("xero", "POST", "/PurchaseOrders"),
    ("xero", "PUT", "/Invoices"),
    ("procore", "PATCH", "/external_data/sync"),
    ("procore", "PATCH", "/direct_costs/sync"),
    ("procore", "PATCH", "/line_items/sync"),
    ("procore", "PATCH", "/erp_job_costs/sync"),
    ("procore", "POST", "/contract_payments"),
    ("procore", "DELETE", "/contract_payments"),
    ("procore", "DELETE", "/direct_costs"),
)


def _rules(kind: str, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "system": s, "method": m, "path": p, **more} for s, m, p in WRITES]


# plain: nothing goes wrong but the kill. slow: the server works on while the next process starts. late: the
# line is cut, and the write happens after the next try has come. lost: the write happens, its answer does not
# come. unsure: five times in a row, so that only a look after the settle time can tell. cut: five times
# nothing happens and nothing is said, so that the look finds nothing.
MODES: dict[str, list[dict[str, Any]]] = {
    "plain": [],
    "slow": _rules("slow", times=0, seconds=0.15),
    "late": _rules("late", times=1, seconds=1.1),
    "lost": _rules("lost_answer", times=1),
    "unsure": _rules("lost_answer", times=5),
    "cut": _rules("cut", times=5),
}


@dataclass(slots=True)
class Ledgers:
    """Fresh copies of a ledger, on one database."""

    name: str
    base: str
    fresh: Callable[[], str]
    freeze: Callable[[], None]


def on_sqlite(folder: Path) -> Ledgers:
    """A file that is copied."""
    base, trial = folder / f"{BASE}.db", folder / "trial.db"
    frozen = folder / "frozen.db"
    for left in folder.glob(f"{BASE}.db*"):
        left.unlink()

    def fresh() -> str:
        for left in folder.glob("trial.db*"):
            left.unlink()
        shutil.copy(frozen, trial)
        return str(trial)

    def freeze() -> None:
        shutil.copy(base, frozen)

    return Ledgers("sqlite", str(base), fresh, freeze)


def on_postgres(server: str, name: str = "torture") -> Ledgers:
    """A database that is copied as PostgreSQL copies its templates."""
    root = server.rsplit("/", 1)[0]

    def run(*statements: str) -> None:
        with psycopg.connect(server, autocommit=True) as line:
            for one in statements:
                line.execute(one)

    def copy(source: str, target: str) -> None:
        run(
            f"drop database if exists {target} with (force)",
            f"create database {target} template {source} strategy file_copy",
        )

    def fresh() -> str:
        copy(f"{name}_frozen", f"{name}_trial")
        return f"{root}/{name}_trial"

    run(f"drop database if exists {name}_base with (force)", f"create database {name}_base")
    return Ledgers("postgresql", f"{root}/{name}_base", fresh, lambda: copy(f"{name}_base", f"{name}_frozen"))


def ground(sandbox: Sandbox, ledgers: Ledgers, chapter: str, folder: Path) -> Ground:
    """The ground of a chapter: everything before it has happened, undisturbed."""
    mappers = warm(sandbox, folder)
    sandbox.reset()
    sandbox.load(small())
    with _tries_at_once(), connected(sandbox, ledgers.base) as made:
        if chapter != "first":
            _quietly(made)
            _switch_on(made)
            Accountant(sandbox).books_money()
        if chapter == "changes":
            _quietly(made)
            Accountant(sandbox).changes_mind()
            renames(sandbox)
    ledgers.freeze()
    world = sandbox.world() | {"clock": {"ahead": 0}}
    return Ground(sandbox, write(world), ledgers.fresh, folder, mappers)


_MADE: dict[str, Mapper] = {}


def warm(sandbox: Sandbox, folder: Path) -> dict[str, Mapper]:
    """Mappers that have mapped once: a sync makes their programs, and processes forked later have them."""
    if not _MADE:
        sandbox.reset()
        sandbox.load(small())
        with connected(sandbox, folder / "warm.db") as made:
            Sync(made).sync()
            _MADE.update(made.mappers)
    return _MADE


def _quietly(made: Connection) -> None:
    while Sync(made).sync().owed.effects:
        pass


def _switch_on(made: Connection) -> None:
    """The project's costs are wanted one by one, as only a request of Procore tells."""
    with made.ledger.begin() as tx:
        found = {one.source_id: dict(one.memory) for one in links.all_of(made.ledger, tx, ["projects"])}
        told = {key: {**memory, "job_cost_transactions_sync_enabled": True} for key, memory in found.items()}
        links.remember(made.ledger, tx, "projects", told)


@contextmanager
def _tries_at_once() -> Iterator[None]:
    stamina.set_testing(True, attempts=5, cap=True)
    try:
        yield
    finally:
        stamina.set_testing(False)
