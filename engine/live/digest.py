"""The daily summary: what waits for each accounting approver, once a day, while anything does.

Nobody is told the moment something is sent (again); this is where approvers hear of it. A summary that
could not be sent on its day gives way to the next one's.
Before: the log. After: `outbox`, which sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from shlex import quote
from typing import Any

import sqlalchemy as sa

from engine.approve import states
from engine.approve.kinds import rules_of
from engine.approve.people import PEOPLE, Person
from engine.approve.standing import Entry, Standing, by_record, stands
from engine.ledger import events
from engine.live import log, outbox
from engine.live.admission import LOCAL
from engine.live.connect import Connection
from engine.live.due import day
from engine.live.telling import called, local, zone
from engine.report.mail import DIGEST

MOST_NAMED = 25  # records of a kind
Waiting = Mapping[str, list[tuple[str, Standing]]]  # by mapping, in order: label and standing


def owe(connection: Connection, who: str) -> int:
    """Puts down today's summaries, unless they were; gives how many."""
    if outbox.server(connection) is None or connection.settings().get("approval_home") != LOCAL:
        return 0
    ledger, today = connection.ledger, day(connection.clock.now(), zone(connection)).isoformat()
    with ledger.begin() as tx:
        events.alone(ledger, tx)
        waiting, people = _waiting(connection, tx), log.everybody(ledger, tx)
        told = {
            one.source_id
            for one in events.of(ledger, tx, (outbox.OWED,), PEOPLE)
            if one.data["facts"].get("day") == today
        }
        count = 0
        for person in _readers(people.values()):
            mine = {name: every for name, every in waiting.items() if person.is_approver(name)}
            if not mine or person.name in told:
                continue
            _give_way(connection, tx, who, person)
            facts = {"day": today, **_facts(connection, person, mine, people)}
            outbox.owe(connection, tx, who, DIGEST, person.name, (PEOPLE, person.name), facts)
            count += 1
    return count


def _readers(people: Iterable[Person]) -> list[Person]:
    return [one for one in people if one.digest and one.mail and one.is_approver()]


def _waiting(connection: Connection, tx: sa.Connection) -> Waiting:
    found: dict[str, list[tuple[str, Standing]]] = {}
    every = by_record(log.entries(connection.ledger, tx))
    for mapping in rules_of(connection.book).kinds:
        mine = [
            (_label(entries), standing)
            for (name, _), entries in every.items()
            if name == mapping
            and (standing := stands(entries)).state == states.WAITING
            and not standing.waits_for_workflow
        ]
        if mine:
            found[mapping] = sorted(mine, key=lambda one: one[1].at)
    return found


def _label(entries: Iterable[Entry]) -> str:
    """What it was called when it was sent."""
    sent = [one for one in entries if one.what in (states.SENT, states.RESENT)]
    return str(sent[-1].data.get("label") or sent[-1].source_id)


def _facts(
    connection: Connection, person: Person, waiting: Waiting, people: Mapping[str, Person]
) -> dict[str, Any]:
    titles = connection.book.mappings
    kinds = [
        {
            "mapping": mapping,
            "title": titles[mapping].title,
            "count": len(every),
            "more": max(0, len(every) - MOST_NAMED),
            "records": [
                {
                    "label": label,
                    "sender": called(people, standing.sender),
                    "since": local(connection, standing.at),
                }
                for label, standing in every[:MOST_NAMED]
            ],
        }
        for mapping, every in waiting.items()
    ]
    return {
        "total": sum(len(every) for every in waiting.values()),
        "kinds": kinds,
        "title": outbox.title(connection),
        "customer": quote(connection.name),
        "person": quote(person.name),
        "zone": str(zone(connection)),
    }


def _give_way(connection: Connection, tx: sa.Connection, who: str, person: Person) -> None:
    """Summaries of days before that never left are not owed any more."""
    for one in outbox.owed(connection.ledger, tx):
        if one.letter.about == DIGEST and one.letter.to == person.name:
            sent = outbox.Sent(one, "a newer summary goes instead", final=True)
            outbox.closed(connection.ledger, tx, who, sent)
