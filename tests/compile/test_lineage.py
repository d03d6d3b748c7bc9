"""Which source fields a written field is made of is known without a record."""

from __future__ import annotations

import re

import pytest

from engine.compile.lineage import lineage, words
from engine.map.mapper import Mapper
from engine.spec.examples import load_examples
from engine.workspace import Workspace


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace()


@pytest.mark.parametrize(
    ("mapping", "path", "sources"),
    [
        ("commitments", "Contact.ContactID", ("vendor.id",)),
        ("commitments", "LineItems[].LineItemID", ("line_items[].id",)),
        ("commitments", "LineItems[].Tracking[].TrackingOptionID", ("project.id",)),
        (
            "commitments",
            "LineItems[].Quantity",
            ("line_items[].quantity", "line_items[].unit_cost", "line_items[].amount"),
        ),
        ("commitments", "LineAmountTypes", ()),
        ("invoices", "Contact.ContactID", ("vendor_id", "commitment.vendor.id", "commitment_id")),
        ("job_costs", "line_item_type_id", ("LineItems[].ItemCode",)),
        ("job_costs", "job_origin_id", ("LineItems[].Tracking[].TrackingOptionID",)),
    ],
)
def test_a_field_knows_what_it_is_made_of(
    workspace: Workspace, mapping: str, path: str, sources: tuple[str, ...]
) -> None:
    found = lineage(workspace.customer().flow(mapping))[path]
    assert tuple(source for source in found if source in sources) == sources
    assert len(found) == len(sources)


def test_through_totals(workspace: Workspace) -> None:
    found = lineage(workspace.customer().flow("job_costs"))
    assert "LineItems[].LineAmount" in found["job_to_date_cost"]
    assert set(found["direct_costs"]) == {*found["job_to_date_cost"], *found["commitment_invoiced"]}


def written(value: object, at: str = "") -> set[str]:
    """The paths of all fields of a record."""
    if isinstance(value, dict):
        return {path for name, one in value.items() for path in written(one, f"{at}.{name}" if at else name)}
    if isinstance(value, list):
        return {path for one in value for path in written(one, f"{at}[]")}
    return {at}


def test_every_field_an_example_writes_has_a_lineage(workspace: Workspace) -> None:
    examples, _ = load_examples(workspace.root, workspace.book)
    for example in examples:
        desk = workspace.customer(example.customer)
        flow = desk.flow(example.mapping, example.back)
        if any(step.key_member for line in flow.lines for step in line.path) or flow.into is not None:
            continue  # their paths are written as people name them, not as they stand in the record
        known = lineage(flow)
        facts = desk.facts(example.links, example.settings, example.today, example.wrote)
        for outcome in Mapper(flow).run(list(example.records), facts):
            assert written(outcome.record or {}) - {""} <= known.keys(), example.name


def test_every_field_that_is_read_is_among_the_words() -> None:
    desk = Workspace().customer()
    for flow in desk.flows:
        read = {
            name for paths in lineage(flow).values() for path in paths for name in re.findall(r"\w+", path)
        }
        assert read <= words(flow), flow.name
