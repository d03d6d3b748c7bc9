"""What people do in Xero's own screens and no API offers: the sandbox's door does it for a story.

`POST /_sandbox/xero/{act}` with the members named below.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from sandbox import calls
from sandbox.answers import Answer
from sandbox.world import Record, World
from sandbox.xero import webhooks
from sandbox.xero.books import Books

Act = Callable[[Books, Record], Record]


def copy_to_bill(books: Books, body: Record) -> Record:
    """`{"PurchaseOrderID"}`: the order becomes BILLED."""
    record = books.of("PurchaseOrders")[body["PurchaseOrderID"]]
    return books.put("PurchaseOrders", "PurchaseOrderID", {**record, "Status": "BILLED"})


def merge_contacts(books: Books, body: Record) -> Record:
    """`{"from", "into"}`: the one is archived, its documents go to the other.

    The documents' own dates of change stay as they are.
    """
    loser = books.of("Contacts")[body["from"]]
    winner = books.of("Contacts")[body["into"]]["ContactID"]
    for name, key in (
        ("PurchaseOrders", "PurchaseOrderID"),
        ("Invoices", "InvoiceID"),
        ("CreditNotes", "CreditNoteID"),
        ("BankTransactions", "BankTransactionID"),
    ):
        for each in list(books.of(name).values()):
            if each.get("Contact", {}).get("ContactID") == loser["ContactID"]:
                books.put(name, key, {**each, "Contact": {"ContactID": winner}}, touch=False)
    gone = {**loser, "ContactStatus": "ARCHIVED", "MergedToContactID": winner}
    return books.put("Contacts", "ContactID", gone)


def contact(books: Books, body: Record) -> Record:
    """`{"ContactID", …}`: any member, such as `ContactStatus` to archive or restore."""
    record = books.of("Contacts")[body["ContactID"]]
    return books.put("Contacts", "ContactID", {**record, **body})


def organisation(books: Books, body: Record) -> Record:
    """Members of the organisation, such as `{"PeriodLockDate": "2026-06-30"}`."""
    record = {**books.organisation(), **body}
    return books.put("Organisations", "OrganisationID", record, touch=False)


ACTS: dict[str, Act] = {each.__name__: each for each in (copy_to_bill, merge_contacts, contact, organisation)}


def routes(world: World) -> list[Route]:
    """One route for each act, and those of the webhooks."""
    acts = [calls.route(world, f"/{name}", "POST", _steered(act)) for name, act in ACTS.items()]
    return [*acts, *webhooks.routes(world)]


def _steered(act: Act) -> calls.Handler:
    def handler(call: calls.Call) -> Answer:
        try:
            return Answer(200, act(Books(call.world, call.world.xero, "someone"), call.json()))
        except (KeyError, TypeError) as error:
            return Answer(400, {"error": f"{type(error).__name__}: {error}"})

    return handler
