"""Links and what was written before, as files: read exactly, and told where they are wrong."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from engine.read import load_links, load_wrote
from engine.spec.model import Book
from engine.spec.problem import SpecError
from engine.workspace import Workspace

SAMPLE = Path(__file__).resolve().parents[2] / "mappings" / "procore_xero" / "sample"


@cache
def book() -> Book:
    return Workspace().book


def test_the_samples_links_are_good() -> None:
    assert load_links(SAMPLE / "links.json", book())["cost_types"]["L"] == {"id": 4401}


def test_what_was_written_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "wrote.json"
    path.write_text('{"payments": {"p1": {"amount": 9090.95}}}', "utf-8")
    assert load_wrote(path, book()) == {"payments": {"p1": {"amount": Decimal("9090.95")}}}


def test_what_one_mapping_wrote_needs_no_name(tmp_path: Path) -> None:
    path = tmp_path / "wrote.json"
    path.write_text('{"p1": {"amount": 9090.95}}', "utf-8")
    assert load_wrote(path, book()) == {"p1": {"amount": Decimal("9090.95")}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"compaines": {}}', "no mapping or reference 'compaines' did you mean 'companies'?"),
        ('{"comitments.LineItems.work": {}}', "did you mean 'commitments'?"),
        ('{"companies": []}', "'companies' is not an object of source ids"),
        ('{"companies": {"47": "c-47"}}', "'companies' at '47' is not an object of members"),
        ("[]", "this is not an object"),
        ('{"companies": {}, "companies": {}}', "the key 'companies' stands twice"),
        ("{", "not JSON"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    path.write_text(text, "utf-8")
    with pytest.raises(SpecError) as raised:
        load_links(path, book())
    (problem,) = raised.value.problems
    assert said in f"{problem.text} {problem.label}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read: no such file"):
        load_wrote(tmp_path / "nowhere.json")
