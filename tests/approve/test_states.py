"""The table of the gate as people read it: where each event leads, and that nothing else leads anywhere."""

from __future__ import annotations

import pytest

from engine.approve import states as s
from engine.approve.standing import Entry, stands

# from: event → to, one line for each state; what stands here is all there is.
LIFE = """
unsent     sent → waiting, linked → synced, merged → merged, removed → deleted
waiting    retrieved → retrieved, accepted → accepted, rejected → rejected, linked → synced, reset → unsent
retrieved  sent → waiting, resent → waiting, linked → synced, unlinked → unlinked, merged → merged
retrieved  removed → deleted, reset → unsent
rejected   resent → waiting, linked → synced, merged → merged, removed → deleted, reset → unsent
accepted   started → sending, synced → synced, failed → failed
accepted   unsure → unsure, linked → synced, reset → unsent
sending    started → sending, synced → synced, failed → failed
sending    unsure → unsure, linked → synced, reset → unsent
unsure     started → sending, synced → synced, failed → failed, linked → synced, reset → unsent
failed     resent → waiting, rejected → rejected, added → sending
failed     linked → synced, merged → merged, reset → unsent
synced     resent → waiting, edited → retrieved, unlinked → unlinked
synced     merged → merged, linked → synced, reset → unsent
unlinked   resent → waiting, linked → synced, merged → merged, removed → deleted, reset → unsent
ready      added → sending, linked → synced, archived → archived
archived   restored → ready
"""


def told() -> dict[tuple[str, str], str]:
    found = {}
    for line in LIFE.strip().splitlines():
        state, _, ways = line.partition(" ")
        for way in ways.split(","):
            event, _, to = way.strip().partition(" → ")
            found[state, event] = to
    return found


@pytest.mark.parametrize("state", s.STATES)
@pytest.mark.parametrize("event", s.EVENTS)
def test_every_event_in_every_state(state: str, event: str) -> None:
    assert s.after(state, event) == told().get((state, event))


def entry(what: str, who: str = "somebody", at: str = "2026-05-20T08:00:00.000000Z", **data: object) -> Entry:
    return Entry(at, who, what, "commitments", "1", str(data.pop("why", "")), data)


def test_a_life_is_told_by_its_log() -> None:
    log = [entry("sent", "office"), entry("accepted", "approver", typed={"number": "7"}), entry("started")]
    found = stands(log)
    assert (found.state, found.sender, found.approver, found.typed) == (
        "sending",
        "office",
        "approver",
        {"number": "7"},
    )
    assert stands([*log, entry("synced")], linked=True).state == "synced"


def test_what_comes_twice_or_late_changes_nothing() -> None:
    log = [entry("sent", "first"), entry("sent", "second"), entry("synced"), entry("restored")]
    found = stands(log)
    assert (found.state, found.sender) == ("waiting", "first")


def test_what_was_linked_before_there_was_a_gate_is_synced() -> None:
    assert stands((), linked=True).state == "synced"
    assert stands((), linked=True, imported=True).state == "synced"


def test_what_lost_its_link_is_unlinked() -> None:
    assert stands([entry("linked")], linked=False).state == "unlinked"


def test_what_was_typed_is_forgotten_by_a_reset_alone() -> None:
    log = [entry("sent"), entry("accepted", typed={"number": "7"}), entry("synced")]
    assert stands(log, linked=True).typed == {"number": "7"}
    assert stands([*log, entry("reset")]).typed == {}


def test_what_was_synced_before_there_was_a_gate_is_opened_and_unlinked_like_any_other() -> None:
    assert stands([entry("edited")], linked=True).state == "retrieved"
    assert stands([entry("unlinked")]).state == "unlinked"
    assert stands([entry("unlinked"), entry("resent")]).state == "waiting"
