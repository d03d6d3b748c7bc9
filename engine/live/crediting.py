"""Linking a credit note typed in Xero to the invoice of Procore it corrects, and taking that back.

An invoice below zero does not export: the note becomes its document. An invoice that has its bill keeps it,
and the note is remembered as a correction. Either way commitment invoiced falls by the note's cost lines, and
direct costs rise by as much. Before: `correcting`. After: the command `erp credit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.ledger import links
from engine.ledger.links import Link
from engine.live.correcting import Case, as_if, as_shown, looked_at
from engine.live.gate import Gate
from engine.live.linking import Choice, Progress, link, quiet
from engine.live.money import CREDITS
from engine.live.reports.costs import CREDIT, GONE, WAITING, Cost
from engine.live.reports.invoiced import NEGATIVE
from engine.report.effect import money
from engine.report.proposal import Pair, Proposal

INVOICES = "invoices"
CREDITED, UNCREDITED = "credited", "uncredited"
ITS_ORDER = "erp credit links a credit note to an invoice that has its bill, or to one below zero"
NEXT_SYNC = "The next sync tells Procore (at once: crosswalk erp sync-costs {0})."


def credit_proposed(
    gate: Gate, name: str, note: str, undo: bool = False, progress: Progress = quiet
) -> Proposal:
    """What linking a credit note typed in Xero to the invoice it corrects would do; or taking that back."""
    with looked_at(gate, "credit", INVOICES, name, progress) as case:
        return _uncredit(case, note) if undo else _credit(case, note)


def credited(gate: Gate, shown: Proposal, why: str = "", progress: Progress = quiet) -> None:
    """Does what was proposed and agreed to."""
    own, note, undo = shown.source_id, shown.target_id, shown.verb == "uncredit"
    ledger, instead = gate.ledger, False
    with looked_at(gate, "credit", INVOICES, own, progress) as case:
        as_shown(_uncredit(case, note) if undo else _credit(case, note), shown)
        instead = not case.item.targets  # no bill was made of it: the note is its document
        data = {"credit_note": note, "label": case.item.label}
        with ledger.begin() as tx:
            if undo:
                links.remove(ledger, tx, CREDITS, note)
            elif not instead:
                memory = {"id": own, "CreditNoteID": note}
                links.put(ledger, tx, [Link(CREDITS, note, own, memory, "", False, links.PERSON)])
            if undo or not instead:
                ledger.note(tx, gate.who, UNCREDITED if undo else CREDITED, INVOICES, own, why, data)
    if instead:
        link(gate.connection, [Choice(INVOICES, own, note)], gate.who, progress=progress)
        with ledger.begin() as tx:
            ledger.note(tx, gate.who, CREDITED, INVOICES, own, why, data)


def _credit(case: Case, name: str) -> Proposal:
    cost = _note(case, name)
    own, asked = case.item.own, None
    if case.item.targets:
        tied: dict[str, dict[str, Any]] = {CREDITS: {cost.id: {"id": own}}}
        says = [*_against_bill(case, cost)]
    else:
        asked = _asked(case)
        tied = {INVOICES: {own: {"InvoiceID": cost.id}}}
        says = [
            f"{case.called} does not export; {_called(cost)} becomes its document and is marked in Procore."
        ]
    _fits(case, cost, asked)
    if cost.status in WAITING:
        says.append(f"{_called(cost)} is {cost.status} in Xero: it counts once it is approved there.")
    return Proposal(
        "credit",
        INVOICES,
        own,
        cost.id,
        f"Link {_called(cost)} to {case.called}",
        tuple(says),
        case.world.if_(costs={cost.id: cost.record}, tied=tied),
        _beside(case, asked, cost),
        ("the invoice asks for", "the credit note"),
        (NEXT_SYNC.format(case.gate.connection.name),),
    )


def _uncredit(case: Case, name: str) -> Proposal:
    cost = _one_note(case, name)
    known = case.world.books.corrections.get(cost.id)
    if known is None or known.target_id != case.item.own:
        raise case.refuse(f"{_called(cost)} is not linked as a correction of {case.called}")
    return Proposal(
        "uncredit",
        INVOICES,
        case.item.own,
        cost.id,
        f"Link {_called(cost)} to {case.called} no more",
        ("It lowers direct costs again, as any credit note typed by hand.",),
        case.world.if_(costs={cost.id: cost.record}, tied={CREDITS: {cost.id: None}}),
        follows=(NEXT_SYNC.format(case.gate.connection.name),),
    )


def _called(cost: Cost) -> str:
    return f"{cost.kind[:1].lower()}{cost.kind[1:]} {cost.number} of {cost.date}"


def _one_note(case: Case, name: str) -> Cost:
    found = [one for one in case.world.costs.values() if one.type == CREDIT and name in (one.id, one.number)]
    if len(found) != 1:
        reason = f"no single credit note in Xero is known as {name}"
        raise case.refuse(reason, "name the id at the end of its address in Xero")
    return found[0]


def _note(case: Case, name: str) -> Cost:
    """The credit note, if it may be linked to anything at all."""
    cost, books = _one_note(case, name), case.world.books
    if cost.status in GONE:
        raise case.refuse(f"{_called(cost)} is {cost.status} in Xero", "type another one")
    holders = [books.bills[cost.id].source_id] if cost.id in books.bills else []
    holders += [books.corrections[cost.id].target_id] if cost.id in books.corrections else []
    if holders:
        raise case.refuse(
            f"{_called(cost)} is linked to invoice {holders[0]} already",
            "link each credit note to one invoice",
        )
    return cost


def _against_bill(case: Case, cost: Cost) -> Iterator[str]:
    bill = case.world.costs.get(case.item.targets[0])
    if bill is None or bill.status in GONE:
        reason = f"the bill of {case.called} is voided or deleted in Xero, so there is nothing to correct"
        raise case.refuse(reason, "unlink it and send the invoice again: crosswalk erp correct shows how")
    yield f"{case.called} keeps {_called(bill)} ({bill.status}); {_called(cost)} corrects it."
    note, whole = case.world.total(cost.record), case.world.total(bill.record)
    if note > whole:
        yield f"The credit note comes to {money(note)}, and the bill to {money(whole)} only: look at both."


def _asked(case: Case) -> Mapping[str, Any]:
    """The credit note that an invoice below zero asks for; a refusal for any other without a bill."""
    actions = case.item.actions
    if not any(one.code == NEGATIVE for one in actions):
        raise case.refuse(f"{case.called} has no bill and is not below zero", f"send it: {ITS_ORDER}")
    outcome = as_if(case, negative_invoices="credit_note")
    return (outcome.record if outcome is not None else None) or {}


def _fits(case: Case, cost: Cost, asked: Mapping[str, Any] | None) -> None:
    """The note is of the same contact, and on the same project."""
    bill = case.world.costs.get(case.item.targets[0]) if case.item.targets else None
    document = bill.record if bill is not None else asked or {}
    contact = str((document.get("Contact") or {}).get("ContactID") or "")
    if contact != cost.contact:
        reason = (
            f"{_called(cost)} is of {cost.contact_name or cost.contact}, and not of the invoice's company"
        )
        raise case.refuse(reason, "link the credit note of that company's contact")
    mine = {project for project, _ in case.world.lines(document) if project}
    theirs = {project for project, _ in case.world.lines(cost.record) if project}
    if not mine & theirs:
        reason = f"no line of {_called(cost)} is on the invoice's project"
        raise case.refuse(reason, "choose the tracking option on its lines in Xero")


def _beside(case: Case, asked: Mapping[str, Any] | None, cost: Cost) -> tuple[Pair, ...]:
    """What the invoice asks for and what was typed, by item; nothing where a bill is corrected in part."""
    if asked is None:
        return ()
    mine, theirs = case.world.lines(asked), case.world.lines(cost.record)
    return tuple(Pair(place[1], "", mine.get(place), theirs.get(place)) for place in sorted({*mine, *theirs}))
