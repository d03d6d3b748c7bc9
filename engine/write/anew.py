"""Updates that would leave late, or may have left: forgotten, so that they are planned anew.

An update is made of what stood there when it was planned. Hours later it would write over what people did
since; so what was not sent in its own run is not sent at all, and what was sent without an answer is not sent
again once its key is forgotten. The next plan reads what is there and owes what is still to be done. Only for
what can be read, and has no rows that go by calls of their own. Before: `sync`, `worker`.
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.ledger import ops, queue
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Op
from engine.ledger.tables import PLANNED, WITHDRAWN
from engine.system.model import System
from engine.write.follow import UPDATE

REASON = "not sent late: it is planned anew on what is there now"


def can_be(op: Op, system: System) -> bool:
    """Whether a plan finds out by itself what of these effects is still to be done."""
    _, _, rest = op.call.partition(".")
    thing = system.objects.get(rest.partition(".")[0])
    readable = thing is not None and thing.list is not None and thing.lines is None
    return readable and all(member.step == UPDATE for member in op.members)


def forget(ledger: Ledger, tx: sa.Connection, op: Op) -> None:
    """Ends what has no result yet; nothing of it failed, and nothing of it is owed any more."""
    ops.tried(ledger, tx, op, WITHDRAWN, 0, REASON)
    ops.settle(ledger, tx, op, {m.position: (WITHDRAWN, "", REASON) for m in op.open})


def unsent(ledger: Ledger, tx: sa.Connection, systems: dict[str, System]) -> list[Op]:
    """The updates that an earlier run planned and did not send."""
    waiting = [op for op in queue.waiting(ledger, tx) if op.state == PLANNED]
    late = [op for op in waiting if can_be(op, systems[op.call.partition(".")[0]])]
    return [ops.load(ledger, tx, op.id) for op in late]
