"""Who may do what: granted and revoked in the log, by people who may; and which kinds need no approver.

While nobody is named at all, whoever works here may name the first Company Administrator: somebody has to
connect the two systems. Before: `gate`. After: the commands `erp grant`, `revoke`, `people`, `direct-export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.approve.people import GRANTED, PEOPLE, REVOKED, Person
from engine.ledger import events
from engine.live import log
from engine.live.declined import Declined
from engine.live.gate import FIRST, Gate
from engine.system.smtp import is_address

NO_EXPORT = "Procore lets commitments, change orders and invoices through directly, and nothing else"


def grant(gate: Gate, name: str, data: Mapping[str, Any]) -> Person:
    """Grants a person what is named; gives the person as of now."""
    _known_kinds(gate, data)
    if data.get("mail") and not is_address(str(data["mail"])):
        raise Declined(f"{data['mail']!r} is no mail address", "write one plain address: ann@example.com")
    with gate.ledger.begin() as tx:
        events.alone(gate.ledger, tx)
        everybody = log.everybody(gate.ledger, tx)
        reason = ""
        if everybody:
            reason = gate.forbidden(tx, "grant", PEOPLE)
        elif not data.get("company_administrator"):
            reason = "the first person to be named is a Company Administrator"
        if reason:
            gate.refuse(tx, "grant", PEOPLE, name, reason)
        else:
            gate.ledger.note(tx, gate.who, GRANTED, PEOPLE, name, "", data)
            everybody = log.everybody(gate.ledger, tx)
    if reason:
        raise Declined(reason, FIRST.format(gate.connection.name))
    return everybody[name]


def revoke(gate: Gate, name: str, data: Mapping[str, Any]) -> Person:
    """Takes back what is named, or everything. The last Company Administrator stays."""
    with gate.ledger.begin() as tx:
        events.alone(gate.ledger, tx)
        everybody = log.everybody(gate.ledger, tx)
        reason = gate.forbidden(tx, "revoke", PEOPLE)
        administrators = [one.name for one in everybody.values() if one.company_administrator]
        if not reason and name not in everybody:
            reason = f"nobody is called {name}"
        if not reason and administrators == [name] and (not data or "company_administrator" in data):
            reason = f"{name} is the last Company Administrator"
        if reason:
            gate.refuse(tx, "revoke", PEOPLE, name, reason)
        else:
            gate.ledger.note(tx, gate.who, REVOKED, PEOPLE, name, "", data)
            everybody = log.everybody(gate.ledger, tx)
    if reason:
        raise Declined(reason, "crosswalk erp people lists everybody")
    return everybody[name]


def _known_kinds(gate: Gate, data: Mapping[str, Any]) -> None:
    """Kinds and tools that exist; whoever mistypes one would have granted nothing."""
    kinds = {"all", *gate.rules.kinds}
    odd = [name for way in ("imports", "exports") for name in data.get(way, ()) if name not in kinds]
    if odd:
        raise Declined(f"the gate knows no {odd[0]}", f"it knows {', '.join(sorted(kinds))}")
    tools = [name for name in data.get("tools", ()) if name not in gate.rules.tools]
    if tools:
        raise Declined(f"no tool is called {tools[0]}", f"tools: {', '.join(gate.rules.tools)}")


def switch_direct(gate: Gate, mapping: str, mode: str) -> None:
    """Direct export of a kind: off, on, or after its workflow in Procore."""
    kind = gate.kind("direct-export", mapping)
    gate.allow("direct-export", mapping if kind.direct_export else "commitments", mapping)
    reason = "" if kind.direct_export else NO_EXPORT
    with gate.ledger.begin() as tx:
        if reason:
            gate.refuse(tx, "direct-export", mapping, "", reason)
        else:
            gate.ledger.note(tx, gate.who, log.SWITCHED, log.DIRECT, mapping, mode)
    if reason:
        raise Declined(f"{mapping}: {reason}")
