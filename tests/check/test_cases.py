"""Mistakes as data: each case's files must give exactly the messages it states, each at its place.

A case has a `mapping` (with or without its head) or several `files`; `expect` lists code, line and
column (`at`), and words of the text, the label, a note or the fix. Nothing else may be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.check.conftest import ORDERS, problems_of, whole

CASES = Path(__file__).parent / "cases"
WORDS = ("text", "label", "fix")


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


def files_of(case: dict[str, Any]) -> dict[str, str]:
    found = dict(case.get("files", {}))
    if "mapping" in case:
        found[ORDERS] = whole(case["mapping"])
    return found


@pytest.mark.parametrize("case", list(cases()))
def test_one_message_for_each_mistake(
    case: dict[str, Any], project: Callable[[dict[str, str]], Path]
) -> None:
    found = problems_of(project(files_of(case)))
    told = "\n".join(f"{p.code} {p.span} {p.text} | {p.label} | {p.notes} | {p.fix}" for p in found)
    wanted = case.get("expect", [])
    file = case.get("in", next(iter(files_of(case))))
    assert [(p.code, str(p.span)) for p in found] == [
        (each["code"], f"{each.get('in', file)}:{each['at']}") for each in wanted
    ], told
    for problem, each in zip(found, wanted, strict=True):
        for word in WORDS:
            assert each.get(word, "") in getattr(problem, word), f"{word} of {told}"
        assert each.get("note", "") in "\n".join(problem.notes), told
        assert problem.is_error is each["code"].startswith("E"), told
        if "length" in each:
            assert problem.span.length == each["length"], told
