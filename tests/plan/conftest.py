"""A mapping written in the test, over the handmade project, planned against what is there and was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.compile.frame import Facts
from engine.compile.order import sorted_flows
from engine.plan.actions import Action
from engine.plan.build import plan_flow
from engine.plan.grounds import Ground, Known
from engine.plan.placeholders import promised
from engine.read.files import read_inputs
from engine.run import sample_files
from engine.spec.problem import SpecError
from engine.system.model import Lookup, Object
from engine.workspace import Desk, Workspace
from tests.check.conftest import ORDERS, Files, whole
from tests.check.conftest import project as project

ORDER: dict[str, Any] = {"id": 1, "number": "A-1", "title": "Roof"}
DOCUMENT = Object(
    "document",
    "dst.document",
    "DocumentID",
    natural=("Number",),
    line_id={"Lines": "LineID"},
    gone="Status == 'GONE'",
    locked=(("Status == 'FINAL'", "it is final"),),
    resend=("Status",),
)

# One mapping for most stories: a field of each right, and rows.
STORY = """
match: {from: number, to: Number, ignore: [case, space], one: ask, many: ask}
fields:
  Number: number
  Memo: title
  Amount: total
  Date: ordered_on
  Kind: {const: BILL, write: create}
  Lines:
    rows:
      work:
        each: lines
        key: {from: id, to: LineID}
        fields: {Text: text, Amount: amount}
"""


@dataclass
class World:
    """What a story starts from; `plan` says what would be done."""

    desk: Desk
    name: str
    back: bool
    ground: Ground

    def plan(self, **more: Any) -> list[Action]:
        return plan_flow(replace(self.ground, **more))

    def one(self, **more: Any) -> Action:
        actions = self.plan(**more)
        assert len(actions) == 1, actions
        return actions[0]


@pytest.fixture
def world(project: Callable[[Files], Path]) -> Callable[..., World]:
    """Makes the world of a mapping's text."""

    def make(
        mapping: str = STORY,
        *records: Any,
        there: Any = None,
        links: dict[str, Known] | None = None,
        wrote: dict[str, Any] | None = None,
        name: str = "orders",
        back: bool = False,
        target: Object | None = DOCUMENT,
        files: Files | None = None,
        settings: dict[str, Any] | None = None,
        **ground: Any,
    ) -> World:
        path = f"mappings/tiny/{name}.yaml" if name != "orders" else ORDERS
        workspace = Workspace(project({path: whole(mapping), **(files or {})}), "tiny")
        try:
            desk = workspace.customer()
        except SpecError as error:
            pytest.fail("\n".join(f"{p.span} {p.code} {p.text} {p.label}" for p in error.problems))
        memories = {name: {s: k.memory for s, k in (links or {}).items()}}
        own = Ground(
            desk.mapper(name, back),
            desk.facts(memories, settings=settings, wrote=wrote),
            list(records or [ORDER]),
            {} if there is None else there,
            links or {},
            wrote or {},
            target,
            **ground,
        )
        return World(desk, name, back, own)

    return make


def known(target_id: str = "D1", source_id: str = "1", rows: Any = None) -> dict[str, Known]:
    """A link."""
    return {source_id: Known(source_id, target_id, {"DocumentID": target_id}, rows or {})}


def finds(*same: str, ours: tuple[str, ...] = ()) -> Object:
    """The document's object with a way to be found again."""
    return replace(DOCUMENT, find=Lookup(None, same, ours))  # type: ignore[arg-type]


# ---------------------------------------------------------------- the sample company

DEMO_OBJECTS = {
    "cost_codes": Object("item", "xero.item", "ItemID", natural=("Code",)),
    "companies": Object(
        "contact",
        "xero.contact",
        "ContactID",
        natural=("Name",),
        find=Lookup(None, (), ("ContactNumber",)),  # type: ignore[arg-type]
    ),
    "projects": Object(
        "tracking_option", "xero.tracking_option", "TrackingOptionID", natural=("TrackingCategoryID", "Name")
    ),
    "commitments": Object(
        "purchase_order",
        "xero.purchase_order",
        "PurchaseOrderID",
        natural=("PurchaseOrderNumber",),
        line_id={"LineItems": "LineItemID"},
        locked=(("Status == 'BILLED'", "it is billed"),),
        gone="Status == 'DELETED'",
        resend=("Status",),
    ),
}
DEMO_OBJECTS["change_orders"] = DEMO_OBJECTS["commitments"]


@pytest.fixture(scope="session")
def demo() -> Desk:
    return Workspace().customer("demo")


def demo_ground(desk: Desk, mapping: str, facts: Facts, back: bool = False, **more: Any) -> Ground:
    """The ground of one mapping over the sample company."""
    inputs = read_inputs(desk.book, mapping, back, sample_files(desk), None)
    inputs.fill(facts.links)
    names = {name for flow in desk.flows for name in flow.remembered.get(mapping, ())}
    return Ground(
        **{
            "mapper": desk.mapper(mapping, back),
            "facts": facts,
            "records": [record for record in inputs.records if isinstance(record, dict)],
            "there": None if mapping == "job_costs" else {},
            "links": {},
            "wrote": {},
            "target_object": DEMO_OBJECTS.get(mapping),
            "remembered": tuple(sorted(names)),
            **more,
        }
    )


def fresh_customer(desk: Desk, facts: Facts | None = None) -> list[tuple[Ground, list[Action]]]:
    """Everything the sample company would send, from nothing, in one go."""
    facts = facts or desk.facts({}, today=date(2026, 5, 5))
    planned = []
    for flow in sorted_flows(desk.flows):
        if flow.back:
            continue
        ground = demo_ground(desk, flow.name, facts)
        actions = plan_flow(ground)
        for source_id, memory in promised(ground, actions).items():
            facts.links.add(flow.name, source_id, memory)
        planned.append((ground, actions))
    return planned
