"""What to do about an effect whose answer was never seen. Pure; the three windows of the design.

While the other side still knows our key (five of its six minutes), the same bytes under the same key
are safe: it decides, even while the first request is running. Then nothing is safe for two minutes.
After that nothing sent can still arrive, so a look is the truth. What only sets a state may be
repeated at any time.
"""

from __future__ import annotations

from datetime import datetime

from engine.ledger.ops import Op
from engine.system.model import Call, System

RESEND, WAIT, LOOK, REPEAT = "resend", "wait", "look", "repeat"

REPEATABLE = {"update", "lines", "line", "mark", "unmark", "delete", "close"}


def way_out(op: Op, call: Call, system: System, now: datetime) -> str:
    """One of the four, for an op that is `sending`."""
    if call.once == "upsert" or _sets_a_state(op):
        return REPEAT
    assert op.first_sent is not None
    age = (now - op.first_sent).total_seconds()
    if age < 0:
        return WAIT  # the clock went back: nobody knows how old this is
    if call.once == "key" and age < system.key_seconds:
        return RESEND
    return WAIT if age < system.settle_seconds else LOOK


def _sets_a_state(op: Op) -> bool:
    return all(member.step.split()[0] in REPEATABLE for member in op.members)


def waits_for(op: Op, system: System, now: datetime) -> float:
    """Seconds until a look is the truth."""
    assert op.first_sent is not None
    return max(0.0, system.settle_seconds - (now - op.first_sent).total_seconds())
