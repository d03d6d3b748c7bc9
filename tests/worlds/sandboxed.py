"""Both systems as a process of their own, and an engine's connection to them: the ground of world stories.

    def test_a_story(sandbox: Sandbox, tmp_path: Path) -> None:
        with connected(sandbox, tmp_path / "ledger.db") as connection:
            report = Sync(connection).sync()
        assert len(sandbox.of("xero", "PurchaseOrders")) == 5

Fixtures: `sandbox` (the sample company, untouched, at each test's start), and `url` of
`tests.databases` for a ledger on each database. Time is `sandbox.clock`: the engine and the sandbox share
it, `move` and `sleep` advance both, and nothing waits.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import stamina

from engine.live.connect import Connection
from engine.workspace import Desk, Workspace

ROOT = Path(__file__).resolve().parents[2]
START = "listening on "
KEY = "c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveC0="
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class SharedClock:
    """The machine's time and the sandbox's offset. Waiting moves the sandbox on, and takes no time."""

    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self.offset = 0.0
        self.slept = 0.0
        self.read()

    def read(self) -> None:
        """Takes the sandbox's time, after somebody else moved it."""
        self.offset = float(self._sandbox.ask("GET", "/clock")["ahead"])

    def now(self) -> datetime:
        """An aware instant, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def sleep(self, seconds: float) -> None:
        """Waits, as far as the two systems can tell."""
        if seconds > 0:
            self.move(seconds)
            self.slept += seconds

    def move(self, seconds: float) -> None:
        """Puts the time forward, or back, for everybody."""
        with self._lock:
            self.offset = float(self._sandbox.ask("POST", "/clock", {"advance": seconds})["ahead"])


class Sandbox:
    """A running sandbox and its own door. Every call is a connection of its own, so it may be forked."""

    def __init__(self, base: str):
        self.base = base
        self.clock = SharedClock(self)

    # ------------------------------------------------------------ the door

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A call to `/_sandbox`; raises AssertionError with the sandbox's words when it is refused."""
        raw = body if isinstance(body, bytes) or body is None else _ENCODER.encode(body)
        where = urlsplit(self.base)
        line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        try:
            line.request(method, f"/_sandbox{path}", raw, {"Connection": "close"})
            answer = line.getresponse()
            said = answer.read()
            assert answer.status < 400, f"{method} {path}: {answer.status} {said.decode()}"
        finally:
            line.close()
        return json.loads(said, parse_float=Decimal) if said else None

    def load(self, world: Any = None) -> None:
        """Becomes a world (as `world` gives it, or its bytes); without one, the one it was started with."""
        self.ask("POST", "/load", world)
        self.clock.read()

    def world(self) -> dict[str, Any]:
        """Everything both systems hold: ["xero"]["Invoices"][id], ["procore"]["vendors"][id]."""
        found: dict[str, Any] = self.ask("GET", "/world")
        return found

    def of(self, system: str, collection: str) -> list[dict[str, Any]]:
        """The records of a collection, as stored."""
        return list(self.world()[system].get(collection, {}).values())

    def reset(self) -> None:
        """The first world again, no faults, generous limits, no calls, the machine's own time."""
        self.ask("DELETE", "/faults")
        self.ask("POST", "/limits", {"real": False})
        self.load()
        self.clock.move(-self.clock.offset)
        self.clock.slept = 0.0
        self.ask("DELETE", "/calls")

    # ------------------------------------------------------------ luck and calls

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """These faults and no others: {"kind": "lost_answer", "system": "xero", "method": "PUT", …}."""
        self.ask("POST", "/faults", list(rules))

    def calls(self, system: str = "", method: str = "", path: str = "") -> list[dict[str, Any]]:
        """The calls that came, in order: of a system, by a method, with a path that matches."""
        return [
            call
            for call in self.ask("GET", "/calls")
            if (not system or call["system"] == system)
            and (not method or call["method"] == method)
            and re.search(path, call["path"])
        ]

    def forget_calls(self) -> None:
        """Counts calls from here on."""
        self.ask("DELETE", "/calls")

    # ------------------------------------------------------------ people

    def in_procore(self, method: str, path: str, body: Any = None) -> Any:
        """What somebody does on Procore's screens: ("PATCH", "/records/vendors/7301", {"name": …})."""
        return self.ask(method, f"/procore{path}", body)

    def in_xero(self, act: str, **members: Any) -> Any:
        """What somebody does on Xero's screens: in_xero("copy_to_bill", PurchaseOrderID=…)."""
        return self.ask("POST", f"/xero/{act}", members)

    # ------------------------------------------------------------ the engine's side

    def environ(self) -> dict[str, str]:
        """The environment in which the engine finds both systems here."""
        found = {
            "CROSSWALK_PROCORE_HOST": f"{self.base}/procore",
            "CROSSWALK_PROCORE_LOGIN_HOST": f"{self.base}/procore",
            "CROSSWALK_XERO_HOST": f"{self.base}/xero",
            "CROSSWALK_XERO_IDENTITY_HOST": f"{self.base}/xero/identity",
            "CROSSWALK_LEDGER_KEY": KEY,  # PostgreSQL has no file beside which a key could lie
        }
        for system in ("PROCORE", "XERO"):
            found[f"CROSSWALK_{system}_CLIENT_ID"] = "crosswalk"
            found[f"CROSSWALK_{system}_CLIENT_SECRET"] = "sandbox-secret"
        return found


@contextmanager
def serving(*options: str) -> Iterator[Sandbox]:
    """A sandbox on a free port of its own; ends with the block."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(START), line
            yield Sandbox(line.removeprefix(START).strip())
        finally:
            process.terminate()


@cache
def desk(customer: str = "demo") -> Desk:
    """A customer's mappings, read once in a process. Nobody is asked; stories of the gate have their own."""
    made = Workspace().customer(customer)
    made.settings = {**made.settings, "approval_home": "none"}
    return made


@cache
def desk_behind_the_gate(customer: str = "demo") -> Desk:
    """A customer as it is shipped: an accounting approver decides."""
    return Workspace().customer(customer)


def connection(
    sandbox: Sandbox,
    ledger: str | Path,
    customer: str | Desk = "demo",
    environ: Mapping[str, str] | None = None,
) -> Connection:
    """A customer connected to the sandbox, at the sandbox's time. `close` it, or use `connected`."""
    whose = desk(customer) if isinstance(customer, str) else customer
    return Connection(whose, str(ledger), sandbox.clock, None, {**sandbox.environ(), **(environ or {})})


@contextmanager
def connected(
    sandbox: Sandbox,
    ledger: str | Path,
    customer: str | Desk = "demo",
    environ: Mapping[str, str] | None = None,
) -> Iterator[Connection]:
    """The same for a block."""
    made = connection(sandbox, ledger, customer, environ)
    try:
        yield made
    finally:
        close(made)


def close(made: Connection) -> None:
    """Lets go of the database, and of the lines to both systems."""
    for port in made.__dict__.get("ports", {}).values():
        if hasattr(port, "close"):
            port.close()
    made.close()


# ---------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """One sandbox for the whole session; tests use `sandbox`."""
    with serving() as made:
        yield made


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The sandbox as it was when it started: the sample company on the day before the first sync."""
    sandbox_process.reset()
    stamina.set_testing(True, attempts=5, cap=True)  # tries again at once, as often as ever
    yield sandbox_process
    stamina.set_testing(False)
