"""What a text may hold: characters that no XML can carry hold the record, all else goes out as it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.map.conftest import One, Record, fields


@pytest.mark.parametrize(
    ("line", "given", "at"),
    [
        ("Reference: title", {"title": "Roof\x00"}, "title"),
        ("Memo: title", {"title": "a\ufffe"}, "title"),
        ("Memo: {text: '{{ number }} {{ title }}'}", {"title": "\x08"}, ""),
        ("Labels: tags", {"tags": ["a", "b\x1b"]}, "tags"),
        ("Partner.PartnerID: supplier.id", {"supplier": {"id": "4\x007"}}, "supplier.id"),
    ],
)
def test_a_character_no_xml_can_carry_holds_the_record(one: One, line: str, given: Any, at: str) -> None:
    outcome = one(fields(line), given)
    assert (outcome.status, [(r.code, r.at) for r in outcome.remarks]) == (
        "held",
        [("control-character", at)],
    )
    assert outcome.remarks[0].fix == "take it out in the source"


def test_a_control_character_that_a_link_remembers_holds_it_too(one: One) -> None:
    text = fields("Memo: {link: supplier.id, via: partners, take: Code}")
    links = {"partners": {"47": {"PartnerID": "p-47", "Code": "I\x00B"}}}
    outcome = one(text, {"supplier": {"id": 47}}, links=links)
    assert (outcome.status, [r.code for r in outcome.remarks]) == ("held", ["control-character"])


def test_the_message_of_a_control_character_shows_it_without_sending_it(one: One) -> None:
    text = one(fields("Reference: title"), {"title": "Roof\x00 West"}).remarks[0].text
    assert text == "'Roof\\x00 West' holds the control character U+0000, which Reference cannot hold"


def test_half_a_character_is_bad_as_it_is_in_a_file(one: One) -> None:
    outcome = one(fields("Reference: title"), {"title": "Roof \ud83c"})
    assert (outcome.status, [(r.code, r.at) for r in outcome.remarks]) == (
        "bad",
        [("half-character", "title")],
    )
    assert "U+D83C" in outcome.remarks[0].text


def test_lines_tabs_and_other_tongues_are_no_control_characters(record: Record) -> None:
    text = "Dach\tWest\r\nÜbung – 屋根 🏠\u00a0\u200b"
    assert record(fields("Reference: title"), {"title": text}) == {"Reference": text}


def test_a_control_character_that_a_line_takes_out_is_no_matter(record: Record) -> None:
    assert record(fields("Memo: title"), {"title": "Roof\x0bWest"}) == {"Memo": "Roof West"}
    assert record(fields("Reference: number"), {"title": "Roof\x00"}) == {"Reference": "A-1"}
