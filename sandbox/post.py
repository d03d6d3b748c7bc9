"""What both systems send of themselves: webhooks, with retries, and with bad luck on request.

`World.tell` notes what happened; a thread makes letters of it and delivers them to whoever registered, as
long as that takes. Time here is the machine's, not the sandbox's: nobody moves a receiver's clock.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import Answer
from sandbox.faults import DELIVERY, Faults
from sandbox.procore import webhooks as procore
from sandbox.world import World
from sandbox.xero import webhooks as xero

PATIENCE = 5.0  # seconds a receiver has
TRIES = 8
FIRST_PAUSE = 0.2  # seconds before the second try; each further pause is twice as long
_MOST = 10_000


@dataclass
class Letter:
    """One delivery to one address. `about` is what faults and the log call it."""

    system: str
    url: str
    headers: dict[str, str]
    body: bytes
    about: str
    due: float = 0.0
    tries: int = 0


@dataclass
class Postman:
    """Delivers what happens, in the order in which it happened unless somebody says otherwise."""

    world: World
    faults: Faults
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_MOST))
    letters: list[Letter] = field(default_factory=list)
    age: int = 0
    hurried: bool = False

    def start(self) -> None:
        """Work beside the calls, until the process ends."""
        threading.Thread(target=self._work, name="webhooks", daemon=True).start()

    def routes(self) -> list[Route]:
        """`GET deliveries`: every try so far; `DELETE`: forget them; `POST`: what waits is due now."""

        async def listed(request: Request) -> Response:
            if request.method == "DELETE":
                self.sent.clear()
            if request.method == "POST":
                self.hurried = True
                self.world.rung.set()
            return Answer(200, list(self.sent)).response()

        return [Route("/deliveries", listed, methods=["GET", "DELETE", "POST"])]

    # ------------------------------------------------------------ the round

    def _work(self) -> None:
        while True:
            pause = min((letter.due for letter in self.letters), default=time.monotonic() + 60)
            self.world.rung.wait(max(0.0, pause - time.monotonic()))
            self.world.rung.clear()
            self._collect()
            for hook in xero.unproved(self.world):
                self._shake_hands(hook)
            hurried, self.hurried = self.hurried, False
            for letter in sorted(self.letters, key=lambda one: one.due):
                if hurried or letter.due <= time.monotonic():
                    self._deliver(letter)

    def _collect(self) -> None:
        """Letters of all that happened since; what an earlier world had to say is void."""
        with self.world.lock:
            if self.age != self.world.age:
                self.age, self.letters = self.world.age, []
            news, self.world.news = self.world.news, []
            made = [*procore.letters(self.world, news), *xero.letters(self.world, news)]
        for system, url, headers, body, about in made:
            self._post(Letter(system, url, headers, body, about))

    def _post(self, letter: Letter) -> None:
        luck = self.faults.acting(letter.system, DELIVERY, letter.about)
        if "dropped" in luck:
            self._log(letter, None, "dropped")
            return
        late = luck["overtaken"].seconds if "overtaken" in luck else 0.0
        for _ in range(2 if "twice" in luck else 1):
            due = time.monotonic() + late
            self.letters.append(
                Letter(letter.system, letter.url, letter.headers, letter.body, letter.about, due)
            )

    def _deliver(self, letter: Letter) -> None:
        status = _send(letter)[0]
        letter.tries += 1
        if status is not None and 200 <= status < 300:
            state = "delivered"
        else:
            state = "given up" if letter.tries >= TRIES else "tried"
        self._log(letter, status, state)
        if state == "tried":
            letter.due = time.monotonic() + FIRST_PAUSE * 2 ** (letter.tries - 1)
        else:
            self.letters.remove(letter)

    def _log(self, letter: Letter, status: int | None, state: str) -> None:
        self.sent.append(
            {
                "system": letter.system,
                "url": letter.url,
                "about": letter.about,
                "tries": letter.tries,
                "status": status,
                "state": state,
            }
        )

    # ------------------------------------------------------------ Xero's intent to receive

    def _shake_hands(self, hook: dict[str, Any]) -> None:
        """Right and wrong signatures; all must be told apart before anything is delivered."""
        wrong = ""
        for right, body, headers in xero.questions(hook):
            letter = Letter("xero", hook["url"], headers, body, "intent to receive", tries=1)
            status, said, cookies = _send(letter)
            wanted = 200 if right else 401
            self._log(letter, status, "asked")
            if status != wanted or said or cookies:
                what = "right" if right else "wrong"
                wrong = wrong or f"a {what} signature was answered with {status}, not with an empty {wanted}"
        with self.world.lock:
            hook["status"] = wrong or "OK"


def _send(letter: Letter) -> tuple[int | None, bytes, bool]:
    """Status, body, and whether cookies came; a status of None when nothing came."""
    where = urlsplit(letter.url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json", "Connection": "close", **letter.headers}
    try:
        with closing(kind(where.hostname or "", where.port, timeout=PATIENCE)) as line:
            line.request("POST", where.path or "/", letter.body, headers)
            answer = line.getresponse()
            return answer.status, answer.read(), answer.getheader("set-cookie") is not None
    except (OSError, ValueError, http.client.HTTPException):
        return None, b"", False
