"""A server whose every answer a test writes, on a real socket, and a port that leads to it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import stamina

from engine.system.client import HttpPort
from engine.system.clock import MovedClock
from engine.system.load import systems
from engine.system.model import System
from engine.system.secrets import Secrets
from engine.workspace import Workspace
from tests.system.memory import MemoryBudgets, MemoryTokens

SECRETS = {
    "CROSSWALK_PROCORE_CLIENT_ID": "id-p",
    "CROSSWALK_PROCORE_CLIENT_SECRET": "secret-p",
    "CROSSWALK_XERO_CLIENT_ID": "id-x",
    "CROSSWALK_XERO_CLIENT_SECRET": "secret-x",
}


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Back:
    """What a test answers. `cut`: before the answer, or in the middle of it."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    slow: float = 0.0

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


Answering = Callable[[Seen], Back]


class Server:
    """One answer after the other, by address; the last one stays."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.tokens: list[Back | Answering] = [Back({"access_token": "t1", "expires_in": 1800})]
        self.answers: dict[str, list[Back | Answering]] = {}
        self.flying = self.most_flying = 0
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def on(self, path: str, *answers: Back | Answering) -> None:
        self.answers[path] = list(answers)

    def calls(self, path: str = "") -> list[Seen]:
        """Requests of an address, those for tokens left out."""
        return [s for s in self.seen if s.path == path or (not path and "token" not in s.path)]

    def asked_for_tokens(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(s.body.decode())) for s in self.seen if s.path.endswith("/token")]

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def _next(self, seen: Seen) -> Back:
        with self.lock:
            self.seen.append(seen)
            waiting = self.tokens if seen.path.endswith("/token") else self.answers.get(seen.path)
            if not waiting:
                return Back({"message": f"no answer is written for {seen.path}"}, 404)
            found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return found(seen) if callable(found) else found

    def _handler(server: Server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {k.lower(): v for k, v in self.headers.items()}
                seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                with server.lock:
                    server.flying += 1
                    server.most_flying = max(server.most_flying, server.flying)
                try:
                    self._give(server._next(seen))
                finally:
                    with server.lock:
                        server.flying -= 1

            def _give(self, back: Back) -> None:
                if back.slow:
                    threading.Event().wait(back.slow)
                if back.cut == "before":
                    self._end()
                    return
                own_date = "Date" in back.headers
                (self.send_response_only if own_date else self.send_response)(back.status)
                length = len(back.content) + (1000 if back.cut else 0)
                for name, value in {"Content-Length": str(length), **back.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(back.content)
                if back.cut:
                    self._end()

            def _end(self) -> None:
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Nothing on stderr."""

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="session")
def both() -> dict[str, System]:
    return systems(Workspace().book)


@pytest.fixture(autouse=True)
def _short_waits() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


@dataclass
class World:
    """What a port is made of, to look into."""

    server: Server
    both: dict[str, System]
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    clock: MovedClock = field(default_factory=MovedClock)
    environ: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    made: list[HttpPort] = field(default_factory=list)

    def port(self, name: str = "xero", **values: Any) -> HttpPort:
        base = self.server.base
        given = {
            **{f"{each}_host": base for each in ("procore", "xero", "procore_login", "xero_identity")},
            "procore_company": "8841",
            "cost_code_list": "1180",
            "xero_tenant": "ten-1",
            **values,
        }
        secrets = Secrets("acme", self.environ, keyring=False)
        made = HttpPort(self.both[name], given, secrets, self.tokens, self.budgets, self.clock, "acme")
        self.made.append(made)
        return made


@pytest.fixture
def world(server: Server, both: dict[str, System]) -> Iterator[World]:
    found = World(server, both)
    yield found
    for port in found.made:
        port.close()
