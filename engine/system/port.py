"""The port to a system: what is sent, what comes back, and what the ledger needs to know of it.

`write` and `read` know these types only; HTTP is behind them in `client`. Tests and `rehearse` put
another port in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.system.model import Call, System

# What an answer means for the effect it was asked for.
DONE, NEVER_SENT, WAIT, REFUSED, GONE, UNKNOWN = "done", "never_sent", "wait", "refused", "gone", "unknown"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, complete: the bytes are frozen before they are sent."""

    call: str
    method: str
    url: str
    body: bytes | None = None
    key: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    until: datetime | None = None  # it must not leave after this moment, however long it had to wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `meaning` is one of the six above; `reason` is in the reader's words."""

    meaning: str
    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    wait_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Element:
    """The result of one element of a batch: its answered record, or why it was refused."""

    ok: bool
    record: Any = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    missing: bool = False  # the answer says nothing of it: what became of it is not known


class Clock(Protocol):
    """The time, and waiting; tests move it."""

    def now(self) -> datetime:
        """An aware instant, UTC."""

    def sleep(self, seconds: float) -> None:
        """Waits, or moves the time."""


class Port(Protocol):
    """One system of one customer, reachable."""

    system: System
    values: Mapping[str, Any]  # what fills the account's places: hosts, company, tracking category

    def request(
        self, call: Call, places: Mapping[str, Any], body: bytes | None = None, key: str = ""
    ) -> Request:
        """A request with its places filled (URL-quoted); nothing is sent."""

    def now(self) -> datetime:
        """What time it is there, as its latest answer told; ours before the first one."""

    def asked_now(self) -> datetime | None:
        """What time it is there at this moment; None if nobody answers."""

    def send(self, request: Request) -> Answer:
        """Sends once: no retries. Waits for the budget, refreshes a token once; never raises for HTTP."""

    def read(self, call: Call, places: Mapping[str, Any], query: Mapping[str, str] | None = None) -> Answer:
        """A single read, retried while that helps. Raises `Unreachable` when it does not."""

    def rows(
        self, call: Call, places: Mapping[str, Any], since: datetime | None = None
    ) -> Iterator[list[Any]]:
        """The rows of a list, page by page. Raises `Unreachable`; a page that repeats is an error."""

    def elements(self, call: Call, answer: Answer, sent: list[Any]) -> list[Element]:
        """One result per element sent, in their order."""


class Unreachable(Exception):
    """A read that cannot be made: what was asked, what came back, what to do."""

    def __init__(self, text: str, fix: str = "", status: int = 0):
        super().__init__(text)
        self.text = text
        self.fix = fix
        self.status = status


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as the store keeps it (encrypted there)."""

    access: str
    expires: datetime
    refresh: str = ""


class Tokens(Protocol):
    """Where tokens live between processes. One process refreshes at a time."""

    def get(self, name: str) -> Token | None:
        """The token of a connection's system, if there is one."""

    def put(self, name: str, token: Token) -> None:
        """Keeps a token; committed before the access token is used."""

    def claim(self, name: str, seconds: float) -> bool:
        """Takes the right to refresh, for so long; no database lock is held meanwhile."""

    def release(self, name: str) -> None:
        """Gives it back."""


class Budgets(Protocol):
    """Calls counted over processes and restarts."""

    def take(self, connection: str, limits: tuple[Any, ...], now: datetime) -> float:
        """Takes one call from every budget: 0.0 when granted, else seconds until it may be asked again."""

    def lower(self, connection: str, limit: str, remaining: int, until: datetime) -> None:
        """What a header said is left, until the window ends; never raises a budget."""
