"""Wanted, there and written last: what becomes of a field, of a row, of a document that is gone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.plan.policy import KEEP, Rights, decided
from tests.check.conftest import PROJECT
from tests.plan.conftest import ORDER, STORY, World, known

SETTINGS = "mappings/tiny/settings.yaml"
Make = Callable[..., World]
ROWS = {"Lines": {"work:7": "L7", "work:8": "L8"}}
LINED = {
    **ORDER,
    "lines": [{"id": 7, "text": "Steel", "amount": "10.00"}, {"id": 8, "text": "Wood", "amount": "5"}],
}
LINES_THERE: list[dict[str, Any]] = [
    {"LineID": "L7", "Text": "Steel", "Amount": 10},
    {"LineID": "L8", "Text": "Wood", "Amount": Decimal("5.0")},
]


def test_what_is_not_there_is_made(world: Make) -> None:
    action = world().one()
    assert (action.kind, action.body) == ("create", {"Number": "A-1", "Memo": "Roof", "Kind": "BILL"})


def test_equal_values_in_other_forms_are_the_same(world: Make) -> None:
    order = {**ORDER, "total": "1250.5", "ordered_on": "2026-03-01", "title": " Roof  north "}
    there = {
        "D1": {
            "Number": "A-1",
            "Memo": "Roof north",
            "Amount": Decimal("1250.50"),
            "Date": "/Date(1772323200000+0000)/",
        }
    }
    action = world(STORY, order, there=there, links=known(), wrote={"1": {}}).one()
    assert (action.kind, action.changes) == ("same", [])


def test_what_only_we_changed_is_set_and_says_which_line_wants_it(world: Make) -> None:
    there = {"D1": {"DocumentID": "D1", "Number": "A-1", "Memo": "Old", "Status": "DRAFT"}}
    action = world(STORY, there=there, links=known(), wrote={"1": {"Number": "A-1", "Memo": "Old"}}).one()
    assert action.kind == "update"
    assert action.body == {"DocumentID": "D1", "Memo": "Roof", "Status": "DRAFT"}
    (change,) = action.changes
    assert (change.path, change.what, change.wrote, change.there, change.wanted) == (
        "Memo",
        "set",
        "Old",
        "Old",
        "Roof",
    )
    assert (change.line, change.place) == ("orders.Memo", "mappings/tiny/orders.yaml:5")
    assert action.written == {"Number": "A-1", "Memo": "Roof"}


def test_what_only_they_changed_is_drift_and_is_left(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Theirs"}}
    action = world(STORY, there=there, links=known(), wrote={"1": {"Number": "A-1", "Memo": "Roof"}}).one()
    assert (action.kind, action.body, action.changes[0].what) == ("drift", {}, "drift")


def test_what_both_changed_is_a_conflict(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Theirs"}}
    action = world(STORY, there=there, links=known(), wrote={"1": {"Number": "A-1", "Memo": "Old"}}).one()
    assert (action.kind, action.body) == ("conflict", {})
    assert action.written == {}


def test_what_both_changed_alike_is_the_same_and_remembered(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Roof"}}
    action = world(STORY, there=there, links=known(), wrote={"1": {"Number": "A-1", "Memo": "Old"}}).one()
    assert (action.kind, action.written["Memo"]) == ("same", "Roof")


def test_linked_by_hand_nothing_is_overwritten_and_what_is_empty_is_filled(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Theirs", "Amount": None}}
    action = world(STORY, {**ORDER, "total": "7.00"}, there=there, links=known()).one()
    assert action.kind == "update"
    assert action.body == {"DocumentID": "D1", "Amount": Decimal("7.00")}
    assert {c.path: c.what for c in action.changes} == {"Memo": "drift", "Amount": "set"}


def test_the_mapping_says_that_what_they_changed_is_written_over(world: Make) -> None:
    told = (PROJECT / SETTINGS).read_text("utf-8")
    files = {SETTINGS: f"{told}  again: {{type: boolean, default: true, help: Over.}}\n"}
    there = {"D1": {"Number": "A-1", "Memo": "Theirs"}}
    text = "overwrite: again\nfields: {Number: number, Memo: title}\n"
    wrote = {"1": {"Number": "A-1", "Memo": "Roof"}}
    action = world(text, there=there, links=known(), wrote=wrote, files=files).one()
    assert (action.kind, action.body["Memo"]) == ("update", "Roof")
    off = world(text, there=there, links=known(), wrote=wrote, files=files, settings={"again": False}).one()
    assert off.kind == "drift"


def test_a_document_that_is_gone_is_not_made_again(world: Make) -> None:
    for there in ({}, {"D1": {"Number": "A-1", "Status": "GONE"}}):
        action = world(STORY, there=there, links=known(), wrote={"1": {}}).one()
        assert (action.kind, action.code) == ("drift", "gone")
        assert "unlink" in action.fix


def test_a_locked_document_is_held_only_where_something_would_change(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Roof", "Status": "FINAL"}}
    wrote = {"1": {"Number": "A-1", "Memo": "Roof"}}
    assert world(STORY, there=there, links=known(), wrote=wrote).one().kind == "same"
    there["D1"]["Memo"] = wrote["1"]["Memo"] = "Old"
    action = world(STORY, there=there, links=known(), wrote=wrote).one()
    assert (action.kind, action.code) == ("hold", "locked")
    assert "it is final" in action.reason


def test_what_is_under_way_waits(world: Make) -> None:
    action = world(STORY, frozen={"1": "sent 10:02, no answer yet"}).one()
    assert (action.kind, action.code) == ("hold", "under-way")


def test_a_changed_row_sends_the_whole_list_with_ids(world: Make) -> None:
    mine: dict[str, Any] = {"LineID": "L9", "Text": "Typed by hand", "Amount": 1}
    there: dict[str, Any] = {"D1": {"Number": "A-1", "Memo": "Roof"}}
    wrote = {
        "1": {"Lines": [{"Text": "Steel", "Amount": 10, "#key": "work:7"}, {"Text": "Old", "#key": "work:8"}]}
    }
    there["D1"]["Lines"] = [LINES_THERE[0], {**LINES_THERE[1], "Text": "Old"}, mine]
    action = world(STORY, LINED, there=there, links=known(rows=ROWS), wrote=wrote).one()
    assert action.kind == "update"
    assert [row["LineID"] for row in action.body["Lines"]] == ["L7", "L8", "L9"]
    assert [row["Text"] for row in action.body["Lines"]] == ["Steel", "Wood", "Typed by hand"]
    assert [c.path for c in action.changes] == ["Lines[8].Text"]
    assert action.changes[0].line == "orders.Lines.work.Text"


def test_a_new_row_has_no_id_and_one_no_longer_wanted_goes(world: Make) -> None:
    order = {**LINED, "lines": [LINED["lines"][0], {"id": 9, "text": "Glass", "amount": "3"}]}
    there = {"D1": {"Number": "A-1", "Memo": "Roof", "Lines": LINES_THERE}}
    wrote = {
        "1": {
            "Lines": [
                {"Text": "Steel", "Amount": 10, "#key": "work:7"},
                {"Text": "Wood", "Amount": 5, "#key": "work:8"},
            ]
        }
    }
    action = world(STORY, order, there=there, links=known(rows=ROWS), wrote=wrote).one()
    assert [(row.get("LineID"), row["Text"]) for row in action.body["Lines"]] == [
        ("L7", "Steel"),
        (None, "Glass"),
    ]
    assert [(c.path, c.what) for c in action.changes] == [("Lines[L8]", "set"), ("Lines[9]", "set")]


def test_a_row_somebody_changed_does_not_go_silently(world: Make) -> None:
    order = {**LINED, "lines": LINED["lines"][:1]}
    there = {
        "D1": {"Number": "A-1", "Memo": "Roof", "Lines": [LINES_THERE[0], {**LINES_THERE[1], "Text": "Oak"}]}
    }
    wrote = {
        "1": {
            "Lines": [
                {"Text": "Steel", "Amount": 10, "#key": "work:7"},
                {"Text": "Wood", "Amount": 5, "#key": "work:8"},
            ]
        }
    }
    action = world(STORY, order, there=there, links=known(rows=ROWS), wrote=wrote).one()
    assert (action.kind, action.body) == ("conflict", {})


def test_a_row_that_was_taken_away_there_is_drift(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Roof", "Lines": LINES_THERE[:1]}}
    wrote = {
        "1": {
            "Lines": [
                {"Text": "Steel", "Amount": 10, "#key": "work:7"},
                {"Text": "Wood", "Amount": 5, "#key": "work:8"},
            ]
        }
    }
    action = world(STORY, LINED, there=there, links=known(rows=ROWS), wrote=wrote).one()
    assert (action.kind, [c.path for c in action.changes]) == ("drift", ["Lines[8]"])


def test_rows_whose_ids_were_lost_are_found_by_what_they_say(world: Make) -> None:
    there = {"D1": {"Number": "A-1", "Memo": "Roof", "Lines": LINES_THERE}}
    action = world(
        STORY, LINED, there=there, links=known(), wrote={"1": {"Number": "A-1", "Memo": "Roof"}}
    ).one()
    assert action.kind == "same"
    assert action.rows == {"Lines": {"work:7": "L7", "work:8": "L8"}}


def test_what_nobody_can_read_is_compared_with_what_was_written(world: Make) -> None:
    made = world(STORY)
    made.ground.there = None
    assert made.one().kind == "create"
    assert made.one(wrote={"1": {"Number": "A-1", "Memo": "Roof", "Kind": "BILL"}}).kind == "same"
    moved = made.one(wrote={"1": {"Number": "A-1", "Memo": "Old", "Kind": "BILL"}})
    assert (moved.kind, moved.body["Memo"], moved.body["Number"]) == ("update", "Roof", "A-1")


# (wanted, there, base, has base) and what becomes of it: one way, two ways, mine wins, theirs wins
TABLE: list[tuple[tuple[Any, Any, Any, bool], tuple[str, str, str, str]]] = [
    (("n", "o", "o", True), ("set", "set", "set", KEEP)),  # only we changed
    (("o", "n", "o", True), ("drift", KEEP, "set", KEEP)),  # only they changed
    (("n", "m", "o", True), ("conflict", "conflict", "set", KEEP)),  # both
    (("n", "m", None, False), ("drift", "drift", "set", KEEP)),  # nobody wrote
    (("n", None, None, False), ("set", "set", "set", "set")),  # empty there
    (("n", None, "n", True), ("drift", KEEP, "set", KEEP)),  # emptied there
]
RIGHTS = (
    Rights(),
    Rights(two_way=True),
    Rights(two_way=True, mine=True),
    Rights(two_way=True, theirs=True),
)


@pytest.mark.parametrize(("values", "verdicts"), TABLE)
def test_the_truth_table(values: tuple[Any, Any, Any, bool], verdicts: tuple[str, ...]) -> None:
    assert tuple(decided(*values, rights) for rights in RIGHTS) == verdicts
    assert decided(*values, Rights(overwrite=True)) == "set"


@pytest.mark.parametrize(("values", "verdicts"), TABLE)
def test_the_two_ways_never_swap_a_value(
    values: tuple[Any, Any, Any, bool], verdicts: tuple[str, ...]
) -> None:
    wanted, there, base, has_base = values
    for mine, theirs in ((False, False), (True, False), (False, True)):
        forth = decided(wanted, there, base, has_base, Rights(True, mine, theirs))
        back = decided(there, wanted, base, has_base, Rights(True, theirs, mine, asks_here=False))
        assert not (forth == "set" and back == "set")
