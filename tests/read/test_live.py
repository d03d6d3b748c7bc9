"""Lists that move while they are turned over: nothing is taken for gone, and nothing is overlooked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.ledger import mirror
from engine.ledger.ledger import LeaseHeld, Ledger
from engine.ledger.store import Store
from engine.ledger.upgrade import upgrade
from engine.read.live import Live, Stream
from engine.system.model import Call, Object

BILLS = "books.bill"
Row = dict[str, Any]


class Clock:
    """Noon, until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits")


@dataclass
class Books:
    """A system whose list has pages of two; `meanwhile` happens after the first page of a read."""

    rows_there: list[str]
    meanwhile: Any = None
    reads: int = 0
    system: Any = field(default_factory=lambda: SimpleNamespace(name="books", title="Books", in_flight=1))

    def now(self) -> datetime:
        return datetime(2026, 5, 5, 12, 0, tzinfo=UTC)

    def rows(self, call: Call, places: Any, since: datetime | None = None) -> Iterator[list[Row]]:
        self.reads += 1
        at = 0
        while at < len(self.rows_there):
            yield [{"id": own} for own in self.rows_there[at : at + 2]]
            at += 2
            if self.meanwhile is not None:
                happens, self.meanwhile = self.meanwhile, None
                happens(self.rows_there)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    store = Store(str(tmp_path / "ledger.db"))
    upgrade(store)
    made = Ledger(store, "demo", Clock())
    with made.leased():
        yield made
    store.close()


def read(ledger: Ledger, books: Books) -> set[str]:
    """What is known after a whole read."""
    bill = Object("bill", "books.bill", "id", list=Call("books.bill.list", "GET", "/bills"))
    Live(ledger, [Stream(books, bill)]).refresh()  # type: ignore[arg-type]
    with ledger.look() as tx:
        return mirror.ids(ledger, tx, BILLS)


def test_a_bill_that_slips_onto_a_page_that_was_read_is_not_taken_for_gone(ledger: Ledger) -> None:
    assert read(ledger, Books(["1", "2", "3", "4", "5"])) == {"1", "2", "3", "4", "5"}
    moving = Books(["1", "2", "3", "4", "5"], lambda rows: rows.remove("1"))
    assert read(ledger, moving) == {"1", "2", "3", "4", "5"}, "1 was there when it was read"
    assert read(ledger, moving) == {"2", "3", "4", "5"}


def test_a_bill_that_slips_on_the_very_first_read_is_not_overlooked(ledger: Ledger) -> None:
    def is_edited(rows: list[str]) -> None:
        rows.append(rows.pop(0))  # changed, so it is the last in the order of changes

    assert read(ledger, Books(["1", "2", "3", "4", "5"], is_edited)) == {"1", "2", "3", "4", "5"}


def test_a_list_that_stands_still_is_read_once(ledger: Ledger) -> None:
    books = Books(["1", "2", "3", "4", "5"])
    read(ledger, books)
    read(ledger, books)
    assert books.reads == 2


def test_what_is_really_gone_is_gone(ledger: Ledger) -> None:
    books = Books(["1", "2", "3", "4", "5"])
    read(ledger, books)
    books.rows_there = ["1", "2", "4", "5"]
    assert read(ledger, books) == {"1", "2", "4", "5"}
    assert books.reads == 3, "one of several pages: looked at twice"


def test_whoever_reads_many_slow_pages_is_not_taken_for_dead(ledger: Ledger) -> None:
    clock, elsewhere = ledger.clock, Ledger(ledger.store, "demo", ledger.clock, "another host")
    assert isinstance(clock, Clock)

    class Slow(Books):
        def rows(self, call: Call, places: Any, since: datetime | None = None) -> Iterator[list[Row]]:
            for page in super().rows(call, places, since):
                clock.time += timedelta(minutes=4)
                with pytest.raises(LeaseHeld), elsewhere.leased():
                    pass
                yield page

    assert len(read(ledger, Slow(["1", "2", "3", "4", "5"]))) == 5
