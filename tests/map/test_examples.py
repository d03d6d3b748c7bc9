"""How an example is compared: partial unless exact, lists as long as written, numbers by value."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from engine.map.examples import Result, run_example, typed_by_all
from engine.spec.examples import Example
from engine.spec.places import put_at, take_out
from engine.spec.problem import Span
from engine.workspace import Desk, Workspace

RECORD: dict[str, Any] = {"id": 47, "name": "Ironbark  Concrete", "is_active": True, "city": "Sydney"}


@cache
def desk() -> Desk:
    return Workspace().customer()


def result(
    expect: dict[str, Any], *records: dict[str, Any], mapping: str = "companies", **more: Any
) -> Result:
    example = Example(mapping, "one", Span("x.yaml", 1, 1), records or (RECORD,), expect, **more)
    facts = desk().facts(example.links, {"procore_company": "1"}, None, {}, typed_by_all(example))
    return run_example(example, desk().mapper(mapping, example.back), facts)


def paths(expect: dict[str, Any], *records: dict[str, Any], **more: Any) -> list[str]:
    return [difference.path for difference in result(expect, *records, **more).differences]


@pytest.mark.parametrize(
    ("expect", "wrong"),
    [
        ({"Name": "Ironbark Concrete"}, []),
        ({"Name": "Ironbark"}, ["Name"]),
        ({"Name": None}, ["Name"]),
        ({"EmailAddress": None}, []),
        ({"Addresses": [{"City": "Sydney"}]}, []),
        ({"Addresses": []}, ["Addresses: number of rows"]),
        ({"Addresses": [{"City": "Sydney"}, {}]}, ["Addresses: number of rows"]),
        ({"Addresses": [{"City": "Perth"}]}, ["Addresses[0].City"]),
        ({"ready": {"Name": "Ironbark Concrete"}, "warned": []}, []),
        ({"warned": ["late"]}, ["warned"]),
        ({"held": {"code": "inactive"}}, ["outcome"]),
        ({"skipped": "inactive"}, ["outcome"]),
        ({"records": [{"Name": "Ironbark Concrete"}]}, []),
        ({"records": [{}, {}]}, ["number of records"]),
    ],
)
def test_one_that_goes(expect: dict[str, Any], wrong: list[str]) -> None:
    assert paths(expect) == wrong


def test_exactly_names_what_is_too_much() -> None:
    found = paths({"Name": "Ironbark Concrete"}, exactly=True)
    assert "Addresses" in found
    assert "Name" not in found


def test_a_stop_is_told_by_code_rule_place_or_text() -> None:
    held = {**RECORD, "is_active": False}
    for wanted in (
        {"code": "inactive"},
        {"text": "is inactive"},
        "inactive",
        {"line": "companies.rules.inactive"},
    ):
        assert paths({"held": wanted}, held) == []
    assert paths({"held": {"code": "no-name"}}, held) == ["held"]
    assert paths({"bad": {"at": "name"}}, {**RECORD, "name": 7.5}) == []


def test_the_difference_names_the_line_and_what_it_read() -> None:
    found = result({"Addresses": [{"City": "Perth"}]}).differences[0]
    assert (found.line, found.got) == ("companies.Addresses.POBOX.City", "Sydney")
    assert found.place.startswith("mappings/procore_xero/companies.yaml:")
    assert next((r.kind, r.text, r.value) for r in found.readings) == ("field", "city", "Sydney")


def test_rules_that_acted_and_rules_that_rested() -> None:
    found = result({"held": {"code": "inactive"}}, {**RECORD, "is_active": False})
    assert "companies.rules.inactive" in found.acted
    assert "companies.rules.no-name" in found.idle


def test_a_note_that_should_act_and_does_not() -> None:
    record = {"PaymentID": "p", "PaymentType": "ACCRECPAYMENT"}
    assert paths({"skipped": "not-a-bill-payment"}, record, mapping="payments", note="no-tax") == [
        "note no-tax"
    ]
    assert (
        paths({"skipped": "not-a-bill-payment"}, record, mapping="payments", note="no-tax", acts=False) == []
    )


def test_places_in_a_record() -> None:
    record: dict[str, Any] = {"items": [{"amount": 1}, {"amount": 2}]}
    assert put_at(record, "items[1].amount", Decimal("2.50"))
    assert put_at(record, "a.b.c", "new")
    assert take_out(record, "items[0]")
    assert record == {"items": [{"amount": Decimal("2.50")}], "a": {"b": {"c": "new"}}}
    assert not put_at(record, "items[7].amount", 1)
    assert not take_out(record, "nothing.here")
