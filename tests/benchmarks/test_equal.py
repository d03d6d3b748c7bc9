"""What is raced is the same work: every engine gives the same outcome for every record. No timing here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bills import bill, write_links
from benchmarks.costs import engine, reference, sums
from benchmarks.exact import Count
from benchmarks.mapping import HAND, differing, engines_of
from benchmarks.workload import Workload, workloads

RECORDS = 200


@pytest.fixture(scope="module", params=["commitments", "invoices"])
def work(request: pytest.FixtureRequest) -> Workload:
    return next(work for work in workloads(RECORDS) if work.name == request.param)


@pytest.fixture(scope="module")
def records(work: Workload) -> list[dict[str, Any]]:
    return work.slice(RECORDS, 0)


def test_all_engines_are_equal_and_exact(work: Workload, records: list[dict[str, Any]]) -> None:
    found = {name: run(records) for name, run in engines_of(work).items()}
    assert differing(found) == 0
    numbers = Count()
    for record, outcome in zip(records, found[HAND], strict=True):
        if outcome.record is not None:
            numbers.add(work.name, record, outcome.record)
    assert numbers.wrong == 0
    assert numbers.numbers > 10 * RECORDS


def test_the_data_has_what_goes_wrong(work: Workload, records: list[dict[str, Any]]) -> None:
    outcomes = engines_of(work)[HAND](records)
    assert {"ready", "held"} <= {outcome.status for outcome in outcomes}
    assert 0.9 < sum(outcome.status == "ready" for outcome in outcomes) / RECORDS < 1


def test_the_data_is_the_same_every_time(work: Workload, records: list[dict[str, Any]]) -> None:
    assert work.slice(5, 3) == records[3:8]
    assert 10_000 < len(json.dumps(records)) / RECORDS < 20_000


def test_sums_of_costs_are_equal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bills, links, output = tmp_path / "bills.ndjson", tmp_path / "links.json", tmp_path / "out"
    bills.write_text("".join(json.dumps(bill(index)) + "\n" for index in range(RECORDS)), "utf-8")
    write_links(links, RECORDS)
    found = []
    for run in (reference, engine):
        run(bills, links)
        output.write_text(capsys.readouterr().out, "utf-8")
        found.append(sums(output))
    assert found[0] == found[1]
    assert len(found[0]) > RECORDS
