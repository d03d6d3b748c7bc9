"""What can be done about a record that went wrong: the situation as of now, and every way out with its money.

Nothing is chosen and nothing is done; each way names its commands. Before: `correcting`. After: the command
`erp correct`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.live.correcting import Case, as_if, looked_at
from engine.live.gate import Gate
from engine.live.linking import Progress, quiet
from engine.live.money import CREDITS, NEW
from engine.live.reports.costs import CREDIT, GONE, WAITING, Cost
from engine.live.reports.invoiced import NEGATIVE
from engine.live.undoing import called_there
from engine.report.effect import money
from engine.report.proposal import Way

INVOICES, COMMITMENTS = "invoices", "commitments"
PAYMENTS, BILL = "Payments", "ACCPAY"


@dataclass(frozen=True, slots=True)
class Guide:
    """Where a record stands, and the ways out of it."""

    situation: tuple[str, ...]
    ways: tuple[Way, ...]
    projects: Mapping[str, str]


def guide(gate: Gate, mapping: str, name: str, progress: Progress = quiet) -> Guide:
    """Every way for one record."""
    with looked_at(gate, "correct", mapping, name, progress) as case:
        ways = Ways(case)
        found = ways.of_invoice() if mapping == INVOICES else ways.of_order()
        return Guide(tuple(ways.situation), tuple(found), case.world.projects)


class Ways:
    """The ways for one record; what is found out on the way is told as its situation."""

    def __init__(self, case: Case):
        self.case = case
        self.own = case.item.own
        self.standing = case.item.standing
        self.situation = [f"{case.called} is {self.standing.state} at the gate."]
        self.situation += [text for text in case.item.unmet if self.standing.state != "synced"]

    def say(self, verb: str, more: str = "") -> str:
        """A command."""
        customer = self.case.gate.connection.name
        return f"crosswalk erp {verb} {customer} {self.case.mapping} {self.own}{more}"

    # ------------------------------------------------------------ invoices

    def of_invoice(self) -> list[Way]:
        """By what became of its bill."""
        targets = self.case.item.targets
        if not targets:
            return list(self._without_bill())
        bill = self.case.world.costs.get(targets[0])
        if bill is None or bill.status in GONE:
            what = f"{bill.kind} {bill.number} is {bill.status}" if bill else f"document {targets[0]} is gone"
            self.situation.append(f"{what} in Xero.")
            return list(self._gone(bill))
        total = money(self.case.world.total(bill.record))
        self.situation.append(
            f"{bill.kind} {bill.number} of {bill.date} is {bill.status}, {total} before tax."
        )
        if bill.status in WAITING:
            return list(self._draft(bill))
        paid = bill.status == "PAID" or bool(bill.record.get(PAYMENTS))
        return list(self._paid(bill) if paid else self._approved(bill))

    def _without_bill(self) -> Iterator[Way]:
        negative = any(one.code == NEGATIVE for one in self.case.item.actions)
        if not negative:
            step = "send" if self.standing.state == "unsent" else "resend"
            yield Way("Send it", "When it is right in Procore.", (self.say(step), self.say("accept")))
            return
        yield self._typed_note()
        self.situation.append("It is below zero, and such invoices do not export (footnote 2).")
        outcome = as_if(self.case, negative_invoices="credit_note")
        if outcome is not None and outcome.record is not None:
            yield Way(
                "Let it go as a credit note",
                "When every invoice below zero is to become one (setting negative_invoices: credit_note).",
                (self.say("resend"), self.say("accept"), "the figures count once it is approved in Xero"),
                self._made(outcome.record),
            )
        yield Way(
            "Leave it open",
            "When the correction comes with a later invoice.",
            ("it stays in crosswalk report reconcile as an open item",),
        )

    def _typed_note(self) -> Way:
        """A credit note somebody typed, with the money of the one that is there if there is one."""
        outcome = as_if(self.case, negative_invoices="credit_note")
        wanted = outcome.record if outcome is not None and outcome.record is not None else {}
        total = self.case.world.total(wanted)
        taken = {*self.case.world.books.bills, *self.case.world.books.corrections}
        notes = [
            one
            for one in self.case.world.costs.values()
            if one.type == CREDIT and one.id not in taken and one.status not in GONE
            if self.case.world.total(one.record) == total
        ]
        steps = [self._credit_command(one) for one in notes] or [
            f"type a credit note of {money(total)} before tax in Xero, on the project, and approve it",
            self._credit_command(None),
        ]
        changes = self._tied(notes[0]) if notes else ()
        return Way("Link a credit note", "When the accountant types it in Xero.", tuple(steps), changes)

    def _tied(self, note: Cost) -> tuple[Any, ...]:
        """As if this credit note were the invoice's document."""
        tied = {INVOICES: {self.own: {"InvoiceID": note.id}}}
        return self.case.world.if_(costs={note.id: note.record}, tied=tied)

    def _credit_command(self, note: Cost | None) -> str:
        customer = self.case.gate.connection.name
        return f"crosswalk erp credit {customer} {self.own} {note.number if note else 'CREDIT_NOTE_ID'}"

    def _gone(self, bill: Cost | None) -> Iterator[Way]:
        outcome = as_if(self.case)
        record = outcome.record if outcome is not None and outcome.record is not None else None
        yield Way(
            "Unlink it and send it again",
            "When the bill was voided by mistake, or the invoice is put right in Procore.",
            (self.say("unlink"), "put it right in Procore", self.say("resend"), self.say("accept")),
            self._made(record) if record is not None else (),
        )
        yield Way(
            "Unlink it and adopt another bill",
            "When the accountant has typed the right bill in Xero already.",
            (self.say("unlink"), self.say("adopt", " BILL_ID")),
        )
        yield Way(
            "Unlink it and leave it out",
            "When it was never to be paid. In Procore it can be set to Void then.",
            (self.say("unlink"), self.say("delete")),
        )

    def _draft(self, bill: Cost) -> Iterator[Way]:
        approved = {**bill.record, "Status": "AUTHORISED"}
        yield Way(
            "Approve it in Xero as it is",
            "When the bill is right; as a draft it counts nowhere.",
            ("approve the bill in Xero",),
            self.case.world.if_(costs={bill.id: approved}),
        )
        yield Way(
            "Delete the draft and send it again",
            "When the invoice was accepted by mistake, or is wrong.",
            (
                "delete the bill in Xero",
                self.say("unlink"),
                "put it right in Procore",
                self.say("resend"),
                self.say("accept"),
            ),
            self._without(bill, "DELETED"),
        )

    def _approved(self, bill: Cost) -> Iterator[Way]:
        yield Way(
            "Void the bill and send the invoice again",
            "When nothing was paid and the whole bill is wrong; not in a period that is locked.",
            (
                "void the bill in Xero",
                self.say("unlink"),
                "put it right in Procore",
                self.say("resend"),
                self.say("accept"),
            ),
            self._without(bill, "VOIDED"),
        )
        yield from self._corrected(bill)

    def _paid(self, bill: Cost) -> Iterator[Way]:
        self.situation.append("It is paid, wholly or in part: Xero lets nobody change or void it.")
        yield from self._corrected(bill)
        yield Way(
            "Remove the payment, then void the bill",
            "When the payment was entered by mistake too. The payment in Procore goes with it.",
            (
                "remove the payments of the bill in Xero, and void the bill",
                "crosswalk erp sync-payments " + self.case.gate.connection.name,
                self.say("unlink"),
                "put it right in Procore",
                self.say("resend"),
                self.say("accept"),
            ),
            self._without(bill, "VOIDED"),
        )

    def _corrected(self, bill: Cost) -> Iterator[Way]:
        note = {**bill.record, "id": NEW, "Type": CREDIT, "Status": "AUTHORISED"}
        yield Way(
            "Keep the bill and correct it with a credit note",
            "When a part, or all of it, was not owed. The figures are those of a note of the whole bill.",
            (
                "type the credit note in Xero, on the project and the item, and approve it",
                self._credit_command(None),
            ),
            self.case.world.if_(costs={NEW: note}, tied={CREDITS: {NEW: {"id": self.own}}}),
        )
        yield Way(
            "Correct it with the next invoice",
            "When the subcontractor bills again: a negative line there takes back what was too much.",
            ("enter the correction on the next invoice in Procore; its total must not fall below zero",),
        )

    def _without(self, bill: Cost, status: str) -> tuple[Any, ...]:
        return self.case.world.if_(costs={bill.id: {**bill.record, "Status": status}})

    def _made(self, record: Mapping[str, Any]) -> tuple[Any, ...]:
        """As if the document that the mapping makes now were in Xero and approved."""
        document = {"Type": BILL, **record, "id": NEW, "Status": "AUTHORISED"}  # what is linked says no type
        tied = {INVOICES: {self.own: {"InvoiceID": NEW}}}
        return self.case.world.if_(costs={NEW: document}, tied=tied)

    # ------------------------------------------------------------ commitments and change orders

    def of_order(self) -> list[Way]:
        """By what became of the order."""
        desk = self.case.tabs.desks[self.case.mapping]
        targets = self.case.item.targets
        if not targets:
            step = "send" if self.standing.state == "unsent" else "resend"
            return [Way("Send it", "When it is right in Procore.", (self.say(step), self.say("accept")))]
        order = (desk.ground.there or {}).get(targets[0])
        if order is None or desk.is_gone(order):
            self.situation.append(f"{called_there(desk, targets[0])} is deleted in Xero.")
            return list(self._order_gone())
        status, locked = order.get("Status"), desk.locked(order)
        total = money(self.case.world.total(order))
        self.situation.append(f"{called_there(desk, targets[0])} is {status}, {total} before tax.")
        self.situation += [locked] if locked else []
        return list(self._order_stands(targets[0], order, locked))

    def _order_gone(self) -> Iterator[Way]:
        steps = (self.say("unlink"), "put it right in Procore", self.say("resend"), self.say("accept"))
        yield Way("Unlink it and send it again", "It comes under a number that is free.", steps)
        more = (self.say("unlink"), self.say("adopt", " ORDER_ID"))
        yield Way("Unlink it and adopt another order", "When somebody has typed it in Xero.", more)
        left = (self.say("unlink"), self.say("delete"))
        yield Way("Unlink it and leave it out", "When it was never to be ordered.", left)

    def _order_stands(self, target: str, order: Mapping[str, Any], locked: str) -> Iterator[Way]:
        if self.case.mapping == COMMITMENTS and not locked:
            revise = f"crosswalk erp revise {self.case.gate.connection.name} commitments {self.own}"
            when = "When the commitment itself was wrong, and nothing of it is billed."
            yield Way("Change the commitment", when, (revise, self.say("resend"), self.say("accept")))
        official = "When the contract is changed officially. A negative amount takes back what was too much."
        steps = ("make a commitment change order in Procore, send it, and have it accepted",)
        yield Way("Change it with a change order", official, steps)
        if not locked:
            gone = (
                "delete the order in Xero" if self.case.mapping == COMMITMENTS else "delete its lines in Xero"
            )
            again = (
                gone,
                self.say("unlink"),
                "put it right in Procore",
                self.say("resend"),
                self.say("accept"),
            )
            changes = self.case.world.if_(orders={target: self._left(target, order)})
            yield Way("Take it back and send it again", "When it was accepted by mistake.", again, changes)

    def _left(self, target: str, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The order without this record's part."""
        if self.case.mapping == COMMITMENTS:
            return None
        desk = self.case.tabs.desks[self.case.mapping]
        name = "LineItems"
        mine = {
            row for one in desk.ids_of(self.own) for row in desk.ground.links[one].rows.get(name, {}).values()
        }
        line_id = desk.object.line_id[name]
        return {**order, name: [row for row in order.get(name) or () if row.get(line_id) not in mine]}
