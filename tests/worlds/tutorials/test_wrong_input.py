"""What people do by mistake at the gate: refused with the reason, nothing changes, and it is written down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.gated import APPROVER as FIRST
from tests.worlds.gated import Gated, behind_the_gate
from tests.worlds.sandboxed import Sandbox, connection
from tests.worlds.subcontract import CONTRACT, customer
from tests.worlds.tutorials.company import APPROVER, BOOKKEEPER, CONTROLLER, OFFICE, READER, Company


def test_accepted_a_second_after_it_was_retrieved(company: Company) -> None:
    company.does(OFFICE, "erp send demo commitments SC-101", "erp retrieve demo commitments SC-101")
    company.refused(APPROVER, "erp accept demo commitments SC-101", "was retrieved by site office")


def test_accepted_twice(company: Company) -> None:
    company.does(OFFICE, "erp send demo commitments SC-102")
    company.does(APPROVER, "erp accept demo commitments SC-102")
    company.refused(CONTROLLER, "erp accept demo commitments SC-102", "was accepted by approver")
    company.refused(OFFICE, "erp retrieve demo commitments SC-102", "was accepted by approver")


def test_a_record_nobody_knows(company: Company) -> None:
    company.refused(
        OFFICE, "erp send demo commitments SC-999", "no commitment is known as SC-999", "erp list"
    )
    said = company.run(OFFICE, "erp send demo commitments SC-103 SC-998", 1).output
    assert "SC-103 Works of SC-103: waiting" in said  # each by itself
    assert "no commitment is known as SC-998" in said


def test_a_number_that_two_records_have(company: Company) -> None:
    company.refused(OFFICE, "erp send demo commitments SC-001", "SC-001 may be", "name its id")


def test_a_kind_that_was_mistyped(company: Company) -> None:
    said = company.run(OFFICE, "erp send demo comitments SC-101", 1).output
    assert "the gate knows no comitments" in said
    assert "it knows cost_codes, projects, companies, commitments" in " ".join(said.split())
    assert "not supported" in company.run(APPROVER, "erp accept demo budgets 1", 1).output


def test_a_rejection_without_a_reason(company: Company) -> None:
    company.does(OFFICE, "erp send demo invoices IN-201")
    company.refused(APPROVER, "erp reject demo invoices IN-201", "a rejection needs a reason")
    company.refused(APPROVER, "erp reject demo invoices IN-201 --why '  '", "a rejection needs a reason")


@pytest.mark.parametrize(
    ("mapping", "record", "stands"),
    [
        ("commitments", "SC-107", "Purchase Order SC-107"),
        ("change_orders", "107", "1 line of Purchase Order SC-110"),
        ("invoices", "IN-207", "SC-002"),
        ("cost_codes", "08-410", "08-410.S"),
    ],
)
def test_unlinked_while_the_document_stands(company: Company, mapping: str, record: str, stands: str) -> None:
    company.refused(
        APPROVER, f"erp unlink demo {mapping} {record}", stands, "is still in your accounting system"
    )


def test_somebody_nobody_named(company: Company) -> None:
    company.refused("stranger", "erp accept demo invoices IN-202", "stranger has None on ERP Integrations")
    company.refused(READER, "erp grant demo stranger --approver", "reader is not")


def test_the_wrong_use_of_a_verb_is_told(company: Company) -> None:
    assert "has no =" in company.run(APPROVER, "erp accept demo commitments SC-104 --type number", 2).output
    assert "number" in company.run(APPROVER, "erp accept demo commitments SC-104 --type nunber=7", 1).output
    assert "--filter is one of" in company.run(READER, "erp list demo --filter blue", 2).output


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("erp_tool", "Procore's own ERP Integrations tool decides for demo"),
        ("none", "nobody is asked for demo (approval_home none)"),
    ],
)
def test_decided_elsewhere(company: Company, tmp_path: Path, home: str, words: str) -> None:
    with company.with_settings(tmp_path) as settings:
        text = settings.read_text("utf-8").replace("approval_home: local", f"approval_home: {home}")
        settings.write_text(text, "utf-8")
        said = " ".join(company.run(BOOKKEEPER, "erp send demo companies 7401", 1).output.split())
    assert words in said


# ---------------------------------------------------------------- two at once


@pytest.fixture
def waiting(sandbox: Sandbox, url: str) -> Iterator[Gated]:
    """A commitment that waits, on a ledger of each kind; the second approver may accept, too."""
    with behind_the_gate(sandbox, url) as gated:
        gated.codes_synced()
        gated.grant("second", level="standard", approver=True)
        gated.send("commitments", CONTRACT)
        yield gated


def test_two_approvers_at_once(waiting: Gated, sandbox: Sandbox, url: str) -> None:
    from engine.live.gate import Done, Gate

    done: dict[str, Done] = {}
    ready = threading.Barrier(2)

    def decides(who: str, verb: str) -> None:
        own = connection(sandbox, url, customer(approval_home="local"))
        try:
            ready.wait()
            (done[who],) = Gate(own, who).act(verb, "commitments", [str(CONTRACT)], why="not this month")
        finally:
            own.close()

    people = [threading.Thread(target=decides, args=one) for one in ((FIRST, "accept"), ("second", "reject"))]
    for one in people:
        one.start()
    for one in people:
        one.join()
    (won,) = [who for who, one in done.items() if not one.refused]
    (lost,) = [one for one in done.values() if one.refused]
    assert f"by {won}" in lost.reasons[0]
    stands = waiting.stands("commitments", CONTRACT)
    assert (stands.state, stands.who) == ("accepted" if won == FIRST else "rejected", won)
