"""Nothing of a record stays when it is done: no traceback holds it, no circle waits to be found."""

from __future__ import annotations

import gc
from pathlib import Path
from types import TracebackType

import pytest

from engine.compile.frame import Frame, Stop
from engine.read import read_inputs
from engine.run import sample_files
from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mapping", ["commitments", "invoices", "payments", "job_costs"])
def test_records_that_stop_leave_nothing_behind(mapping: str) -> None:
    desk = Workspace(ROOT).customer("demo")
    mapper, facts = desk.mapper(mapping), desk.facts()  # no links: most records stop somewhere
    records = list(read_inputs(desk.book, mapping, False, sample_files(desk)).records)

    def mapped() -> int:
        return len(list(mapper.run(records, facts)))

    assert mapped()
    gc.collect()
    before = len(gc.get_objects())
    gc.disable()
    try:
        mapped()
        assert gc.collect() == 0, "circles"
    finally:
        gc.enable()
    left = [each for each in gc.get_objects() if isinstance(each, (Frame, Stop, TracebackType))]
    assert left == []
    assert len(gc.get_objects()) <= before + 10
