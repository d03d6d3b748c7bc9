"""Adding to Procore what the accounting system offers, through the gate.

Before: `gate`, `linking`. After: the command `erp add`.
"""

from __future__ import annotations

from engine.approve.decide import Asked, decide
from engine.approve.states import ARCHIVED
from engine.live.declined import Declined
from engine.live.gate import Gate, Progress
from engine.live.linking import add
from engine.live.sync import Report


def imported(gate: Gate, mapping: str, name: str, progress: Progress) -> Report:
    """Makes the record; Declined, and noted, if this person may not or it is not offered."""
    gate.kind("add", mapping)
    item = gate.offered(mapping, name)
    source_id = item.own if item is not None else name
    gate.allow("add", mapping, source_id, importing=True)
    try:
        if item is not None and item.standing.state == ARCHIVED:
            untimely = decide(Asked("add", item.kind, f"{item.kind.called} {item.label}", item.standing))
            raise Declined("; ".join(untimely.reasons), untimely.fix)
        return add(gate.connection, source_id, gate.who, mapping, progress)
    except Declined as declined:
        with gate.ledger.begin() as tx:
            gate.refuse(tx, "add", f"{mapping}<", source_id, declined.text)
        raise
