"""Lists: parts, keys, groups, their own names and rules; what is left out and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.map.outcome import Outcome

Record = Callable[..., dict[str, Any]]
One = Callable[..., Outcome]

LINES = [
    {"id": 11, "code": "A", "text": "one", "amount": "10.00", "kind": "work", "job": "J"},
    {"id": 12, "code": "B", "text": "two", "amount": "0.00", "kind": "work", "job": "J"},
    {"id": 13, "code": "A", "text": "three", "amount": "5.50", "kind": "note", "job": "K"},
]


def work(more: str, fields: str = "Text: text, Amount: amount") -> str:
    return f"fields: {{Lines: {{rows: {{work: {{each: lines, {more} fields: {{{fields}}}}}}}}}}}\n"


def test_a_row_for_each_element(record: Record) -> None:
    rows = record(work(""), {"lines": LINES[:2]})["Lines"]
    assert rows == [{"Text": "one", "Amount": Decimal("10.00")}, {"Text": "two", "Amount": Decimal("0.00")}]


def test_no_elements_no_list(record: Record) -> None:
    assert record(work("")) == record(work(""), {"lines": []}) == record(work(""), {"lines": None}) == {}


def test_parts_follow_each_other_and_one_without_each_is_one_row(one: One) -> None:
    text = """
fields:
  Lines:
    rows:
      work: {each: lines, key: id, fields: {Text: text}}
      total: {when: "total != `0`", fields: {Text: {text: "In all {{ total }}"}, Amount: total}}
"""
    outcome = one(text, {"lines": LINES[:1], "total": "10"})
    assert outcome.record == {"Lines": [{"Text": "one"}, {"Text": "In all 10", "Amount": Decimal(10)}]}
    assert outcome.keys == {"Lines": ["work:11", "total"]}
    assert one(text, {"lines": LINES[:1], "total": "0"}).record == {"Lines": [{"Text": "one"}]}


def test_a_known_row_keeps_its_id(record: Record) -> None:
    links = {"orders.Lines.work": {'["1","12"]': {"LineID": "l-12"}}}
    rows = record(work("key: {from: id, to: LineID},"), {"lines": LINES[:2]}, links=links)["Lines"]
    assert [row.get("LineID") for row in rows] == [None, "l-12"]


def test_rows_of_one_group_become_one(record: Record) -> None:
    text = work(
        "group: code, sum: [amount], let: {count: length(rows), whole: 'sum(rows[*].amount)'},",
        "Text: {text: '{{ text }} {{ count }} {{ whole }}'}, Amount: amount",
    )
    assert record(text, {"lines": LINES})["Lines"] == [
        {"Text": "one 2 15.5", "Amount": Decimal("15.50")},
        {"Text": "two 1 0", "Amount": Decimal("0.00")},
    ]


def test_a_group_that_lacks_an_amount_is_not_known(one: One) -> None:
    text = work("group: code, sum: [amount],")
    missing = one(text, {"lines": [LINES[0], {**LINES[2], "amount": None}]})
    assert (missing.status, missing.remarks[0].at) == ("held", "lines[1].amount")
    bad = one(text, {"lines": [LINES[0], {**LINES[2], "amount": "x"}]})
    assert (bad.status, bad.remarks[0].at) == ("bad", "lines[1].amount")


def test_named_values_of_a_row_and_of_the_record(record: Record) -> None:
    text = """
let: {half: {ratio: {of: total, part: 1, whole: 2, to: 2}}}
fields:
  Lines:
    rows:
      work:
        each: lines
        let: {rest: {minus: [half, amount]}, words: {first: [text, code]}}
        fields: {Amount: rest, Text: let.words}
"""
    rows = record(text, {"lines": [{"id": 1, "code": "A", "amount": "1.25"}], "total": "5"})["Lines"]
    assert rows == [{"Amount": Decimal("1.25"), "Text": "A"}]


def test_rows_inside_rows(record: Record) -> None:
    text = """
fields:
  Lines:
    rows:
      work:
        each: lines
        fields:
          Code: code
          Tags: {rows: {part: {each: parts, fields: {Name: name, Value: parent.code}}}}
"""
    lines = [{"id": 1, "code": "A", "parts": [{"name": "x"}, {"name": "y"}]}, {"id": 2, "code": "B"}]
    assert record(text, {"lines": lines})["Lines"] == [
        {"Code": "A", "Tags": [{"Name": "x", "Value": "A"}, {"Name": "y", "Value": "A"}]},
        {"Code": "B"},
    ]


def test_names_that_resolve_inside_filters(record: Record) -> None:
    text = """
let: {wanted: {const: work}}
fields:
  Labels: "lines[?kind == let.wanted && contains(settings.codes, lower(code)) && job == record.title].text"
  Lines:
    rows:
      work:
        each: lines
        let: {own: job}
        fields: {Text: "record.lines[?job == own].text | [0]", Code: "parent.number"}
"""
    found = record(text, {"lines": LINES, "title": "J"})
    assert found["Labels"] == ["one", "two"]
    assert [(row["Text"], row["Code"]) for row in found["Lines"]] == [
        ("one", "A-1"),
        ("one", "A-1"),
        ("three", "A-1"),
    ]


# ---------------------------------------------------------------- rules of rows


def rule(text: str) -> str:
    return work(f"key: id, rules: {{zero: {{{text}}}}},")


def test_left_out_silently(one: One) -> None:
    outcome = one(rule('when: "amount == `0`", then: leave_out'), {"lines": LINES})
    assert outcome.record is not None
    assert [row["Text"] for row in outcome.record["Lines"]] == ["one", "three"]
    assert outcome.remarks == []
    assert outcome.keys == {"Lines": ["work:11", "work:13"]}


def test_left_out_and_said(one: One) -> None:
    outcome = one(
        rule('when: "amount == `0`", then: leave_out, code: nothing, say: "{{ text }} is nothing"'),
        {"lines": LINES},
    )
    (remark,) = outcome.remarks
    assert (remark.kind, remark.code, remark.text, remark.at) == (
        "left_out",
        "nothing",
        "two is nothing",
        "lines[1]",
    )
    assert outcome.status == "ready"


def test_a_rule_of_rows_may_stop_the_record(one: One) -> None:
    held = one(rule('when: "amount == `0`", then: hold, say: "{{ text }} is nothing"'), {"lines": LINES})
    assert (held.status, [r.at for r in held.remarks]) == ("held", ["lines[1]"])
    warned = one(rule('when: "amount == `0`", then: warn, say: odd'), {"lines": LINES})
    assert (warned.status, [r.kind for r in warned.remarks]) == ("ready", ["warning"])
    skipped = one(rule('when: "amount == `0`", then: skip, say: odd'), {"lines": LINES})
    assert (skipped.status, [r.kind for r in skipped.remarks]) == ("skipped", ["skipped"])


def test_a_damaged_row_is_named(one: One) -> None:
    outcome = one(work(""), {"lines": [LINES[0], {**LINES[1], "amount": "x", "text": 5}, "row"]})
    assert outcome.status == "bad"
    assert [r.at for r in outcome.remarks] == ["lines[2]"]
    outcome = one(work(""), {"lines": [LINES[0], {**LINES[1], "amount": "x", "text": 5}]})
    assert [r.at for r in outcome.remarks] == ["lines[1].text", "lines[1].amount"]
