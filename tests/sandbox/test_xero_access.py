"""Who may call Xero: tokens that age and rotate, organisations that are connected or not."""

from __future__ import annotations

from typing import Any

from tests.sandbox.xero_client import Answered, Sandbox

TOKEN = "/xero/identity/connect/token"
OTHER = "7e000000-0000-4000-8000-000000000002"


def refresh(sandbox: Sandbox, token: str, secret: str = "sandbox-secret") -> Answered:
    form = f"grant_type=refresh_token&refresh_token={token}&client_id=crosswalk&client_secret={secret}"
    return sandbox.send("POST", TOKEN, raw=form)


def test_a_token_lives_thirty_minutes_of_the_sandbox_clock() -> None:
    sandbox = Sandbox()
    assert sandbox.get("/Organisation").status == 200
    sandbox.steer("POST", "/clock", {"advance": 1_801})
    late = sandbox.get("/Organisation")
    assert (late.status, late["Title"]) == (401, "Unauthorized")
    sandbox.sign_in()
    assert sandbox.get("/Organisation").status == 200


def test_wrong_credentials_and_no_token() -> None:
    sandbox = Sandbox()
    assert refresh(sandbox, "sandbox-refresh-token", "wrong").body == {"error": "invalid_client"}
    assert refresh(sandbox, "never-given").body == {"error": "invalid_grant"}
    sandbox.token = "made up"
    assert sandbox.get("/Items").status == 401


def test_a_refresh_token_rotates_and_the_old_one_lives_half_an_hour_more() -> None:
    sandbox = Sandbox()
    first = refresh(sandbox, "sandbox-refresh-token")["refresh_token"]
    again = refresh(sandbox, "sandbox-refresh-token")["refresh_token"]
    assert len({first, again, "sandbox-refresh-token"}) == 3
    sandbox.steer("POST", "/clock", {"advance": 1_900})
    assert refresh(sandbox, "sandbox-refresh-token").body == {"error": "invalid_grant"}
    assert refresh(sandbox, again).status == 200


def test_a_revoked_connection() -> None:
    sandbox = Sandbox()
    sandbox.steer("POST", "/switches", {"revoked": ["crosswalk"]})
    assert sandbox.get("/Items").status == 401
    assert refresh(sandbox, "sandbox-refresh-token").body == {"error": "invalid_grant"}


def test_the_organisation_must_be_connected() -> None:
    sandbox = Sandbox()
    sandbox.tenant = OTHER
    assert sandbox.get("/Items").status == 403


def test_two_organisations_under_one_token_keep_their_books_apart() -> None:
    sandbox = Sandbox()
    sandbox.world.tenants[OTHER] = {"Organisations": {"o": {"OrganisationID": "o", "Name": "The other one"}}}
    connections = sandbox.world.of("xero", "_connections")
    connections[OTHER] = {"tenantId": OTHER, "tenantName": "The other one"}
    found: list[Any] = sandbox.send("GET", "/xero/connections").body
    assert [each["tenantId"] for each in found] == [sandbox.tenant, OTHER]
    sandbox.tenant = OTHER
    assert sandbox.get("/Organisation")["Organisations"][0]["Name"] == "The other one"
    assert sandbox.get("/Items")["Items"] == []
    assert sandbox.put("/Items", {"Items": [{"Code": "01-100.L"}]}).status == 200


def test_xero_speaks_xml_unless_asked_for_json() -> None:
    assert Sandbox().get("/Items", Accept="*/*").status == 406
