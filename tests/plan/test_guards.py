"""Before a document is made: lists that fill up, and documents of somebody else that look like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.plan.conftest import World

LIMIT = """
at_most: {limit: days, of: "Status != 'OLD'", full: FULL}
fields:
  Number: number
"""
RECORDS = [{"id": n, "number": f"A-{n}"} for n in (1, 2, 3)]


@pytest.mark.parametrize(("full", "last"), [("hold", "hold"), ("warn", "create")])
def test_a_list_fills_up(world: Callable[..., World], full: str, last: str) -> None:
    there = {f"D{n}": {"DocumentID": f"D{n}", "Number": f"B-{n}", "Status": "DRAFT"} for n in range(8)}
    there |= {
        "E1": {"DocumentID": "E1", "Number": "C-1", "Status": "OLD"},
        "E2": {"DocumentID": "E2", "Number": "C-2", "Status": "GONE"},
    }
    actions = world(LIMIT.replace("FULL", full), *RECORDS, there=there, settings={"days": 10}).plan()
    assert [action.kind for action in actions] == ["create", "create", last]
    assert [[r.code for r in action.remarks] for action in actions] == [["filling"], [], []]
    assert actions[2].code == ("full" if full == "hold" else "")


def test_there_is_room(world: Callable[..., World]) -> None:
    actions = world(LIMIT.replace("FULL", "hold"), *RECORDS, settings={"days": 10}).plan()
    assert not [remark for action in actions for remark in action.remarks]
