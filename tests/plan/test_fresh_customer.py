"""A fresh customer plans in one go: placeholders stand for what is not born yet, and are filled exactly."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from engine.compile.frame import Facts
from engine.map.encode import encode
from engine.plan.actions import Plan
from engine.plan.build import plan_flow
from engine.plan.grounds import Known
from engine.plan.placeholders import NotThere, filled, is_pending, needs_of, pending, pendings
from engine.plan.rehearse import rehearse
from engine.report.plan import findings_json, plan_json, show, show_findings
from engine.report.terminal import Terminal
from engine.workspace import Desk
from tests.plan.conftest import demo_ground, fresh_customer


def whole_plan(desk: Desk) -> Plan:
    return Plan("demo", [action for _, actions in fresh_customer(desk) for action in actions])


def test_everything_that_can_go_is_planned_at_once(demo: Desk) -> None:
    found = Counter((a.mapping, a.kind) for a in whole_plan(demo).actions)
    assert found["companies", "create"] == 7
    assert found["commitments", "create"] == 5
    assert found["change_orders", "append"] == 3
    assert found["invoices", "create"] == 7


def test_documents_name_what_has_to_be_made_first(demo: Desk) -> None:
    by_label = {(a.mapping, a.source_id): a for a in whole_plan(demo).actions}
    order = by_label["commitments", "880101"]
    assert order.needs == (("companies", "7301"), ("projects", "520101"))
    assert order.body["Contact"] == {"ContactID": "⟦companies:7301:ContactID⟧"}
    assert order.body["LineItems"][0]["ItemCode"] == "03-100.S"  # known already: nobody has to be waited for
    assert by_label["change_orders", "930101"].needs[0] == ("commitments", "880101")


def test_filled_after_placeholders_is_planned_with_known_ids(demo: Desk) -> None:
    facts = demo.facts({})
    before = {
        a.source_id: a for g, acts in fresh_customer(demo, facts) for a in acts if a.mapping == "commitments"
    }
    born: dict[str, dict[str, Any]] = {}
    for mapping in ("companies", "projects", "cost_codes"):
        for source_id, memory in facts.links.data[mapping].items():
            born.setdefault(mapping, {})[source_id] = {
                name: f"{mapping}-{source_id}" if is_pending(value) else value
                for name, value in memory.items()
            }
    ground = demo_ground(demo, "commitments", demo.facts(born))
    for action in plan_flow(ground):
        old = before[action.source_id]
        assert action.kind == old.kind
        body = filled(old.body, lambda mapping, source_id: born[mapping].get(source_id))
        assert encode(body, ground.mapper.flow.target_root) == encode(
            action.body, ground.mapper.flow.target_root
        )


def test_a_plan_of_what_was_just_written_is_all_the_same(demo: Desk) -> None:
    for mapping in ("companies", "projects", "cost_codes", "commitments", "invoices", "job_costs"):
        facts, links, wrote, there = _applied(demo, mapping)
        again = plan_flow(demo_ground(demo, mapping, facts, there=there, links=links, wrote=wrote))
        left = Counter(a.kind for a in again if a.source_id in links)
        assert set(left) <= {"same"}, (
            mapping,
            [(a.label, a.kind, a.changes) for a in again if a.kind == "update"],
        )


def _applied(desk: Desk, mapping: str) -> tuple[Facts, dict[str, Known], dict[str, Any], Any]:
    """The world after a first plan was carried out, as Xero or Procore would answer."""
    facts = desk.facts({})
    planned = {ground.mapper.flow.name: (ground, actions) for ground, actions in fresh_customer(desk, facts)}
    ground, actions = planned[mapping]
    root = ground.mapper.flow.target_root
    own = root.identity[0]
    links: dict[str, Known] = {}
    wrote: dict[str, Any] = {}
    there: dict[str, Any] = {}
    for action in actions:
        if action.kind != "create":
            continue
        target_id = f"t-{action.source_id}"
        record = encode(action.body, root)
        rows: dict[str, dict[str, str]] = {}
        for name, keys in action.keys.items():
            for index, (key, row) in enumerate(zip(keys, record[name], strict=True)):
                row["LineItemID"] = rows.setdefault(name, {})[key] = f"{target_id}-{index}"
        there[target_id] = {**record, own: target_id}
        wrote[action.source_id] = encode(action.written, root)
        links[action.source_id] = Known(action.source_id, target_id, {own: target_id}, rows)
        facts.links.data.setdefault(mapping, {})[action.source_id] = {
            **facts.links.data.get(mapping, {}).get(action.source_id, {}),
            own: target_id,
        }
    facts.links.version += 1
    facts.links._back.clear()
    if ground.there is None:
        return facts, {}, wrote, None
    return facts, links, wrote, there


# ---------------------------------------------------------------- placeholders alone

IDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(IDS, st.sampled_from(["ContactID", "Contact.ContactID"]))
def test_any_source_id_survives_its_placeholder(source_id: str, member: str) -> None:
    text = pending("companies", source_id, member)
    assert list(pendings({"a": [text]})) == [("companies", source_id, member)]
    assert filled({"a": [text]}, lambda _, own: {member: f"<{own}>"}) == {"a": [f"<{source_id}>"]}
    assert filled(f"at {text}!", lambda *_: {member: 7}) == "at 7!"


def test_what_is_not_there_yet_says_whose_it_is() -> None:
    record = {"Contact": {"ContactID": pending("companies", "47", "ContactID")}}
    assert needs_of(record) == (("companies", "47"),)
    with pytest.raises(NotThere) as raised:
        filled(record, lambda *_: None)
    assert (raised.value.mapping, raised.value.source_id) == ("companies", "47")


# ---------------------------------------------------------------- what people see


def test_a_plan_for_people(demo: Desk, snapshot: SnapshotAssertion) -> None:
    chosen = [
        a for a in whole_plan(demo).actions if a.mapping in ("companies", "commitments", "change_orders")
    ]
    out, err = StringIO(), StringIO()
    show(Plan("demo", chosen), Terminal(out, err))
    assert out.getvalue() + "\n" + err.getvalue().partition(": ")[2] == snapshot


def test_a_rehearsal_for_people(demo: Desk, snapshot: SnapshotAssertion) -> None:
    out, err = StringIO(), StringIO()
    show_findings(rehearse(fresh_customer(demo)), Terminal(out, err))
    assert out.getvalue() + "\n" + err.getvalue() == snapshot


def test_both_for_machines(demo: Desk) -> None:
    import json

    planned = fresh_customer(demo)
    told = json.loads(plan_json(Plan("demo", [a for _, actions in planned for a in actions])))
    assert told["counts"]["append"] == 3
    assert len(told["digest"]) == 64
    assert {one["code"] for one in json.loads(findings_json(rehearse(planned)))} >= {"too-long", "twin"}
