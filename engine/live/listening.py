"""The receiver of webhooks of both systems: it judges, keeps a hint, and does nothing else.

A call is answered once its hint is written down, and with 503 when the ledger is busy for longer than a
moment: both systems send again, and a yes is a promise. What is refused writes nothing but a line and, for
what was forged, an event, each at most once a minute. It speaks plain HTTP: TLS ends before it.
Before: `webhooks`, which reads and judges bodies. After: `hearing`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import click
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine.ledger import hints
from engine.ledger.hints import Hint
from engine.ledger.ledger import Ledger, Time
from engine.ledger.store import LedgerError
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.diary import Diary
from engine.read import webhooks
from engine.read.decode import Unfit
from engine.read.webhooks import KEY, SECRET
from engine.system.account import account
from engine.system.secrets import Secret, Secrets

MOST_BYTES = 1_000_000  # a delivery of Xero with many events; those of Procore have some five hundred
SECONDS = 2.0  # for a body to arrive, and for the ledger; both systems wait five
MOST_AT_ONCE = 200
OWNER = {"procore": "procore_company", "xero": "xero_tenant"}
WORD = {"procore": SECRET, "xero": KEY}
Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class Ear:
    """A customer that is listened for: by system, whose deliveries are its own and how they are proved."""

    ledger: Ledger
    owners: Mapping[str, str]
    words: Mapping[str, Secret]
    events: Mapping[str, frozenset[str]]


class Refused(Exception):
    """A delivery that is not taken. `forged`: somebody says to be whom they are not."""

    def __init__(self, status: int, why: str, forged: bool = False):
        super().__init__(why)
        self.status, self.why, self.forged = status, why, forged


def ear_of(connection: Connection) -> Ear:
    """A customer with what proves its webhooks. Raises Declined when nothing could be proved."""
    secrets = Secrets(connection.name, connection.environ)
    words = {name: found for name, what in WORD.items() if (found := secrets.get(name, what)) is not None}
    if not words:
        names = " or ".join(secrets.names(name, what)[1] for name, what in WORD.items())
        raise Declined(
            f"nothing proves a webhook for {connection.name}: neither Procore's secret nor Xero's key is set",
            f"set {names}: the secret you choose for Procore, the webhook key Xero shows",
        )
    owners = {}
    for name in words:
        values = account(connection.systems[name], connection.desk.settings, connection.environ)
        owners[name] = str(values.get(OWNER[name]) or "")
        if not owners[name]:
            raise Declined(
                f"{connection.name} has no {OWNER[name]}: whose a webhook is cannot be told",
                f"set {OWNER[name]} in the customer's settings.yaml, or CROSSWALK_{OWNER[name].upper()}",
            )
    events = {name: frozenset(system.events) for name, system in connection.systems.items()}
    return Ear(connection.ledger, owners, words, events)


def ears(connections: Iterable[Connection]) -> dict[str, Ear]:
    """Every customer by name."""
    return {connection.name: ear_of(connection) for connection in connections}


def serve(found: Mapping[str, Ear], clock: Time, host: str, port: int) -> None:
    """Answers until it is stopped; says where once calls may come."""
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as door:
        click.echo(f"listening on http://{host}:{door.getsockname()[1]}")
        config = uvicorn.Config(
            Listener(found, Diary(clock)).app(),
            log_level="warning",
            access_log=False,
            lifespan="off",
            http="h11",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
        )
        uvicorn.Server(config).run(sockets=[door])


class Listener:
    """All customers, and the application that answers for them."""

    def __init__(self, ears: Mapping[str, Ear], diary: Diary):
        self.ears, self.diary = ears, diary
        self._writer = ThreadPoolExecutor(1, "hints")

    def app(self) -> Starlette:
        """Two addresses a customer."""
        table = {"procore": self._procore, "xero": self._xero}
        return Starlette(
            routes=[
                Route(f"/{system}/{{customer}}", partial(self._answer, system, take), methods=["POST"])
                for system, take in table.items()
            ]
        )

    async def _answer(
        self, system: str, take: Callable[[str, Ear, Request], Awaitable[None]], request: Request
    ) -> Response:
        """Empty in every case: Xero asks for that, and a stranger learns nothing."""
        name = request.path_params["customer"]
        ear = self.ears.get(name)
        try:
            if ear is None or system not in ear.words:
                name = ""  # what strangers call us is not repeated
                raise Refused(404, "nobody of that name is listened for")
            await take(name, ear, request)
        except Refused as refused:
            times = self.diary.refused(system, name, refused.why)
            event = None
            if ear is not None and times and refused.forged:
                event = BackgroundTask(self._noted, ear, system, refused.why, times)
            retry = {"Retry-After": "1"} if refused.status == 503 else None
            return Response(status_code=refused.status, headers=retry, background=event)
        return Response(status_code=200)

    # ------------------------------------------------------------ Procore

    async def _procore(self, name: str, ear: Ear, request: Request) -> None:
        if not webhooks.bears(ear.words["procore"], request.headers.get("authorization", "")):
            raise Refused(401, "the secret in Authorization is not ours", forged=True)
        _json_only(request)
        said = _understood(webhooks.of_procore, await _body(request))
        if said.owner != ear.owners["procore"]:
            raise Refused(404, "it is of another company than procore_company", forged=True)
        await self._keep("procore", {name: [said.hint]})

    # ------------------------------------------------------------ Xero

    async def _xero(self, name: str, ear: Ear, request: Request) -> None:
        """Xero sends the events of every organisation of an app to one address: each goes to its own."""
        raw, key = await _body(request), ear.words["xero"]
        if not webhooks.signed(key, raw, request.headers.get("x-xero-signature", "")):
            raise Refused(401, "the signature is not of these bytes and our key", forged=True)
        _json_only(request)
        mine = {
            each.owners["xero"].lower(): who
            for who, each in self.ears.items()
            if each.words.get("xero") == key
        }
        found: dict[str, list[Hint]] = {}
        for said in _understood(webhooks.of_xero, raw):
            who = mine.get(said.owner.lower())
            if who is None:  # a refusal would make Xero give up the address for all
                self.diary.refused("xero", name, "an event is of another organisation than xero_tenant")
            else:
                found.setdefault(who, []).append(said.hint)
        await self._keep("xero", found)

    # ------------------------------------------------------------ writing

    async def _keep(self, system: str, found: Mapping[str, list[Hint]]) -> None:
        """Writes hints down, those of a kind that something reads; or asks to be told again."""
        told: dict[str, list[Hint]] = {}
        for who, each in found.items():
            known = self.ears[who].events[system]
            if kept := [one for one in each if one.about in known]:
                told[who] = kept
            for about in {one.about for one in each} - known:
                self.diary.unread(system, who, about)
        if not told:
            return
        loop = asyncio.get_running_loop()
        try:
            new = await asyncio.wait_for(loop.run_in_executor(self._writer, self._put, told), SECONDS)
        except (TimeoutError, LedgerError):
            raise Refused(503, "the ledger is busy, or cannot be written") from None
        for who, each in told.items():
            self.diary.heard(system, who, [f"{one.about} {one.record}" for one in each], new[who])

    def _put(self, told: Mapping[str, Iterable[Hint]]) -> dict[str, int]:
        new = {}
        for who, each in told.items():
            ledger = self.ears[who].ledger
            with ledger.begin() as tx:
                new[who] = hints.put(ledger, tx, each)
        return new

    async def _noted(self, ear: Ear, system: str, why: str, times: int) -> None:
        """An event of what was forged, if the ledger is free."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._note, ear.ledger, system, why, times)

    def _note(self, ledger: Ledger, system: str, why: str, times: int) -> None:
        try:
            with ledger.begin() as tx:
                ledger.note(tx, f"{system} webhook", "webhook refused", why=why, data={"times": times})
        except LedgerError as error:
            self.diary.unwritten(error.text)


async def _body(request: Request) -> bytes:
    """The bytes as they came, no more and no slower than a webhook's are."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES:
                    raise Refused(413, "the body is larger than any webhook's")
    except TimeoutError:
        raise Refused(408, "the body did not arrive in time") from None
    except ClientDisconnect:
        raise Refused(400, "the sender went away before the body was here") from None
    return b"".join(parts)


def _json_only(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "the body is not said to be application/json")


def _understood(read: Callable[[bytes], Body], raw: bytes) -> Body:
    try:
        return read(raw)
    except Unfit:
        raise Refused(400, "the body is no webhook of this system") from None
