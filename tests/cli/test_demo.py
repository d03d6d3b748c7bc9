"""The demo, as a newcomer runs it: a company connected, a bill paid, and a further sync that does nothing."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_the_demo_from_the_first_sync_to_a_paid_bill(run: Run) -> None:
    result = run("demo", "--json")
    assert result.exit_code == 0
    chapters = {chapter["title"]: chapter for chapter in json.loads(result.stdout)}

    first = chapters["The first sync"]["run"]["summary"]
    assert {"create", "link"} <= set(first["planned"])
    assert first["failed"] == 0
    assert (
        "Companies: Kestrel Reinforcing Pty Ltd is Kestrel Reinforcing Pty Ltd"
        in (chapters["A person decides"]["lines"])
    )
    # Half of the gross 86,526.00 was paid; Procore shows it before tax.
    third = chapters["The third sync"]
    assert "Procore, payments issued: 39,330.00 on 2026-05-29 for KR-7781" in third["lines"]
    spent = "job to date costs 101,500.00, commitments invoiced 101,500.00, direct costs 0.00"
    assert any(spent in line for line in third["lines"])

    last = chapters["The fourth sync"]["run"]
    assert last["failures"] == []
    assert not {"create", "update", "append", "delete", "link"} & set(last["summary"]["planned"])
    assert (last["summary"]["done"], last["summary"]["left"]) == (0, 0)
