"""Generated source and the plain reading say the same of every record, however damaged.

Seeds are all examples of all mappings, both ways. `CROSSWALK_FUZZ=100000` damages that many
records; the short form runs in CI.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from engine.map.examples import typed_by_all
from engine.map.mapper import Mapper
from engine.spec.examples import Example, load_examples
from engine.workspace import Desk, Workspace
from tests.compile.damage import damaged

RECORDS = int(os.environ.get("CROSSWALK_FUZZ", "6000"))


@cache
def workspace() -> Workspace:
    return Workspace()


@cache
def desk(customer: str) -> Desk:
    return workspace().customer(customer)


@cache
def mapper(customer: str, name: str, back: bool) -> tuple[Mapper, Mapper]:
    flow = desk(customer).flow(name, back)
    return Mapper(flow), Mapper(flow, plain_only=True)


def seeds() -> list[Example]:
    examples, problems = load_examples(workspace().root, workspace().book)
    assert not problems
    return examples


def both(example: Example, records: list[Any]) -> tuple[list[Any], list[Any]]:
    """What the two engines make of the records."""
    own = desk(example.customer)
    fast, plain = mapper(example.customer, example.mapping, example.back)
    facts = own.facts(example.links, example.settings, example.today, example.wrote, typed_by_all(example))
    return list(fast.run(records, facts)), list(plain.run(records, facts))


def seeds_of(mapping: str) -> list[Example]:
    return [example for example in seeds() if example.mapping == mapping]


def damaged_seeds(mapping: str, count: int) -> Iterator[tuple[int, Example, list[Any]]]:
    """`count` damaged records: (seed, example, records)."""
    examples = seeds_of(mapping)
    done = seed = 0
    while done < count:
        rng = random.Random(f"{mapping}-{seed}")
        example = rng.choice(examples)
        records = damaged(list(example.records), rng, rng.randint(1, 4))
        yield seed, example, records
        done += max(1, len(records))
        seed += 1


MAPPINGS = sorted({example.mapping for example in seeds()})


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_every_example_is_read_alike(mapping: str) -> None:
    for example in seeds_of(mapping):
        fast, plain = both(example, list(example.records))
        assert fast == plain, f"{example.span}: {example.name}"


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_damaged_records_are_read_alike(mapping: str) -> None:
    for seed, example, records in damaged_seeds(mapping, RECORDS // len(MAPPINGS)):
        fast, plain = both(example, records)
        assert repr(fast) == repr(plain), f"seed {mapping}-{seed} of {example.span}: {example.name}"


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_generated_source_serves_what_is_ready(mapping: str) -> None:
    """It is no use to fall back for a sound record: every ready outcome without a remark comes from it."""
    for example in seeds_of(mapping):
        fast, plain = mapper(example.customer, example.mapping, example.back)
        own = desk(example.customer)
        facts = own.facts(
            example.links, example.settings, example.today, example.wrote, typed_by_all(example)
        )
        outcomes = list(plain.run(list(example.records), facts))
        if all(outcome.status == "ready" and not outcome.remarks for outcome in outcomes):
            before = fast.fast.odd
            list(fast.run(list(example.records), facts))
            assert fast.fast.odd == before, f"{example.span}: {example.name}"
