"""What an approver types is read by the mapping's form, wherever it was typed."""

from __future__ import annotations

import pytest

from engine.live import typing_in
from engine.live.declined import Declined
from engine.workspace import Workspace

COMMITMENTS = Workspace().customer("").book.mappings["commitments"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("date", "30.02.2026", "a date"),
        ("date", "2026-02-30", "a date"),
        ("number", "  ", "nothing was typed"),
        ("number", "PO-7\x1b[31m", "not seen"),
        ("number", "7" * 256, "256 characters"),
        ("nunber", "7", "asked for: number, date"),
    ],
)
def test_what_cannot_be_meant_is_not_accepted(name: str, text: str, said: str) -> None:
    with pytest.raises(Declined, match="nothing was accepted") as declined:
        typing_in.read(COMMITMENTS, {name: text})
    assert said in declined.value.text


def test_every_mistake_is_told_of_what_was_typed_in_procore_too() -> None:
    assert typing_in.problems(COMMITMENTS, {"number": 77, "date": "2026-05-20"}) == []
    assert [one[:5] for one in typing_in.problems(COMMITMENTS, {"number": "", "date": "soon"})] == [
        "numbe",
        "date:",
    ]
