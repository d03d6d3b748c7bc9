"""What a webhook says, and whether it may be believed.

Procore signs nothing: it sends the secret we chose when the hook was made. Xero signs the bytes it sends,
so they are judged as they came, before anything is read. Bodies are only hints; every version of Procore's
is understood. Before: `listening`, which has the bytes. After: `ledger.hints`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from engine.ledger.hints import Hint
from engine.read.decode import Unfit, value_of
from engine.system.secrets import Secret

SECRET, KEY = "WEBHOOK_SECRET", "WEBHOOK_KEY"
MOST_LETTERS = 100  # of a member we keep


@dataclass(frozen=True, slots=True)
class Said:
    """A hint, and whose it is: a company of Procore, an organisation of Xero."""

    owner: str
    hint: Hint


def authorization(secret: Secret) -> str:
    """The header by which Procore's webhooks are known."""
    return f"Bearer {secret.reveal()}"


def bears(secret: Secret, header: str) -> bool:
    """Whether a header carries the secret; takes as long for every wrong one."""
    return hmac.compare_digest(header.encode("latin-1", "replace"), authorization(secret).encode())


def signed(key: Secret, raw: bytes, signature: str) -> bool:
    """Whether these very bytes were signed with the key."""
    made = base64.b64encode(hmac.new(key.reveal().encode(), raw, hashlib.sha256).digest())
    return hmac.compare_digest(signature.encode("latin-1", "replace"), made)


def of_procore(raw: bytes) -> Said:
    """A delivery of Procore, v2 to v4. Raises Unfit."""
    body = _object(value_of(raw), "the body")
    key = _text(body, "ulid") or _text(body, "id")
    about = _text(body, "resource_name") or _text(body, "resource_type")
    event = _text(body, "event_type") or _text(body, "reason")
    company = _text(body, "company_id")
    for name, found in (("id", key), ("resource", about), ("company", company)):
        if not found:
            raise Unfit(f"the body names no {name}")
    return Said(company, Hint(f"procore {key}", "procore", about, event, _text(body, "resource_id")))


def of_xero(raw: bytes) -> list[Said]:
    """The events of a delivery of Xero, in order; none when it only asks whether we listen. Raises Unfit."""
    body = _object(value_of(raw), "the body")
    events, first = body.get("events"), body.get("firstEventSequence")
    if not isinstance(events, list) or not isinstance(first, int):
        raise Unfit("the body has no events, or does not number them")
    return [_of_event(_object(each, "an event"), first + place) for place, each in enumerate(events)]


def _of_event(event: dict[str, Any], number: int) -> Said:
    tenant, about = _text(event, "tenantId"), _text(event, "eventCategory")
    if not tenant or not about:
        raise Unfit("an event names no organisation, or no category")
    when = _text(event, "eventDateUtc")  # numbers may begin anew with another webhook; instants do not
    key = f"xero {tenant} {number} {when}"
    return Said(tenant, Hint(key, "xero", about, _text(event, "eventType"), _text(event, "resourceId")))


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit(f"{what} is no JSON object")
    return value


def _text(body: dict[str, Any], name: str) -> str:
    """A short text or a whole number, as text; "" for everything else."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value) if len(str(value)) <= MOST_LETTERS else ""
