"""Terms of payment that somebody takes off a contact in Xero: bills are due by what holds now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.people import day
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened
from tests.worlds.subcontract import CONTACT, comes

TERMS = {"Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}}


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db", due_days=5) as made:
        made.sandbox.in_xero("contact", ContactID=CONTACT, PaymentTerms=TERMS)
        made.sync()
        yield made


def due(scene: Scene) -> str:
    comes(scene.sandbox, "INV-501")
    scene.sync()
    return day(scene.books.bill_of(601501)["DueDate"])


def test_a_bill_is_due_by_its_contacts_terms(scene: Scene) -> None:
    assert due(scene) == "2026-04-20"


def test_terms_that_were_taken_off_count_no_more(scene: Scene) -> None:
    scene.sandbox.in_xero("contact", ContactID=CONTACT, PaymentTerms={})
    assert due(scene) == "2026-04-05", "five days after the billing date"


def test_terms_of_a_contact_that_was_merged_away_count_no_more(scene: Scene) -> None:
    other = scene.books.write("Contacts", {"Name": "Ironbark Group"}, "PUT")["ContactID"]
    scene.sandbox.in_xero("merge_contacts", **{"from": CONTACT, "into": other})
    scene.sync()
    assert due(scene) == "2026-04-05"
