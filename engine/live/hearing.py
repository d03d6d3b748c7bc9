"""What a run makes of hints: which mappings are worth a look now, and which hints a look answers.

A hint says that something changed, never what is true; so one that comes twice, late, or in another order
changes nothing. A run answers what was waiting before it began to read, and leaves the rest to the next.
Before: `listening`, which keeps hints. After: `sync`, and whoever waits for something to do.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.ledger import hints
from engine.ledger.hints import Hint
from engine.live.connect import Connection
from engine.read.mirrored import needed

EVERYTHING: tuple[str, ...] = ()  # as a run of no mappings in particular is a run of all


def waiting(connection: Connection) -> tuple[str, ...] | None:
    """The mappings a run should look into now, EVERYTHING, or None while there is nothing to do."""
    wanted: set[str] = set()
    every = _waiting(connection)
    for system, about in {(one.system, one.about) for one in every}:
        concerned = _concerned(connection, system, about)
        if concerned is None:
            return EVERYTHING
        wanted |= concerned
    return tuple(name for name in connection.book.mappings if name in wanted) if every else None


def heard(connection: Connection, mappings: Collection[str] = EVERYTHING) -> list[Hint]:
    """The hints that a run of these mappings answers, if it begins to read after this."""
    every = _waiting(connection)
    if not mappings:
        return every
    found = []
    for one in every:
        concerned = _concerned(connection, one.system, one.about)
        if concerned is not None and concerned <= set(mappings):
            found.append(one)
    return found


def served(connection: Connection, found: Collection[Hint]) -> None:
    """Writes down that a run has read what these hints are about."""
    if found:
        with connection.ledger.begin() as tx:
            hints.serve(connection.ledger, tx, [one.id for one in found])


def _waiting(connection: Connection) -> list[Hint]:
    with connection.ledger.look() as tx:
        return hints.waiting(connection.ledger, tx)


def _concerned(connection: Connection, system: str, about: str) -> set[str] | None:
    """The mappings that read what a hint is about; None where it may be about anything."""
    objects = connection.systems[system].events.get(about, ())
    if not objects:
        return None
    told = {f"{system}.{name}" for name in objects}
    return {
        flow.name
        for flow in connection.flows
        if told & needed(connection.book, connection.streams, flow.name, flow.back)
    }
