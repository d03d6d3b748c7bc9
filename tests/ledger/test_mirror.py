"""What was read, as it came: unchanged rows stay, lost ones are marked, a page moves with its cursor."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from engine.ledger import mirror
from engine.ledger.ledger import Ledger
from tests.ledger.conftest import Clock

VENDORS = "procore.vendor"


def test_unchanged_rows_are_not_written_again(ledger: Ledger, clock: Clock) -> None:
    rows = {"1": {"name": "Ash", "amount": Decimal("10.10")}, "2": {"name": "Birch"}}
    with ledger.begin() as tx:
        assert mirror.keep(ledger, tx, VENDORS, rows, {}) == 2
    clock.move(hours=1)
    with ledger.begin() as tx:
        assert mirror.keep(ledger, tx, VENDORS, {**rows, "2": {"name": "Beech"}}, {}) == 1
        stamps = {row.id: row.read_at for row in tx.execute(sa.text("select id, read_at from mirror"))}
    assert stamps == {"1": "2026-03-02T09:00:00.000000Z", "2": "2026-03-02T10:00:00.000000Z"}
    with ledger.look() as tx:
        assert mirror.some(ledger, tx, VENDORS, ["1", "9"]) == {"1": rows["1"]}
        assert str(mirror.some(ledger, tx, VENDORS, ["1"])["1"]["amount"]) == "10.10"


def test_what_a_full_read_does_not_bring_is_gone_in_its_scope_only(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        mirror.keep(ledger, tx, VENDORS, {"1": {}, "2": {}, "3": {}}, {"1": "p1", "2": "p1", "3": "p2"})
        assert mirror.not_there_any_more(ledger, tx, VENDORS, "p1", {"1"}) == ["2"]
        assert [key for key, _, _ in mirror.rows(ledger, tx, VENDORS)] == ["1", "3"]
        assert [key for key, _, _ in mirror.rows(ledger, tx, VENDORS, "p1")] == ["1"]
        assert mirror.hashes(ledger, tx, VENDORS, ["2"]) == {}
        assert mirror.keep(ledger, tx, VENDORS, {"2": {}}, {"2": "p1"}) == 1  # there again
        assert [key for key, _, _ in mirror.rows(ledger, tx, VENDORS, "p1")] == ["1", "2"]


def test_a_row_that_moved_to_another_project_is_not_lost(ledger: Ledger) -> None:
    """Its text is the same; reading the old project in full must not take it away from the new one."""
    with ledger.begin() as tx:
        mirror.keep(ledger, tx, VENDORS, {"1": {"name": "Ash"}}, {"1": "p1"})
        mirror.keep(ledger, tx, VENDORS, {"1": {"name": "Ash"}}, {"1": "p2"})
        assert mirror.not_there_any_more(ledger, tx, VENDORS, "p1", set()) == []
        assert list(mirror.rows(ledger, tx, VENDORS)) == [("1", "p2", {"name": "Ash"})]


def test_many_rows_at_once(ledger: Ledger) -> None:
    rows = {f"{number:05}": {"n": number} for number in range(1203)}
    with ledger.begin() as tx:
        assert mirror.keep(ledger, tx, VENDORS, rows, {}) == 1203
        assert mirror.keep(ledger, tx, VENDORS, rows, {}) == 0
        assert len(mirror.some(ledger, tx, VENDORS, rows)) == 1203
        mirror.drop(ledger, tx, VENDORS, rows)
        assert list(mirror.rows(ledger, tx, VENDORS)) == []


def test_a_digest_changes_with_what_it_stands_on(ledger: Ledger) -> None:
    def digest() -> str:
        with ledger.look() as tx:
            return mirror.digest(ledger, tx, [VENDORS])[VENDORS]

    seen = [digest()]
    for rows in ({"1": {"name": "Ash"}}, {"1": {"name": "Beech"}}, {"2": {"name": "Ash"}}):
        with ledger.begin() as tx:
            mirror.keep(ledger, tx, VENDORS, rows, {})
        seen.append(digest())
    with ledger.begin() as tx:
        mirror.drop(ledger, tx, VENDORS, ["2"])
    assert digest() == seen[2]
    assert len(set(seen)) == 4


def test_a_page_and_its_cursor_are_kept_together_or_not_at_all(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        mirror.keep(ledger, tx, VENDORS, {"1": {}}, {})
        mirror.move(ledger, tx, VENDORS, "page 1")
    with pytest.raises(RuntimeError), ledger.begin() as tx:  # noqa: PT012
        mirror.keep(ledger, tx, VENDORS, {"2": {}}, {})
        mirror.move(ledger, tx, VENDORS, "page 2")
        raise RuntimeError
    with ledger.begin() as tx:
        assert [key for key, _, _ in mirror.rows(ledger, tx, VENDORS)] == ["1"]
        assert mirror.position(ledger, tx, VENDORS) == "page 1"
        mirror.move(ledger, tx, "other", "x")
        mirror.forget(ledger, tx, [VENDORS])
        assert mirror.position(ledger, tx, VENDORS) == ""
        assert mirror.position(ledger, tx, "other") == "x"
        mirror.forget(ledger, tx)
        assert mirror.position(ledger, tx, "other") == ""
