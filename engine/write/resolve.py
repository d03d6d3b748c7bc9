"""What to do about an effect whose answer was never seen. Pure; the three windows of the design.

While the other side still knows our key (five of its six minutes), the same bytes under the same key
are safe: it decides, even while the first request is running. Then nothing is safe for two minutes.
After that nothing sent can still arrive, so a look is the truth. What only sets a state may be
repeated at any time; an update only while it is new, since it writes over what people did since (`anew`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.ledger.ops import Op
from engine.system.model import Call, System
from engine.write import anew

RESEND, WAIT, LOOK, REPEAT = "resend", "wait", "look", "repeat"

REPEATABLE = {"update", "lines", "line", "mark", "unmark", "delete", "close"}


def repeatable(op: Op, call: Call, system: System) -> bool:
    """Whether it may be sent again whenever that was, since it only sets a state."""
    return not anew.can_be(op, system) and (call.once == "upsert" or _sets_a_state(op))


def way_out(op: Op, call: Call, system: System, now: datetime | None) -> str:
    """One of the four, for an op that is `sending`. `now` is told by whom it was sent to, whose clock counts:
    ours may have been put right since. Who does not answer tells nothing.
    """
    if repeatable(op, call, system):
        return REPEAT
    assert op.first_sent is not None
    if now is None:
        return WAIT
    age = (now - op.first_sent).total_seconds()
    if age < 0:
        return WAIT  # a clock went back: nobody knows how old this is
    if call.once == "upsert" and age < system.settle_seconds:
        return REPEAT
    if call.once == "key" and age < system.key_seconds:
        return RESEND
    return WAIT if age < system.settle_seconds else LOOK


def last_moment(op: Op, call: Call, system: System, first: datetime) -> datetime | None:
    """Until when a sending may still leave, after whatever wait for a token or a budget: later its key may be
    forgotten, or somebody has looked and found nothing. None where a repetition does no harm.
    """
    if call.once == "upsert" or repeatable(op, call, system):
        return None
    seconds = system.key_seconds if call.once == "key" else system.settle_seconds - 2 * system.timeout
    return first + timedelta(seconds=seconds)


def _sets_a_state(op: Op) -> bool:
    return all(member.step.split()[0] in REPEATABLE for member in op.members)
