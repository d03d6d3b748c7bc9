"""Items that were in Xero before the connection are linked by their code; their names stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, opened, said
from tests.worlds.subcontract import CONTACT, VENDOR

PAINT = '["09-100","S"]'


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        made.another("standard_cost_codes", 3203, 3204, code="09-100", full_code="09-100", name="Paint")
        made.another(
            "cost_codes", 33003, 33004, code="09-100", full_code="09-100", standard_cost_code_id=3204
        )
        made.books.write("Items", {"Code": "09-100.S", "Name": "Painting work"}, "PUT")
        made.sync()
        made.sync()  # what the item lacked is written: its description
        yield made


def item(scene: Scene) -> Record:
    (found,) = [one for one in scene.books.xero("GET", "Items")["Items"] if one["Code"] == "09-100.S"]
    return found  # type: ignore[no-any-return]


def test_an_item_that_was_there_keeps_its_name_and_nobody_is_told_at_every_sync(scene: Scene) -> None:
    report = scene.sync()
    (action,) = of(report, "cost_codes", PAINT)
    assert (action.kind, action.quiet) == ("same", True)
    assert [(c.path, c.there, c.wanted) for c in action.changes] == [("Name", "Painting work", "Paint")]
    assert "before anything was written" in action.reason
    assert item(scene)["Name"] == "Painting work"
    assert scene.quiet()


def test_an_item_whose_name_was_made_equal_follows_its_code_from_then_on(scene: Scene) -> None:
    scene.books.write("Items", {"ItemID": item(scene)["ItemID"], "Code": "09-100.S", "Name": "Paint"})
    scene.sync()
    scene.edits("standard_cost_codes", 3204, name="Paint and paper")
    scene.sync()
    assert item(scene)["Name"] == "Paint and paper"


def test_a_name_that_somebody_changes_on_an_item_of_ours_is_drift(scene: Scene) -> None:
    scene.books.write("Items", {"ItemID": item(scene)["ItemID"], "Code": "09-100.S", "Name": "Paint"})
    scene.sync()
    scene.books.write("Items", {"ItemID": item(scene)["ItemID"], "Code": "09-100.S", "Name": "Lacquer"})
    kind, words = said(scene.sync(), "cost_codes", PAINT)
    assert (kind, "changed there since it was written" in words) == ("drift", True)


def test_what_differed_on_a_contact_when_it_was_linked_is_told_until_it_is_equal(scene: Scene) -> None:
    phones = [{"PhoneType": "FAX", "PhoneNumber": "02 5550 0777"}]
    with scene.connection.ledger.begin() as tx:
        tx.exec_driver_sql("delete from wrote where mapping in ('companies', 'companies<')")
    scene.books.write("Contacts", {"ContactID": CONTACT, "Phones": phones})
    scene.edits("vendors", VENDOR, fax_number="02 5550 0888")
    kind, words = said(scene.sync(), "companies", VENDOR)
    assert (kind, "make both sides equal" in words) == ("drift", True), words
    scene.edits("vendors", VENDOR, fax_number="02 5550 0777")
    assert said(scene.sync(), "companies", VENDOR)[0] == "same"
