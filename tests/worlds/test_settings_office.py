"""Settings of the office: where it is, its category in Xero, its names of states and countries, its keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from engine.live.learnt import learnt
from tests.worlds import subcontract
from tests.worlds.people import Record, day
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened
from tests.worlds.subcontract import CATEGORY, PROJECT, VENDOR, comes

ABROAD = {"state_code": "WA", "country_code": "NZ", "city": "Perth"}


def contact(scene: Scene, name: str) -> Record:
    (found,) = [each for each in scene.books.all("Contacts") if each["Name"] == name]
    return found


def post(record: Record) -> tuple[str, str]:
    """Region and country of a contact's billing address."""
    (found,) = [each for each in record["Addresses"] if each["AddressType"] == "POBOX"]
    return found["Region"], found["Country"]


def test_states_and_countries_have_the_names_of_the_office(sandbox: Sandbox, tmp_path: Path) -> None:
    """Both ways: what Xero spells out is a code in Procore."""
    names: dict[str, Any] = {"state_names": {"WA": "Western Australia"}, "country_names": {"NZ": "Aotearoa"}}
    with opened(sandbox, tmp_path / "ledger.db", address_after_link="follow", **names) as scene:
        scene.another("vendors", VENDOR, 4702, name="Karri Joinery", **ABROAD)
        scene.another("vendors", VENDOR, 4703, name="Jarrah Joinery", state_code="NT", country_code="FJ")
        scene.sync()
        assert post(contact(scene, "Karri Joinery")) == ("Western Australia", "Aotearoa")
        assert post(contact(scene, "Jarrah Joinery")) == ("NT", "FJ"), "what is not named stays as it is"
        assert scene.quiet()
        own = contact(scene, "Jarrah Joinery")
        moved = {
            "AddressType": "POBOX",
            "Region": "Western Australia",
            "Country": "Aotearoa",
            "City": "Perth",
        }
        scene.books.write("Contacts", {"ContactID": own["ContactID"], "Addresses": [moved]})
        scene.sync()
        vendor = scene.stored("vendors", 4703)
        assert (vendor["state_code"], vendor["country_code"], vendor["city"]) == ("WA", "NZ", "Perth")
        assert scene.quiet()


def test_countries_are_spelt_out_by_default(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db") as scene:
        assert "AU" in scene.connection.settings()["country_names"]
        scene.another("vendors", VENDOR, 4702, name="Karri Joinery", **ABROAD)
        scene.sync()
        assert post(contact(scene, "Karri Joinery")) == ("WA", "New Zealand")


def test_the_day_of_an_order_is_the_offices(sandbox: Sandbox, tmp_path: Path) -> None:
    """SC-1001 was made at 14:05 UTC on 1 March: 2 March in Sydney (other stories), 1 March in Boise."""
    with opened(sandbox, tmp_path / "ledger.db", timezone="America/Boise") as scene:
        (order,) = scene.books.all("PurchaseOrders")
        assert day(order["Date"]) == "2026-03-01"
        assert scene.quiet()


def test_projects_are_options_of_the_category_that_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    """An option of another category makes no project; a new project's option is in the category."""
    with opened(sandbox, tmp_path / "ledger.db", tracking_category=CATEGORY) as scene:
        made = scene.books.xero("PUT", "TrackingCategories", {"Name": "Region"})["TrackingCategories"][0]
        path = f"TrackingCategories/{made['TrackingCategoryID']}/Options"
        scene.books.xero("PUT", path, {"Name": "North"})
        scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
        report = scene.sync()
        assert "other-category" in {one.code for one in of(report, "projects", back=True)}
        found = {
            one["Name"]: [o["Name"] for o in one["Options"]] for one in scene.books.all("TrackingCategories")
        }
        assert found == {"Job": ["Harbour St", "Ferry Road"], "Region": ["North"]}
        assert scene.quiet()


def test_the_key_of_a_contact_has_the_company_in_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """procore_company; two companies of Procore may share one Xero organisation."""
    with opened(sandbox, tmp_path / "ledger.db", procore_company=str(subcontract.COMPANY)) as scene:
        scene.another("vendors", VENDOR, 4702, name="Karri Joinery")
        scene.sync()
        assert contact(scene, "Karri Joinery")["ContactNumber"] == "procore:5501:4702"


def test_both_lock_dates_are_the_organisations(sandbox: Sandbox, tmp_path: Path) -> None:
    """The later one counts for bills, whichever it is; `end_of_year_lock_date` of the file is passed over."""
    more: dict[str, Any] = {"lock_dates": "redate", "end_of_year_lock_date": date(2020, 6, 30)}
    with opened(sandbox, tmp_path / "ledger.db", **more) as scene:
        sandbox.in_xero("organisation", PeriodLockDate="2026-01-31", EndOfYearLockDate="2026-06-30")
        comes(sandbox, "INV-501")
        scene.sync()
        assert learnt(scene.connection)["end_of_year_lock_date"] == date(2026, 6, 30)
        bill = scene.books.bill_of(601501)
        assert day(bill["Date"]) == "2026-07-01"
        assert "billing date 2026-03-31" in bill["LineItems"][0]["Description"]
        assert scene.quiet()
