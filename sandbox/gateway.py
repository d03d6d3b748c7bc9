"""What stands before each system: the log of calls, its limits, and bad luck on request.

A pure ASGI application around the system's own, because a connection can only be cut from here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.answers import HTML, Answer, BadJson, parse
from sandbox.calls import CONTEXT, Context
from sandbox.faults import Faults, Rule
from sandbox.limits import Limits

_TRANSPORT = "sandbox.transport"
_UNCOUNTED = ("/identity/", "/connections", "/oauth/")
_MOST_CALLS = 200_000
_PAGE = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"
)


class ConnectionCut(Exception):
    """The connection ends here; raised where there is no real connection to end."""


@dataclass
class Log:
    """Every call that came, in order."""

    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_MOST_CALLS))
    count: int = 0

    def start(self, system: str, scope: Scope, raw: bytes) -> dict[str, Any]:
        """Note a call; its status follows."""
        self.count += 1
        headers = dict(scope["headers"])
        entry: dict[str, Any] = {
            "n": self.count,
            "system": system,
            "method": scope["method"],
            "path": _path(scope),
            "status": None,
            "idempotency_key": headers.get(b"idempotency-key", b"").decode() or None,
            "replayed": False,
            "faults": [],
            "body": _readable(raw),
        }
        self.calls.append(entry)
        return entry

    def clear(self) -> None:
        """Forget all calls and count from one."""
        self.calls.clear()
        self.count = 0


class Gateway:
    """One system behind its log, limits and faults."""

    def __init__(self, app: ASGIApp, system: str, log: Log, limits: Limits, faults: Faults) -> None:
        self.app, self.system = app, system
        self.log, self.limits, self.faults = log, limits, faults
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call from its first byte to its answer, or to its cut connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        raw = await _body(receive)
        if raw is None:
            return
        entry = self.log.start(self.system, scope, raw)
        tenant = dict(scope["headers"]).get(b"xero-tenant-id", b"").decode()
        if any(part in scope["path"] for part in _UNCOUNTED):
            await self._served(scope, receive, send, raw, entry, {})
            return
        headers, refused = self.limits.enter(self.system, tenant)
        try:
            if refused is not None:
                await _send(self._answering(send, entry, {}), scope, refused)
            else:
                await self._served(scope, receive, send, raw, entry, headers)
        finally:
            self.limits.leave(self.system, tenant)

    async def _served(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        raw: bytes,
        entry: dict[str, Any],
        headers: dict[str, str],
    ) -> None:
        acting = self.faults.acting(self.system, scope["method"], _path(scope))
        context = Context(faults=dict(acting))
        entry["faults"] = list(acting)
        scope = {**scope, CONTEXT: context}
        answered = self._answering(send, entry, headers)
        if slow := acting.get("slow"):
            context.seconds += slow.seconds
        if "repeat_page" in acting:
            scope["query_string"] = _first_page(scope["query_string"])
        if late := acting.get("late"):
            context.seconds += late.seconds
            self._in_the_background(scope, raw)
            await _cut(scope, receive)
        elif spoilt := next((acting[kind] for kind in _SPOILS if kind in acting), None):
            if spoilt.happens():
                await self.app(scope, _again(raw), _nowhere)
            await self._spoil(spoilt, scope, receive, answered)
        else:
            await self.app(scope, _again(raw), answered)
        entry["replayed"] = context.replayed

    def _answering(self, send: Send, entry: dict[str, Any], headers: dict[str, str]) -> Send:
        """The way an answer goes back: with its status in the log, its headers, and the sandbox's time."""
        date = format_datetime(self.limits.clock.now(), usegmt=True)
        return _logged(send, entry, {"Date": date, **headers})

    async def _spoil(self, rule: Rule, scope: Scope, receive: Receive, answered: Send) -> None:
        if rule.kind in {"cut", "lost_answer"}:
            await _cut(scope, receive)
        elif rule.kind == "429":
            over = "minute" if self.system == "xero" else "hour"
            await _send(answered, scope, self.limits.refusal(self.system, over, seconds=rule.seconds))
        else:
            await _send(answered, scope, _spoilt(rule))

    def _in_the_background(self, scope: Scope, raw: bytes) -> None:
        async def later() -> None:
            await self.app(scope, _again(raw), _nowhere)

        task = asyncio.ensure_future(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)


_SPOILS = ("cut", "lost_answer", "429", "503", "500", "html", "malformed", "empty")


def _spoilt(rule: Rule) -> Answer:
    if rule.kind == "503":
        return Answer(503, "<html><body>Service Unavailable</body></html>", {"Retry-After": "1"}, HTML)
    if rule.kind == "500":
        return Answer(
            500, {"ErrorNumber": 500, "Type": "InternalServerError", "Message": "An error occurred"}
        )
    if rule.kind == "html":
        return Answer(rule.status, _PAGE, media=HTML)
    if rule.kind == "malformed":
        return Answer(200, b'{"Id": "5a9db0c5", "Status": "OK", "Items": [{"Code": "03-10')
    return Answer(200)


async def _send(send: Send, scope: Scope, answer: Answer) -> None:
    await answer.response()(scope, _nothing, send)


def over_a_socket(app: ASGIApp) -> ASGIApp:
    """The application as uvicorn serves it: every call knows its connection, so that it can be cut."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return served


async def _cut(scope: Scope, receive: Receive) -> None:
    """End the connection without a word: the client sees it reset."""
    transport = scope.get(_TRANSPORT)
    if transport is None:
        raise ConnectionCut
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes | None:
    """What was sent; None if the client was gone before all of it had come: that asks for nothing."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = bool(message.get("more_body"))
    return b"".join(parts)


def _again(raw: bytes) -> Receive:
    """The body, once more, for the application behind."""

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _nowhere(message: Message) -> None:
    """An answer nobody gets."""


def _logged(send: Send, entry: dict[str, Any], headers: dict[str, str]) -> Send:
    extra = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry["status"] = message["status"]
            there = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in extra if pair[0] not in there)]
        await send(message)

    return sending


def _path(scope: Scope) -> str:
    query: str = scope.get("query_string", b"").decode()
    path: str = scope["path"]
    return f"{path}?{query}" if query else path


def _first_page(query: bytes) -> bytes:
    parts = query.split(b"&")
    return b"&".join(b"page=1" if part.startswith(b"page=") else part for part in parts)


def _readable(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return parse(raw)
    except BadJson:
        return raw.decode("utf-8", "replace")
