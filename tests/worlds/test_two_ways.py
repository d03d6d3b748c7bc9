"""Names and numbers that both departments keep: what one of them changes arrives at the other, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened, said
from tests.worlds.subcontract import CATEGORY, CONTACT, OPTION, PROJECT, VENDOR


@pytest.fixture
def scene(sandbox: Sandbox, url: str) -> Iterator[Scene]:
    with opened(sandbox, url) as made:
        yield made


def phone(scene: Scene) -> str:
    found = scene.books.read("Contacts", CONTACT)["Phones"]
    return str(next(each["PhoneNumber"] for each in found if each["PhoneType"] == "DEFAULT"))


def option(scene: Scene) -> str:
    (category,) = scene.books.all("TrackingCategories")
    return str(next(o["Name"] for o in category["Options"] if o["TrackingOptionID"] == OPTION))


def test_everything_new_is_made_in_xero_and_marked_in_procore(scene: Scene) -> None:
    scene.another("vendors", VENDOR, 4702, name="Spotted Gum Joinery", business_phone="02 5550 0199")
    scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
    scene.another("standard_cost_codes", 3203, 3204, code="400", full_code="03-400", name="Finishing")
    scene.another("cost_codes", 33003, 33004, code="400", full_code="03-400", standard_cost_code_id=3204)
    scene.sync()
    (contact,) = [c for c in scene.books.all("Contacts") if c["Name"] == "Spotted Gum Joinery"]
    assert contact["ContactNumber"] == "procore:5501:4702"
    assert scene.office.mark_of("vendors", 4702) == contact["ContactID"]
    (category,) = scene.books.all("TrackingCategories")
    (made,) = [o for o in category["Options"] if o["Name"] == "Ferry Road"]
    assert scene.office.mark_of("projects", 41002) == made["TrackingOptionID"]
    (item,) = [i for i in scene.books.xero("GET", "Items")["Items"] if i["Code"] == "03-400.S"]
    assert (item["Name"], item["IsPurchased"]) == ("Finishing", True)
    assert scene.office.mark_of("standard_cost_codes", 3204) == "03-400"
    assert scene.quiet()


def test_a_phone_number_changed_in_xero_arrives_in_procore(scene: Scene) -> None:
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "02 5550 0777"}]
    scene.books.write("Contacts", {"ContactID": CONTACT, "Phones": phones})
    scene.sync()
    assert scene.stored("vendors", VENDOR)["business_phone"] == "02 5550 0777"
    assert scene.quiet()


def test_a_company_renamed_in_procore_is_renamed_in_xero(scene: Scene) -> None:
    scene.edits("vendors", VENDOR, name="Ironbark Concrete Pty Ltd")
    scene.sync()
    assert scene.books.read("Contacts", CONTACT)["Name"] == "Ironbark Concrete Pty Ltd"
    assert len(scene.books.all("Contacts")) == 1
    assert scene.quiet()


def test_a_number_changed_on_both_sides_is_a_persons_decision(scene: Scene) -> None:
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "02 5550 0777"}]
    scene.books.write("Contacts", {"ContactID": CONTACT, "Phones": phones})
    scene.edits("vendors", VENDOR, business_phone="02 5550 0888")
    report = scene.sync()
    kind, words = said(report, "companies", VENDOR)
    assert (kind, "changed on both sides" in words) == ("conflict", True)
    (change,) = [c for c in of(report, "companies", VENDOR)[0].changes if c.what == "conflict"]
    assert (change.there, change.wanted) == ("02 5550 0777", "02 5550 0888")
    assert (phone(scene), scene.stored("vendors", VENDOR)["business_phone"]) == (
        "02 5550 0777",
        "02 5550 0888",
    )
    assert scene.quiet()
    scene.edits("vendors", VENDOR, business_phone="02 5550 0777")
    assert said(scene.sync(), "companies", VENDOR)[0] == "same"
    scene.edits("vendors", VENDOR, business_phone="02 5550 0999")
    scene.sync()
    assert phone(scene) == "02 5550 0999"
    assert scene.quiet()


def test_another_field_goes_on_while_one_is_disputed(scene: Scene) -> None:
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "02 5550 0777"}]
    scene.books.write("Contacts", {"ContactID": CONTACT, "Phones": phones})
    scene.edits("vendors", VENDOR, business_phone="02 5550 0888", name="Ironbark Concrete Pty Ltd")
    scene.sync()
    assert scene.books.read("Contacts", CONTACT)["Name"] == "Ironbark Concrete Pty Ltd"
    assert phone(scene) == "02 5550 0777"
    assert scene.quiet()


def test_an_option_renamed_in_xero_renames_the_project(scene: Scene) -> None:
    scene.books.xero(
        "POST",
        f"TrackingCategories/{CATEGORY}/Options/{OPTION}",
        {"Name": "Harbour Street", "Status": "ACTIVE"},
    )
    scene.sync()
    assert scene.stored("projects", PROJECT)["name"] == "Harbour Street"
    assert scene.quiet()


def test_a_project_renamed_in_procore_renames_the_option(scene: Scene) -> None:
    scene.edits("projects", PROJECT, name="Harbour St - Stage 2")
    scene.sync()
    assert option(scene) == "Harbour St - Stage 2"
    (category,) = scene.books.all("TrackingCategories")
    assert len(category["Options"]) == 1, "a rename, never a second option"
    assert scene.quiet()


def test_an_address_stays_put_once_linked(scene: Scene) -> None:
    scene.edits("vendors", VENDOR, city="Newcastle")
    scene.sync()
    cities = {a["AddressType"]: a.get("City") for a in scene.books.read("Contacts", CONTACT)["Addresses"]}
    assert cities["POBOX"] == "Sydney"
    assert scene.quiet()


def test_a_cost_code_renamed_is_renamed_on_its_item(scene: Scene) -> None:
    scene.edits("standard_cost_codes", 3201, name="Formwork and falsework")
    scene.sync()
    (item,) = [i for i in scene.books.xero("GET", "Items")["Items"] if i["Code"] == "03-100.S"]
    assert item["Name"] == "Formwork and falsework"
    assert scene.quiet()
