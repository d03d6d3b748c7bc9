"""Who may do what: granted and revoked in the log, by people who may; and which kinds need no approver.

While nobody is named at all, whoever works here may name the first Company Administrator: somebody has to
connect the two systems. Before: `gate`. After: the commands `erp grant`, `revoke`, `people`, `direct-export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.approve.people import GRANTED, PEOPLE, REVOKED, Person, plain
from engine.ledger import events
from engine.live import log
from engine.live.admission import SYNC, THERE, WORKFLOW
from engine.live.declined import Declined
from engine.live.gate import DIRECT, FIRST, Gate
from engine.system.smtp import is_address

NO_EXPORT = "Procore lets commitments, change orders and invoices through directly, and nothing else"

OURS = (SYNC, THERE, WORKFLOW, DIRECT)  # whom the log names where nobody acted


def grant(gate: Gate, name: str, data: Mapping[str, Any]) -> Person:
    """Grants a person what is named; gives the person as of now."""
    name = _name(name)
    _known_kinds(gate, data)
    if data.get("mail") and not is_address(str(data["mail"])):
        raise Declined(f"{data['mail']!r} is no mail address", "write one plain address: ann@example.com")
    with gate.ledger.begin() as tx:
        events.alone(gate.ledger, tx)
        everybody = log.everybody(gate.ledger, tx)
        reason = ""
        if everybody:
            reason = (
                gate.forbidden(tx, "grant", PEOPLE)
                or _above(gate, everybody, bool(data.get("company_administrator")))
                or _alike(name, everybody)
            )
        elif not data.get("company_administrator"):
            reason = "the first person to be named is a Company Administrator"
        if reason:
            gate.refuse(tx, "grant", PEOPLE, name, reason)
        else:
            gate.ledger.note(tx, gate.who, GRANTED, PEOPLE, name, "", data)
            everybody = log.everybody(gate.ledger, tx)
    if reason:
        first = FIRST.format(gate.connection.name)
        raise Declined(reason, "crosswalk erp people lists everybody, and who may" if everybody else first)
    return everybody[name]


def revoke(gate: Gate, name: str, data: Mapping[str, Any]) -> Person:
    """Takes back what is named, or everything. The last Company Administrator stays."""
    name = _name(name)
    with gate.ledger.begin() as tx:
        events.alone(gate.ledger, tx)
        everybody = log.everybody(gate.ledger, tx)
        reason = gate.forbidden(tx, "revoke", PEOPLE)
        administrators = [one.name for one in everybody.values() if one.company_administrator]
        if not reason and name not in everybody:
            reason = f"nobody is called {name}"
        if not reason and administrators == [name] and (not data or "company_administrator" in data):
            reason = f"{name} is the last Company Administrator"
        reason = reason or _above(gate, everybody, not data and name in administrators)
        if reason:
            gate.refuse(tx, "revoke", PEOPLE, name, reason)
        else:
            gate.ledger.note(tx, gate.who, REVOKED, PEOPLE, name, "", data)
            everybody = log.everybody(gate.ledger, tx)
    if reason:
        raise Declined(reason, "crosswalk erp people lists everybody")
    return everybody[name]


def _name(given: str) -> str:
    """The name as whoever works under it is known."""
    name = plain(given)
    if not name or name in OURS:
        said = f"{name} is what the log calls us where nobody acted" if name else "a person has a name"
        raise Declined(
            said, "name the person as CROSSWALK_WHO does, or as the machine knows who is logged in"
        )
    return name


def _above(gate: Gate, everybody: Mapping[str, Person], it_is: bool) -> str:
    """Company Administrators are made and unmade by one of them: others could make themselves one."""
    mine = everybody.get(gate.who)
    if not it_is or (mine is not None and mine.company_administrator):
        return ""
    return f"{gate.who} is not a Company Administrator, and only one of them makes or unmakes another"


def _alike(name: str, everybody: Mapping[str, Person]) -> str:
    """Two names that people cannot tell apart are one person, or a trap."""
    found = [one for one in everybody if one != name and one.casefold() == name.casefold()]
    return f"{found[0]} is named already, and {name} differs in capitals alone" if found else ""


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
