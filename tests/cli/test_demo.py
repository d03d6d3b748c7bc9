"""The demo, as a newcomer runs it: what is accepted goes, a bill is paid, a further sync does nothing."""

from __future__ import annotations

import json

from tests.cli.conftest import Run

WRITES = {"create", "update", "append", "delete", "link"}


def test_the_demo_from_the_first_sync_to_a_paid_bill(run: Run) -> None:
    result = run("demo", "--json")
    assert result.exit_code == 0
    chapters = {chapter["title"]: chapter for chapter in json.loads(result.stdout)}

    first = chapters["The first sync"]["run"]["summary"]
    assert not WRITES & set(first["planned"])  # nobody accepted anything yet
    assert (
        "Companies: Kestrel Reinforcing Pty Ltd is Kestrel Reinforcing Pty Ltd"
        in (chapters["A person decides"]["lines"])
    )
    assert "Commitments: the approver accepts 5" in chapters["Commitments"]["lines"]
    assert chapters["The third sync"]["run"]["summary"]["planned"]["create"] >= 5
    # Half of the gross 44,550.00 was paid; Procore shows it before tax.
    back = chapters["The fifth sync"]
    assert "Procore, payments issued: 20,250.00 on 2026-05-29 for BG-1041" in back["lines"]
    spent = "job to date costs 101,500.00, commitments invoiced 101,500.00, direct costs 0.00"
    assert any(spent in line for line in back["lines"])

    last = chapters["The last sync"]["run"]
    assert last["failures"] == []
    assert not WRITES & set(last["summary"]["planned"])
    assert (last["summary"]["done"], last["summary"]["left"]) == (0, 0)
