"""The sandbox as a process of its own: how it starts, what a cut connection looks like, late writes."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.sample import TENANT, sample_world
from sandbox.world import World
from tests.sandbox.xero_client import BASE, order

ROOT = Path(__file__).resolve().parents[2]
ORDERS = f"{BASE}/PurchaseOrders"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{bad", "is no JSON"),
        ("[1]", "holds no world"),
        ('{"links": []}', "holds no world"),
        ('{"xero": {"Invoices": []}}', "xero.Invoices is not an object of records by their ids"),
    ],
)
def test_a_file_that_holds_no_world_is_told_in_words(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "world.json").write_text(text)
    told = started("--port", "0", "--load", str(tmp_path / "world.json"))
    assert (told.returncode, told.stdout) == (1, "")
    assert says in told.stderr
    assert "Traceback" not in told.stderr


def test_a_port_that_is_taken_or_none_is_told_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = started("--port", str(taken.getsockname()[1]))
    assert (told.returncode, "cannot be had" in told.stderr, "Traceback" in told.stderr) == (1, True, False)
    assert "is no port" in started("--port", "65536").stderr


def started(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


class Process:
    """A running sandbox and a client with a token."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", "0", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert found, line
        self.client = httpx.Client(base_url=found[1])
        form = {
            "grant_type": "client_credentials",
            "client_id": "crosswalk",
            "client_secret": "sandbox-secret",
        }
        token = self.client.post("/xero/identity/connect/token", data=form).json()["access_token"]
        self.client.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def put(self, number: str, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.put(
            ORDERS, json=order(number, LineItems=[{"Description": "Work"}]), headers=headers
        )

    def numbers(self) -> list[str]:
        return [each["PurchaseOrderNumber"] for each in self.client.get(ORDERS).json()["PurchaseOrders"]]

    def steer(self, path: str, body: Any) -> None:
        self.client.post(f"/_sandbox{path}", json=body).raise_for_status()

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.communicate(timeout=10)


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    running = Process()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def afresh(process: Process) -> None:
    tokens = process.client.get("/_sandbox/world").json()["xero"]["_tokens"]
    world = sample_world()
    world["xero"]["_tokens"] = tokens
    process.steer("/faults", [])
    process.client.post("/_sandbox/load", content=_json(world)).raise_for_status()


def _json(world: dict[str, Any]) -> bytes:
    from sandbox.answers import write

    return write(world)


@pytest.mark.parametrize(("kind", "found"), [("cut", []), ("lost_answer", ["SC-1"])])
def test_the_client_sees_its_connection_cut(process: Process, kind: str, found: list[str]) -> None:
    process.steer("/faults", [{"kind": kind, "path": "PurchaseOrders"}])
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        process.put("SC-1")
    assert process.numbers() == found
    assert process.client.get("/_sandbox/calls").json()[-2]["faults"] == [kind]


def test_a_request_of_which_only_the_head_came_asks_for_nothing(process: Process) -> None:
    """As no server works on half a request: its key is not taken, and nobody sees a call."""
    before = len(process.client.get("/_sandbox/calls").json())
    where, token = process.client.base_url, process.client.headers["Authorization"]
    head = [
        f"PUT {ORDERS} HTTP/1.1",
        f"Host: {where.host}",
        f"Authorization: {token}",
        f"xero-tenant-id: {TENANT}",
        "Idempotency-Key: half",
        "Content-Length: 900",
    ]
    with socket.create_connection((where.host, where.port or 80)) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode())
    time.sleep(0.1)
    assert process.put("SC-1", key="half").status_code == 200
    assert process.numbers() == ["SC-1"]
    assert len(process.client.get("/_sandbox/calls").json()) == before + 2


def test_a_server_slower_than_a_restart(process: Process) -> None:
    """The answer is cut at once, the write happens later; the same key waits for it and has one effect."""
    process.steer("/faults", [{"kind": "late", "path": "PurchaseOrders", "seconds": 30}])
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        process.put("SC-1", key="late")
    assert process.numbers() == []
    process.steer("/clock", {"advance": 31})
    assert process.put("SC-1", key="late").status_code == 200
    assert process.numbers() == ["SC-1"]


def test_a_late_write_after_its_key_is_forgotten_is_a_clash(process: Process) -> None:
    process.steer("/faults", [{"kind": "late", "path": "PurchaseOrders", "seconds": 500}])
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        process.put("SC-1", key="k")
    process.steer("/clock", {"advance": 361})
    assert process.put("SC-1", key="k").status_code == 200
    process.steer("/clock", {"advance": 200})
    time.sleep(0.1)
    assert process.numbers() == ["SC-1"]


def test_an_unanswered_call_leaves_the_next_ones_alone(process: Process) -> None:
    process.steer("/faults", [{"kind": "cut", "times": 3}])
    for _ in range(3):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            process.client.get(f"{BASE}/Items")
    assert process.client.get(f"{BASE}/Items").status_code == 200


def test_it_starts_within_a_second_with_the_world_it_is_given(tmp_path: Path, process: Process) -> None:
    process.put("SC-1")
    process.steer("/clock", {"advance": 3600})
    file = tmp_path / "world.json"
    file.write_bytes(process.client.get("/_sandbox/world").content)
    start = time.monotonic()
    other = Process("--load", str(file))
    took = time.monotonic() - start
    try:
        assert other.numbers() == ["SC-1"]
        assert other.client.get("/_sandbox/clock").json()["ahead"] >= 3600
        assert took < 5, f"{took:.1f} s"  # under one on a machine with nothing else to do
        other.client.post("/_sandbox/load").raise_for_status()
        assert other.client.get("/_sandbox/health").json() == {"status": "ok"}
    finally:
        other.stop()


def test_a_world_survives_its_own_dump() -> None:
    from sandbox.answers import parse, write

    world = World()
    world.load(sample_world())
    again = World()
    again.load(parse(write(world.dump())))
    assert write(again.dump()) == write(world.dump())
    assert json.loads(write(world.dump()))["xero"]["Organisations"]
