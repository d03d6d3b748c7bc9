"""Our calls against a server nobody here wrote: Stoplight Prism, mocking Xero from its own description.

It is started when npm is there (CROSSWALK_PRISM names another command). It keeps nothing and says nothing of
limits and refusals; what it judges is the form of each request, in the header sl-violations.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.system.body import body, encoded
from engine.system.client import HttpPort
from engine.system.clock import MovedClock
from engine.system.load import systems
from engine.system.model import Call
from engine.system.port import DONE, Answer, Token
from engine.system.secrets import Secrets
from engine.workspace import Workspace
from tests.contract.closed import contracts_folder, missing_contracts
from tests.system.memory import MemoryBudgets, MemoryTokens

PREFIX = "/api.xro/2.0"  # a mock has no base path
GUID = "7e000000-0000-4000-8000-000000000001"
START_SECONDS = 120
LINE = {"ItemCode": "03-100.S", "Description": "Work", "Quantity": 1, "UnitAmount": 10.5}
DOCUMENT = {"Contact": {"ContactID": GUID}, "Date": "2026-03-01", "LineItems": [LINE], "Status": "DRAFT"}
RECORDS: dict[str, dict[str, Any]] = {
    "item": {"Code": "03-100.S", "Name": "Formwork", "PurchaseDetails": {"AccountCode": "310"}},
    "tracking_option": {"Name": "Harbour Street", "TrackingOptionID": GUID},
    # Our number is no guid, and Prism cannot tell /Contacts/{ContactNumber} from /Contacts/{ContactID}.
    "contact": {"Name": "Bluegum", "ContactNumber": GUID, "ContactID": GUID},
    "purchase_order": {**DOCUMENT, "PurchaseOrderNumber": "SC-001", "PurchaseOrderID": GUID},
    "bill": {**DOCUMENT, "Type": "ACCPAY", "InvoiceNumber": "SC-001", "InvoiceID": GUID},
    "credit_note": {**DOCUMENT, "Type": "ACCPAYCREDIT", "CreditNoteNumber": "1", "CreditNoteID": GUID},
    "note_bill": {"Details": "Approved", "InvoiceID": GUID},
    "note_purchase_order": {"Details": "Approved", "PurchaseOrderID": GUID},
}
IDS = {f"{name}ID": GUID for name in ("Item", "Contact", "PurchaseOrder", "Invoice", "CreditNote")}


def command() -> list[str]:
    named = os.environ.get("CROSSWALK_PRISM", "")
    if named:
        return shlex.split(named)
    if shutil.which("prism"):
        return ["prism"]
    return ["npx", "--yes", "--package", "@stoplight/prism-cli", "prism"] if shutil.which("npx") else []


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    if missing_contracts():
        pytest.skip(str(missing_contracts()))
    if not command():
        pytest.skip("no npm here to start Prism with")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    asked = [*command(), "mock", str(contracts_folder() / "xero_accounting.yaml"), "--port", port]
    process = subprocess.Popen(
        asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        if not listening(process, f"http://127.0.0.1:{port}"):
            pytest.skip("Prism did not start (the network may be closed to npm)")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=20)


def listening(process: subprocess.Popen[bytes], base: str) -> bool:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            urllib.request.urlopen(base, timeout=2).close()
        except urllib.error.HTTPError as answered:
            answered.close()
            return True
        except OSError:
            time.sleep(0.3)
    return False


@pytest.fixture(scope="module")
def port(base: str) -> Iterator[HttpPort]:
    system = systems(Workspace().book)["xero"]
    tokens, clock = MemoryTokens(), MovedClock()
    tokens.put("acme/xero", Token("any", datetime.now(UTC) + timedelta(days=3)))
    values = {"xero_host": base, "xero_identity_host": base, "xero_tenant": GUID, "tracking_category": GUID}
    made = HttpPort(system, values, Secrets("acme", {}, False), tokens, MemoryBudgets(), clock, "acme")
    yield made
    made.close()


def calls() -> list[Call]:
    return [c for c in systems(Workspace().book)["xero"].calls.values() if c.path.startswith(PREFIX)]


def wrong_in_request(answer: Answer) -> list[Any]:
    told = json.loads(answer.headers.get("sl-violations", "[]"))
    return [each for each in told if each["location"][0] == "request"]


@pytest.mark.parametrize("call", calls(), ids=lambda call: call.name)
def test_prism_accepts_every_call_we_make(port: HttpPort, call: Call) -> None:
    name = call.name.split(".")[1]
    record = RECORDS.get(name, {})
    call = replace(call, path=call.path.removeprefix(PREFIX))
    sent = None if call.method == "GET" else encoded(body(call, [record], port.values))
    answer = port.send(port.request(call, {**IDS, **record}, sent, "op-1:1"))
    assert (answer.meaning, wrong_in_request(answer)) == (DONE, []), answer.reason


def test_prism_would_say_so(port: HttpPort) -> None:
    call = replace(port.system.calls["xero.purchase_order.create"], path="/PurchaseOrders")
    bad = encoded(body(call, [{"PurchaseOrderID": "no guid", "Status": "NO SUCH STATUS"}], {}))
    answer = port.send(port.request(call, {}, bad, "op-2:1"))
    assert answer.meaning != DONE or wrong_in_request(answer)
