"""Companies that are made one in Procore's Directory: our links follow, so that one contact stays linked.

Procore merges; a company that is merged away gives its link to the one that is left. Two different contacts
are a question for a person, here; a merge that is done, and that Procore tells of, is for `erp/companies`.
Before: `gate`, `tabs`. After: the command `erp merge`; the marks go at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.approve import states
from engine.approve.decide import Asked, decide
from engine.approve.standing import Standing
from engine.ledger import events
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.linking import Progress, quiet
from engine.live.sync import Sync
from engine.live.tabs import Item, Tabs, looked, named
from engine.live.tying import tied
from engine.live.undoing import called_there, forgotten
from engine.plan.desk import Desk

COMPANIES, MERGE = "companies", "merge"


@dataclass(frozen=True, slots=True)
class Merged:
    """What is left: the company, the contact it is linked to (or none), and who was merged into it."""

    master: str
    contact: str
    sources: tuple[str, ...]


def merged(
    gate: Gate, master: str, sources: Sequence[str], why: str = "", progress: Progress = quiet
) -> Merged:
    """Lets our links follow a merge in the Directory. Declined, and noted, if two contacts are linked."""
    gate.kind(MERGE, COMPANIES)
    gate.allow(MERGE, COMPANIES)
    connection, ledger = gate.connection, gate.ledger
    with ledger.leased():
        sync = Sync(connection, (COMPANIES,), full=True, progress=progress)  # what was merged away is seen so
        sync.read()
        tabs = looked(connection, (COMPANIES,), False, progress)
        left, gone = _one(gate, tabs, master), [_one(gate, tabs, name) for name in sources]
        desk = tabs.desks[COMPANIES]
        _refuse(gate, left, gone, desk)
        contact = next((one.targets[0] for one in (left, *gone) if one.targets), "")
        with ledger.begin() as tx:
            events.alone(ledger, tx)
            for one in gone:
                forgotten(connection, tx, desk, one.own)
                told = why or f"merged into {left.label}"
                ledger.note(tx, gate.who, states.MERGE, COMPANIES, one.own, told, {"into": left.own})
            if contact and not left.targets:
                tied(connection, tx, desk, left.own, contact)
                ledger.note(tx, gate.who, states.LINKED, COMPANIES, left.own, contact)
        sync.finish()
    name = called_there(desk, contact) if contact else ""
    return Merged(left.label, name, tuple(one.label for one in gone))


def _one(gate: Gate, tabs: Tabs, name: str) -> Item:
    desk, found = tabs.desks[COMPANIES], named(tabs.of(COMPANIES, False), name)
    if len(found) == 1:
        return replace(found[0], targets=_targets(desk, found[0].own))
    if not found and (targets := _targets(desk, name)):  # it is not in the Directory any more
        kind = gate.rules.kinds[COMPANIES]
        return Item(kind, name, name, Standing(states.SYNCED, linked=True), None, (), targets)
    with gate.ledger.begin() as tx:
        gate.refuse(tx, MERGE, COMPANIES, name, f"no single company is known as {name}")
    raise Declined(f"no single company is known as {name}", "name its id; crosswalk erp list shows them")


def _targets(desk: Desk, own: str) -> tuple[str, ...]:
    return tuple(desk.ground.links[one].target_id for one in desk.ids_of(own))


def _refuse(gate: Gate, left: Item, gone: Sequence[Item], desk: Desk) -> None:
    """Declined, and noted, for what cannot be one."""
    reason, fix = _against(gate, left, gone, desk)
    if reason:
        with gate.ledger.begin() as tx:
            gate.refuse(tx, MERGE, COMPANIES, left.own, reason)
        raise Declined(reason, fix)


def _against(gate: Gate, left: Item, gone: Sequence[Item], desk: Desk) -> tuple[str, str]:
    every, customer = (left, *gone), gate.connection.name
    if len({one.own for one in every}) < len(every):
        return "a company cannot be merged into itself", "name each of them once"
    for one in gone:
        asked = Asked(MERGE, one.kind, f"{one.kind.called} {one.label}", one.standing)
        decision = decide(asked)
        if not decision.event:
            return decision.reasons[0], decision.fix
    linked = [one for one in every if one.targets]
    if len({one.targets[0] for one in linked}) < 2:
        return "", ""
    told = ", ".join(f"{one.label} to {called_there(desk, one.targets[0])}" for one in linked)
    unlink = f"crosswalk erp unlink {customer} companies {linked[-1].own}"
    return (
        f"these companies are linked to different contacts: {told}",
        f"merge the two contacts in Xero, or unlink one of them first ({unlink}), then merge again",
    )
