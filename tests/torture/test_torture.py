"""Killed in a few of the classes in which it hurts most; `make torture` goes to all of them.

The choice is always the same. That the test would see a duplicate is shown, too.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.torture import outside
from tests.torture.chapters import Ledgers, ground, on_postgres, on_sqlite
from tests.torture.life import Counted, Point
from tests.torture.outside import ANSWERED
from tests.torture.same import Difference, compare, end_of
from tests.torture.series import Choice, classes, series, unanswered
from tests.torture.trial import counted, killed_at, undisturbed
from tests.worlds.sandboxed import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def _few(many: int) -> Choice:
    """A few of all classes, at both ends."""
    every = classes(inside=1, whole=True, ends=True)

    def chosen(calm: Counted) -> list[Point]:
        found = list(every(calm))
        return [*found[len(found) // (2 * many) :: len(found) // many][:many], found[-1]]

    return chosen


@pytest.mark.parametrize(
    ("chapter", "mode", "choice"),
    [
        ("first", "plain", unanswered(3)),
        ("first", "unsure", unanswered(1)),
        ("money", "slow", unanswered(2)),
        ("changes", "lost", _few(2)),
    ],
)
def test_both_systems_end_as_if_nobody_had_been_killed(
    sandbox: Sandbox, tmp_path: Path, chapter: str, mode: str, choice: Choice
) -> None:
    counts = series(sandbox, on_sqlite(tmp_path), chapter, mode, tmp_path, choice)
    assert counts.tried
    assert not counts.bad, "\n".join(counts.told)


def test_on_postgresql_too(sandbox: Sandbox, postgres: str, tmp_path: Path) -> None:
    ledgers = on_postgres(postgres, "torture_test")
    counts = series(sandbox, ledgers, "first", "late", tmp_path, unanswered(2))
    assert not counts.bad, "\n".join(counts.told)


def test_without_key_and_look_there_are_duplicates(sandbox: Sandbox, tmp_path: Path) -> None:
    bill = "PUT /xero/api.xro/2.0/Invoices"
    bare = _killed_after(sandbox, on_sqlite(tmp_path), "first", tmp_path, bill, True)
    assert any(one.startswith("xero.Invoices: 1 → 2") for one in bare.doubled), bare.told()
    whole = _killed_after(sandbox, on_sqlite(tmp_path), "first", tmp_path, bill, False)
    assert not whole, whole.told()


def _killed_after(
    sandbox: Sandbox, ledgers: Ledgers, chapter: str, folder: Path, request_line: str, bare: bool
) -> Difference:
    """The process dies when the answer to this request is there, before it is written down."""
    here = ground(sandbox, ledgers, chapter, folder)
    calm, end = counted(here)
    here.bare = bare
    answered = len(calm.names) - 1 - calm.names[::-1].index(f"{ANSWERED} {request_line}")
    outcome = killed_at(here, Point(answered))
    assert outcome.killed
    return compare(end_of(end.world, end.links), end_of(outcome.world, outcome.links))


def test_nothing_outside_changes_between_two_events_of_one_class(sandbox: Sandbox, tmp_path: Path) -> None:
    calm, _ = counted(ground(sandbox, on_sqlite(tmp_path), "money", tmp_path), watched=True)
    assert calm.looks > 2 * len(calm.names)
    assert not calm.unannounced


def test_a_change_that_is_not_announced_is_seen(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ground(sandbox, on_sqlite(tmp_path), "changes", tmp_path)
    monkeypatch.setattr(outside, "COMMIT", "")
    assert len(counted(here, watched=True)[0].unannounced) > 10


def _money(text: object) -> Decimal:
    return Decimal(str(text))


def test_the_reference_itself_agrees_on_both_sides(sandbox: Sandbox, tmp_path: Path) -> None:
    here = ground(sandbox, on_sqlite(tmp_path), "money", tmp_path)
    end = undisturbed(here).world
    order = next(iter(end["xero"]["PurchaseOrders"].values()))
    contract = end["procore"]["work_order_contracts"]["880101"]
    assert order["SubTotal"] == _money(contract["revised_contract"])
    bill = next(one for one in end["xero"]["Invoices"].values() if one["InvoiceNumber"] != "HIRE-1")
    invoice = end["procore"]["requisitions"]["660101"]
    assert bill["SubTotal"] == _money(invoice["summary"]["current_payment_due"])
    paid = next(iter(end["procore"]["contract_payments"].values()))
    assert _money(paid["amount"]) <= bill["Total"]
    lines = [line for one in end["procore"]["direct_costs"].values() for line in one["line_items"]]
    assert sum(_money(line["amount"]) for line in lines) == 2 * _money("749.95")
    marked = [contract, invoice, *contract["line_items"], *invoice["items"][:2]]
    assert all(one["origin_id"] for one in marked)
