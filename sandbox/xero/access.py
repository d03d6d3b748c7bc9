"""Who calls: tokens that age and rotate, and the organisations a token reaches.

Client credentials are a custom connection: one organisation, no refresh token. A refresh token rotates;
the old one works for thirty minutes after its first use, so that a lost answer can be asked for again.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

from sandbox.answers import Answer, Refused
from sandbox.calls import Call
from sandbox.sample import TENANT
from sandbox.world import Collections, Record, World
from sandbox.xero.forms import missing, problem

CLIENTS = {"crosswalk": "sandbox-secret", "accountant": "sandbox-secret"}
FIRST_REFRESH = "sandbox-refresh-token"
LIFE = 1_800
GRACE = 1_800
UNUSED = 60 * 86_400
SCOPE = (
    "offline_access accounting.invoices accounting.payments.read accounting.banktransactions.read "
    "accounting.contacts accounting.settings"
)


def token(call: Call) -> Answer:
    """`POST /identity/connect/token`."""
    form = call.form()
    client, secret = _credentials(call, form)
    clients = call.world.of("xero", "_clients")
    for name, known in CLIENTS.items():
        clients.setdefault(name, {"secret": known})
    if client not in clients or clients[client]["secret"] != secret:
        return Answer(400, {"error": "invalid_client"})
    if client in call.world.switches.get("revoked", ()):
        return Answer(400, {"error": "invalid_grant"})
    if form.get("grant_type") == "client_credentials":
        return Answer(200, _access(call.world, client, {"_custom": True}))
    if form.get("grant_type") != "refresh_token":
        return Answer(400, {"error": "unsupported_grant_type"})
    return _refreshed(call.world, client, form.get("refresh_token", ""))


def _refreshed(world: World, client: str, given: str) -> Answer:
    known, now = world.of("xero", "_refresh"), world.clock.timestamp()
    known.setdefault(FIRST_REFRESH, {"client": "crosswalk", "made": now, "used": None})
    entry = known.get(given)
    if entry is None or entry["client"] != client:
        return Answer(400, {"error": "invalid_grant"})
    used = entry["used"]
    if (used is not None and now > used + GRACE) or now > entry["made"] + UNUSED:
        return Answer(400, {"error": "invalid_grant"})
    entry["used"] = now if used is None else used
    fresh = secrets.token_urlsafe(24)
    known[fresh] = {"client": client, "made": now, "used": None}
    return Answer(200, {**_access(world, client, {}), "refresh_token": fresh})


def _access(world: World, client: str, more: Record) -> Record:
    access = secrets.token_urlsafe(32)
    expires = world.clock.timestamp() + LIFE
    world.of("xero", "_tokens")[access] = {"client": client, "expires": expires, **more}
    return {"access_token": access, "expires_in": LIFE, "token_type": "Bearer", "scope": SCOPE}


def _credentials(call: Call, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(rest).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client, secret
    return form.get("client_id", ""), form.get("client_secret", "")


def bearer(call: Call) -> Record:
    """What is known of the token; refused with 401 when it is missing, wrong, revoked or old."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    known = call.world.of("xero", "_tokens").get(given) if scheme.lower() == "bearer" else None
    if known is None or known["client"] in call.world.switches.get("revoked", ()):
        raise problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    if call.world.clock.timestamp() >= known["expires"]:
        raise problem(401, "Unauthorized", "TokenExpired: token expired")
    return known


def connected(world: World) -> dict[str, Record]:
    """The organisations our apps may reach, by tenant id."""
    known = world.of("xero", "_connections")
    if not known:
        organisation: Record = next(iter(world.of("xero", "Organisations").values()), {})
        known[TENANT] = {"tenantId": TENANT, "tenantName": organisation.get("Name", "Sandbox")}
    return known


def data_of(call: Call, known: Record) -> Collections:
    """The books of the organisation the call names; a custom connection need not name its one."""
    tenant = call.headers.get("xero-tenant-id") or (TENANT if known.get("_custom") else None)
    if tenant not in connected(call.world):
        raise problem(403, "Forbidden", "AuthenticationUnsuccessful")
    return call.world.xero if tenant == TENANT else call.world.tenants.setdefault(tenant, {})


def connections(call: Call) -> Answer:
    """`GET /connections`."""
    bearer(call)
    found: list[dict[str, Any]] = [
        {"id": tenant, "tenantId": tenant, "tenantType": "ORGANISATION", "tenantName": each["tenantName"]}
        for tenant, each in connected(call.world).items()
    ]
    return Answer(200, found)


def disconnect(call: Call) -> Answer:
    """`DELETE /connections/{id}`."""
    bearer(call)
    known = connected(call.world)
    if call.parameters["id"] not in known:
        raise missing()
    if len(known) == 1:
        raise Refused(Answer(400, {"error": "the sandbox keeps its last connection"}))
    del known[call.parameters["id"]]
    return Answer(204)
