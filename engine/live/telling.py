"""Who is told when a record is rejected: whoever sent it, or created it in Procore, as gate.yaml says.

The creator is who Procore's own record names, by login and name; some records name only a number, which
others of the same person explain. Where nobody can be found, no mail is owed, and that is said and kept.
Before: `gate`, which rejects. After: `outbox`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote
from typing import Any
from zoneinfo import ZoneInfo

import jmespath
import sqlalchemy as sa

from engine.approve.kinds import CREATOR, Kind, rules_of
from engine.approve.people import Person
from engine.ledger import mirror
from engine.ledger.ledger import moment
from engine.live import log, outbox
from engine.live.connect import Connection
from engine.live.tabs import Item
from engine.report.mail import REJECTED
from engine.system.smtp import is_address

GRANT = "crosswalk erp grant {0} {1} --mail ADDRESS"


def rejected(connection: Connection, tx: sa.Connection, who: str, item: Item, why: str) -> str:
    """Owes the mail of a rejection; gives what to say of it. Nothing while no mail is wanted."""
    if outbox.server(connection) is None:
        return ""
    people = log.everybody(connection.ledger, tx)
    person, meant = _to(connection, tx, item, people)
    lacking = ""
    if person is None:
        lacking = f"{meant}, is not known here: {GRANT.format(connection.name, 'NAME')}"
    elif not is_address(person.mail):
        name = quote(person.name)
        lacking = f"{meant}, has no mail address here: {GRANT.format(connection.name, name)}"
    if person is None or lacking:
        said = f"nobody is told by mail, for {lacking}"
        data = {"id": "", "about": REJECTED}
        connection.ledger.note(tx, who, outbox.NOT_MAILED, *item.logged, said, data)
        return said
    facts = {
        "called": item.kind.called,
        "label": item.label,
        "title": outbox.title(connection),
        "customer": quote(connection.name),
        "mapping": item.kind.mapping,
        "record": quote(item.id or item.own),
        "why": why,
        "by": called(people, who),
        "at": local(connection, connection.ledger.now()),
        "tell": item.kind.tell,
    }
    outbox.owe(connection, tx, who, REJECTED, person.name, item.logged, facts)
    return f"{person.name} is told by mail"


def called(people: Mapping[str, Person], name: str) -> str:
    """What a mail calls somebody."""
    person = people.get(name)
    return (person.full_name if person is not None else "") or name


def local(connection: Connection, at: str) -> str:
    """A stamp by the clock of the office."""
    return f"{moment(at).astimezone(zone(connection)):%Y-%m-%d %H:%M}"


def zone(connection: Connection) -> ZoneInfo:
    """Where the office is."""
    return ZoneInfo(connection.settings().get("timezone") or "UTC")


def _to(
    connection: Connection, tx: sa.Connection, item: Item, people: Mapping[str, Person]
) -> tuple[Person | None, str]:
    """The person, if there is one, and how to call who is meant."""
    if item.kind.tell != CREATOR:
        sender = item.standing.sender
        return people.get(sender), f"{sender or 'somebody'}, who sent it"
    said = _creator(connection, tx, item)
    name = said.get("name") or said.get("login") or said.get("id") or "somebody Procore does not name"
    return _known(said, people.values()), f"{name}, who created it in Procore"


def _creator(connection: Connection, tx: sa.Connection, item: Item) -> dict[str, str]:
    """Id, login and name of who created a record, as far as anything read tells them."""
    for row in _rows(connection, tx, item.kind, item.id):
        said = jmespath.search(item.kind.creator, row) if item.kind.creator else None
        if isinstance(said, dict):
            return {name: str(said[name]) for name in ("id", "login", "name") if said.get(name)}
        if said is not None:
            return _of_number(connection, tx, str(said))
    return {}


def _of_number(connection: Connection, tx: sa.Connection, number: str) -> dict[str, str]:
    """A person of Procore by number, as the creator of any other record that was read."""
    for kind in rules_of(connection.book).kinds.values():
        for row in _rows(connection, tx, kind) if kind.creator else ():
            said = jmespath.search(kind.creator, row)
            if isinstance(said, dict) and str(said.get("id")) == number:
                return {name: str(said[name]) for name in ("id", "login", "name") if said.get(name)}
    return {"id": number}


def _rows(connection: Connection, tx: sa.Connection, kind: Kind, number: str = "") -> Iterator[Any]:
    """The records of a kind as they were read: one of them, or all."""
    route = connection.routes[kind.mapping]
    for one in route.sources:
        name = f"{route.source_port.system.name}.{one.name}"
        if number:
            yield from mirror.some(connection.ledger, tx, name, [number]).values()
        else:
            yield from (row for _, _, row in mirror.rows(connection.ledger, tx, name))


def _known(said: Mapping[str, str], people: Iterable[Person]) -> Person | None:
    """The one person here of that number, login (a mail address in Procore) or full name."""
    every = list(people)
    for what, told in said.items():
        found = [one for one in every if told.casefold() in _names(one)[what]]
        if len(found) == 1:
            return found[0]
    return None


def _names(person: Person) -> dict[str, list[str]]:
    """What Procore may call a person."""
    told = {
        "id": (person.procore_id,),
        "login": (person.mail, person.name),
        "name": (person.full_name, person.name),
    }
    return {what: [name.casefold() for name in names if name] for what, names in told.items()}
