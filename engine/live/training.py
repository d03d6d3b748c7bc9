"""Both systems on this machine, in a process of their own, and the people who work in them.

For the demo and for training: starts the sandbox, tells how it is reached, and does what an accountant
does on Xero's screens. Nothing here is used by a sync. Before: nothing. After: `story`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.system.clock import MovedClock

CLIENT, SECRET = "crosswalk", "sandbox-secret"  # the sandbox's own, on loopback: nothing to protect
READY = "listening on "


class NotReady(OSError):
    """The sandbox did not start."""


@dataclass(frozen=True, slots=True)
class Training:
    """A running sandbox by its address."""

    url: str

    @property
    def environ(self) -> dict[str, str]:
        """How a connection reaches it."""
        found = {
            "CROSSWALK_PROCORE_HOST": f"{self.url}/procore",
            "CROSSWALK_PROCORE_LOGIN_HOST": f"{self.url}/procore",
            "CROSSWALK_XERO_HOST": f"{self.url}/xero",
            "CROSSWALK_XERO_IDENTITY_HOST": f"{self.url}/xero/identity",
        }
        for system in ("PROCORE", "XERO"):
            found[f"CROSSWALK_{system}_CLIENT_ID"] = CLIENT
            found[f"CROSSWALK_{system}_CLIENT_SECRET"] = SECRET
        return found

    def advance(self, seconds: float) -> None:
        """Puts the clock of both systems forward."""
        body = json.dumps({"advance": seconds}).encode()
        self._ask("POST", "/_sandbox/clock", body, {"Accept": "application/json"})

    # ------------------------------------------------------------ an accountant at work

    def approve(self, bill: str) -> Any:
        """Approves a draft bill."""
        body = {"Invoices": [{"InvoiceID": bill, "Status": "AUTHORISED"}]}
        return self._xero("POST", "Invoices", body)["Invoices"][0]

    def pay(self, bill: str, amount: str, day: str, account: str = "090") -> Any:
        """Pays (a part of) an approved bill from a bank account."""
        body = {
            "Payments": [
                {
                    "Invoice": {"InvoiceID": bill},
                    "Account": {"Code": account},
                    "Date": day,
                    "Amount": float(amount),
                }
            ]
        }
        return self._xero("PUT", "Payments", body)["Payments"][0]

    def bills(self) -> list[Any]:
        """Every supplier bill, with lines."""
        query = urllib.parse.urlencode({"where": 'Type=="ACCPAY"', "page": 1, "pageSize": 1000})
        found: list[Any] = self._xero("GET", f"Invoices?{query}")["Invoices"]
        return found

    def procore(self, path: str) -> Any:
        """What Procore's screens would show."""
        token = self._ask("POST", "/procore/oauth/token", _grant(), {})["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": "8841"}
        return self._ask("GET", f"/procore{path}", None, headers)

    def _xero(self, method: str, path: str, body: Any = None) -> Any:
        token = self._ask("POST", "/xero/identity/connect/token", _grant(), {})["access_token"]
        tenant = self._ask("GET", "/xero/connections", None, {"Authorization": f"Bearer {token}"})[0][
            "tenantId"
        ]
        headers = {"Authorization": f"Bearer {token}", "xero-tenant-id": tenant, "Accept": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        return self._ask(method, f"/xero/api.xro/2.0/{path}", sent, headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        kind = "application/json" if headers else "application/x-www-form-urlencoded"
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers={**headers, "Content-Type": kind}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


def _grant() -> bytes:
    told = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    return urllib.parse.urlencode(told).encode()


class TrainingClock:
    """The time in a sandbox: what a budget has us wait for passes at once, here and there."""

    def __init__(self, world: Training):
        self.world = world
        self.moved = MovedClock()

    def now(self) -> datetime:
        """An aware instant, UTC."""
        return self.moved.now()

    def sleep(self, seconds: float) -> None:
        """Moves the time of both sides."""
        if seconds > 0:
            self.world.advance(seconds)
            self.moved.sleep(seconds)


@contextmanager
def training(load: Path | None = None) -> Iterator[Training]:
    """A sandbox for as long as it is needed."""
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    command += ["--load", str(load)] if load is not None else []
    folder = Path(__file__).resolve().parent.parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.startswith(READY):
                raise NotReady(0, "the sandbox did not start")
            yield Training(line.removeprefix(READY).strip())
        finally:
            process.terminate()
