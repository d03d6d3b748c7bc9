"""The life of a record at the gate: which event leads from which state to which.

Words are Procore's (its ERP Integrations tool, tutorials Send, Retrieve, Accept or Reject, Resend, Unlink);
ours is `unsure`: a write whose answer was lost. Before: nothing. After: `standing`, `decide`.
"""

from __future__ import annotations

from collections.abc import Mapping

# ---- states

UNSENT, WAITING, RETRIEVED, REJECTED = "unsent", "waiting", "retrieved", "rejected"
ACCEPTED, SENDING, SYNCED, FAILED, UNSURE = "accepted", "sending", "synced", "failed", "unsure"
UNLINKED, DELETED, MERGED = "unlinked", "deleted", "merged"
READY, ARCHIVED = "ready", "archived"  # of the other system, to be imported
STATES = (
    *(UNSENT, WAITING, RETRIEVED, REJECTED, ACCEPTED, SENDING, SYNCED, FAILED, UNSURE),
    *(UNLINKED, DELETED, MERGED, READY, ARCHIVED),
)

# ---- events, as the log has them

SENT, RESENT, TAKEN_BACK, ACCEPT, REJECT = "sent", "resent", "retrieved", "accepted", "rejected"
STARTED, WRITTEN, REFUSED, LOST = "started", "synced", "failed", "unsure"
LINKED, UNLINK, ADDED, ARCHIVE, RESTORE = "linked", "unlinked", "added", "archived", "restored"
MERGE, OPENED, DELETE, RESET = "merged", "edited", "removed", "reset"
EVENTS = (
    *(SENT, RESENT, TAKEN_BACK, ACCEPT, REJECT, STARTED, WRITTEN, REFUSED, LOST),
    *(LINKED, UNLINK, ADDED, ARCHIVE, RESTORE, MERGE, OPENED, DELETE, RESET),
)

EDITABLE = (UNSENT, RETRIEVED, REJECTED, FAILED, UNLINKED)

TABLE: Mapping[tuple[str, str], str] = {
    (UNSENT, SENT): WAITING,
    (RETRIEVED, SENT): WAITING,
    (RETRIEVED, RESENT): WAITING,
    (REJECTED, RESENT): WAITING,
    (FAILED, RESENT): WAITING,
    (UNLINKED, RESENT): WAITING,
    (SYNCED, RESENT): WAITING,  # kinds whose synced records may be sent again, such as projects
    (WAITING, TAKEN_BACK): RETRIEVED,
    (WAITING, ACCEPT): ACCEPTED,
    (WAITING, REJECT): REJECTED,
    (FAILED, REJECT): REJECTED,
    (ACCEPTED, STARTED): SENDING,
    (ACCEPTED, WRITTEN): SYNCED,  # nothing had to be sent: it is there, and equal
    (ACCEPTED, REFUSED): FAILED,  # it can never go as it is
    (ACCEPTED, LOST): UNSURE,
    (SENDING, STARTED): SENDING,  # several documents of one record
    (SENDING, WRITTEN): SYNCED,
    (SENDING, REFUSED): FAILED,
    (SENDING, LOST): UNSURE,
    (UNSURE, STARTED): SENDING,
    (UNSURE, WRITTEN): SYNCED,
    (UNSURE, REFUSED): FAILED,
    (SYNCED, OPENED): RETRIEVED,  # its link stays; what is changed waits until it is accepted again
    (SYNCED, UNLINK): UNLINKED,
    (RETRIEVED, UNLINK): UNLINKED,
    (SYNCED, MERGE): MERGED,
    (READY, ADDED): SENDING,
    (FAILED, ADDED): SENDING,
    (READY, LINKED): SYNCED,
    (READY, ARCHIVE): ARCHIVED,
    (ARCHIVED, RESTORE): READY,
    **{(state, LINKED): SYNCED for state in (*EDITABLE, WAITING, ACCEPTED, SENDING, UNSURE, SYNCED)},
    **{(state, MERGE): MERGED for state in EDITABLE},
    **{(state, DELETE): DELETED for state in (UNSENT, RETRIEVED, REJECTED, UNLINKED)},
    **{(state, RESET): UNSENT for state in STATES if state not in (UNSENT, READY, ARCHIVED, MERGED, DELETED)},
}


def after(state: str, event: str) -> str | None:
    """The state an event leads to; None where the table has no such way."""
    return TABLE.get((state, event))
