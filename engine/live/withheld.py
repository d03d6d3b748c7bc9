"""What one project keeps from us: a tool that is switched off there, or an account that lacks rights on it.

Its lists are refused while all others are read. Nothing is sent of what could not be looked at, and every run
says so. Before: `read.live`, which notes the refusals. After: `sync`, which plans all else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.check.typed import Flow
from engine.compile.frame import key_parts, key_text
from engine.ledger import mirror
from engine.live.connect import Connection
from engine.map.names import names_of
from engine.plan.actions import APPEND, BAD, CREATE, DELETE, HOLD, LINK, UPDATE, Action
from engine.read.live import Stream
from engine.read.mirrored import needed
from engine.system.port import Unreachable

SENDS = (CREATE, LINK, UPDATE, APPEND, DELETE)
FIX = (
    "switch the tool on in that project and give the service account rights on it, or hide the project from"
    " the account"
)
Refusals = Mapping[str, Mapping[str, Unreachable]]  # by stream and project


class Withheld:
    """The refusals of one run, as its plan tells them."""

    def __init__(self, connection: Connection, refusals: Refusals):
        self.connection = connection
        self.refusals = refusals
        self._told: set[tuple[str, str]] = set()

    def over(self, flow: Flow, actions: list[Action]) -> list[Action]:
        """The actions of a flow: what stands on a refused list is held, and each such list told once."""
        if not self.refusals:
            return actions
        names = needed(self.connection.book, self.connection.streams, flow.name, flow.back)
        mine = [one for one in self.connection.streams if one.name in names and one.name in self.refusals]
        for stream in mine:
            for scope in self.refusals[stream.name]:
                held = self._records(flow, scope)
                for action in actions:
                    if action.kind in SENDS and (_own(flow, action) in held or _goes(stream, action, scope)):
                        self._hold(action, stream, scope)
        return actions + [action for stream in mine for action in self._anew(flow, stream)]

    def _anew(self, flow: Flow, stream: Stream) -> list[Action]:
        """The lists of a stream that no flow told of yet."""
        found = []
        for scope, error in self.refusals[stream.name].items():
            if (stream.name, scope) not in self._told:
                self._told.add((stream.name, scope))
                action = Action(flow.name, flow.back, "", BAD, flow.target, label=self._place(stream, scope))
                action.code = "refused"
                action.reason = (
                    f"{self._said(stream)} cannot be read there, so nothing of them is sent: {error.text}"
                )
                action.fix = FIX
                found.append(action)
        return found

    def _hold(self, action: Action, stream: Stream, scope: str) -> None:
        place = self._place(stream, scope)
        action.kind, action.code, action.quiet = HOLD, "refused", False
        action.reason = f"{self._said(stream)} of {place} cannot be read, so nobody knows how this stands now"
        action.fix = FIX

    def _records(self, flow: Flow, scope: str) -> set[str]:
        """The source records of a flow that are listed under a project."""
        found: set[str] = set()
        with self.connection.ledger.look() as tx:
            for stream in self.connection.streams:
                if stream.object.shape == flow.source:
                    found |= mirror.ids(self.connection.ledger, tx, stream.name, scope)
        return found

    def _said(self, stream: Stream) -> str:
        shape = self.connection.book.shapes[stream.object.shape]
        return f"{shape.plural} in {stream.port.system.title}"

    def _place(self, stream: Stream, scope: str) -> str:
        """The project as people call it."""
        holder = f"{stream.port.system.name}.{stream.object.scope}"
        with self.connection.ledger.look() as tx:
            row: Any = mirror.some(self.connection.ledger, tx, holder, [scope]).get(scope)
        return " ".join([stream.object.scope, *(names_of(row)[:1] or [scope])])


def _own(flow: Flow, action: Action) -> str:
    """The id under which the source lists the record of an action."""
    return key_text(key_parts(action.source_id)[: len(flow.identity)])


def _goes(stream: Stream, action: Action, scope: str) -> bool:
    """Whether an action writes into a project whose list of just that was refused."""
    if stream.object.shape != action.target or action.record is None:
        return False
    return str(action.record.get(stream.object.scope_as, "")) == scope
