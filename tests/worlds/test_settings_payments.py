"""Settings of payments that come back: from which day, before tax or as paid, and in which country."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import CONTRACT, PROJECT, comes

HALF, WHOLE = "16011.11", "32022.21"


def issued(scene: Scene) -> list[str]:
    """Amounts of the payments Procore shows, in the order of their dates."""
    return [f"{Decimal(each['amount']):.2f}" for each in scene.office.payments(PROJECT, CONTRACT)]


def approved(scene: Scene) -> Record:
    """INV-501 as an approved bill: 29,111.10 and 2,911.11 of tax."""
    comes(scene.sandbox, "INV-501")
    scene.sync()
    return scene.books.bill_of(601501)


@pytest.mark.parametrize(
    ("how", "shown"), [("net", ["14555.55", "14555.55"]), ("gross", ["16011.11", "16011.10"])]
)
def test_a_payment_before_tax_or_as_it_was_paid(
    sandbox: Sandbox, tmp_path: Path, how: str, shown: list[str]
) -> None:
    with opened(sandbox, tmp_path / "ledger.db", payments_tax=how, bill_status="AUTHORISED") as scene:
        bill = approved(scene)
        scene.books.pay(bill, HALF, "2026-04-15")
        scene.sync()
        scene.books.pay(bill, "16011.10", "2026-04-30")
        scene.sync()
        assert issued(scene) == shown
        assert scene.quiet()


def test_payments_before_the_start_count_and_do_not_show(sandbox: Sandbox, tmp_path: Path) -> None:
    """The later one gets the rest of the bill to the cent."""
    more: dict[str, Any] = {"payments_from": date(2026, 4, 20), "bill_status": "AUTHORISED"}
    with opened(sandbox, tmp_path / "ledger.db", **more) as scene:
        bill = approved(scene)
        early = scene.books.pay(bill, HALF, "2026-04-15")
        scene.books.pay(bill, "16011.10", "2026-04-20")
        kind, words = said(scene.sync(), "payments", early)
        assert (kind, "payments_from" in words) == ("skip", True)
        assert issued(scene) == ["14555.55"]
        assert scene.quiet()


def test_payments_of_another_country_stay_away_under_the_older_rule(sandbox: Sandbox, tmp_path: Path) -> None:
    more: dict[str, Any] = {"payments_region": "us_only", "bill_status": "AUTHORISED"}
    with opened(sandbox, tmp_path / "ledger.db", **more) as scene:
        payment = scene.books.pay(approved(scene), WHOLE, "2026-04-15")
        kind, words = said(scene.sync(), "payments", payment)
        assert (kind, "payments_region" in words) == ("skip", True)
        assert not issued(scene)
        sandbox.in_xero("organisation", CountryCode="US")
        scene.sync()
        assert issued(scene) == ["29111.10"]
        assert scene.quiet()
