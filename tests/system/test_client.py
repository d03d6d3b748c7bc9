"""Stories of one call: what goes out, what comes back, and what it means."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.system.client import HttpPort
from engine.system.port import DONE, GONE, NEVER_SENT, REFUSED, UNKNOWN, WAIT, Request, Unreachable
from tests.system.conftest import Back, Seen, World

BILLS = "/api.xro/2.0/Invoices"
CONTACTS = "/api.xro/2.0/Contacts"
PAYMENTS = "/rest/v1.0/contract_payments"
PAGE = Back(b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head></html>", 502)


def bill(port: HttpPort, key: str = "op-1") -> Request:
    return port.request(port.system.calls["xero.bill.create"], {}, b'{"Invoices":[{}]}', key)


def test_a_write_carries_key_tenant_token_and_the_bytes_as_they_are(world: World) -> None:
    world.server.on(BILLS, Back({"Invoices": [{"InvoiceID": "i1", "Total": 10.10}]}))
    port = world.port()
    answer = port.send(bill(port))
    seen = world.server.calls(BILLS)[0]
    assert (answer.meaning, answer.body["Invoices"][0]["Total"]) == (DONE, Decimal("10.10"))
    assert str(answer.body["Invoices"][0]["Total"]) == "10.1"
    assert (seen.method, seen.query) == ("PUT", {"summarizeErrors": "false", "unitdp": "4"})
    assert seen.body == b'{"Invoices":[{}]}'
    told = {n: seen.headers[n] for n in ("idempotency-key", "xero-tenant-id", "authorization", "accept")}
    assert told == {
        "idempotency-key": "op-1",
        "xero-tenant-id": "ten-1",
        "authorization": "Bearer t1",
        "accept": "application/json",
    }


def test_a_custom_connection_sends_no_tenant(world: World) -> None:
    world.server.on(BILLS, Back({"Invoices": []}))
    port = world.port(xero_tenant=None)
    port.send(bill(port))
    assert "xero-tenant-id" not in world.server.calls(BILLS)[0].headers


def test_a_call_without_keys_sends_none(world: World) -> None:
    world.server.on(PAYMENTS, Back({"id": 1}, 201))
    port = world.port("procore")
    answer = port.send(port.request(port.system.calls["procore.contract_payment.create"], {}, b"{}", "op-1"))
    seen = world.server.calls(PAYMENTS)[0]
    assert (answer.meaning, "idempotency-key" in seen.headers) == (DONE, False)
    assert seen.headers["procore-company-id"] == "8841"


def test_places_are_one_segment_whatever_they_hold(world: World) -> None:
    port = world.port()
    request = port.request(port.system.calls["xero.contact.find"], {"ContactNumber": "03/100?x=1&../é.S"})
    assert request.url == "/api.xro/2.0/Contacts/03%2F100%3Fx%3D1%26..%2F%C3%A9.S"


def test_a_value_does_not_end_the_text_of_a_filter(world: World) -> None:
    port = world.port()
    request = port.request(port.system.calls["xero.item.find"], {"Code": 'a" OR Name=="b\\'})
    where = parse_qs(urlsplit(request.url).query)["where"]
    assert where == ['Code=="a\\" OR Name==\\"b\\\\"']


def test_a_parameter_that_may_be_missing_is_left_out(world: World) -> None:
    port = world.port()
    call = port.system.calls["xero.purchase_order.find"]
    assert port.request(call, {"Date": "2026-03-01"}).url.endswith("?DateFrom=2026-03-01&DateTo=2026-03-01")
    assert port.request(call, {}).url == "/api.xro/2.0/PurchaseOrders"


def test_a_place_without_a_value_is_told_and_nothing_is_sent(world: World) -> None:
    port = world.port("procore", cost_code_list=None)
    with pytest.raises(Unreachable, match="cost_code_list") as told:
        list(port.rows(port.system.calls["procore.cost_code.list"], {}))
    assert "settings.yaml" in told.value.fix
    assert world.server.seen == []


# ---- what an answer means ----------------------------------------------------------------------------

WRITTEN: list[tuple[str, Back, str, str]] = [
    ("a page", PAGE, UNKNOWN, "web page (Bad Gateway)"),
    ("a page that says all is well", Back(b"<html>welcome</html>"), UNKNOWN, "web page"),
    ("half a body", Back(b'{"Invoices": [{"Inv'), UNKNOWN, "answered 200 with"),
    ("cut before the answer", Back(cut="before"), UNKNOWN, "cut"),
    ("cut in the answer", Back({"Invoices": []}, cut="in"), UNKNOWN, "cut"),
    ("out of order", Back("Internal", 500), UNKNOWN, "500"),
    ("away", Back(None, 503, {"Retry-After": "30"}), UNKNOWN, "503"),
    ("a limit", Back(b"slow down", 429, {"Retry-After": "17"}), WAIT, "429"),
    ("not found", Back(None, 404), GONE, "404"),
    ("forbidden", Back({"Detail": "AuthorizationUnsuccessful"}, 403), REFUSED, "xero_tenant"),
    ("elsewhere", Back(None, 302, {"Location": "https://evil.example/"}), REFUSED, "xero_host"),
    ("nothing at all", Back(None, 200), DONE, ""),
]


@pytest.mark.parametrize(("back", "meaning", "reason"), [w[1:] for w in WRITTEN], ids=[w[0] for w in WRITTEN])
def test_what_an_answer_to_a_write_means(world: World, back: Back, meaning: str, reason: str) -> None:
    world.server.on(BILLS, back)
    port = world.port()
    answer = port.send(bill(port))
    assert (answer.meaning, reason in answer.reason) == (meaning, True), answer
    assert len(world.server.calls(BILLS)) == 1, "a write is sent once"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"X-Rate-Limit-Problem": "concurrent"}, 1.0),
        ({"X-Rate-Limit-Problem": "minute"}, 60.0),
        ({}, 5.0),
        ({"Retry-After": "nonsense"}, 5.0),
        ({"Retry-After": "-3"}, 0.0),
    ],
)
def test_how_long_a_limit_makes_us_wait(world: World, headers: dict[str, str], seconds: float) -> None:
    world.server.on(BILLS, Back(None, 429, headers))
    port = world.port()
    assert port.send(bill(port)).wait_seconds == seconds


def test_procore_says_when_its_window_ends(world: World) -> None:
    ends = int(world.clock.now().timestamp()) + 8
    world.server.on(PAYMENTS, Back(None, 429, {"X-Rate-Limit-Reset": str(ends)}))
    port = world.port("procore")
    answer = port.send(port.request(port.system.calls["procore.contract_payment.create"], {}, b"{}"))
    assert answer.meaning == WAIT
    assert 6 <= answer.wait_seconds <= 8


def test_a_host_that_is_not_there_was_never_sent_to(world: World) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = world.port(xero_host=f"http://127.0.0.1:{closed.getsockname()[1]}")
        answer = port.send(bill(port))
    assert (answer.meaning, "not reached" in answer.reason) == (NEVER_SENT, True)


def test_a_slow_answer_is_unknown_though_bytes_arrive(world: World) -> None:
    world.both = {**world.both, "xero": replace(world.both["xero"], timeout=0.3)}
    world.server.on(BILLS, Back({"Invoices": []}, slow=1.0))
    port = world.port()
    answer = port.send(bill(port))
    assert (answer.meaning, "did not answer" in answer.reason) == (UNKNOWN, True)


def test_a_frozen_address_of_another_host_is_not_sent(world: World) -> None:
    port = world.port()
    for url in ("https://evil.example/api.xro", f"{port.base}.evil.example/x", "evil"):
        assert port.send(Request("xero.bill.create", "PUT", url)).meaning == NEVER_SENT
    assert world.server.calls() == []


def test_no_token_goes_over_an_open_line(world: World) -> None:
    with pytest.raises(Unreachable, match="no https address"):
        world.port(xero_host="http://api.xero.com")


# ---- reads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "back",
    [
        PAGE,
        Back(b"{"),
        Back(cut="before"),
        Back({"Contacts": []}, cut="in"),
        Back(None, 503, {"Retry-After": "9"}),
    ],
    ids=["a page", "malformed", "cut before", "cut in the middle", "away"],
)
def test_a_read_is_tried_again(world: World, back: Back) -> None:
    world.server.on(CONTACTS, back, Back({"Contacts": [{"ContactID": "c1"}]}))
    port = world.port()
    assert list(port.rows(port.system.calls["xero.contact.list"], {})) == [[{"ContactID": "c1"}]]
    assert world.clock.slept == (9.0 if back.status == 503 else 0.0)


def test_a_read_ends_with_the_reason_when_trying_does_not_help(world: World) -> None:
    world.server.on(CONTACTS, PAGE)
    port = world.port()
    with pytest.raises(Unreachable, match=r"Xero, Contacts: .*Bad Gateway"):
        list(port.rows(port.system.calls["xero.contact.list"], {}))
    assert len(world.server.calls(CONTACTS)) == 4


@pytest.mark.parametrize("headers", [{"Retry-After": "40"}, {}], ids=["told how long", "not told"])
def test_a_read_waits_for_a_limit(world: World, headers: dict[str, str]) -> None:
    world.server.on(CONTACTS, Back(b"", 429, headers), Back({"Contacts": []}))
    port = world.port()
    assert list(port.rows(port.system.calls["xero.contact.list"], {})) == []
    assert world.clock.slept == (40.0 if headers else 5.0)


def test_a_limit_that_ends_tomorrow_is_told_and_not_waited_for(world: World) -> None:
    world.server.on(CONTACTS, Back(b"", 429, {"Retry-After": "40000", "X-Rate-Limit-Problem": "day"}))
    port = world.port()
    with pytest.raises(Unreachable) as told:
        list(port.rows(port.system.calls["xero.contact.list"], {}))
    assert (told.value.status, world.clock.slept) == (429, 0.0)


def test_one_record_that_is_gone_is_an_answer_and_a_list_that_is_gone_is_not(world: World) -> None:
    port = world.port("procore")
    show = port.system.calls["procore.company.show"]
    assert port.read(show, {"id": 7}).meaning == GONE
    xero = world.port()
    assert list(xero.rows(xero.system.calls["xero.contact.find"], {"ContactNumber": "x"})) == []
    with pytest.raises(Unreachable, match="project_id 77") as told:
        list(port.rows(port.system.calls["procore.requisition.list"], {"project_id": "77"}))
    assert told.value.status == 404


def test_a_list_is_asked_for_changes_with_overlap_and_never_from_the_future(world: World) -> None:
    world.server.on(CONTACTS, Back({"Contacts": []}))
    world.server.on("/rest/v1.0/vendors", Back([]))
    xero, procore = world.port(), world.port("procore")
    start = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    list(xero.rows(xero.system.calls["xero.contact.list"], {}, start))
    list(xero.rows(xero.system.calls["xero.contact.list"], {}, world.clock.now() + timedelta(days=9)))
    list(procore.rows(procore.system.calls["procore.company.list"], {}, start))
    first, second = (s.headers["if-modified-since"] for s in world.server.calls(CONTACTS))
    assert first == "2026-03-01T11:55:00"
    assert second <= world.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    asked = world.server.calls("/rest/v1.0/vendors")[0].query["filters[updated_at]"]
    assert asked.startswith("2026-03-01T11:55:00Z...20")


# ---- pages -------------------------------------------------------------------------------------------


def numbered(at: int, of: int) -> Back:
    rows = [{"ContactID": f"c{at}"}]
    return Back({"Contacts": rows, "pagination": {"page": at, "pageSize": 1000, "pageCount": of}})


def test_pages_are_counted_to_the_last(world: World) -> None:
    world.server.on(CONTACTS, *(numbered(n, 3) for n in (1, 2, 3)))
    port = world.port()
    pages = list(port.rows(port.system.calls["xero.contact.list"], {}))
    assert [page[0]["ContactID"] for page in pages] == ["c1", "c2", "c3"]
    asked = [(s.query["page"], s.query["pageSize"]) for s in world.server.calls(CONTACTS)]
    assert asked == [("1", "1000"), ("2", "1000"), ("3", "1000")]


def test_a_page_that_repeats_is_an_error(world: World) -> None:
    world.server.on(CONTACTS, numbered(1, 9))
    port = world.port()
    with pytest.raises(Unreachable, match="Xero, Contacts: page 2 repeats"):
        list(port.rows(port.system.calls["xero.contact.list"], {}))


def test_a_link_is_followed_by_its_query_only(world: World) -> None:
    def vendors(seen: Seen) -> Back:
        page = int(seen.query["page"])
        link = f'<https://evil.example/x?company_id=8841&page={page + 1}&per_page=100>; rel="next"'
        return Back(
            [{"id": page}], headers={"Link": link} if page < 3 else {"Link": '<x?page=1>; rel="first"'}
        )

    world.server.on("/rest/v1.0/vendors", vendors)
    port = world.port("procore")
    assert list(port.rows(port.system.calls["procore.company.list"], {})) == [[{"id": n}] for n in (1, 2, 3)]
    assert [s.query["per_page"] for s in world.server.calls("/rest/v1.0/vendors")] == ["1000", "100", "100"]


def test_a_link_to_the_same_page_is_an_error(world: World) -> None:
    link = {"Link": '<https://x.example/?page=1&per_page=1000>; rel="next"'}
    world.server.on("/rest/v1.0/vendors", Back([{"id": 1}], headers=link))
    port = world.port("procore")
    with pytest.raises(Unreachable, match="repeats"):
        list(port.rows(port.system.calls["procore.company.list"], {}))


def test_an_answer_of_another_form_is_no_page(world: World) -> None:
    world.server.on(CONTACTS, Back({"Kontakte": []}))
    port = world.port()
    with pytest.raises(Unreachable, match="no list 'Contacts'"):
        list(port.rows(port.system.calls["xero.contact.list"], {}))


# ---- limits ------------------------------------------------------------------------------------------


def test_every_request_takes_from_the_budget_and_tokens_count_apart(world: World) -> None:
    world.server.on(CONTACTS, PAGE, Back(None, 429), numbered(1, 1))
    port = world.port()
    list(port.rows(port.system.calls["xero.contact.list"], {}))
    assert (world.budgets.taken, port.sent, port.sent_for_tokens) == (3, 3, 1)


def test_a_spent_minute_is_waited_for(world: World) -> None:
    world.server.on(BILLS, Back({"Invoices": []}))
    port = world.port()
    for _ in range(61):
        assert port.send(bill(port)).meaning == DONE
    assert 55 <= world.clock.slept <= 61


def test_a_header_lowers_the_budget(world: World) -> None:
    world.server.on(BILLS, Back({"Invoices": []}, headers={"X-DayLimit-Remaining": "0"}))
    port = world.port()
    assert port.send(bill(port)).meaning == DONE
    left, until = world.budgets.lowered["day"]
    assert (left, until > world.clock.now().timestamp()) == (0, True)
    world.budgets.lowered["day"] = (0, world.clock.now().timestamp() + 5000)
    answer = port.send(bill(port))
    assert (answer.meaning, round(answer.wait_seconds, -2)) == (WAIT, 5000)
    assert len(world.server.calls(BILLS)) == 1


def test_never_more_at_once_than_allowed(world: World) -> None:
    world.server.on(BILLS, Back({"Invoices": []}, slow=0.05))
    port = world.port()
    threads = [threading.Thread(target=lambda: port.send(bill(port))) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(world.server.calls(BILLS)) == 20
    assert world.server.most_flying <= 5


def test_an_answer_may_not_be_endless(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.system.client.MOST_BYTES", 1000)
    world.server.on(BILLS, Back([0] * 2000))
    port = world.port()
    answer = port.send(bill(port))
    assert (answer.meaning, "more than" in answer.reason) == (UNKNOWN, True)


def test_nothing_that_is_printed_holds_a_secret(world: World) -> None:
    world.server.tokens = [Back({"error": "invalid_client"}, 401)]
    port: Any = world.port("procore")
    answer = port.send(port.request(port.system.calls["procore.me"], {}))
    assert answer.meaning == NEVER_SENT
    assert "secret-p" not in f"{answer!r}{answer.reason}{port.__dict__!r}{vars(port.access)!r}"
