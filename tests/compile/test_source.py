"""Generated source as text: short, numbered by the YAML, made anew when settings or links change."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.compile.fold import folded
from engine.compile.source import write_flow
from engine.map.fast import Fast
from engine.map.mapper import Mapper
from engine.map.plain import Plain
from engine.vocabulary.transforms import TRANSFORMS
from engine.workspace import Desk, Workspace
from tests.check.conftest import ORDERS, Files, whole
from tests.check.conftest import project as project

ORDER: dict[str, Any] = {"id": 1, "number": "A-1", "title": "Roof", "total": "12.50"}
TINY = """
let: {short: {from: title, as: [trim, not_empty]}}
rules: {negative: {when: "total < `0`", then: hold, say: It is negative.}}
fields:
  Memo: let.short
  Amount: {from: total, scale: 2}
"""


@pytest.fixture
def desk(project: Callable[[Files], Path]) -> Callable[[str], Desk]:
    return lambda text: Workspace(project({ORDERS: whole(text)}), "tiny").customer()


def fast_of(desk: Desk) -> Fast:
    flow = desk.flow("orders")
    return Fast(flow, lambda: Plain(flow))


def source(desk: Desk, **settings: Any) -> str:
    return write_flow(folded(desk.flow("orders"), {**desk.settings, **settings})).text()[0]


def test_the_text_of_a_tiny_mapping(desk: Callable[[str], Desk], snapshot: SnapshotAssertion) -> None:
    assert source(desk(TINY)) == snapshot


def test_a_bug_in_generated_code_names_the_line_of_the_mapping(
    desk: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(value: str) -> str:
        raise ZeroDivisionError("a bug")

    text = "fields:\n  Amount: total\n  Memo: {from: title, as: collapse}\n"
    here = desk(text)
    line = 1 + whole(text).splitlines().index("  Memo: {from: title, as: collapse}")
    monkeypatch.setitem(TRANSFORMS, "collapse", replace(TRANSFORMS["collapse"], apply=broken))
    (run,) = fast_of(here).bind(here.facts())
    with pytest.raises(ZeroDivisionError) as caught:
        run(ORDER)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [(frame.filename, frame.lineno) for frame in frames if frame.filename.endswith(".yaml")] == [
        (ORDERS, line)
    ]


def test_every_statement_has_a_line_of_the_mapping() -> None:
    """The table of line numbers is written by us, so Python must read it as it was meant."""
    for flow in Workspace().customer().flows:
        program = write_flow(folded(flow, {}))
        text, places = program.text()
        plainly, ours = compile(text, "text", "exec"), program.compiled()
        for _ in range(2):  # the module, then `bind`, then `run`
            wanted = [places[line - 1] for line in lines(plainly) if line]
            assert [line for line in lines(ours) if line is not None][-len(wanted) :] == wanted
            plainly = next(c for c in plainly.co_consts if hasattr(c, "co_code"))
            ours = next(c for c in ours.co_consts if hasattr(c, "co_code"))


def lines(code: Any) -> list[int | None]:
    """The line of every unit of code; one without a line has that of the unit before."""
    found: list[int | None] = []
    for start, end, line in code.co_lines():
        found += [line] * ((end - start) // 2)
    return found


def test_settings_are_put_in(desk: Callable[[str], Desk]) -> None:
    text = "fields:\n  Memo: {pick: [{when: settings.enabled, from: title, as: upper}, title]}\n"
    here = desk(text)
    assert "X_upper" in source(here, enabled=True)
    assert "X_upper" not in source(here, enabled=False)


def test_a_program_is_made_once_for_the_same_settings(desk: Callable[[str], Desk]) -> None:
    here = desk(TINY)
    fast = fast_of(here)
    first = fast.made({"a": 1})
    assert fast.made({"a": 1}) is first
    assert fast.made({"a": 2}) is not first


def test_links_that_are_added_are_known_at_once() -> None:
    here = Workspace().customer("demo")
    facts = here.facts({})
    mapper = Mapper(here.flow("commitments"))
    before = mapper.fast.bind(facts)
    assert mapper.fast.bind(facts) is before
    facts.links.add("companies", "5", {"ContactID": "c5"})
    assert mapper.fast.bind(facts) is not before


def test_a_list_is_decoded_once() -> None:
    """What a sum over the lines decoded is not decoded again by the rows of the same lines."""
    here = Workspace().customer("demo")
    program = write_flow(folded(here.flow("commitments"), here.facts({}).settings))
    text, _ = program.text()
    assert text.count(".get('amount')") == 1


def test_the_largest_mapping_stays_short() -> None:
    """Named values are written where they belong, not at each place that asks for them."""
    here = Workspace().customer("demo")
    text, _ = write_flow(folded(here.flow("invoices"), here.facts({}).settings)).text()
    assert len(text.splitlines()) < 700
