"""Keys, limits and bad luck: the same call twice, too many calls, and calls that go wrong on request."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from sandbox.gateway import ConnectionCut
from tests.sandbox.procore_client import V0, Procore
from tests.sandbox.xero_client import BASE, Answered, Sandbox, order

ORDERS = f"{BASE}/PurchaseOrders"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


def numbers(sandbox: Sandbox) -> list[str]:
    return [each["PurchaseOrderNumber"] for each in sandbox.get("/PurchaseOrders")["PurchaseOrders"]]


# -------------------------------------------------------------------------------------------- keys


def test_the_same_call_under_one_key_has_one_effect_for_six_minutes(sandbox: Sandbox) -> None:
    first = sandbox.put("/PurchaseOrders", order("SC-1"), idempotency_key="k1")
    again = sandbox.put("/PurchaseOrders", order("SC-1"), idempotency_key="k1")
    assert (again.status, again.text) == (200, first.text)
    assert [each["replayed"] for each in sandbox.steer("GET", "/calls")][-2:] == [False, True]
    sandbox.steer("POST", "/clock", {"advance": 360})
    forgotten = sandbox.put("/PurchaseOrders", order("SC-1"), idempotency_key="k1")
    assert forgotten.told() == ["Order number must be unique"]


def test_failures_are_remembered_too(sandbox: Sandbox) -> None:
    sandbox.put("/PurchaseOrders", order("SC-1"))
    failed = sandbox.put("/PurchaseOrders", order("SC-1"), idempotency_key="k1")
    sandbox.world.xero["PurchaseOrders"].clear()
    assert sandbox.put("/PurchaseOrders", order("SC-1"), idempotency_key="k1").text == failed.text


def test_another_body_an_empty_key_and_one_too_long(sandbox: Sandbox) -> None:
    sandbox.put("/PurchaseOrders", order("SC-1"), idempotency_key="k1")
    assert sandbox.put("/PurchaseOrders", order("SC-2"), idempotency_key="k1").status == 400
    assert sandbox.put("/PurchaseOrders", order("SC-2"), idempotency_key="").status == 400
    assert sandbox.put("/PurchaseOrders", order("SC-2"), idempotency_key="k" * 129).status == 400
    assert numbers(sandbox) == ["SC-1"]


def test_a_second_call_waits_for_the_first(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/faults", [{"kind": "slow", "seconds": 0.2, "path": "PurchaseOrders"}])

    async def both() -> list[Answered]:
        calls = [sandbox.sending("PUT", ORDERS, order("SC-1"), idempotency_key="k1") for _ in range(2)]
        return await asyncio.gather(*calls)

    first, second = asyncio.run(both())
    assert first.text == second.text
    assert numbers(sandbox) == ["SC-1"]


# ------------------------------------------------------------------------------------------ limits


def test_the_sixty_first_call_of_a_minute(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/limits", {"xero": {"minute": 2}})
    first = sandbox.get("/Items")
    assert (first.headers["X-MinLimit-Remaining"], first.headers["X-DayLimit-Remaining"]) == ("1", "99999")
    sandbox.get("/Items")
    third = sandbox.get("/Items")
    assert (third.status, third.headers["X-Rate-Limit-Problem"]) == (429, "minute")
    assert third.headers["content-type"].startswith("text/plain")
    sandbox.steer("POST", "/clock", {"advance": int(third.headers["Retry-After"])})
    assert sandbox.get("/Items").status == 200


def test_real_limits_and_calls_in_flight() -> None:
    sandbox = Sandbox(real_limits=True)
    assert sandbox.get("/Items").headers["X-DayLimit-Remaining"] == "4999"
    sandbox.steer("POST", "/faults", [{"kind": "slow", "seconds": 0.2, "times": 0}])

    async def six() -> list[Answered]:
        return await asyncio.gather(*(sandbox.sending("GET", f"{BASE}/Items") for _ in range(6)))

    answers = asyncio.run(six())
    refused = [each for each in answers if each.status == 429]
    assert [each.headers["X-Rate-Limit-Problem"] for each in refused] == ["concurrent"]
    assert "Retry-After" not in refused[0].headers


# ---------------------------------------------------------------------------------------- bad luck

SPOILT: list[tuple[dict[str, Any], int, bool]] = [
    ({"kind": "429", "seconds": 7}, 429, False),
    ({"kind": "503"}, 503, False),
    ({"kind": "500"}, 500, False),
    ({"kind": "500", "effect": True}, 500, True),
    ({"kind": "html", "status": 200}, 200, False),
    ({"kind": "malformed"}, 200, True),
    ({"kind": "empty"}, 200, True),
]


@pytest.mark.parametrize(("rule", "status", "happens"), SPOILT, ids=[str(each) for each, *_ in SPOILT])
def test_a_spoilt_answer(sandbox: Sandbox, rule: dict[str, Any], status: int, happens: bool) -> None:
    sandbox.steer("POST", "/faults", [{**rule, "method": "put", "path": "PurchaseOrders"}])
    transport_answer = asyncio.run(raw_put(sandbox))
    assert transport_answer == status
    assert bool(numbers(sandbox)) is happens


async def raw_put(sandbox: Sandbox) -> int:
    import httpx

    from sandbox.answers import write

    headers = {"Accept": "application/json", "Authorization": f"Bearer {sandbox.token}"}
    headers["xero-tenant-id"] = sandbox.tenant
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        answer = await client.put(ORDERS, content=write(order("SC-1")), headers=headers)
    return answer.status_code


def test_a_fault_lets_some_calls_pass_and_ends(sandbox: Sandbox) -> None:
    rule = {"kind": "503", "path": "/Items", "after": 1, "times": 2}
    sandbox.steer("POST", "/faults", [rule])
    assert [sandbox.get("/Items").status for _ in range(4)] == [200, 503, 503, 200]
    assert sandbox.steer("DELETE", "/faults") == []


def test_a_connection_cut_before_and_after_the_write(sandbox: Sandbox) -> None:
    for kind, found in (("cut", []), ("lost_answer", ["SC-1"])):
        sandbox.steer("POST", "/faults", [{"kind": kind, "path": "PurchaseOrders"}])
        with pytest.raises(ConnectionCut):
            sandbox.put("/PurchaseOrders", order("SC-1"))
        assert numbers(sandbox) == found


def test_every_second_element_fails(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/faults", {"append": [{"kind": "half_batch"}]})
    body = {"PurchaseOrders": [order(f"SC-{n}") for n in range(4)]}
    answer = sandbox.put("/PurchaseOrders?summarizeErrors=false", body)
    assert [each["StatusAttributeString"] for each in answer["PurchaseOrders"]] == ["OK", "ERROR"] * 2
    assert numbers(sandbox) == ["SC-0", "SC-2"]


def test_a_page_that_repeats(sandbox: Sandbox) -> None:
    sandbox.steer("POST", "/faults", [{"kind": "repeat_page", "times": 0}])
    first, ninth = (sandbox.get(f"/Invoices?page={n}&pageSize=2")["Invoices"] for n in (1, 9))
    assert first == ninth != []


def test_the_log_tells_every_call(sandbox: Sandbox) -> None:
    sandbox.steer("DELETE", "/calls")
    sandbox.put("/PurchaseOrders?summarizeErrors=false", order("SC-1"), idempotency_key="k1")
    (entry,) = sandbox.steer("GET", "/calls")
    assert entry["body"]["PurchaseOrderNumber"] == "SC-1"
    del entry["body"]
    assert entry == {
        "n": 1,
        "system": "xero",
        "method": "PUT",
        "path": f"{ORDERS}?summarizeErrors=false",
        "status": 200,
        "idempotency_key": "k1",
        "replayed": False,
        "faults": [],
    }


@pytest.mark.parametrize(
    "rule", [{"kind": "earthquake"}, {"kind": "cut", "when": "now"}, {"kind": "cut", "path": "("}]
)
def test_a_rule_nobody_could_follow(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    assert sandbox.send("POST", "/_sandbox/faults", [rule]).status == 400


# --------------------------------------------------------------------------------------- Procore's own


def test_procores_two_windows_and_their_headers() -> None:
    """An hour and ten seconds; the headers tell of whichever is nearer its end, and when that is."""
    procore = Procore()
    procore.steer("POST", "/limits", {"procore": {"hour": 100, "spike": 3}})
    first = procore.get(f"{V0}/me")
    assert (first.headers["X-Rate-Limit-Limit"], first.headers["X-Rate-Limit-Remaining"]) == ("3", "2")
    while procore.get(f"{V0}/me").status == 200:
        pass
    refused = procore.get(f"{V0}/me")
    assert (refused.status, refused.headers["X-Rate-Limit-Remaining"]) == (429, "0")
    assert refused["errors"] == "You have surpassed the max number of requests"
    wait = int(refused.headers["X-Rate-Limit-Reset"]) - procore.world.clock.timestamp()
    assert 0 < wait <= 11
    procore.world.clock.advance(wait)
    assert procore.get(f"{V0}/me").status == 200


def test_every_answer_tells_the_sandboxs_time(sandbox: Sandbox) -> None:
    """A client may learn from it that its own clock is wrong."""
    sandbox.steer("POST", "/clock", {"advance": 86_400})
    for answer in (sandbox.get("/Items"), sandbox.get("/none"), sandbox.send("GET", "/procore/none")):
        told = parsedate_to_datetime(answer.headers["Date"])
        assert abs(told - sandbox.world.clock.now()) < timedelta(seconds=5)
