"""Every key of a line that says where a value comes from, and every step behind it (language, section 3).

Links are in `test_links`, what a text may hold in `test_characters`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest

from tests.map.conftest import One, Record, fields

# ---------------------------------------------------------------- where a value comes from


@pytest.mark.parametrize(
    ("line", "given", "wanted"),
    [
        ("Memo: title", {}, {"Memo": "Roof"}),
        ("Memo: {from: title}", {}, {"Memo": "Roof"}),
        ("Memo: supplier.name", {"supplier": {"name": "Ironbark"}}, {"Memo": "Ironbark"}),
        ("Partner.PartnerID: supplier.id", {"supplier": {"id": 47}}, {"Partner": {"PartnerID": "47"}}),
        ("Memo: {const: always}", {}, {"Memo": "always"}),
        ("Amount: 12.5", {}, {"Amount": Decimal("12.5")}),
        ("Amount: 12", {}, {"Amount": Decimal(12)}),
        ("Urgent: true", {}, {"Urgent": True}),
        ("Date: {const: '2026-03-31'}", {}, {"Date": date(2026, 3, 31)}),
        ("Reference: {setting: prefix}", {}, {"Reference": "D-"}),
        ("Pieces: settings.days", {}, {"Pieces": 30}),
        ("Rate: settings.limit", {}, {"Rate": Decimal("100.50")}),
        ("Memo: {text: '{{ number }}: {{ title }}'}", {}, {"Memo": "A-1: Roof"}),
        ("Memo: {text: '{{ total }} {{ urgent }}'}", {"total": "5.00"}, {"Memo": "5"}),
        ("Memo: {text: '{{ title | upper }}'}", {}, {"Memo": "ROOF"}),
        ("Memo: {text: '{% if urgent %}now{% endif %}'}", {"urgent": True}, {"Memo": "now"}),
        ("Memo: phones.site.number", {"phones": [{"kind": "site", "number": "5"}]}, {"Memo": "5"}),
        ("Labels: tags", {"tags": ["a", "b"]}, {"Labels": ["a", "b"]}),
        ("Memo: 'tags[0]'", {"tags": ["a", "b"]}, {"Memo": "a"}),
        ("Memo: 'tags[5]'", {"tags": ["a", "b"]}, {}),
        (
            "Memo: \"lines[?kind == 'work'].text | [0]\"",
            {"lines": [{"kind": "work", "text": "x"}]},
            {"Memo": "x"},
        ),
        ("Memo: 'not_null(title, number)'", {"title": None}, {"Memo": "A-1"}),
        ("Memo: \"join('/', tags)\"", {"tags": ["a", "b"]}, {"Memo": "a/b"}),
        ("Pieces: length(lines)", {"lines": [{}, {}]}, {"Pieces": 2}),
        ("Amount: 'max(total, `3`)'", {"total": "2.50"}, {"Amount": Decimal(3)}),
        (
            "Amount: 'sum(lines[*].amount)'",
            {"lines": [{"amount": "1.10"}, {"amount": "2.20"}]},
            {"Amount": Decimal("3.30")},
        ),
        ("Amount: sum(fees)", {"fees": ["1.10", "2.20"]}, {"Amount": Decimal("3.30")}),
        ("Memo: {when: urgent, from: title}", {"urgent": False}, {}),
        ("Memo: {when: urgent, from: title}", {"urgent": True}, {"Memo": "Roof"}),
        ("Date: {from: ordered_on, when: \"ordered_on > '2026-01-01'\"}", {"ordered_on": "2025-12-31"}, {}),
        ('Memo: {from: title, when: "total != `0`"}', {"total": "0.00"}, {}),
        ("Memo: {from: title, when: total == `null`}", {}, {"Memo": "Roof"}),
    ],
)
def test_where_a_value_comes_from(record: Record, line: str, given: Any, wanted: Any) -> None:
    assert record(fields(line), given) == wanted


def test_a_choice_takes_the_first_that_holds(record: Record) -> None:
    line = fields("Memo: {pick: [{when: urgent, from: title}, {when: 'total == `0`', const: free}, number]}")
    assert record(line, {"urgent": True, "total": "1"}) == {"Memo": "Roof"}
    assert record(line, {"total": "0"}) == {"Memo": "free"}
    assert record(line) == {"Memo": "A-1"}
    assert record(line, {"urgent": True, "title": None, "total": "0"}) == {}  # it held, and is missing


def test_today_is_a_fact(record: Record, one: One) -> None:
    assert record(fields("Date: today()"), today=date(2026, 3, 31)) == {"Date": date(2026, 3, 31)}
    outcome = one(fields("Date: today()"))
    assert (outcome.status, outcome.remarks[0].code) == ("held", "today-missing")


def test_a_setting_that_is_not_set_holds_and_names_it(one: One) -> None:
    outcome = one(fields("Memo: {setting: account}"))
    assert (outcome.status, outcome.remarks[0].code) == ("held", "setting-missing")
    assert "account" in outcome.remarks[0].text
    assert one(fields("Memo: {setting: account}"), settings={"account": "310"}).record == {"Memo": "310"}


GROWING = {
    "replacements": ("{{ title" + " | replace('o', 'oooooooooo')" * 12 + " }}", "100,000 characters"),
    "a text that doubles": (
        "{% set x = title %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
        "100,000 characters",
    ),
    "an addition that doubles": (
        "{% set x = title %}" + "{% set x = x + x %}" * 60 + "{{ x }}",
        "100,000 characters",
    ),
    "a block that doubles": (
        "{% set x %}{{ title }}{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 60 + "{{ x }}",
        "100,000 characters",
    ),
    "a join": ("{{ title" + " | join(title)" * 20 + " }}", "100,000 characters"),
    "loops in loops": (
        "".join(f"{{% for {n} in title %}}" for n in "abcdefgh") + "{% endfor %}" * 8,
        "10,000 times",
    ),
    "much work for nothing": (
        "{% for a in title %}{% for b in title %}"
        "{% set x = (title | replace('o', title)) | upper | lower | title %}{% endfor %}{% endfor %}",
        "1,000,000 characters on its way",
    ),
}


@pytest.mark.parametrize(("text", "said"), GROWING.values(), ids=GROWING)
def test_a_template_that_grows_without_end_holds_the_record(one: One, text: str, said: str) -> None:
    began = monotonic()
    outcome = one(fields(f'Memo: {{text: "{text}"}}'), {"title": "Roof of the house " * 4})
    assert monotonic() - began < 5
    assert (outcome.status, [r.code for r in outcome.remarks]) == ("held", ["cannot-compute"])
    assert outcome.remarks[0].text.startswith("this text cannot be written: ")
    assert said in outcome.remarks[0].text


def test_a_template_within_its_bounds_is_written(record: Record) -> None:
    text = "{% for c in title if c != 'o' %}{{ c ~ '.' }}{% endfor %} {{ [number, title] | join('-') }}"
    assert record(fields(f'Memo: {{text: "{text}"}}')) == {"Memo": "R.f. A-1-Roof"}


# ---------------------------------------------------------------- steps, in their order


@pytest.mark.parametrize(
    ("line", "given", "wanted"),
    [
        (
            "Status: {from: status, values: {open: DRAFT, approved: FINAL, closed: FINAL}}",
            {"status": "closed"},
            {"Status": "FINAL"},
        ),
        ("Memo: {from: title, values: settings.states}", {"title": "NN"}, {"Memo": "North"}),
        ("Memo: {from: title, values: settings.states, else: keep}", {}, {"Memo": "Roof"}),
        ("Memo: {from: title, values: settings.states, else: omit}", {}, {}),
        (
            "Memo: {from: title, values: settings.states, else: omit, default: {const: none}}",
            {},
            {"Memo": "none"},
        ),
        ("Memo: {from: title, as: [trim, upper]}", {"title": " roof "}, {"Memo": "ROOF"}),
        ("Memo: {from: title, as: {prefix: settings.prefix}}", {}, {"Memo": "D-Roof"}),
        ("Memo: {from: title, values: settings.states, as: upper}", {"title": "NN"}, {"Memo": "NORTH"}),
        ("Memo: {from: title, as: not_empty, default: number}", {"title": " "}, {"Memo": "A-1"}),
        ("Memo: {from: title, default: number}", {"title": None}, {"Memo": "A-1"}),
        ("Amount: {from: total, default: 5}", {"total": "0.00"}, {"Amount": Decimal("0.00")}),
        ("Amount: {from: rate, scale: 2}", {"rate": "0.0050"}, {"Amount": Decimal("0.01")}),
        (
            "Amount: {from: rate, scale: {digits: 1, rounding: half_up}}",
            {"rate": "-0.25"},
            {"Amount": Decimal("-0.3")},
        ),
        ("Amount: {from: pieces, scale: 2}", {"pieces": 3}, {"Amount": Decimal("3.00")}),
        (
            "Date: {from: created_at, as: {date: {tz: {const: Australia/Sydney}}}}",
            {"created_at": "2026-03-31T20:00:00Z"},
            {"Date": date(2026, 4, 1)},
        ),
        ("Reference: {from: title, too_long: truncate}", {"title": "x" * 40}, {"Reference": "x" * 30}),
        ("Amount: {default: 0, from: title, as: decimal}", {"title": "1.50"}, {"Amount": Decimal("1.50")}),
        ("Memo: title", {"title": "  a   b "}, {"Memo": "a b"}),
    ],
)
def test_steps(record: Record, line: str, given: Any, wanted: Any) -> None:
    assert record(fields(line), given) == wanted


@pytest.mark.parametrize(
    ("line", "given", "code", "at"),
    [
        ("Memo: {from: title, values: settings.states}", {}, "no-code", "title"),
        ("Reference: title", {"title": "x" * 31}, "too-long", "title"),
        ("Number: {text: '{{ title }}{{ title }}{{ title }}'}", {}, "too-long", ""),
        ("Amount: rate", {"rate": "0.005"}, "too-precise", "rate"),
        ("Code: title", {"title": "a-1"}, "wrong-form", "title"),
        ("Code: title", {"title": "A"}, "too-short", "title"),
        ("Status: title", {}, "not-one-of", "title"),
        ("Amount: total", {"total": "12345678901234.00"}, "too-large", "total"),
        ("Amount: {from: title, as: decimal}", {}, "cannot-compute", "title"),
        (
            "Date: {from: created_at, as: {date: {tz: settings.timezone}}}",
            {"created_at": "2026-03-31T20:00:00Z"},
            "cannot-compute",
            "created_at",
        ),
        ("Memo: {from: title, missing: error}", {"title": None}, "missing", "title"),
        ("Amount: 'sum(lines[*].amount)'", {"lines": [{"amount": "1"}, {}]}, "missing", "lines[1].amount"),
    ],
)
def test_what_does_not_fit_holds_the_record(one: One, line: str, given: Any, code: str, at: str) -> None:
    outcome = one(fields(line), given)
    assert (outcome.status, [(r.code, r.at) for r in outcome.remarks]) == ("held", [(code, at)])
    assert outcome.record is None
    assert outcome.remarks[0].line.startswith("orders.")


@pytest.mark.parametrize(
    ("line", "given", "at"),
    [
        ("Amount: total", {"total": "lots"}, "total"),
        ("Amount: total", {"total": "NaN"}, "total"),
        ("Amount: total", {"total": 0.1}, "total"),
        ("Amount: total", {"total": {}}, "total"),
        ("Date: ordered_on", {"ordered_on": "31/03/2026"}, "ordered_on"),
        ("Memo: title", {"title": 5}, "title"),
        ("Memo: supplier.name", {"supplier": "Ironbark"}, "supplier"),
        ("Memo: supplier.name", {"supplier": {"name": 5}}, "supplier.name"),
        ("Pieces: length(lines)", {"lines": {}}, "lines"),
        ("Amount: 'sum(lines[*].amount)'", {"lines": [{"amount": "1"}, {"amount": "x"}]}, "lines[1].amount"),
        ("Labels: tags", {"tags": ["a", 5]}, "tags[1]"),
        ("Amount: sum(fees)", {"fees": ["1", "x"]}, "fees[1]"),
    ],
)
def test_what_is_not_what_its_shape_says_is_bad(one: One, line: str, given: Any, at: str) -> None:
    outcome = one(fields(line), given)
    assert (outcome.status, [r.at for r in outcome.remarks]) == ("bad", [at])


def test_what_no_line_reads_is_not_looked_at(record: Record) -> None:
    assert record(fields("Memo: title"), {"total": "lots", "lines": 7}) == {"Memo": "Roof"}


def test_all_problems_of_a_record_are_listed(one: One) -> None:
    outcome = one(
        fields("Amount: total, Date: ordered_on, Reference: title"),
        {"total": "x", "ordered_on": "y", "title": "z" * 31},
    )
    assert outcome.status == "bad"
    assert [r.at for r in outcome.remarks] == ["total", "ordered_on", "title"]


def test_missing_null_and_zero_are_three_things(record: Record) -> None:
    text = fields("Amount: total, Rate: {from: rate, missing: 'null'}, Pieces: pieces")
    assert record(text, {"total": "0", "rate": "0", "pieces": 0}) == {"Amount": 0, "Rate": 0, "Pieces": 0}
    assert record(text, {}) == record(text, {"total": None, "rate": None, "pieces": None}) == {"Rate": None}


# ---------------------------------------------------------------- write, note


@pytest.mark.parametrize(
    ("write", "settings", "unlinked", "linked"),
    [
        ("always", {}, True, True),
        ("create", {}, True, False),
        ("never", {}, False, False),
        ("settings.freeze", {"freeze": "follow"}, True, True),
        ("settings.freeze", {"freeze": "frozen"}, True, False),
    ],
)
def test_when_a_line_is_written(
    record: Record, write: str, settings: Any, unlinked: bool, linked: bool
) -> None:
    text = fields(f"Memo: {{from: title, write: {write}}}")
    known = {"orders": {"1": {"DocumentID": "d"}}}
    assert ("Memo" in record(text, settings=settings)) is unlinked
    assert ("Memo" in record(text, settings=settings, links=known)) is linked


def test_a_field_only_given_at_creation_is_so_without_saying(record: Record) -> None:
    text = fields("Kind: {const: BILL}")
    assert record(text) == {"Kind": "BILL"}
    assert record(text, links={"orders": {"1": {"DocumentID": "d"}}}) == {}


def test_notes_act_where_they_write(one: One) -> None:
    text = (
        "notes: {a: {text: A.}, b: {text: B.}, c: {text: C.}}\n"
        "rules: {urgent: {when: urgent, then: warn, note: c}}\n"
        "fields:\n  Memo: {from: title, note: a}\n"
        "  Reference: {pick: [{when: urgent, from: number, note: b}, title]}\n"
    )
    assert one(text).notes == ["a"]
    assert sorted(one(text, {"urgent": True}).notes) == ["a", "b", "c"]
    assert one(text, {"title": None}).notes == []
