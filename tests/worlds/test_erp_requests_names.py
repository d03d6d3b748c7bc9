"""Every request that Procore's ERP tool may send is somebody's business here, and is told in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from engine.live.erp import table
from tests.worlds.sandboxed import ROOT, desk

NAMES: dict[str, str] = yaml.safe_load((Path(__file__).parent / "erp_request_names.yaml").read_text("utf-8"))


def by_a_mapping() -> set[str]:
    """Requests that carry a record of some shape."""
    return {
        str(told["request"])
        for shape in desk().book.shapes.values()
        for told in shape.sources.values()
        if "request" in told
    }


def test_the_handled_requests_are_those_that_matter() -> None:
    assert by_a_mapping() | table.HERE | set(table.NOW) == set(NAMES)


def test_no_request_is_handled_twice() -> None:
    tables = [set(table.BEFORE), set(table.AFTER), set(table.NOW)]
    assert sum(map(len, tables)) == len(set().union(*tables))
    assert not table.HERE & by_a_mapping()


@pytest.mark.parametrize("name", NAMES)
def test_the_docs_name_it(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "gate.md").read_text("utf-8")
