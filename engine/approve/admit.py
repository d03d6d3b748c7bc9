"""May an action of a plan go, as its record stands? Pure; the gate's word on what would be written.

What was never exported goes once it is accepted, and no sooner. What is synced follows as ever, unless it was
opened for editing, or a part of it failed: then all of it waits to be accepted again.
Before: `plan`, `standing`. After: `write`.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.approve import states as s
from engine.approve.standing import Standing
from engine.plan.actions import APPEND, CREATE, DELETE, LINK, UPDATE, Action, held

CODE = "not-accepted"
NEW = (CREATE, LINK, APPEND)
TOLD = (*NEW, UPDATE, DELETE)  # what the other side would hear of
SINCE = "it was changed since it was accepted, in Procore or in the settings"
CHANGED = "changed-since"
LET_THROUGH = (s.ACCEPTED, s.SENDING, s.UNSURE)
OPENED = (s.RETRIEVED, s.WAITING, s.REJECTED, s.FAILED)
REASONS: Mapping[str, tuple[str, str]] = {
    s.UNSENT: (
        "not sent to the accounting approver",
        "send it (erp send), and have it accepted (erp accept)",
    ),
    s.WAITING: ("waits for an accounting approver", "an accounting approver accepts or rejects it"),
    s.RETRIEVED: ("was retrieved before it was accepted", "send it again when it is ready"),
    s.REJECTED: ("was rejected", "put it right in Procore, and resend it"),
    s.FAILED: ("failed to export", "put right what the error says, and resend it; or reject it"),
    s.UNLINKED: ("was unlinked", "resend it if it is to be exported anew"),
    s.SYNCED: ("is synced with a document that is not known any more", "unlink it, and send it again"),
    s.DELETED: ("was deleted", "nothing: it stays out"),
    s.MERGED: ("was merged into another record", "nothing: the other one goes"),
}


def admit(action: Action, standing: Standing, now: str = "") -> Action:
    """The action, or the same held back with the reason its record's state gives.

    `now`: what would go out, as a hash; held back if that is not what the approver saw.
    """
    if standing.state == s.ACCEPTED and now and standing.seen not in ("", now) and action.kind in TOLD:
        return held(action, CHANGED, SINCE, "look at what it is now, resend it and accept it again")
    if standing.linked:
        waits = action.kind in TOLD and standing.state in OPENED
    else:
        waits = action.kind in NEW and standing.state not in LET_THROUGH
    if not waits:
        return action
    reason, fix = REASONS.get(standing.state, REASONS[s.UNSENT])
    held(
        action,
        CODE,
        f"{reason}: {standing.why}" if standing.why and standing.state == s.REJECTED else reason,
        fix,
    )
    action.quiet = standing.state != s.WAITING
    return action
