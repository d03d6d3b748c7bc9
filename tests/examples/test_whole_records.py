"""Every example's whole outcome as a small file: a change of a mapping shows here, record by record.

Examples themselves name only the fields they are about; these say everything that leaves.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.map.encode import encode
from engine.map.examples import typed_by_all
from engine.map.mapper import Mapper
from engine.map.outcome import Outcome
from engine.read.canonical import Reader
from engine.report.wire_json import dumps
from engine.spec.examples import Example, load_examples
from engine.workspace import Desk, Workspace


@cache
def workspace() -> Workspace:
    return Workspace()


@cache
def desk(customer: str) -> Desk:
    return workspace().customer(customer)


def examples() -> list[Example]:
    found, problems = load_examples(workspace().root, workspace().book)
    assert not problems
    return found


def slug(example: Example) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", example.name.lower()).strip("-")
    return f"{example.mapping}-{words[:60].strip('-')}"


def told(outcome: Outcome, own: Desk, back: bool) -> dict[str, Any]:
    """An outcome without what moves when a line is added above it."""
    flow = own.flow(outcome.mapping, back)
    found: dict[str, Any] = {"id": outcome.id, "status": outcome.status}
    if outcome.record is not None:
        found["record"] = encode(outcome.record, flow.target_root)
    if outcome.notes:
        found["notes"] = outcome.notes
    remarks = [
        {"kind": r.kind, "code": r.code, "at": r.at, "text": r.text, "fix": r.fix} for r in outcome.remarks
    ]
    if remarks:
        found["said"] = [{k: v for k, v in each.items() if v} for each in remarks]
    if outcome.keys:
        found["keys"] = outcome.keys
    return found


@pytest.mark.parametrize("example", examples(), ids=slug)
def test_whole_record(example: Example, snapshot: SnapshotAssertion) -> None:
    own = desk(example.customer)
    written = example.wrote.get(example.mapping, {})
    facts = own.facts(example.links, example.settings, example.today, written, typed_by_all(example))
    mapper = Mapper(own.flow(example.mapping, example.back), plain_only=True)
    reader = Reader(own.shape(mapper.flow.source))
    records = [record for given in example.records for record in reader.bare(deepcopy(given))]
    outcomes = [told(o, own, example.back) for o in mapper.run(records, facts)]
    assert dumps(outcomes, indent=1) == snapshot


def test_every_example_has_a_name_of_its_own() -> None:
    names = [slug(example) for example in examples()]
    assert sorted({name for name in names if names.count(name) > 1}) == []
