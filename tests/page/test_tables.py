"""The generated page is the vendor's: every row of every table, its arrow, its marks, its footnotes."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.report import page_model as p
from engine.report.page import build_page
from engine.report.page_html import to_html
from engine.report.page_markdown import to_markdown
from engine.workspace import Workspace
from tests.page.test_connector_page import expresses, vendors, words

ROOT = Path(__file__).parents[2]
TABLES = (
    "cost_codes",
    "projects",
    "companies",
    "commitments",
    "change_orders",
    "job_costs",
    "job_cost_transactions",
    "invoices",
    "payments",
)


@cache
def page(customer: str = "", root: Path = ROOT) -> p.Page:
    desk = Workspace(root).customer(customer)
    return build_page(desk.book, desk.flows, customer)


def table(name: str) -> p.Table:
    return next(each for each in page().tables if each.name == name)


def ours(found: p.Table) -> list[Any]:
    return [
        (words(r.left, r.left_detail), r.arrow, words(r.right, r.right_detail), list(r.marks))
        for r in found.rows
    ]


def theirs(found: dict[str, Any]) -> list[Any]:
    return [(words(r["left"]), r["arrow"], words(r["right"]), r.get("marks", [])) for r in found["rows"]]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_the_vendors_labels_arrow_and_marks(name: str) -> None:
    assert ours(table(name)) == theirs(vendors(name))


@pytest.mark.parametrize("name", TABLES)
def test_heading_and_whether_it_is_optional(name: str) -> None:
    vendor = vendors(name)
    assert words(table(name).heading) == words(vendor["heading"])
    assert table(name).optional == vendor.get("optional", False)


@pytest.mark.parametrize("name", TABLES)
def test_footnotes_have_the_vendors_numbers_and_tell_its_facts(name: str) -> None:
    notes = {note.number: note for note in table(name).footnotes}
    assert list(notes) == [note["number"] for note in vendors(name)["footnotes"]]
    for note in vendors(name)["footnotes"]:
        assert [fact for fact in note["says"] if not expresses(notes[note["number"]].text, fact)] == []
        assert notes[note["number"]].places, "a footnote must run"
        marked = [table(name).rows[i].left for i in table(name).rows_with(note["number"])]
        assert list(map(words, marked)) == list(map(words, note["rows"]))


@pytest.mark.parametrize("name", TABLES)
def test_the_text_around_the_table_tells_what_the_vendor_tells(name: str) -> None:
    said = " ".join(
        [
            table(name).heading,
            table(name).intro,
            *(limit.says + " " + limit.by for limit in table(name).limits),
        ]
    )
    missing = [
        fact
        for about in vendors(name).get("about", ())
        for fact in about["says"]
        if not expresses(said, fact)
    ]
    assert missing == []


def test_the_overview_is_the_vendors_and_its_footnotes_run() -> None:
    overview, vendor = page().overview, vendors("overview")
    assert ours(overview) == theirs(vendor)
    texts = {note.number: note for note in overview.footnotes}
    assert list(texts) == [note["number"] for note in vendor["footnotes"]]
    for note in vendor["footnotes"]:
        assert [fact for fact in note["says"] if not expresses(texts[note["number"]].text, fact)] == []
        assert texts[note["number"]].places


def test_tables_stand_in_the_order_of_the_overview() -> None:
    linked = [name for row in page().overview.rows for name in row.links]
    assert [each.name for each in page().tables] == linked
    assert set(linked) == set(TABLES)


def test_every_row_says_what_writes_it_or_why_nothing_does() -> None:
    silent = [(t.name, r.left) for t in page().tables for r in t.rows if not r.places and not r.because]
    assert silent == []


def test_every_place_names_a_line_of_a_file_that_is_there() -> None:
    for each in page().tables:
        for row in each.rows:
            for place in row.places:
                file, _, line = place.at.rpartition(":")
                text = (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1]
                name = place.address.rsplit(".", 1)[-1]
                assert name in text or text.strip() == place.says, place


def test_every_limit_names_what_keeps_it() -> None:
    silent = [(t.name, limit.says) for t in page().tables for limit in t.limits if not limit.by]
    unplaced = [
        (t.name, limit.by)
        for t in page().tables
        for limit in t.limits
        if limit.kept in ("rule", "line") and not limit.at
    ]
    assert (silent, unplaced) == ([], [])


def test_editions_and_permissions_are_there() -> None:
    assert page().editions is not None
    assert [r.action for r in (page().permissions or p.Permissions("", ())).rows] == [
        row["action"] for row in vendors("permissions")["rows"]
    ]


def test_a_customers_page_tells_its_settings_and_what_it_changed() -> None:
    mine = page("demo")
    item = next(s for s in mine.settings if s.name == "retainage_item")
    assert (item.value, item.set_by.partition(":")[0]) == (
        "RETENTION",
        "mappings/customers/demo/settings.yaml",
    )
    changed = {found.place.address: found for found in p.differences(mine)}
    assert changed["commitments.Reference"].place.how == "replaced"
    assert changed["commitments.DeliveryDate"].place.how == "added"
    assert changed["companies.Phones.FAX.Number"].place.how == "dropped"
    fax = changed["companies.Phones.FAX.Number"].row
    assert fax.arrow == "both"  # as it stands in the base: what is gone went both ways
    assert all(found.place.why for found in changed.values())
    assert not p.differences(page())


def test_a_label_changed_in_a_shape_is_on_the_page(tmp_path: Path) -> None:
    for folder in ("schemas", "mappings"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shape, own = (
        tmp_path / "schemas/xero/purchase_order.yaml",
        tmp_path / "mappings/procore_xero/commitments.yaml",
    )
    shape.write_text(
        shape.read_text("utf-8").replace("title: Delivery Instructions", "title: Words for the Driver"),
        "utf-8",
    )
    told = own.read_text("utf-8")
    assert "{label: Ship Via, other: Delivery Instructions, lines: [DeliveryInstructions]}" in told
    own.write_text(
        told.replace("{label: Ship Via, other: Delivery Instructions, lines:", "{label: Ship Via, lines:"),
        "utf-8",
    )
    found = page("", tmp_path)
    assert "Words for the Driver" in to_markdown(found)
    assert "Words for the Driver" in to_html(found)
