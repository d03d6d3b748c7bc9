"""Laws of planning, for any order: what was written is the same; what one side changes has one meaning."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.map.encode import encode
from engine.plan.actions import Action
from engine.plan.build import plan_flow
from engine.plan.grounds import Ground, Known
from engine.workspace import Workspace
from tests.check.conftest import ORDERS, PROJECT, whole
from tests.plan.conftest import DOCUMENT, STORY

WORDS = st.text("abc éÖ-", min_size=1, max_size=8).filter(str.strip)
MONEY = st.decimals(-9999, 9999, places=2).map(str)
LINE = st.fixed_dictionaries({"text": WORDS, "amount": MONEY})


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.lists(LINE, max_size=4))
    return {
        "id": draw(st.integers(1, 99)),
        "number": draw(st.text("AB12-", min_size=1, max_size=8)),
        "title": draw(WORDS),
        "total": draw(MONEY),
        "ordered_on": draw(st.dates()).isoformat(),
        "lines": [{**line, "id": index} for index, line in enumerate(lines)],
    }


@pytest.fixture(scope="module")
def bare() -> Iterator[Ground]:
    folder = Path(tempfile.mkdtemp()) / "project"
    shutil.copytree(PROJECT, folder)
    (folder / ORDERS).write_text(whole(STORY), "utf-8")
    desk = Workspace(folder, "tiny").customer()
    yield Ground(desk.mapper("orders"), desk.facts(), [], {}, {}, {}, replace(DOCUMENT, resend=()))
    shutil.rmtree(folder.parent)


def carried_out(ground: Ground, action: Action) -> Ground:
    """The world after a create was carried out."""
    root = ground.mapper.flow.target_root
    record = encode(action.body, root)
    rows: dict[str, dict[str, str]] = {"Lines": {}}
    for index, key in enumerate(action.keys.get("Lines", [])):
        record["Lines"][index] = {**record["Lines"][index], "LineID": f"L{index}"}
        rows["Lines"][key] = f"L{index}"
    record["DocumentID"] = "D1"
    links = {action.source_id: Known(action.source_id, "D1", {"DocumentID": "D1"}, rows)}
    wrote = {action.source_id: encode(action.written, root)}
    facts = replace(ground.facts, wrote=wrote)
    return replace(ground, facts=facts, there={"D1": record}, links=links, wrote=wrote)


@given(orders())
def test_what_was_just_written_is_the_same(bare: Ground, order: dict[str, Any]) -> None:
    (made,) = plan_flow(replace(bare, records=[order]))
    assert made.kind == "create"
    after = carried_out(bare, made)
    (again,) = plan_flow(replace(after, records=[order]))
    assert (again.kind, again.changes, again.written, again.rows) == ("same", [], {}, {})


@given(orders(), orders())
def test_after_an_update_everything_is_the_same_again(
    bare: Ground, order: dict[str, Any], other: dict[str, Any]
) -> None:
    (made,) = plan_flow(replace(bare, records=[order]))
    after = carried_out(bare, made)
    changed = {**other, "id": order["id"]}
    (update,) = plan_flow(replace(after, records=[changed]))
    assert update.kind in ("update", "same")
    if update.kind == "same":
        return
    root = bare.mapper.flow.target_root
    there: dict[str, Any] = {**(after.there or {})["D1"], **encode(update.body, root)}
    known = after.links[made.source_id]
    ids = dict(known.rows["Lines"])
    for index, row in enumerate(there.get("Lines", [])):
        row.setdefault("LineID", f"N{index}")
    new = [key for key in update.keys.get("Lines", []) if key not in ids]
    fresh = [row["LineID"] for row in there.get("Lines", []) if row["LineID"] not in ids.values()]
    ids |= dict(zip(new, fresh, strict=True))
    links = {made.source_id: replace(known, rows={"Lines": ids})}
    wrote = {made.source_id: encode(update.written, root)}
    now = replace(
        after, facts=replace(after.facts, wrote=wrote), there={"D1": there}, links=links, wrote=wrote
    )
    (again,) = plan_flow(replace(now, records=[changed]))
    assert (again.kind, again.changes) == ("same", [])


@given(orders(), WORDS)
def test_what_somebody_types_there_is_never_overwritten(
    bare: Ground, order: dict[str, Any], typed: str
) -> None:
    (made,) = plan_flow(replace(bare, records=[order]))
    after = carried_out(bare, made)
    there = {"D1": {**(after.there or {})["D1"], "Memo": f"{typed} typed"}}
    (action,) = plan_flow(replace(after, records=[order], there=there))
    assert (action.kind, action.body) == ("drift", {})
