"""Whether a person may do beside the gate what is the gate's too: link, unlink and add by hand.

Before anybody is named somebody has to lay the ground; and where Procore's tool decides, or nobody, nobody is
asked here. Before: `gate`. After: the command `link`.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.live import log
from engine.live.admission import LOCAL
from engine.live.connect import Connection
from engine.live.gate import Gate


def allowed(
    connection: Connection, who: str, verb: str, mappings: Iterable[str] = (), source_id: str = ""
) -> None:
    """Declined, and noted, unless this person may, for each of these kinds, or for all the gate knows."""
    gate = Gate(connection, who)
    with connection.ledger.look() as tx:
        named = bool(log.everybody(connection.ledger, tx))
    if gate.home != LOCAL or not named:
        return
    importing = verb == "add"
    kinds = [kind for kind in gate.rules.kinds.values() if kind.imports or not importing]
    wanted = set(mappings) or {kind.mapping for kind in kinds}
    for kind in kinds:
        if kind.mapping in wanted:
            gate.allow(verb, kind.mapping, source_id, importing)
