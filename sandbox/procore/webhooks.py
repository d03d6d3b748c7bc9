"""Procore's webhooks: hooks with a destination, triggers that say what of, and the bodies that are sent.

Nothing is signed: whoever made the hook chose the headers that come along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sandbox.answers import Answer, write
from sandbox.procore import doors, views
from sandbox.procore.call import Call, created, given, invalid, not_found, ok, only
from sandbox.world import HOOKS, Record, World

TRIGGERS = "_triggers"
VERSIONS = ("v2", "v4")
ERP_REQUESTS = "ERP Requests"
EVENTS = ("create", "update", "delete")
_APPLICATION = 4_411  # whose own work a receiver may want to skip


# ---- hooks and triggers ----------------------------------------------------------------------------


def create_hook(call: Call) -> Answer:
    """POST /rest/v1.0/webhooks/hooks."""
    body = only(call.body(), "company_id", "hook")
    doors.same_company(call, given(body, "company_id"))
    wanted = only(given(body, "hook"), "api_version", "namespace", "destination_url", "destination_headers")
    return created(_shown(_hook(call, wanted)))


def _hook(call: Call, wanted: Record) -> Record:
    if given(wanted, "api_version") not in VERSIONS:
        raise invalid({"api_version": [f"is none of {', '.join(VERSIONS)}"]})
    if not str(given(wanted, "destination_url")).startswith(
        ("https://", "http://127.0.0.1", "http://localhost")
    ):
        raise invalid({"destination_url": ["must be https"]})
    number = call.world.fresh_number()
    record = {
        "id": number,
        "namespace": None,
        "destination_headers": {},
        **wanted,
        "owned_by_company_id": call.company,
        **dict.fromkeys(("owned_by_project_id", "owned_by_user_id")),
        TRIGGERS: [],
    }
    call.records(HOOKS)[str(number)] = record
    return record


def list_hooks(call: Call) -> Answer:
    """GET /rest/v1.0/webhooks/hooks."""
    mine = (one for one in call.records(HOOKS).values() if one["owned_by_company_id"] == call.company)
    return ok([_shown(one) for one in mine])


def create_trigger(call: Call) -> Answer:
    """POST …/hooks/{hook_id}/triggers."""
    body = only(call.body(), "company_id", "api_version", "trigger")
    doors.same_company(call, given(body, "company_id"))
    given(body, "api_version")
    wanted = only(given(body, "trigger"), "resource_name", "event_type")
    return created(_trigger(call, _found(call), wanted))


def _trigger(call: Call, hook: Record, wanted: Record) -> Record:
    if given(wanted, "event_type") not in EVENTS:
        raise invalid({"event_type": ["is not included in the list"]})
    record = {
        "id": call.world.fresh_number(),
        "webhook_hook_id": hook["id"],
        "resource_name": given(wanted, "resource_name"),
        "event_type": wanted["event_type"].upper(),
        "company_id": call.company,
        **dict.fromkeys(("resource_id", "project_id", "user_id")),
    }
    hook[TRIGGERS].append(record)
    return record


def list_triggers(call: Call) -> Answer:
    """GET …/hooks/{hook_id}/triggers."""
    return ok(list(_found(call)[TRIGGERS]))


def _found(call: Call) -> Record:
    hook = call.records(HOOKS).get(call.text("hook_id"))
    if hook is None or hook["owned_by_company_id"] != call.company:
        raise not_found("Webhooks Hook")
    return hook


def _shown(hook: Record) -> Record:
    return views.public(hook)


def destination(call: Call) -> Answer:
    """POST /_sandbox/procore/webhooks: `{url, authorization, api_version}`; hook and trigger at once."""
    body = call.body()
    headers = {"Authorization": given(body, "authorization")}
    wanted = {"api_version": body.get("api_version", "v2"), "destination_url": given(body, "url")}
    hook = _hook(call, {**wanted, "destination_headers": headers})
    _trigger(call, hook, {"resource_name": ERP_REQUESTS, "event_type": "create"})
    return created(_shown(hook))


# ---- what is sent ------------------------------------------------------------------------------------


def letters(
    world: World, news: list[tuple[str, Record]]
) -> Iterator[tuple[str, str, dict[str, str], bytes, str]]:
    """System, address, headers, body and subject of each delivery."""
    for said in (what for system, what in news if system == "procore"):
        for hook in world.of("procore", HOOKS).values():
            if hook["owned_by_company_id"] == said["company_id"] and _wants(hook, said):
                body = write(_v4(said) if hook["api_version"] == "v4" else _v2(said))
                headers = dict(hook["destination_headers"] or {})
                about = f"{said['resource_name']} {said['event_type']} {said['resource_id']}"
                yield "procore", hook["destination_url"], headers, body, about


def _wants(hook: Record, said: Record) -> bool:
    wanted = (said["resource_name"], said["event_type"].upper())
    return any((one["resource_name"], one["event_type"]) == wanted for one in hook[TRIGGERS])


def _v2(said: Record) -> dict[str, Any]:
    metadata = {
        **dict.fromkeys(("source_user_id", "source_project_id", "source_operation_id")),
        "source_company_id": said["company_id"],
        "source_application_id": _APPLICATION,
    }
    ulid = hashlib.sha256(str(said["id"]).encode()).hexdigest()[:26].upper()
    return {
        **said,
        "ulid": ulid,
        "project_id": None,
        "user_id": None,
        "api_version": "v2",
        "metadata": metadata,
    }


def _v4(said: Record) -> dict[str, Any]:
    return {
        "id": str(said["id"]),
        "timestamp": said["timestamp"],
        "reason": said["event_type"],
        "company_id": str(said["company_id"]),
        "project_id": None,
        "user_id": None,
        "resource_type": said["resource_name"],
        "resource_id": str(said["resource_id"]),
    }
