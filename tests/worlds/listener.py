"""The receiver of webhooks as a process of its own, and strangers who call it.

    with listening(tmp_path, sandbox, {"story": settings(5501)}) as ear:
        ear.in_procore(); ear.in_xero()          # registered in the sandbox
        ear.told("procore", body, Authorization="Bearer …")

Its customers have folders of their own, beside the shipped mappings.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from engine.ledger.store import Store
from engine.ledger.tables import metadata
from sandbox.sample import TENANT
from tests.worlds.sandboxed import ROOT, START, Sandbox

SECRET, KEY = "a-secret-we-chose", "the-webhook-key-xero-shows"
JSON = "application/json"


def until(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What something gives once it gives anything."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := holds():
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not come about in {seconds} seconds")


@dataclass
class Listener:
    """A running listener for the customer `name`."""

    base: str
    name: str
    sandbox: Sandbox
    ledger: str
    errors: Path
    since: int = 0  # how much of the log is an earlier story's

    def begins(self) -> None:
        """A story begins: an empty ledger, nothing said yet."""
        self.since += len(self.log())
        self.sandbox.ask("DELETE", "/deliveries")
        store = Store(self.ledger)
        with store.begin() as tx:
            for table in metadata.sorted_tables:
                tx.execute(table.delete())
        store.close()

    def log(self) -> list[dict[str, Any]]:
        """What it wrote on stderr in this story, line by line."""
        lines = [line for line in self.errors.read_text("utf-8").splitlines() if line[0] == "{"]
        return [json.loads(line) for line in lines[self.since :]]

    def refusals(self) -> list[str]:
        """Why it refused."""
        return [line["why"] for line in self.log() if line["what"] == "refused"]

    # ------------------------------------------------------------ both systems send to it

    def in_procore(self, **more: Any) -> None:
        """Somebody makes hook and trigger in Procore."""
        destination = {"url": f"{self.base}/procore/{self.name}", "authorization": f"Bearer {SECRET}"}
        self.sandbox.in_procore("POST", "/webhooks", {**destination, **more})

    def in_xero(self, key: str = KEY) -> str:
        """Somebody enters the address in Xero; gives what came of the intent to receive."""
        self.sandbox.in_xero("webhooks", url=f"{self.base}/xero/{self.name}", key=key)

        def status() -> str:
            (hook,) = self.sandbox.ask("GET", "/xero/webhooks")
            return "" if hook["status"] == "checking" else str(hook["status"])

        return str(until(status))

    def deliveries(self, state: str = "delivered") -> list[str]:
        """The subjects of what was delivered, in that order."""
        every = self.sandbox.ask("GET", "/deliveries")
        return [one["about"] for one in every if one["state"] == state and self.base in one["url"]]

    # ------------------------------------------------------------ anybody calls it

    def call(self, path: str, raw: bytes, **headers: str) -> tuple[int, bytes, float]:
        """Status, body, and how long it took."""
        where, began = urlsplit(self.base), time.monotonic()
        line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        try:
            line.request("POST", path, raw, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = line.getresponse()
            return answer.status, answer.read(), time.monotonic() - began
        finally:
            line.close()

    def from_procore(
        self, body: Any, secret: str = SECRET, kind: str = JSON, name: str = ""
    ) -> tuple[int, bytes, float]:
        """A call as Procore makes it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"/procore/{name or self.name}"
        return self.call(path, raw, Authorization=f"Bearer {secret}", Content_Type=kind)

    def from_xero(
        self, body: Any, signed: bytes | None = None, key: str = KEY, kind: str = JSON
    ) -> tuple[int, bytes, float]:
        """A call as Xero makes it; `signed`: the bytes that are signed instead of those sent."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        mark = hmac.new(key.encode(), raw if signed is None else signed, hashlib.sha256).digest()
        headers = {"x_xero_signature": base64.b64encode(mark).decode(), "Content_Type": kind}
        return self.call(f"/xero/{self.name}", raw, **headers)


def folder_of(at: Path, customers: Mapping[str, Mapping[str, Any]]) -> Path:
    """A project's folder with these customers, by name their settings."""
    shutil.copytree(ROOT / "schemas", at / "schemas")
    shutil.copytree(ROOT / "mappings" / "procore_xero", at / "mappings" / "procore_xero")
    for name, settings in customers.items():
        told = {"customer": name, "of": "procore_xero", "settings": dict(settings)}
        own = at / "mappings" / "customers" / name
        own.mkdir(parents=True)
        (own / "settings.yaml").write_text(yaml.safe_dump(told), "utf-8")
    return at


@contextmanager
def listening(at: Path, sandbox: Sandbox, customers: Mapping[str, Mapping[str, Any]]) -> Iterator[Listener]:
    """A listener on a free port for these customers; named for the first one."""
    ledger = str(at / "ledger.db")
    environ = {
        **os.environ,
        **sandbox.environ(),
        "CROSSWALK_PROCORE_WEBHOOK_SECRET": SECRET,
        "CROSSWALK_XERO_WEBHOOK_KEY": KEY,
    }
    root = folder_of(at / "project", customers)
    command = [sys.executable, "cli.py", "--root", str(root), "listen", *customers, "--port", "0"]
    errors = at / "listener.log"
    with (
        errors.open("w") as log,
        subprocess.Popen(
            [*command, "--ledger", ledger],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(START), errors.read_text("utf-8")
            base, name = line.removeprefix(START).strip(), next(iter(customers))
            yield Listener(base, name, sandbox, ledger, errors)
        finally:
            process.terminate()


def settings(company: object, tenant: str = TENANT) -> dict[str, Any]:
    """What tells whose a webhook is."""
    return {"procore_company": str(company), "xero_tenant": tenant}
