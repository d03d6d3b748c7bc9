"""The three laws of two-way lines, on canonical records of both shapes.

Put back what you got and nothing changes; you get what you put; what no line names stays as it was.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.map.put import put_into
from engine.spec.model import Member
from tests.laws.conftest import desk, mapper
from tests.laws.shapes import records

SETTINGS: dict[str, Any] = {
    "tracking_category": "cat",
    "procore_company": "1",
    "address_after_link": "follow",
    "state_names": {"NSW": "New South Wales", "VIC": "Victoria"},
}
# What the rules of both mappings ask for, so that records are ready.
SOURCE: dict[str, Any] = {"is_active": True, "active": True, "is_erp_integrated": True, "id": 7}
SOUND: dict[str, Any] = {"Status": "ACTIVE", "ContactStatus": "ACTIVE", "TrackingCategoryID": "cat"}
TWO_WAY = ["companies", "projects"]


def settled(record: dict[str, Any], root: Member, fixed: dict[str, Any], drop: tuple[str, ...]) -> Any:
    found = {name: value for name, value in record.items() if name not in drop}
    return {**found, **{name: value for name, value in fixed.items() if name in root.members}}


def source(mapping: str) -> st.SearchStrategy[dict[str, Any]]:
    root = desk().flow(mapping).source_root
    found = records(root).map(lambda r: settled(r, root, SOURCE, ("standard_cost_code_list_id",)))
    return found.filter(coded)


def target(mapping: str) -> st.SearchStrategy[dict[str, Any]]:
    flow = desk().flow(mapping)
    root, identity = flow.target_root, desk().shape(flow.target).identity[0]
    found = records(root).map(lambda r: {**settled(r, root, SOUND, ("MergedToContactID",)), identity: "t-7"})
    return found.filter(spelled_out)


def tables() -> list[dict[str, str]]:
    settings = desk().facts(settings=SETTINGS).settings
    return [settings["state_names"], settings["country_names"]]


def spelled_out(record: dict[str, Any]) -> bool:
    """Canonical where a customer's table spells codes out (`else: keep`): no bare code is left."""
    places = record.get("Addresses", [])
    return not any(
        place.get(member) in table
        for place in places
        for member, table in zip(("Region", "Country"), tables(), strict=True)
    )


def coded(record: dict[str, Any]) -> bool:
    """The same from the other side: no name stands where its code would."""
    return not any(
        record.get(member) in table.values()
        for member, table in zip(("state_code", "country_code"), tables(), strict=True)
    )


def forward(mapping: str, record: dict[str, Any]) -> dict[str, Any]:
    """What a linked record writes by its two-way lines."""
    own = desk()
    identity = own.shape(own.flow(mapping).target).identity[0]
    facts = own.facts({mapping: {"7": {identity: "t-7"}}}, SETTINGS)
    (outcome,) = mapper(mapping).run([record], facts)
    assume(outcome.record is not None)
    assert outcome.record is not None
    return outcome.record


def back(mapping: str, record: dict[str, Any]) -> dict[str, Any]:
    own = desk()
    (outcome,) = mapper(mapping, back=True).run([record], own.facts(settings=SETTINGS))
    assume(outcome.record is not None)
    assert outcome.record is not None
    return outcome.record


@pytest.mark.parametrize("mapping", TWO_WAY)
@given(data=st.data())
def test_putting_back_what_was_got_changes_nothing(mapping: str, data: st.DataObject) -> None:
    there = data.draw(target(mapping))
    got = back(mapping, there)
    changes = forward(mapping, {**SOURCE, **got})
    assert put_into(there, changes, desk().flow(mapping).target_root) == there


@pytest.mark.parametrize("mapping", TWO_WAY)
@given(data=st.data())
def test_you_get_what_you_put(mapping: str, data: st.DataObject) -> None:
    record, there = data.draw(source(mapping)), data.draw(target(mapping))
    names = {line.path[0].name for line in desk().flow(mapping, back=True).lines}
    changed = put_into(there, forward(mapping, record), desk().flow(mapping).target_root)
    got = back(mapping, changed)
    put = {name: record[name] for name in names if record.get(name) is not None}
    assert {name: got.get(name) for name in put} == put


@pytest.mark.parametrize("mapping", TWO_WAY)
@given(data=st.data())
def test_what_no_line_names_stays_as_it_was(mapping: str, data: st.DataObject) -> None:
    record, there = data.draw(source(mapping)), data.draw(target(mapping))
    root = desk().flow(mapping).target_root
    changes = forward(mapping, record)
    _unchanged(there, put_into(there, changes, root), changes, root)


def _unchanged(old: Any, new: Any, changes: Any, root: Member) -> None:
    for name, value in old.items():
        member = root.members[name]
        if name not in changes:
            assert new[name] == value
        elif member.keyed_by and member.item is not None:
            wanted = {row[member.keyed_by]: row for row in changes[name]}
            there = {row[member.keyed_by]: row for row in new[name]}
            for row in value:
                key = row[member.keyed_by]
                _unchanged(row, there[key], wanted.get(key, {}), member.item)
