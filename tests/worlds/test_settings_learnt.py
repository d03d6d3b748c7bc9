"""Settings that the living systems know better: what they say goes before the customer's file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine.live.learnt import learnt
from tests.worlds.sandboxed import Sandbox
from tests.worlds.settled import settled


def test_the_organisation_goes_before_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, base_currency="NZD", period_lock_date=date(2020, 1, 1)) as it:
        before = learnt(it.connection)
        assert (before["base_currency"], before["period_lock_date"]) == ("NZD", date(2020, 1, 1))
        sandbox.in_xero("organisation", PeriodLockDate="2026-02-28")
        it.sync()
        told = learnt(it.connection)
    assert (told["base_currency"], told["region"]) == ("AUD", "AU")
    assert told["period_lock_date"] == date(2026, 2, 28)


def test_payments_come_from_the_day_of_the_first_run(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, payments_from=None) as it:
        today = sandbox.clock.now().date()
        it.sync()
        sandbox.clock.move(40 * 86400)
        it.sync()
        made = learnt(it.connection)["payments_from"]
        assert abs((made - today).days) <= 1  # the office is in Sydney
        it.sets(payments_from=date(2026, 3, 1))
        assert learnt(it.connection)["payments_from"] == date(2026, 3, 1)


def test_the_region_is_the_organisations_country(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, region="AU") as it:
        for country in ("US", "CA", "NZ"):
            sandbox.in_xero("organisation", CountryCode=country)
            it.sync()
            assert learnt(it.connection)["region"] == country
