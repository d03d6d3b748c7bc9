"""Rules of a record, what the approver typed, results; and the heads: each, split, into, group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.map.outcome import Outcome

Run = Callable[..., list[Outcome]]
One = Callable[..., Outcome]


def remarks(outcome: Outcome) -> list[tuple[str, str]]:
    return [(r.kind, r.code) for r in outcome.remarks]


# ---------------------------------------------------------------- rules


RULES = """
rules:
  first: {when: urgent, then: warn, say: "{{ number }} is urgent"}
  second: {when: "status == 'open'", then: hold, code: still-open, say: It is open.}
  third: {when: "status == 'closed'", then: skip, say: It is closed.}
  fourth: {when: "total < `0`", then: hold}
fields: {Memo: title, Amount: total}
"""


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({}, "ready", []),
        ({"urgent": True}, "ready", [("warning", "first")]),
        ({"status": "open", "total": "-1"}, "held", [("held", "still-open"), ("held", "fourth")]),
        (
            {"status": "closed", "total": "-1", "urgent": True},
            "skipped",
            [("warning", "first"), ("skipped", "third")],
        ),
        ({"status": "open", "total": "x"}, "bad", [("held", "still-open"), ("bad", "bad-value")]),
        ({"total": "0"}, "ready", []),
        ({"urgent": "yes"}, "bad", [("bad", "bad-value")]),
    ],
)
def test_rules_in_order(one: One, given: Any, status: str, said: Any) -> None:
    outcome = one(RULES, given)
    assert (outcome.status, remarks(outcome)) == (status, said)


def test_what_a_rule_says(one: One) -> None:
    (remark,) = one(RULES, {"urgent": True}).remarks
    assert (remark.text, remark.line, remark.place) == (
        "A-1 is urgent",
        "orders.rules.first",
        "mappings/tiny/orders.yaml:3",
    )


def test_rules_that_wait_for_the_result(one: One) -> None:
    text = """
rules:
  low: {after: true, when: "sum(result.Lines[*].Amount) < `0`", then: skip, say: "{{ result.Memo }} is low"}
fields:
  Memo: title
  Lines: {rows: {work: {each: lines, fields: {Amount: amount}}}}
"""
    lines = [{"id": 1, "amount": "5"}, {"id": 2, "amount": "-6"}]
    outcome = one(text, {"lines": lines})
    assert (outcome.status, outcome.remarks[0].text) == ("skipped", "Roof is low")
    assert one(text, {"lines": lines[:1]}).status == "ready"
    assert one(text, {}).status == "ready"


def test_what_the_approver_typed(one: One) -> None:
    text = "typed: {number: {type: text, help: Number.}, day: {type: date, help: Day.}}\n" + (
        "fields: {Memo: {first: [typed.number, number]}, Date: typed.day}\n"
    )
    assert one(text).record == {"Memo": "A-1"}
    typed = {"1": {"number": "B-2", "day": "2026-03-31"}}
    assert one(text, typed=typed).record == {"Memo": "B-2", "Date": date(2026, 3, 31)}
    assert one(text, typed={"1": {"day": "soon"}}).remarks[0].at == "typed.day"


def test_a_mapping_that_is_switched_off(one: One) -> None:
    text = "only_when: settings.enabled\nfields: {Memo: title}\n"
    assert one(text).status == "ready"
    assert remarks(one(text, settings={"enabled": False})) == [("skipped", "switched-off")]


def test_a_switch_that_cannot_be_read(one: One) -> None:
    text = 'only_when: "total > `0`"\nfields: {Memo: title}\n'
    assert [one(text, {"total": t}).status for t in ("1", "0", None, "x")] == [
        "ready",
        "skipped",
        "skipped",
        "bad",
    ]


def test_named_values_may_come_in_any_order(one: One) -> None:
    text = """
let:
  third: {add: [second, 1]}
  second: {times: [first, 2]}
  first: {round: {of: {min: [total, 10]}, to: 1}}
fields: {Rate: third}
"""
    assert one(text, {"total": "2.25"}).record == {"Rate": Decimal("5.6")}
    assert one(text, {}).record == {}  # missing in, missing out


@pytest.mark.parametrize(
    ("let", "given", "wanted"),
    [
        ("{add: [total, rate]}", {"total": "1.10", "rate": "2.2"}, "3.30"),
        ("{add: [total, rate]}", {"total": "1.10"}, None),
        ("{minus: [total, rate, 1]}", {"total": "5", "rate": "0.5"}, "3.5"),
        ("{times: [total, pieces]}", {"total": "1.10", "pieces": 3}, "3.30"),
        ("{min: [total, rate]}", {"total": "2", "rate": "1"}, "1"),
        ("{max: [total, rate]}", {"total": "2", "rate": "1"}, "2"),
        ("{first: [total, rate, 0]}", {"rate": "0.00"}, "0.00"),
        ("{first: [total, rate, 7]}", {}, "7"),
        ("{negate: total}", {"total": "2.00"}, "-2.00"),
        ("{negate: total}", {"total": "0.00"}, "0.00"),
        ("{abs: total}", {"total": "-2.00"}, "2.00"),
        ("{round: {of: rate, to: 2}}", {"rate": "1.005"}, "1.01"),
        ("{ratio: {of: total, part: 1, whole: 3, to: 2}}", {"total": "100"}, "33.33"),
        ("{ratio: {of: pieces, part: 1, whole: 8, to: 2}}", {"pieces": 1}, "0.13"),
        (
            "{sum: {each: lines, of: {times: [quantity, price]}}}",
            {"lines": [{"quantity": "2", "price": "1.5"}] * 2},
            "6.0",
        ),
        (
            "{sum: {each: lines, of: amount, when: \"kind == 'work'\"}}",
            {"lines": [{"amount": "1", "kind": "work"}, {"amount": "x", "kind": "note"}]},
            "1",
        ),
        ("{sum: 'lines[*].amount'}", {"lines": []}, "0"),
        ("{sum: 'lines[*].amount'}", {}, None),
        ("{count: lines}", {"lines": [{}, {}]}, "2"),
    ],
)
def test_arithmetic(one: One, let: str, given: Any, wanted: str | None) -> None:
    outcome = one(f"let: {{x: {let}}}\nfields: {{Rate: x}}\n", given)
    assert outcome.record == ({} if wanted is None else {"Rate": Decimal(wanted)})


def test_a_whole_of_nothing_holds(one: One) -> None:
    text = "let: {x: {ratio: {of: total, part: 1, whole: rate, to: 2}}}\nfields: {Rate: x}\n"
    outcome = one(text, {"total": "1", "rate": "0"})
    assert remarks(outcome) == [("held", "cannot-compute")]


@pytest.mark.parametrize(
    ("day", "kind", "due"),
    [
        (20, "OFFOLLOWINGMONTH", date(2026, 2, 20)),
        (5, "DAYSAFTERBILLDATE", date(2026, 2, 4)),
        (None, None, None),
    ],
)
def test_due_by_terms_or_days(one: One, day: Any, kind: Any, due: Any) -> None:
    text = """
fields:
  Date: {add_days: [ordered_on, settings.days]}
  DueDate: {due_date: {date: ordered_on, day: {link: parent_id, via: partners, take: Terms.Day}, type: title}}
"""
    links = {"partners": {"47": {"PartnerID": "p", "Terms": {"Day": day}}}}
    outcome = one(text, {"ordered_on": "2026-01-30", "parent_id": 47, "title": kind}, links=links)
    assert outcome.record == {"Date": date(2026, 3, 1), **({"DueDate": due} if due else {})}


# ---------------------------------------------------------------- heads


def test_one_document_for_each_element(run: Run) -> None:
    text = "each: {in: lines, as: line, key: code}\nfields: {Memo: {text: '{{ number }}{{ line.code }}'}}\n"
    given = {"id": 1, "number": "A", "lines": [{"code": "x"}, {"code": "y"}, {"text": "no code"}]}
    outcomes = run(text, given)
    assert [(o.id, o.status, o.record) for o in outcomes] == [
        ('["1","x"]', "ready", {"Memo": "Ax"}),
        ('["1","y"]', "ready", {"Memo": "Ay"}),
        ("1", "bad", None),
    ]
    (nothing,) = run(text, {"id": 1, "lines": []})
    assert (nothing.status, remarks(nothing)) == ("held", [("held", "nothing-to-make")])


SPLIT = """
split:
  rows: lines
  as: rows
  rules: {none: {when: "!job", then: leave_out, code: no-job, say: "{{ text }} has no job"}}
  by: {job: job}
fields:
  Memo: {text: "{{ title }} {{ job }}"}
  Amount: sum(rows[*].amount)
  Lines: {rows: {work: {each: rows, key: id, fields: {Text: text}}}}
"""


def test_one_document_for_each_group_of_rows(run: Run) -> None:
    rows = [("J", "a", "1"), ("K", "b", "2"), ("J", "c", "3"), (None, "d", "4")]
    lines = [
        {"id": n, "job": job, "text": text, "amount": amount} for n, (job, text, amount) in enumerate(rows)
    ]
    outcomes = run(SPLIT, {"id": 1, "title": "T", "lines": lines})
    assert [(o.id, o.status) for o in outcomes] == [('["1","J"]', "ready"), ('["1","K"]', "ready")]
    assert outcomes[0].record == {
        "Memo": "T J",
        "Amount": Decimal(4),
        "Lines": [{"Text": "a"}, {"Text": "c"}],
    }
    assert outcomes[0].keys == {"Lines": ["work:0", "work:2"]}
    assert [r.code for o in outcomes for r in o.remarks] == ["no-job"]


def test_a_record_none_of_whose_rows_goes_anywhere_is_skipped(run: Run) -> None:
    (outcome,) = run(SPLIT, {"id": 1, "lines": [{"id": 1, "text": "d"}]})
    assert (outcome.status, [r.code for r in outcome.remarks]) == ("skipped", ["no-job"])


def test_rows_go_into_the_document_another_mapping_made(one: One) -> None:
    head = "from: src.order\nto: dst.document\ndirection: forward\nversion: 1\n"
    text = f"""
mapping: orders
{head}
into: {{via: bills, key: parent_id}}
fields: {{Lines: {{rows: {{more: {{each: lines, fields: {{Text: text}}}}}}}}}}
"""
    bills = {"mappings/tiny/bills.yaml": f"mapping: bills\n{head}fields: {{Memo: title}}\n"}
    facts: dict[str, Any] = {"files": bills, "links": {"bills": {"47": {"DocumentID": "d-47"}}}}
    given = {"parent_id": 47, "lines": [{"id": 1, "text": "a"}]}
    assert one(text, given, **facts).record == {"DocumentID": "d-47", "Lines": [{"Text": "a"}]}
    held = one(text, {**given, "parent_id": 48}, **facts)
    assert remarks(held) == [("held", "unlinked")]
    assert remarks(one(text, {**given, "parent_id": None}, **facts)) == [("held", "unlinked")]


GROUP = """
mapping: orders
from: src.order
to: dst.total
direction: forward
version: 1
rules: {closed: {when: "status == 'closed'", then: skip, quiet: true}}
group:
  rows: lines
  as: line
  rules:
    note: {when: "line.kind == 'note'", then: leave_out}
    none: {when: "!line.job", then: leave_out, code: no-job, say: "{{ line.text }} has no job"}
  by: {job: line.job, code: line.code}
totals:
  spent: {sum: line.amount, when: "line.kind != 'stored'"}
  saved: {sum: {negate: line.amount}, when: "line.kind == 'stored'"}
  both: {add: [spent, saved]}
zero_if_gone: true
fields: {job: job, code: code, spent: spent, saved: saved, both: both}
"""


def line(job: str | None, code: str, amount: str | None, kind: str = "work") -> dict[str, Any]:
    return {"id": 1, "job": job, "code": code, "amount": amount, "kind": kind, "text": "t"}


def test_many_records_into_sums(run: Run) -> None:
    outcomes = run(
        GROUP,
        {"id": 1, "lines": [line("J", "a", "1.10"), line("J", "a", "2", "stored"), line("J", "b", "5")]},
        {"id": 2, "lines": [line("J", "a", "0.90"), line("J", "a", "9", "note")]},
        {"id": 3, "status": "closed", "lines": [line("J", "a", "100")]},
    )
    sums = [(o.id, o.record) for o in outcomes if o.record]
    assert sums == [
        ('["J","a"]', {"job": "J", "code": "a", "spent": Decimal("2.00"), "saved": -2, "both": 0}),
        ('["J","b"]', {"job": "J", "code": "b", "spent": 5, "saved": 0, "both": 5}),
    ]
    assert [(o.id, o.status) for o in outcomes if not o.record] == [("3", "skipped")]


def test_a_record_counts_whole_or_not_at_all_and_its_sums_wait(run: Run) -> None:
    for damaged, status, at in (
        (line("J", "a", None), "held", "lines[1]"),
        (line("J", "a", "x"), "bad", "lines[1].amount"),
    ):
        outcomes = run(GROUP, {"id": 1, "lines": [line("J", "a", "5"), damaged]})
        assert [(o.id, o.status) for o in outcomes] == [("1", status), ('["J","a"]', "held")]
        assert outcomes[0].remarks[0].at == at


def test_what_is_left_out_of_sums_is_listed(run: Run) -> None:
    outcomes = run(GROUP, {"id": 1, "lines": [line(None, "a", "5"), line("J", "a", "1")]})
    assert [(o.id, o.status, remarks(o)) for o in outcomes] == [
        ("1", "ready", [("left_out", "no-job")]),
        ('["J","a"]', "ready", []),
    ]


def test_a_group_that_is_gone_comes_out_as_zeros(run: Run) -> None:
    wrote = {'["J","a"]': {"spent": "5"}, '["K","b"]': {"spent": "7"}}
    outcomes = run(GROUP, {"id": 1, "lines": [line("J", "a", "1")]}, wrote=wrote)
    assert [(o.id, o.record and o.record["spent"]) for o in outcomes] == [('["J","a"]', 1), ('["K","b"]', 0)]


def test_reserved_names_are_the_records_own_first(one: One) -> None:
    text = "let: {title: {const: ours}}\nfields: {Memo: title, Reference: let.title}\n"
    assert one(text).record == {"Memo": "Roof", "Reference": "ours"}


# ---------------------------------------------------------------- what is no record


@pytest.mark.parametrize("thing", [None, 1, "x", [], {}, {"id": None}, {"id": []}, {"id": True}])
def test_what_is_no_record_is_bad(run: Run, thing: Any) -> None:
    (outcome,) = run("fields: {Memo: title}\n", thing)
    assert (outcome.status, outcome.record) == ("bad", None)
    assert outcome.remarks


# ---------------------------------------------------------------- the way back


def test_both_ways(run: Run) -> None:
    mapping = """
mapping: partners
from: src.supplier
to: dst.partner
direction: both
version: 1
rules: {odd: {when: "name == 'odd'", then: skip}}
fields:
  Name: {from: name, direction: both}
  Code: {from: code, as: upper}
  Grade: {from: grade, values: {a: GOLD, b: SILVER}, direction: both}
  State: {from: state, values: settings.states, else: keep, direction: both}
  Addresses.WORK.City: {from: code, direction: forward}
back:
  rules: {empty: {when: "!Name", then: hold}}
  fields: {since: Since}
"""
    there = {"id": 1, "name": "Ironbark", "code": "ib", "grade": "a", "state": "NN"}
    (outcome,) = run(mapping, there, name="partners")
    assert outcome.record == {
        "Name": "Ironbark",
        "Code": "IB",
        "Grade": "GOLD",
        "State": "North",
        "Addresses": [{"Kind": "WORK", "City": "ib"}],
    }
    back = {"PartnerID": "p", **outcome.record, "Since": "2026-01-01"}
    (returned,) = run(mapping, back, name="partners", back=True)
    assert returned.record == {"name": "Ironbark", "grade": "a", "state": "NN", "since": date(2026, 1, 1)}
    (held,) = run(mapping, {"PartnerID": "p"}, name="partners", back=True)
    assert remarks(held) == [("held", "empty")]


def test_a_joined_text_is_written_into_its_members_within_their_limits(run: Run) -> None:
    mapping = """
mapping: partners
from: src.supplier
to: dst.partner
direction: forward
version: 1
fields: {Name: name, Addresses.WORK.Street: state}
"""
    given = {"id": 1, "name": "N"}
    for text, lines in (("a\nb", ["a", "b"]), ("a", ["a", ""]), (" a \n\n b \n c", ["a", "b, c"])):
        (outcome,) = run(mapping, {**given, "state": text}, name="partners")
        assert outcome.record is not None
        (address,) = outcome.record["Addresses"]
        assert [address["Line1"], address["Line2"]] == lines
    (long,) = run(mapping, {**given, "state": "a\n" + "b" * 11}, name="partners")
    assert (remarks(long), long.remarks[0].at) == ([("held", "too-long")], "state")
