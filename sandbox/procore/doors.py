"""Who may come in: tokens, the company header, and the projects an account was permitted on.

What is not permitted is not there: a foreign company and a project the service account was not added to
both answer 404, never 403.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from sandbox import calls
from sandbox.answers import Answer
from sandbox.procore.call import COMPANY_HEADER, Call, Handler, not_found, refused
from sandbox.world import Record

LIFE = 5_400  # seconds a token lives


def authorised(handler: Handler, company: bool = True) -> Callable[[calls.Call], Answer]:
    """The handler behind the door: a living token first, then the company of the header."""

    def enter(of: calls.Call) -> Answer:
        call = Call(of)
        _token_of(call)
        if company:
            call.company = _company_of(call)
        return handler(call)

    return enter


def open_to_all(handler: Handler) -> Callable[[calls.Call], Answer]:
    """A handler that needs no token: those that give tokens out."""
    return lambda of: handler(Call(of))


def _token_of(call: Call) -> Record:
    given = call.of.headers.get("authorization", "")
    kind, _, text = given.partition(" ")
    token = call.records("_tokens").get(text)
    if kind.lower() != "bearer" or token is None or token["revoked"]:
        raise refused(
            401, {"error": "invalid_token", "message": "The access token is invalid or was revoked."}
        )
    if call.world.clock.timestamp() >= token["ends"]:
        raise refused(401, {"error": "invalid_token", "message": "The access token expired."})
    return token


def _company_of(call: Call) -> int:
    given = call.of.headers.get(COMPANY_HEADER, "")
    if not given.isdigit():
        raise refused(
            400, {"message": "The Procore-Company-Id header is required.", "reason": "missing_header"}
        )
    record = call.records("companies").get(given)
    if record is None or not record.get("_permitted", True):
        raise not_found("Company")
    for name in ("company_id",):
        named = call.of.parameters.get(name) or call.of.first(name)
        if named is not None and named != given:
            raise not_found("Company")
    return int(given)


def same_company(call: Call, named: object) -> None:
    """A company in the body must be the header's."""
    if named != call.company:
        raise not_found("Company")


def project(call: Call, number: object) -> Record:
    """A project of this company, if the account was permitted on it."""
    record = call.records("projects").get(str(number))
    if record is None or not record.get("_permitted", True) or record["company"]["id"] != call.company:
        raise not_found("Project")
    return record


# ---- tokens --------------------------------------------------------------------------------------


def _client(call: Call, given: Record) -> str:
    known = call.records("_clients").get(str(given.get("client_id")))
    if known is None or known["secret"] != given.get("client_secret"):
        message = "Client authentication failed: unknown client, or wrong secret."
        raise refused(401, {"error": "invalid_client", "error_description": message})
    return str(given["client_id"])


def _given(call: Call) -> Record:
    kind = call.of.headers.get("content-type", "")
    return dict(call.of.form()) if "form" in kind else call.body()


def give_token(call: Call) -> Answer:
    """POST /oauth/token: a service account's client credentials for a token of ninety minutes."""
    given = _given(call)
    if given.get("grant_type") != "client_credentials":
        raise refused(
            400, {"error": "unsupported_grant_type", "error_description": "Use client_credentials."}
        )
    client = _client(call, given)
    now = call.world.clock.now()
    text = hashlib.sha256(f"{client}:{call.world.fresh_number()}".encode()).hexdigest()
    began = int(now.timestamp())
    call.records("_tokens")[text] = {
        "client": client,
        "began": began,
        "ends": (now + timedelta(seconds=LIFE)).timestamp(),
        "revoked": False,
    }
    return Answer(
        200, {"access_token": text, "token_type": "Bearer", "expires_in": LIFE, "created_at": began}
    )


def token_info(call: Call) -> Answer:
    """GET /oauth/token/info: what is left of it."""
    token = _token_of(call)
    body = {
        "resource_owner_id": 0,
        "scopes": [],
        "expires_in_seconds": max(0, int(token["ends"] - call.world.clock.timestamp())),
        "application": {"uid": token["client"]},
        "created_at": token["began"],
    }
    return Answer(200, body)


def revoke_token(call: Call) -> Answer:
    """POST /oauth/revoke: the token opens nothing any more."""
    given = _given(call)
    _client(call, given)
    token = call.records("_tokens").get(str(given.get("token")))
    if token is not None:
        token["revoked"] = True
    return Answer(200, {})


def me(call: Call) -> Answer:
    """GET /rest/v1.0/me: the service account."""
    return Answer(200, {"id": 91000, "login": "service-account@procore.example", "name": "Service Account"})


def companies(call: Call) -> Answer:
    """GET /rest/v1.0/companies: those the account is in."""
    names = ("id", "name", "is_active", "logo_url", "pcn_business_experience", "my_company")
    permitted = [each for each in call.records("companies").values() if each.get("_permitted", True)]
    return Answer(200, [{name: each.get(name) for name in names} for each in permitted])


TOOLS = ("Admin", "Directory", "ERP Integrations", "Budget", "Commitments", "Direct Costs", "Invoicing")


def permissions(call: Call) -> Answer:
    """GET /rest/v1.0/settings/permissions: the level of the account on each tool."""
    levels = call.records("companies")[str(call.company)].get("_levels", {})
    numbers = {"none": 1, "read_only": 2, "standard": 3, "admin": 4}
    tools: list[Record] = []
    for place, name in enumerate(TOOLS, start=1):
        level = levels.get(name, "admin")
        tools.append(
            {
                "id": 2_000 + place,
                "name": name.lower().replace(" ", "_"),
                "friendly_name": name,
                "domain_id": place,
                "tab_group": "company",
                "available_for_user": level != "none",
                "url": f"/{call.company}/company/{name.lower().replace(' ', '_')}",
                "user_access_level": {"id": numbers[level], "name": level},
                "permitted_actions": [],
                "create_url": None,
                "can_create": level in ("standard", "admin"),
                "trial": False,
            }
        )
    return Answer(200, {"tools": tools})
