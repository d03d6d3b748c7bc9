"""However people, messages and runs follow each other: nothing goes out that nobody let through."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.approve import states as s
from engine.approve.admit import LET_THROUGH, admit
from engine.approve.standing import Entry, stands
from engine.plan.actions import APPEND, CREATE, HOLD, LINK, Action

EVENTS = st.lists(st.sampled_from(s.EVENTS), max_size=14)


def log(events: list[str]) -> list[Entry]:
    return [Entry(f"2026-05-20T08:00:{n:02d}.000000Z", "somebody", what) for n, what in enumerate(events)]


@given(EVENTS, st.sampled_from((CREATE, LINK, APPEND)))
def test_no_events_lead_to_a_document_without_an_acceptance(events: list[str], kind: str) -> None:
    action = admit(Action("commitments", False, "1", kind, "xero.purchase_order"), stands(log(events)))
    assert action.kind == HOLD or s.ACCEPT in events


@given(EVENTS)
def test_what_goes_was_accepted_after_it_was_sent_last(events: list[str]) -> None:
    """The part of the log since the state was last one in which nothing goes holds the acceptance."""
    for end in range(1, len(events) + 1):
        now, before = stands(log(events[:end])).state, stands(log(events[: end - 1])).state
        if now in LET_THROUGH and before not in LET_THROUGH:
            assert events[end - 1] in (s.ACCEPT, s.ADDED)


@given(EVENTS)
def test_an_import_is_never_an_export(events: list[str]) -> None:
    """A record of the other system reaches no state in which ours would be exported unasked."""
    found = stands(log(events), imported=True)
    if found.state in LET_THROUGH:
        assert s.ADDED in events or s.ACCEPT in events


@given(EVENTS, EVENTS)
def test_what_the_table_does_not_know_changes_nothing(before: list[str], after: list[str]) -> None:
    known = [s.SENT, *before]
    state = stands(log(known)).state
    assume(state != s.UNLINKED)  # told of a synced one without its link, too
    deaf = [what for what in after if s.after(state, what) is None]
    assert stands(log([*known, *deaf])).state == state
