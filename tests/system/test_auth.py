"""Tokens: one is asked for once, by one; a new one is kept before it is used; a refusal says what to do."""

from __future__ import annotations

import base64
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from engine.system.port import DONE, REFUSED, Token, Unreachable
from engine.system.secrets import CLIENT_SECRET, Secret, Secrets
from tests.system.conftest import Back, Seen, World

CONTACTS = "/api.xro/2.0/Contacts"
ME = "/rest/v1.0/me"
NAME = "acme/xero"


def read(world: World, system: str = "xero") -> str:
    port = world.port(system)
    call = {"xero": "xero.connections", "procore": "procore.me"}[system]
    return port.read(port.system.calls[call], {}).meaning


def given(access: str, refresh: str = "") -> Back:
    return Back(
        {"access_token": access, "expires_in": 1800, **({"refresh_token": refresh} if refresh else {})}
    )


@pytest.fixture(autouse=True)
def _answers(world: World) -> None:
    world.server.on("/connections", Back([{"tenantId": "ten-1"}]))
    world.server.on(ME, Back({"id": 1}))


def test_client_credentials_go_as_each_system_wants_them(world: World) -> None:
    assert (read(world), read(world, "procore")) == (DONE, DONE)
    xero, procore = world.server.asked_for_tokens()
    assert xero["grant_type"] == procore["grant_type"] == "client_credentials"
    assert "accounting.invoices" in xero["scope"]
    assert "client_secret" not in xero
    assert (procore["client_id"], procore["client_secret"]) == ("id-p", "secret-p")
    basic = next(s for s in world.server.seen if s.path == "/connect/token").headers["authorization"]
    assert base64.b64decode(basic.split()[1]) == b"id-x:secret-x"


def test_a_token_serves_until_shortly_before_its_end(world: World) -> None:
    for _ in range(3):
        read(world)
    assert len(world.server.asked_for_tokens()) == 1
    world.clock.move(1700)
    read(world)
    assert len(world.server.asked_for_tokens()) == 2


def test_a_refresh_token_is_replaced_and_the_new_pair_is_kept_before_use(world: World) -> None:
    world.environ["CROSSWALK_ACME_XERO_REFRESH_TOKEN"] = "r0"
    kept_at_use: list[str] = []

    def use(seen: Seen) -> Back:
        kept_at_use.append(world.tokens.kept[NAME].refresh)
        return Back([])

    world.server.on("/connections", use)
    world.server.tokens = [given("t1", "r1"), given("t2", "r2")]
    read(world)
    world.clock.move(1799)
    read(world)
    assert [asked["refresh_token"] for asked in world.server.asked_for_tokens()] == ["r0", "r1"]
    assert kept_at_use == ["r1", "r2"]


def test_a_token_that_is_turned_away_is_renewed_once_and_the_call_made_again(world: World) -> None:
    world.tokens.kept[NAME] = Token("old", world.clock.now() + timedelta(hours=1))
    world.server.on(CONTACTS, Back({"Title": "Unauthorized"}, 401), Back({"Contacts": []}))
    port = world.port()
    answer = port.send(port.request(port.system.calls["xero.contact.create"], {}, b"{}", "k"))
    first, second = world.server.calls(CONTACTS)
    assert answer.meaning == DONE
    assert [s.headers["authorization"] for s in (first, second)] == ["Bearer old", "Bearer t1"]
    assert (first.body, first.headers["idempotency-key"]) == (second.body, second.headers["idempotency-key"])


def test_a_token_that_is_turned_away_again_is_a_no_with_the_fix(world: World) -> None:
    world.server.on(CONTACTS, Back({"Title": "Unauthorized", "Detail": "TokenExpired"}, 401))
    port = world.port()
    answer = port.send(port.request(port.system.calls["xero.contact.create"], {}, b"{}", "k"))
    assert (answer.meaning, answer.status, len(world.server.calls(CONTACTS))) == (REFUSED, 401, 2)
    assert "Connect it again" in answer.reason


def test_an_organisation_of_another_tenant_is_named(world: World) -> None:
    world.server.on(CONTACTS, Back({"Title": "Forbidden", "Detail": "AuthenticationUnsuccessful"}, 403))
    port = world.port()
    with pytest.raises(Unreachable, match="setting xero_tenant") as told:
        list(port.rows(port.system.calls["xero.contact.list"], {}))
    assert told.value.status == 403


def test_wrong_credentials_say_what_to_check(world: World) -> None:
    world.server.tokens = [Back({"error": "invalid_client", "error_description": "unknown client"}, 401)]
    with pytest.raises(Unreachable, match="does not know these credentials: unknown client") as told:
        read(world, "procore")
    assert "CROSSWALK_ACME_PROCORE_CLIENT_SECRET" in told.value.fix
    assert "secret-p" not in f"{told.value.text}{told.value.fix}"
    assert world.server.calls() == []


def test_a_revoked_refresh_token_asks_for_a_new_connection(world: World) -> None:
    world.environ["CROSSWALK_XERO_REFRESH_TOKEN"] = "gone"
    world.server.tokens = [Back({"error": "invalid_grant"}, 400)]
    with pytest.raises(Unreachable, match="was revoked or has ended") as told:
        read(world)
    assert "CROSSWALK_ACME_XERO_REFRESH_TOKEN" in told.value.fix


def test_a_new_refresh_token_from_outside_is_tried_after_the_kept_one(world: World) -> None:
    world.tokens.kept[NAME] = Token("old", world.clock.now(), "revoked")
    world.environ["CROSSWALK_XERO_REFRESH_TOKEN"] = "fresh"
    world.server.tokens = [Back({"error": "invalid_grant"}, 400), given("t9", "r9")]
    assert read(world) == DONE
    assert [a["refresh_token"] for a in world.server.asked_for_tokens()] == ["revoked", "fresh"]


def test_a_lost_answer_to_a_refresh_is_asked_for_again_with_the_same_token(world: World) -> None:
    world.environ["CROSSWALK_XERO_REFRESH_TOKEN"] = "r0"
    world.server.tokens = [Back(cut="before"), given("t1", "r1")]
    assert read(world) == DONE
    assert [a["refresh_token"] for a in world.server.asked_for_tokens()] == ["r0", "r0"]


@pytest.mark.parametrize("back", [Back(b"<html></html>"), Back({"token": 1}), Back(None, 503)])
def test_an_answer_that_is_no_token_is_told(world: World, back: Back) -> None:
    world.server.tokens = [back]
    with pytest.raises(Unreachable, match="token"):
        read(world)


def test_many_that_need_a_token_ask_once(world: World) -> None:
    world.server.tokens = [Back({"access_token": "t1"}, slow=0.2)]
    ports = [world.port() for _ in range(4)]  # as processes would: they share the kept tokens only
    threads = [threading.Thread(target=port.access.token) for port in ports for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(world.server.asked_for_tokens()) == 1


def test_missing_secrets_name_their_variables(world: World) -> None:
    del world.environ["CROSSWALK_XERO_CLIENT_ID"]
    with pytest.raises(Unreachable) as told:
        read(world)
    assert told.value.fix == "set CROSSWALK_ACME_XERO_CLIENT_ID or CROSSWALK_XERO_CLIENT_ID"


def test_secrets_come_from_the_customers_own_variable_then_a_file_then_the_common_one(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from file\n")
    environ = {"CROSSWALK_XERO_CLIENT_SECRET": "common"}
    secrets = Secrets("big-build", environ, keyring=False)
    assert secrets.get("xero", CLIENT_SECRET) == Secret("common")
    environ["CROSSWALK_BIG_BUILD_XERO_CLIENT_SECRET_FILE"] = str(file)
    assert secrets.get("xero", CLIENT_SECRET) == Secret("from file")
    environ["CROSSWALK_BIG_BUILD_XERO_CLIENT_SECRET"] = "own"
    assert secrets.get("xero", CLIENT_SECRET) == Secret("own")
    assert secrets.get("procore", CLIENT_SECRET) is None


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    environ = {"CROSSWALK_XERO_CLIENT_SECRET_FILE": str(tmp_path / "nothing")}
    with pytest.raises(Unreachable, match="CROSSWALK_XERO_CLIENT_SECRET_FILE"):
        Secrets("acme", environ, keyring=False).get("xero", CLIENT_SECRET)


def test_a_secret_is_not_shown() -> None:
    secret = Secret("hush")
    assert {repr(secret), str(secret), f"{secret:>3}", repr([secret])} == {"***", "[***]"}
    with pytest.raises(TypeError):
        secret.__reduce__()
