"""A live connection examined end to end, one check after the other, in the order in which they matter.

Nothing is written to either system. A check that needs what an earlier one did not find says so and is not
tried. Before: `connect`. After: `doctor_procore`, `doctor_xero`, and the command `doctor`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.ledger.store import LedgerError
from engine.ledger.tokens import key_for
from engine.live.connect import Connection
from engine.system import places
from engine.system.client import HttpPort
from engine.system.model import System
from engine.system.port import DONE, Answer, Port, Unreachable
from engine.system.secrets import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Secrets
from engine.workspace import Desk

OK, WARN, FAIL, UNTRIED = "ok", "warning", "fail", "not tried"


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: where it looked, what it saw, and what to do."""

    name: str
    state: str
    text: str
    fix: str = ""
    place: str = ""


class NotHere(Exception):
    """What a check needs was not found by an earlier one: which."""


@dataclass(slots=True)
class Patient:
    """A connection under examination: what was learnt so far, and the checks made."""

    connection: Connection
    known: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    tell: Callable[[str, int], None] = lambda what, count: None

    @property
    def settings(self) -> Mapping[str, Any]:
        """The customer's settings, with the environment before them where it leads to an account."""
        values: dict[str, Any] = dict(self.connection.desk.settings)
        for name in ("procore_company", "xero_tenant"):
            if said := self.connection.environ.get(f"CROSSWALK_{name.upper()}"):
                values[name] = said
        return values

    def say(self, name: str, state: str, text: str, fix: str = "", place: str = "") -> None:
        """Notes what a check found."""
        self.checks.append(Check(name, state, text, fix, place))
        self.tell(name, len(self.checks))

    def need(self, name: str) -> Any:
        """What an earlier check found. Raises NotHere."""
        if name not in self.known:
            raise NotHere(name)
        return self.known[name]

    @contextmanager
    def check(self, name: str, place: str = "") -> Iterator[None]:
        """One check: whatever stops it is noted, and the next one goes on."""
        try:
            yield
        except NotHere as lacking:
            self.say(name, UNTRIED, f"needs {lacking.args[0]}, which was not found", place=place)
        except Unreachable as error:
            self.say(name, FAIL, error.text, error.fix, place)
        except LedgerError as error:
            self.say(name, FAIL, error.text, error.fix, place)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            self.say(name, FAIL, f"the answer is not what it should be ({type(error).__name__})", place=place)

    def ask(self, system: str, call: str) -> Answer:
        """One read. Raises Unreachable where nothing useful comes back."""
        port: Port = self.need(f"a token of {self.connection.systems[system].title}")
        found = port.read(port.system.calls[f"{system}.{call}"], {})
        if found.meaning != DONE:
            raise Unreachable(f"{call}: {found.reason or found.status}", "", found.status)
        return found

    def rows(self, system: str, call: str) -> list[dict[str, Any]]:
        """Every row of a list."""
        port: Port = self.need(f"a token of {self.connection.systems[system].title}")
        return [row for page in port.rows(port.system.calls[f"{system}.{call}"], {}) for row in page]


# ---------------------------------------------------------------- the examination


def examined(
    desk: Desk, ledger_url: str, environ: Mapping[str, str] | None, tell: Callable[[str, int], None]
) -> list[Check]:
    """Every check, in order. Never raises for what it finds."""
    from engine.live.doctor_gate import gate
    from engine.live.doctor_procore import procore
    from engine.live.doctor_xero import xero

    with _connection(desk, ledger_url, environ) as (connection, broken):
        patient = Patient(connection, tell=tell)
        for system in connection.systems.values():
            _reached(patient, system, broken)
        procore(patient)
        xero(patient)
        gate(patient)
        _ledger(patient, broken)
        return patient.checks


@contextmanager
def _connection(
    desk: Desk, url: str, environ: Mapping[str, str] | None
) -> Iterator[tuple[Connection, LedgerError | OSError | None]]:
    """The customer's connection; with one that is thrown away where the ledger cannot be used, and why."""
    with tempfile.TemporaryDirectory() as folder:
        broken: LedgerError | OSError | None = None
        try:
            connection = Connection(desk, url, environ=environ)
            key_for(connection.store, connection.environ)
        except (LedgerError, OSError) as error:
            broken = error
            own = {**(environ if environ is not None else _environ())}
            own = {name: text for name, text in own.items() if not name.startswith("CROSSWALK_LEDGER")}
            connection = Connection(desk, str(Path(folder) / "ledger.db"), environ=own)
        try:
            yield connection, broken
        finally:
            connection.close()


def _environ() -> Mapping[str, str]:
    import os

    return os.environ


def _reached(patient: Patient, system: System, broken: Exception | None) -> None:
    """Secrets, host and token of one system."""
    connection, title = patient.connection, system.title
    secrets = Secrets(connection.name, connection.environ)
    name = f"{title}: secrets"
    with patient.check(name, "environment"):
        lacking = [what for what in (CLIENT_ID, CLIENT_SECRET) if secrets.get(system.name, what) is None]
        if lacking:
            own, common = zip(*(secrets.names(system.name, what) for what in lacking), strict=True)
            text = f"there is no {' and no '.join(what.lower().replace('_', ' ') for what in lacking)}"
            patient.say(
                name, FAIL, text, f"set {' and '.join(common)} (or {' and '.join(own)})", "environment"
            )
        else:
            patient.known[name] = True
            patient.say(name, OK, "client id and client secret are there")
    name = f"{title}: host and token"
    texts = (system.base, str(system.auth.get("token", "")))
    leading = " and ".join(setting for text in texts for setting, _ in places.names(text))
    with patient.check(name, f"settings {leading}"):
        patient.need(f"{title}: secrets")
        if broken is not None and secrets.get(system.name, REFRESH_TOKEN) is not None:
            raise NotHere("a ledger to keep the refresh token in")
        port = connection.ports[system.name]
        if isinstance(port, HttpPort):
            port.access.proven()
            patient.known[f"a token of {title}"] = port
            patient.say(name, OK, f"a token is given; calls go to {port.base}", place=port.base)


def _ledger(patient: Patient, broken: Exception | None) -> None:
    """Whether what is remembered can be written, and what is encrypted be read."""
    connection = patient.connection
    with patient.check("ledger"):
        if isinstance(broken, LedgerError):
            raise broken
        if broken is not None:
            raise LedgerError(f"the ledger cannot be opened: {broken}", "check who owns it and its folder")
        where = connection.store.engine.url.render_as_string(hide_password=True)
        with connection.store.begin() as tx:  # SQLite takes the right to write when it begins
            tx.rollback()
        key_for(connection.store, connection.environ)
        patient.say("ledger", OK, "it can be written, and its key be read", place=where)
