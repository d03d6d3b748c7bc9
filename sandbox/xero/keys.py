"""Idempotency keys: the same call under the same key has one effect, for six minutes.

Failures are remembered too. A second call that comes while the first still runs waits for its answer.
After six minutes the key is forgotten, even if the first call is still on its way: then nothing but
the caller's own memory keeps a document from being made twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sandbox.answers import Answer, Refused
from sandbox.calls import Call, Handler, plainly
from sandbox.xero.access import bearer
from sandbox.xero.forms import bad_request

REMEMBERED = 360
LONGEST = 128


@dataclass
class _Entry:
    call: tuple[str, str, str, bytes]
    first: float
    answer: asyncio.Future[Answer]


async def once(call: Call, handler: Handler) -> Answer:
    """Run the handler, or answer what it answered to this key before."""
    key = call.headers.get("idempotency-key")
    if key is None or call.method == "GET":
        return await plainly(call, handler)
    try:
        app = bearer(call)["client"]
        if not key.strip() or len(key) > LONGEST:
            raise bad_request(f"The Idempotency-Key must have 1 to {LONGEST} characters")
        known = _known(app, key, call)
    except Refused as refused:
        return refused.answer
    if known is not None:
        call.context.replayed = True
        return await asyncio.shield(known.answer)
    return await _first(app, key, call, handler)


def _known(app: str, key: str, call: Call) -> _Entry | None:
    entry = _entries(call).get((app, key))
    if entry is None or call.world.clock.timestamp() >= entry.first + REMEMBERED:
        return None
    if entry.call != _fingerprint(call):
        raise bad_request("The Idempotency-Key was used with another request", "IdempotencyException", 400)
    return entry


async def _first(app: str, key: str, call: Call, handler: Handler) -> Answer:
    answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    _entries(call)[app, key] = _Entry(_fingerprint(call), call.world.clock.timestamp(), answer)
    try:
        answer.set_result(await plainly(call, handler))
    except Exception:
        answer.set_result(Answer(500, "An error occurred in the sandbox"))
        raise
    return answer.result()


def _entries(call: Call) -> dict[tuple[str, str], _Entry]:
    entries: dict[tuple[str, str], _Entry] = call.world.memory.setdefault("keys", {})
    return entries


def _fingerprint(call: Call) -> tuple[str, str, str, bytes]:
    return call.method, call.path, call.headers.get("xero-tenant-id", ""), call.raw
