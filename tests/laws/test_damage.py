"""Whatever JSON a record is, mapping answers: one of four outcomes, a field named, never a float."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.map.examples import typed_by_all
from engine.map.outcome import BAD, HELD, READY, SKIPPED
from engine.spec.examples import Example, load_examples
from tests.laws.conftest import desk, mapper, workspace
from tests.laws.shapes import no_float

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=20)
    | st.sampled_from(["NaN", "1e400", "-1", "2026-03-31", "/Date(0)/", "\u0000", "{{ x }}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@cache
def examples() -> dict[str, list[Example]]:
    found, problems = load_examples(workspace().root, workspace().book)
    assert problems == []
    by_flow: dict[str, list[Example]] = {}
    for each in found:
        by_flow.setdefault(f"{each.mapping}{' back' if each.back else ''}", []).append(each)
    return by_flow


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a record."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inside for found in places(each, (*path, key)))]


def damaged(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    found = deepcopy(record)
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


@st.composite
def cases(draw: st.DrawFn, flow: str) -> tuple[Example, list[Any]]:
    example = draw(st.sampled_from(examples()[flow]))
    records = deepcopy(list(example.records))
    for _ in range(draw(st.integers(1, 3))):
        index = draw(st.integers(0, len(records) - 1))
        paths = places(records[index])
        records[index] = damaged(records[index], draw(st.sampled_from(paths)), draw(JSON))
    return example, records


@pytest.mark.parametrize("flow", sorted(examples()))
@given(data=st.data())
def test_mapping_always_answers(flow: str, data: st.DataObject) -> None:
    example, records = data.draw(cases(flow))
    own = desk(example.customer)
    facts = own.facts(example.links, example.settings, example.today, example.wrote, typed_by_all(example))
    # plainly: the generated reading is held against this one in tests/compile
    plain = mapper(example.mapping, example.back, example.customer, plain_only=True)
    whole = all(isinstance(record, dict) for record in records)
    for outcome in plain.run(records, facts):
        assert outcome.status in (READY, SKIPPED, HELD, BAD)
        assert (outcome.record is None) or outcome.status == READY
        assert no_float(outcome.record)
        assert outcome.remarks or outcome.status == READY
        bad = [remark for remark in outcome.remarks if remark.kind == BAD]
        assert bool(bad) is (outcome.status == BAD)
        assert all(remark.at and remark.text for remark in bad) or not whole


@pytest.mark.parametrize("flow", sorted(examples()))
def test_no_float_comes_out_of_the_examples(flow: str) -> None:
    for example in examples()[flow]:
        own = desk(example.customer)
        facts = own.facts(
            example.links, example.settings, example.today, example.wrote, typed_by_all(example)
        )
        plain = mapper(example.mapping, example.back, example.customer, plain_only=True)
        for outcome in plain.run(list(example.records), facts):
            assert no_float(outcome.record)
