"""The client against both systems as somebody else built them: every list, and a write through bad luck."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.system.account import account
from engine.system.body import body, encoded
from engine.system.client import HttpPort
from engine.system.clock import MovedClock
from engine.system.conditions import holds
from engine.system.load import systems
from engine.system.port import DONE, GONE, UNKNOWN, Element, Unreachable
from engine.system.secrets import Secrets
from engine.workspace import Workspace
from tests.system.memory import MemoryBudgets, MemoryTokens

ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """Both ports of the shipped customer, led to a sandbox by the environment."""

    def __init__(self, base: str):
        self.base = base
        workspace = Workspace()
        both = systems(workspace.book)
        settings = workspace.customer("demo").settings
        environ = {
            "CROSSWALK_PROCORE_HOST": f"{base}/procore",
            "CROSSWALK_PROCORE_LOGIN_HOST": f"{base}/procore",
            "CROSSWALK_XERO_HOST": f"{base}/xero",
            "CROSSWALK_XERO_IDENTITY_HOST": f"{base}/xero/identity",
            **{f"CROSSWALK_{name}_CLIENT_ID": "crosswalk" for name in ("XERO", "PROCORE")},
            **{f"CROSSWALK_{name}_CLIENT_SECRET": "sandbox-secret" for name in ("XERO", "PROCORE")},
        }
        secrets = Secrets("demo", environ, keyring=False)
        self.xero, self.procore = (
            HttpPort(
                both[name],
                account(both[name], settings, environ),
                secrets,
                MemoryTokens(),
                MemoryBudgets(),
                MovedClock(),
                "demo",
            )
            for name in ("xero", "procore")
        )

    def steer(self, path: str, what: Any) -> None:
        data = json.dumps(what).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/_sandbox{path}", data, headers, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def rows(self, port: HttpPort, name: str, **places: Any) -> list[Any]:
        return [row for page in port.rows(port.system.calls[name], places) for row in page]

    def write(self, port: HttpPort, name: str, record: dict[str, Any], key: str = "") -> tuple[str, Element]:
        call = port.system.calls[name]
        values = {**port.values, **record}
        sent = None if call.method == "DELETE" else encoded(body(call, [record], values))
        answer = port.send(port.request(call, record, sent, key))
        return answer.meaning, port.elements(call, answer, [record])[0]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        made = Demo(found[0])
        yield made
        made.xero.close()
        made.procore.close()
        process.terminate()


def test_every_list_of_both_systems_can_be_read(demo: Demo) -> None:
    found: dict[str, int] = {}
    for port in (demo.xero, demo.procore):
        for thing in port.system.objects.values():
            if thing.list is None or thing.name == "contract_payment":
                continue
            scopes = demo.rows(demo.procore, "procore.project.list") if thing.scope else [{}]
            for scope in scopes:
                places = {thing.scope_as: scope["id"]} if scope else {}
                rows = demo.rows(port, thing.list.name, **places)
                found[thing.name] = found.get(thing.name, 0) + len(rows)
    assert {name for name, count in found.items() if not count} <= {"direct_cost", "purchase_order"}


def test_details_are_read_where_they_say_more(demo: Demo) -> None:
    thing = demo.procore.system.objects["requisition"]
    assert thing.list is not None
    rows = demo.rows(demo.procore, thing.list.name, project_id=520101)
    told = [row for row in rows if holds(thing.details[0].when, row)]
    assert 0 < len(told) < len(rows)
    for row in told:
        assert demo.procore.read(thing.details[0].call, row).meaning == DONE


ORDER = {
    "PurchaseOrderNumber": "SC/1 “é”",
    "Date": "2026-11-02",
    "LineItems": [{"Description": "Work", "Quantity": 1, "UnitAmount": 10}],
}


def test_a_lost_answer_is_resolved_by_the_same_bytes_and_then_by_looking(demo: Demo) -> None:
    contact = demo.rows(demo.xero, "xero.contact.list")[0]["ContactID"]
    order = {**ORDER, "Contact": {"ContactID": contact}}
    demo.steer(
        "/faults", [{"system": "xero", "method": "PUT", "path": "PurchaseOrders", "kind": "lost_answer"}]
    )
    meaning, element = demo.write(demo.xero, "xero.purchase_order.create", order, "op-1")
    assert (meaning, element.missing) == (UNKNOWN, True)
    meaning, element = demo.write(demo.xero, "xero.purchase_order.create", order, "op-1")
    assert (meaning, element.ok) == (DONE, True)
    found = demo.rows(demo.xero, "xero.purchase_order.find", **order)
    assert [one["PurchaseOrderID"] for one in found] == [element.record["PurchaseOrderID"]]
    _, again = demo.write(demo.xero, "xero.purchase_order.create", order, "op-2")
    assert (again.ok, again.reason) == (False, "Order number must be unique")


@pytest.mark.parametrize("kind", ["429", "503", "500", "cut", "html", "malformed"])
def test_a_list_is_read_through_bad_luck(demo: Demo, kind: str) -> None:
    before = demo.rows(demo.xero, "xero.item.list")
    demo.steer("/faults", [{"system": "xero", "path": "/Items", "kind": kind, "times": 2}])
    assert demo.rows(demo.xero, "xero.item.list") == before


def test_a_list_whose_page_repeats_is_refused(demo: Demo) -> None:
    demo.steer("/faults", [{"system": "procore", "path": "/vendors", "kind": "repeat_page", "times": 0}])
    call = demo.procore.system.calls["procore.company.list"]
    with pytest.raises(Unreachable, match="repeats"):
        list(demo.procore.rows(replace(call, page_size=2), {}))
    demo.steer("/faults", [])


def test_a_payment_that_is_deleted_twice_is_gone(demo: Demo) -> None:
    payment = {"project_id": 520101, "contract_id": 880101, "amount": "10.10", "date": "2026-03-01"}
    meaning, made = demo.write(
        demo.procore, "procore.contract_payment.create", {**payment, "origin_id": "p-1"}
    )
    assert meaning == DONE
    found = demo.rows(demo.procore, "procore.contract_payment.list", **payment)
    assert "p-1" in [one["origin_id"] for one in found]
    again = {**payment, "id": made.record["id"]}
    assert demo.write(demo.procore, "procore.contract_payment.delete", again)[0] == DONE
    assert demo.write(demo.procore, "procore.contract_payment.delete", again)[0] == GONE
