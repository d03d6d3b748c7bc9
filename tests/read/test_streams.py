"""Long files: JSON lines need no more memory for twenty thousand records than for a thousand."""

from __future__ import annotations

import json
import tracemalloc
from collections import deque
from pathlib import Path

from engine.read import read_inputs
from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
BOOK = Workspace().book


def lines(path: Path, count: int) -> Path:
    commitments = json.loads((ROOT / "mappings/procore_xero/sample/commitments.json").read_text("utf-8"))
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            out.write(json.dumps({**commitments[number % len(commitments)], "id": number}) + "\n")
    return path


def peak(path: Path) -> int:
    tracemalloc.start()
    try:
        inputs = read_inputs(BOOK, "commitments", False, [path])
        deque(inputs.records, maxlen=0)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_is_flat(tmp_path: Path) -> None:
    few, many = lines(tmp_path / "few.jsonl", 1_000), lines(tmp_path / "many.jsonl", 8_000)
    peak(few)
    assert peak(many) <= 1.2 * peak(few)


def test_a_stream_that_is_not_read_to_its_end_is_closed(tmp_path: Path) -> None:
    inputs = read_inputs(BOOK, "commitments", False, [lines(tmp_path / "few.jsonl", 1_000)])
    assert next(inputs.records)["id"] == 0
    del inputs  # an open file would be a warning, and a warning is an error here


def test_a_request_beside_a_stream_is_united_with_it(tmp_path: Path) -> None:
    event = ROOT / "mappings/procore_xero/sample/events/create_commitment.json"
    own = json.loads(event.read_text("utf-8"))["request_data"]["commitment"]["id"]
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"id": own, "number": "SC-003", "vendor": {"id": 1}}) + "\n", "utf-8")
    inputs = read_inputs(BOOK, "commitments", False, [path, event])
    (record,) = inputs.records
    assert (inputs.form, record["number"], record["type"]) == ("list", "SC-003", "WorkOrderContract")
