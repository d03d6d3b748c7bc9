"""What should go at once: what approvers accepted, and what webhooks told. Looked at every few seconds.

An accepted record that cannot go yet is not tried at every look: it goes with a later run, or once
something else is accepted. A webhook never wakes what the customer's schedule never wants.
Before: the
log, `hearing`. After: `running`.
"""

from __future__ import annotations

from engine.approve import states
from engine.approve.standing import by_record, stands
from engine.ledger import events
from engine.live import hearing, log
from engine.live.admission import LOCAL, TOOL
from engine.live.connect import Connection
from engine.live.jobs import Said, never_wanted, told
from engine.live.sync import Sync

Accepted = tuple[str, str, str]  # mapping, record, when


class Promptly:
    """The watch over one customer."""

    def __init__(self, connection: Connection):
        self.connection = connection
        self.seen = -1
        self.waiting: set[Accepted] = set()
        self.tried: set[Accepted] = set()

    def is_any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.fresh()) or hearing.waiting(self.connection) is not None

    def fresh(self) -> set[Accepted]:
        """What was accepted and has not been tried."""
        if self.connection.settings().get("approval_home") != LOCAL:
            return set()
        ledger = self.connection.ledger
        with ledger.look() as tx:
            newest = events.newest(ledger, tx)
            if newest != self.seen:
                self.waiting = {
                    (mapping, own, standing.accepted_at)
                    for (mapping, own), entries in by_record(log.entries(ledger, tx)).items()
                    if not mapping.endswith(log.IMPORT)
                    and (standing := stands(entries)).state == states.ACCEPTED
                }
                self.seen = newest
        return self.waiting - self.tried

    def do(self, connection: Connection) -> Said:
        """One sync of what is concerned."""
        fresh, heard = self.fresh(), hearing.heard(connection)  # what is said from here on waits
        wanted = hearing.waiting(connection)
        said: Said = {}
        if wanted == hearing.EVERYTHING and connection.settings().get("approval_home") == TOOL:
            said = told(Sync(connection).sync())  # a person in Procore asks, whatever the schedule
        else:
            every = connection.book.mappings if wanted == hearing.EVERYTHING else wanted or ()
            names = set(every) - never_wanted(connection)
            names |= {name for name, _, _ in self.waiting if fresh}  # what waited may wait for these
            if names:
                said = told(Sync(connection, names).sync())
        hearing.served(connection, heard)
        self.tried = fresh | (self.tried & self.waiting)
        return said
