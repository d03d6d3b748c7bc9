"""Mails as effects that are owed: written down before one is sent, and again once it is.

`mail owed` is written in the transaction of what it tells, so none is lost; `mailed` after the server
took it, or `not mailed` with the reason if nobody ever will. Between the two it is tried again: by the
next verb of the gate, and by `crosswalk run`. A process killed between the server's yes and our note
sends a second copy, with the same Message-ID, which most mail systems show once: at least once, and never
twice in the books. One process at a time sends for a customer.
Before: `telling`, `digest`, which owe.
After: `system.smtp`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.approve.people import Person
from engine.ledger import events
from engine.ledger.ledger import LeaseHeld, Ledger, moment
from engine.live import log
from engine.live.connect import Connection
from engine.report.mail import DIGEST, Letter, Unwritten, message, subject
from engine.system.secrets import Secrets
from engine.system.smtp import NotTaken, Server, is_address, send, server_of

OWED, MAILED, NOT_MAILED = "mail owed", "mailed", "not mailed"
FOLDER = "mail"
GIVEN_UP = timedelta(days=4)
AT_ONCE = "#mail"  # behind a customer's name, which has no such sign: the lease of who sends


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter that is owed, and the record (or person) it is about in the log."""

    letter: Letter
    mapping: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a letter in one try. `reason`: why it did not leave; `final`: it never will."""

    owed: Owed
    reason: str = ""
    fix: str = ""
    final: bool = False

    @property
    def about(self) -> str:
        """As a line says it."""
        return f"the mail “{subject(self.owed.letter)}” to {self.owed.letter.to}"


def server(connection: Connection) -> Server | None:
    """The customer's mail server; None while no mail is wanted."""
    return server_of(connection.settings(), Secrets(connection.name, connection.environ))


def title(connection: Connection) -> str:
    """What a mail calls the customer."""
    customer = connection.book.customers.get(connection.name)
    told = customer.node.get("title") if customer is not None and customer.node is not None else None
    return str(told.value) if told is not None else connection.name


def owe(
    connection: Connection,
    tx: sa.Connection,
    who: str,
    about: str,
    to: str,
    record: tuple[str, str],
    facts: Mapping[str, Any],
) -> None:
    """Puts a letter down, in the transaction of what it tells."""
    data = {"id": uuid.uuid4().hex, "about": about, "to": to, "facts": dict(facts)}
    connection.ledger.note(tx, who, OWED, *record, f"{about} to {to}", data)


def owed(ledger: Ledger, tx: sa.Connection) -> list[Owed]:
    """What is owed now, oldest first."""
    found: dict[str, Owed] = {}
    for one in events.of(ledger, tx, (OWED, MAILED, NOT_MAILED)):
        name = str(one.data["id"])
        if one.what == OWED:
            letter = Letter(name, one.data["about"], one.data["to"], moment(one.at), one.data["facts"])
            found[name] = Owed(letter, one.mapping, one.source_id)
        else:
            found.pop(name, None)
    return list(found.values())


def closed(ledger: Ledger, tx: sa.Connection, who: str, sent: Sent) -> None:
    """Writes down that a letter is not owed any more."""
    data = {"id": sent.owed.letter.id, "about": sent.owed.letter.about}
    what, why = (NOT_MAILED, sent.reason) if sent.reason else (MAILED, subject(sent.owed.letter))
    ledger.note(tx, who, what, sent.owed.mapping, sent.owed.source_id, why, data)


# ---------------------------------------------------------------- sending


def deliver(connection: Connection, who: str) -> list[Sent]:
    """Tries everything that is owed, once; gives what became of each. Nothing while no mail is wanted."""
    to = server(connection)
    if to is None:
        return []
    with connection.ledger.look() as tx:
        if not owed(connection.ledger, tx):
            return []
    alone = Ledger(connection.store, f"{connection.name}{AT_ONCE}", connection.clock)
    try:
        with alone.leased():
            return list(_tried(connection, alone, to, who))
    except LeaseHeld:
        return []  # somebody is sending these very letters


def _tried(connection: Connection, alone: Ledger, to: Server, who: str) -> Iterable[Sent]:
    ledger = connection.ledger
    with ledger.look() as tx:
        letters, people = owed(ledger, tx), log.everybody(ledger, tx)
    down: NotTaken | None = None
    for one in letters:
        alone.renew()
        try:
            if down is not None:
                raise down  # one look at a server that is away is enough
            _send(connection, to, one, people)
            sent = Sent(one)
        except NotTaken as error:
            down = error if error.away else None
            sent = _after(connection, one, error)
        if sent.final or not sent.reason:
            with ledger.begin() as tx:
                closed(ledger, tx, who, sent)
        yield sent


def _after(connection: Connection, one: Owed, error: NotTaken) -> Sent:
    """A try that failed; the last one, if it has been tried for days."""
    over = connection.clock.now() - one.letter.at > GIVEN_UP
    return Sent(one, error.text, error.fix, error.final or over)


def _send(connection: Connection, to: Server, one: Owed, people: Mapping[str, Person]) -> None:
    letter = one.letter
    person = people.get(letter.to)
    if person is None or not is_address(person.mail):
        raise NotTaken(f"{letter.to} has no mail address any more", final=True)
    if letter.about == DIGEST and not (person.digest and person.is_approver()):
        raise NotTaken(f"{letter.to} does not want the daily summary any more", final=True)
    try:
        made = message(letter, person.mail, person.full_name, to.sender, folders(connection))
    except Unwritten as error:
        raise NotTaken(f"mail template {error}", "correct the template; it is tried again") from None
    send(to, made, person.mail)


def folders(connection: Connection) -> list[Path]:
    """Where templates are looked for: the customer's own, then those beside the mappings."""
    base = connection.desk.workspace.root / "mappings"
    return [base / "customers" / connection.name / FOLDER, base / connection.book.name / FOLDER]
