"""Tokens between processes: encrypted rows, and one process at a time that refreshes.

The right to refresh is a column that runs out, so no database lock is held over the network and a
process that dies while it refreshes stops nobody. Texts of a row are bound to it: a row copied to another
connection does not open.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from engine.ledger import owner
from engine.ledger.ledger import Time, moment, stamp
from engine.ledger.store import LedgerError, Store
from engine.ledger.tables import token

VARIABLE = "CROSSWALK_LEDGER_KEY"
HOW = f"set {VARIABLE} to the output of: openssl rand -base64 32 | tr '+/' '-_'"


class Secret(Protocol):
    """What is kept (`port.Token`)."""

    @property
    def access(self) -> str:
        """What requests carry."""

    @property
    def expires(self) -> datetime:
        """When it ends."""

    @property
    def refresh(self) -> str:
        """What buys the next one, or ""."""


T = TypeVar("T", bound=Secret)


class LedgerTokens(Generic[T]):
    """The tokens of one connection. `make` builds what `get` gives: access, expires, refresh.

    `key` is one Fernet key, or several with commas: all open, the first closes.
    """

    def __init__(
        self, store: Store, connection: str, clock: Time, key: str, make: Callable[[str, datetime, str], T]
    ):
        from cryptography.fernet import Fernet, MultiFernet

        self._store = store
        self._connection = connection
        self._clock = clock
        self._make = make
        try:
            self._box = MultiFernet([Fernet(each.strip()) for each in key.split(",")])
        except ValueError:
            raise LedgerError(f"{VARIABLE} is not a key of 32 bytes in URL-safe base64", HOW) from None

    def get(self, name: str) -> T | None:
        """The token of a system, if there is one. Raises LedgerError if it was closed with another key."""
        from cryptography.fernet import InvalidToken

        with self._store.look() as tx:
            secret = tx.execute(sa.select(token.c.secret).where(*self._row(name))).scalar()
        if not secret:
            return None
        try:
            kept = msgspec.json.decode(self._box.decrypt(bytes(secret)), type=list[str])
        except InvalidToken:
            kept = []
        if kept[:2] != [self._connection, name]:
            raise LedgerError(
                f"the token of {name} was encrypted with another key",
                f"set {VARIABLE} to the key it was kept with, or authorise {self._connection} again",
            )
        return self._make(kept[2], moment(kept[3]), kept[4])

    def put(self, name: str, token: T) -> None:
        """Keeps a token, and ends whatever was kept before."""
        expires = stamp(token.expires)
        text = msgspec.json.encode([self._connection, name, token.access, expires, token.refresh])
        self._change(name, secret=self._box.encrypt(text), expires=expires)

    def claim(self, name: str, seconds: float) -> bool:
        """Takes the right to refresh for so long, unless a living process has it."""
        now = self._clock.now()
        until = stamp(now + timedelta(seconds=seconds))
        farthest = stamp(
            now + timedelta(seconds=2 * seconds)
        )  # what lies beyond is of a clock put right since
        with self._store.begin() as tx:
            query = sa.select(token.c.claimed_by, token.c.claimed_until).where(*self._row(name))
            if not self._store.is_sqlite:
                query = query.with_for_update()
            row = tx.execute(query).first()
            if row is not None and _living(row.claimed_by) and stamp(now) < row.claimed_until <= farthest:
                return False
            mine = {"claimed_by": _claimant(), "claimed_until": until}
            if row is not None:
                tx.execute(token.update().where(*self._row(name)).values(mine))
                return True
            new = {"connection": self._connection, "system": name, **mine}
            made = self._store.insert(token).values(new).on_conflict_do_nothing()
            return tx.execute(made.returning(token.c.system)).first() is not None

    def release(self, name: str) -> None:
        """Gives the right back; one that ran out and was taken by another is left to it."""
        with self._store.begin() as tx:
            mine = token.c.claimed_by == _claimant()
            tx.execute(token.update().where(*self._row(name), mine).values(claimed_by="", claimed_until=""))

    def _row(self, name: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (token.c.connection == self._connection, token.c.system == name)

    def _change(self, name: str, **values: object) -> None:
        row = {"connection": self._connection, "system": name, **values}
        with self._store.begin() as tx:
            self._store.put(tx, token, [row])


def _claimant() -> str:
    """A thread of a process: two threads are two that would refresh."""
    return f"{owner.me()} {threading.get_ident()}"


def _living(claimant: str) -> bool:
    return bool(claimant) and not owner.dead(claimant.partition(" ")[0])


# ---------------------------------------------------------------- the key


def key_for(store: Store, environ: Mapping[str, str] | None = None) -> str:
    """The key: from the environment, from a file it names, or from one beside the SQLite file."""
    given = os.environ if environ is None else environ
    if text := given.get(VARIABLE, "").strip():
        return text
    if named := given.get(f"{VARIABLE}_FILE", ""):
        return _read(Path(named))
    file = make_url(store.url).database if store.is_sqlite else None
    if not file or file == ":memory:":
        raise LedgerError("tokens in this ledger need a key", HOW)
    path = Path(f"{file}.key")
    if not path.exists():
        _make_file(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise LedgerError(f"others on this machine can read {path.name}", f"chmod 600 {path}")
    return _read(path)


def _make_file(path: Path) -> None:
    from cryptography.fernet import Fernet

    new = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(Fernet.generate_key() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(new, path)  # whole or not at all; the first of several processes wins
        except FileExistsError:
            pass
        finally:
            new.unlink()
    except OSError as error:
        raise LedgerError(f"the key file {path} cannot be made: {error.strerror}", HOW) from None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise LedgerError(f"the key file {path} cannot be read ({type(error).__name__})", HOW) from None
