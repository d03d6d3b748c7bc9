"""What a kill leaves behind: the outside, and the moments at which a process changes it.

A kill takes all memory of a process, so what a later one finds depends on three things only: what is
committed in the ledger, what both systems hold, and how far a request has come that may change them. A
process changes these by a commit, by bytes of such a request, and here by moving the time. Kills between two
changes are one and the same kill: a class. `Witness` looks whether that is so, with eyes of its own. It
leaves out how many calls were counted: one that was counted and not made costs a wait, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from httpcore._backends.sync import SyncStream
from sqlalchemy.engine.default import DefaultDialect

from engine.ledger.store import Store
from engine.ledger.tables import metadata, rate
from tests.worlds.sandboxed import Sandbox, SharedClock

COMMIT, SENT, ANSWERED, TIME = "commit", "sent", "answered", "time moved"
HARMLESS = (b"GET ", b"HEAD ")  # they change nothing, which the witness would see otherwise
SYSTEMS = ("xero", "procore")
OWN = "_"  # begins what the sandbox keeps for itself: it never leaves in an answer

Told = Callable[[str], None]


class Changes:
    """Tells before and after every change this process makes, from now on and to its end."""

    def __init__(self, before: Told, after: Told):
        self._before, self._after = before, after
        self._request = ""  # the one under way, if it may change anything
        self._waiting = False  # all that was written of it so far has no answer yet

    def watch(self) -> None:
        """Begins. Only for a process that was made for one trial: it stays so."""
        self._listen(DefaultDialect, "do_commit", lambda *given: COMMIT)
        self._listen(SharedClock, "move", lambda *given: TIME)
        self._listen(SyncStream, "write", self._sending)
        self._listen(SyncStream, "read", self._answered)

    def _listen(self, owner: type, method: str, name: Callable[..., str]) -> None:
        does = getattr(owner, method)

        def told(*given: Any, **more: Any) -> Any:
            change = name(*given)
            if not change:
                return does(*given, **more)
            self._before(change)
            try:
                return does(*given, **more)
            finally:
                self._after(change)

        setattr(owner, method, told)

    def _sending(self, _stream: SyncStream, data: bytes) -> str:
        line, ends, _ = data.partition(b" HTTP/1.1\r\n")
        if ends:
            self._request = "" if line.startswith(HARMLESS) else line.partition(b"?")[0].decode()
        if not data or not self._request:
            return ""
        self._waiting = True
        return f"{SENT} {self._request}"

    def _answered(self, *_: Any) -> str:
        """The first bytes of an answer, or the end of the connection: the server is done with it."""
        if not self._waiting:
            return ""
        self._waiting = False
        return f"{ANSWERED} {self._request}"


class Witness:
    """Somebody else, who sees what is committed and what both systems hold."""

    def __init__(self, url: str, sandbox: Sandbox):
        self._ledger, self._sandbox = Store(url), sandbox

    def sees(self) -> tuple[int, int]:
        """The ledger, and both systems: equal numbers are equal contents."""
        with self._ledger.look() as tx:
            rows = [tx.execute(sa.select(one)).all() for one in metadata.sorted_tables if one is not rate]
        world = self._sandbox.world()
        held = [(system, *one) for system in SYSTEMS for one in world[system].items() if one[0][0] != OWN]
        return hash(repr(rows)), hash(repr((held, world["clock"])))
