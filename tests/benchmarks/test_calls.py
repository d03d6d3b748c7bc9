"""The calls of a small company, counted one by one: what a sync may ask, and not once more.

Exact numbers and no timings: a call that creeps in fails here by name.
"""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.calls import Measured, measured
from benchmarks.company import Size

SMALL = Size(projects=3, vendors=12, codes=20, commitments=20, changes=8, invoices=60, bills=30)
WRITES = {"create", "update", "lines", "external_data", "contract_payment", "close_requests"}


@pytest.fixture(scope="module")
def syncs() -> list[Measured]:
    return measured(SMALL)


def least(one: Measured) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for term in one.terms:
        found[term.system, term.call] += term.value
    return +found


@pytest.mark.parametrize(("at", "xero", "procore"), [(0, 19, 62), (1, 9, 99), (2, 9, 21), (3, 10, 22)])
def test_every_call_is_in_the_bound(syncs: list[Measured], at: int, xero: int, procore: int) -> None:
    one = syncs[at]
    assert one.calls == least(one)
    assert (one.made("xero"), one.made("procore")) == (xero, procore)
    assert not one.report.failures


def test_a_first_sync_makes_everything(syncs: list[Measured]) -> None:
    kinds = Counter((action.mapping, action.kind) for action in syncs[0].report.plan.actions)
    made = {"commitments": 20, "invoices": 60, "companies": 11, "job_cost_transactions": 30}
    assert {name: kinds[name, "create"] for name in made} == made
    assert kinds["change_orders", "append"] == 8


def test_what_is_written_goes_in_few_calls(syncs: list[Measured]) -> None:
    """Batches of fifty, marks of a thousand, headers and lines of all costs of a project at once."""
    calls = syncs[0].calls
    assert calls["xero", "bill.create"] == 2
    assert calls["xero", "purchase_order.update"] == 1  # eight change orders of eight orders
    assert calls["procore", "external_data"] == 2  # 932 elements; and the hand-made links, told before
    assert calls["procore", "direct_cost.create"] == calls["procore", "direct_cost.lines"] == 1


def test_a_quiet_sync_reads_lists_and_nothing_else(syncs: list[Measured]) -> None:
    """Each list once, with what changed since; no record by itself, no codes of segments, no write."""
    names = {name for _, name in syncs[2].calls}
    assert all(name.endswith(".list") for name in names)
    assert "wbs_code.list" not in names
    assert max(syncs[2].calls.values()) == SMALL.projects
    assert syncs[2].report.tally.done == 0
