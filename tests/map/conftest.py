"""A mapping written in the test, over the handmade project: what comes out of a record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.map.outcome import Outcome
from engine.spec.problem import SpecError
from engine.workspace import Workspace
from tests.check.conftest import ORDERS, Files, whole
from tests.check.conftest import project as project

ORDER: dict[str, Any] = {"id": 1, "number": "A-1", "title": "Roof"}

Run = Callable[..., list[Outcome]]
One = Callable[..., Outcome]
Record = Callable[..., dict[str, Any]]


def fields(text: str) -> str:
    """The lines of a mapping, written in one."""
    return f"fields: {{{text}}}\n"


@pytest.fixture(params=["plain", "generated"])
def run(project: Callable[[Files], Path], request: pytest.FixtureRequest) -> Run:
    """Maps records through a mapping's text, read plainly and by generated source alike."""

    def go(
        mapping: str,
        *records: Any,
        name: str = "orders",
        back: bool = False,
        customer: str = "",
        files: Files | None = None,
        **facts: Any,
    ) -> list[Outcome]:
        path = f"mappings/tiny/{name}.yaml" if name != "orders" else ORDERS
        workspace = Workspace(project({path: whole(mapping), **(files or {})}), "tiny")
        try:
            desk = workspace.customer(customer)
        except SpecError as error:
            pytest.fail("\n".join(f"{p.span} {p.code} {p.text} {p.label}" for p in error.problems))
        mapper = desk.mapper(name, back)
        mapper.plain_only = request.param == "plain"
        return list(mapper.run(records or [ORDER], desk.facts(**facts)))

    return go


@pytest.fixture
def one(run: Run) -> One:
    """The one outcome of one record."""

    def go(mapping: str, record: Any = None, **more: Any) -> Outcome:
        outcomes = run(mapping, ORDER if record is None else {**ORDER, **record}, **more)
        assert len(outcomes) == 1
        return outcomes[0]

    return go


@pytest.fixture
def record(one: One) -> Record:
    """What is written for a record that is ready."""

    def go(mapping: str, given: Any = None, **more: Any) -> dict[str, Any]:
        outcome = one(mapping, given, **more)
        assert outcome.status == "ready", outcome.remarks
        assert outcome.record is not None
        return outcome.record

    return go
