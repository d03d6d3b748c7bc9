"""Xero's webhooks: one address for an app, a key that signs the bytes, events by the batch, numbered.

Before anything is delivered Xero asks whether the receiver tells right signatures from wrong ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator

from starlette.routing import Route

from sandbox import calls
from sandbox.answers import Answer, write
from sandbox.world import HOOKS, Record, World

CATEGORIES = {"Contacts": "CONTACT", "Invoices": "INVOICE", "CreditNotes": "CREDITNOTE"}
UNPROVED = "checking"
_ADDRESS = "https://api.xero.com/api.xro/2.0"


def routes(world: World) -> list[Route]:
    """`POST /_sandbox/xero/webhooks {url, key}`; `GET` tells whether the receiver understood."""
    return [
        calls.route(world, "/webhooks", "POST", register),
        calls.route(world, "/webhooks", "GET", listed),
    ]


def register(call: calls.Call) -> Answer:
    """An address takes the place of the one before, and is asked for its intent to receive."""
    body = call.json()
    if not isinstance(body, dict) or not body.get("url") or not body.get("key"):
        return Answer(400, {"error": "url and key are needed"})
    hook = {"url": body["url"], "key": body["key"], "status": UNPROVED, "sequence": 0}
    call.world.of("xero", HOOKS)["app"] = hook
    call.world.rung.set()
    return Answer(202, _shown(hook))


def listed(call: calls.Call) -> Answer:
    """The address, and how it stands."""
    return Answer(200, [_shown(hook) for hook in call.world.of("xero", HOOKS).values()])


def _shown(hook: Record) -> Record:
    return {name: value for name, value in hook.items() if name != "key"}


def unproved(world: World) -> list[Record]:
    """Addresses that were not asked yet."""
    with world.lock:
        return [hook for hook in world.of("xero", HOOKS).values() if hook["status"] == UNPROVED]


def questions(hook: Record) -> Iterator[tuple[bool, bytes, dict[str, str]]]:
    """The intent to receive: whether it is signed right, the body, the headers."""
    for right in (False, True, False, True):
        body = _body([], hook["sequence"])
        key = hook["key"] if right else secrets.token_urlsafe(32)
        yield right, body, {"x-xero-signature": signature(key, body)}


def signature(key: str, body: bytes) -> str:
    """As Xero makes it."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def letters(
    world: World, news: list[tuple[str, Record]]
) -> Iterator[tuple[str, str, dict[str, str], bytes, str]]:
    """System, address, headers, body and subject: everything since the last time in one delivery."""
    events = [said for system, said in news if system == "xero"]
    for hook in world.of("xero", HOOKS).values():
        if events and hook["status"] == "OK":
            body = _body(events, hook["sequence"] + 1)
            hook["sequence"] += len(events)
            about = " ".join(dict.fromkeys(f"{one['eventCategory']} {one['eventType']}" for one in events))
            yield "xero", hook["url"], {"x-xero-signature": signature(hook["key"], body)}, body, about


def _body(events: list[Record], first: int) -> bytes:
    last = first + len(events) - 1 if events else first
    numbers = {"firstEventSequence": first, "lastEventSequence": last}
    return write({"events": events, **numbers, "entropy": secrets.token_hex(10).upper()})


def event(tenant: str, collection: str, number: str, when: str, new: bool) -> Record:
    """One change of a record."""
    return {
        "resourceUrl": f"{_ADDRESS}/{collection}/{number}",
        "resourceId": number,
        "tenantId": tenant,
        "tenantType": "ORGANISATION",
        "eventCategory": CATEGORIES[collection],
        "eventType": "CREATE" if new else "UPDATE",
        "eventDateUtc": when,
    }
