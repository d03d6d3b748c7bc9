"""HTTP to one system of one customer, by its system.yaml: the only file that imports httpx.

Every request takes from the budgets, is one of at most `in_flight`, has a total time, and its answer has a
meaning. Reads are tried again while that helps. A write is sent once: what happens to it then is for the
ledger to decide, which alone remembers. Before: `auth`, `account`, `places`. After: `read`, `write`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import stamina

from engine.system import answers, paging, places, results
from engine.system.account import LOOPBACK, safe
from engine.system.auth import Access
from engine.system.model import Call, System
from engine.system.port import (
    DONE,
    GONE,
    NEVER_SENT,
    REFUSED,
    UNKNOWN,
    WAIT,
    Answer,
    Budgets,
    Clock,
    Element,
    Request,
    Tokens,
    Unreachable,
)
from engine.system.secrets import Secrets

MOST_BYTES = 100_000_000  # of one answer; a page of a thousand documents has some five million
MOST_KEY = 128
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 3.0  # shorter than servers keep an idle connection, so that none is used as it closes
LONGEST_WAIT = 180.0  # for a budget or a limit; what takes longer is told instead
READ_TRIES = 5
LATER = "nothing is lost: run it again in a few minutes, and it goes on where it was"
AHEAD = timedelta(days=1)  # `until` of a list: the other side's clock may be before ours
NEVER = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# What is tried again is told by who asked, in its own words; without this every retry is a line on stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class TooLarge(Exception):
    """An answer with more bytes than any that is meant."""


class _Again(Exception):
    """A read that is worth another try; the wait that was asked for is over already."""

    def __init__(self, answer: Answer):
        super().__init__(answer.reason)
        self.answer = answer


class HttpPort:
    """One system of one customer, reachable. Its methods may be called from several threads."""

    def __init__(
        self,
        system: System,
        values: Mapping[str, Any],
        secrets: Secrets,
        tokens: Tokens,
        budgets: Budgets,
        clock: Clock,
        connection: str,
        transport: httpx.BaseTransport | None = None,
    ):
        self.system, self.values, self.connection = system, values, connection
        self.budgets, self.clock = budgets, clock
        self.base = safe(self._told(system.base), f"{system.title}")
        self.access = Access(system, f"{connection}/{system.name}", secrets, tokens, clock, self._ask)
        self.sent = 0  # requests, for whoever counts them
        self.sent_for_tokens = 0
        self._ahead = timedelta(0)  # how far the clock there is before ours
        self._slots = threading.BoundedSemaphore(max(1, system.in_flight))
        self._count = threading.Lock()
        self._http = httpx.Client(
            timeout=httpx.Timeout(system.timeout, connect=min(CONNECT_SECONDS, system.timeout), pool=None),
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            follow_redirects=False,
            trust_env=urlsplit(self.base).hostname not in LOOPBACK,
            transport=transport,
        )

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    # ---- the port ------------------------------------------------------------------------------------

    def request(
        self, call: Call, places_: Mapping[str, Any], body: bytes | None = None, key: str = ""
    ) -> Request:
        """A request with its places filled; nothing is sent. Its address stands below `base`, so it may be
        sent again after a host was given another name."""
        return self._made(call, places_, {}, body, key)

    def now(self) -> datetime:
        """What time it is there, as its latest answer told; ours before the first one."""
        return self.clock.now() + self._ahead

    def asked_now(self) -> datetime | None:
        """What time it is there at this moment: any answer tells, a no as well. None if nobody answers."""
        got = self._exchange("GET", f"{self.base}/", None, {"User-Agent": "crosswalk"})
        return None if isinstance(got, Answer) else self.now()

    def send(self, request: Request) -> Answer:
        """Sends once. A limit that is far away and a token nobody gives are told as an answer, too."""
        try:
            return self._sent(request)
        except Unreachable as problem:
            return Answer(NEVER_SENT, problem.status, reason=_whole(problem))

    def read(self, call: Call, places_: Mapping[str, Any], query: Mapping[str, str] | None = None) -> Answer:
        """A single read, tried again while that helps: what it found, or that nothing is there (gone)."""
        return self._read(self._made(call, places_, query or {}))

    def rows(
        self, call: Call, places_: Mapping[str, Any], since: datetime | None = None
    ) -> Iterator[list[Any]]:
        """The rows of a list, page by page, as the system gives them."""
        asked, headers = self._since(call, since)

        def fetch(query: dict[str, str]) -> Answer:
            answer = self._read(self._made(call, places_, {**asked, **query}, headers=headers))
            if answer.meaning == GONE and call.path.endswith("}"):  # a record's own address: there is none
                return Answer(DONE, answer.status, {call.rows: []} if call.rows else [])
            if answer.meaning == GONE:
                fix = (
                    "it was deleted, the account may not see it, or the settings name another company:"
                    " crosswalk doctor says which"
                )
                raise Unreachable(
                    f"{self.system.place(call.name)}: nothing is there{_where(places_)}", fix, answer.status
                )
            return answer

        return paging.pages(call, fetch, self.system.place(call.name))

    def elements(self, call: Call, answer: Answer, sent: list[Any]) -> list[Element]:
        """One result per element sent, in their order."""
        return results.elements(self.system, call, answer, sent)

    # ---- requests ------------------------------------------------------------------------------------

    def _made(
        self,
        call: Call,
        places_: Mapping[str, Any],
        query: Mapping[str, str],
        body: bytes | None = None,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        values = {**self.values, **places_}
        try:
            path = places.address(call.path, values)
            asked = places.parameters(call.query, values)
        except places.NoValue as lacking:
            raise Unreachable(
                f"{self.system.place(call.name)}: not asked for, since {lacking.name} is not known",
                f"if {lacking.name} is a setting, give it a value in the customer's settings.yaml",
            ) from None
        whole = urlencode({**asked, **query}, quote_via=quote)
        known = key[:MOST_KEY] if call.once == "key" else ""
        url = f"{path}?{whole}" if whole else path
        return Request(call.name, call.method, url, body, known, headers or {})

    def _told(self, text: str) -> str:
        try:
            return places.filled(text, self.values)
        except places.NoValue as lacking:
            raise Unreachable(
                f"nobody has said where {self.system.title} is: the setting {lacking.name} has no value",
                f"set {lacking.name} in the customer's settings.yaml, or CROSSWALK_{lacking.name.upper()}",
            ) from None

    def _headers(self, request: Request, token: str) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "crosswalk"}
        for name, text in self.system.headers.items():
            try:
                headers[name] = places.filled(text, self.values)
            except places.NoValue:
                continue
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if request.key:
            headers["Idempotency-Key"] = request.key
        return {**headers, **request.headers, "Authorization": f"Bearer {token}"}

    def _since(self, call: Call, since: datetime | None) -> tuple[dict[str, str], dict[str, str]]:
        """How a list is asked for changes only. A moment that is still to come is taken for now."""
        if since is None or call.since is None:
            return {}, {}
        now = self.now()
        start = min(since, now) - timedelta(seconds=call.since.overlap)
        if call.since.header:
            return {}, {call.since.header: start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")}
        if not call.since.query:
            return {}, {}
        form = "%Y-%m-%dT%H:%M:%SZ"
        both = {"since": start.astimezone(UTC).strftime(form), "until": (now + AHEAD).strftime(form)}
        return {call.since.query: places.filled(call.since.form, both)}, {}

    # ---- sending -------------------------------------------------------------------------------------

    def _read(self, request: Request) -> Answer:
        """Sends until there is an answer. Waits that are asked for pass on our clock."""
        try:
            for attempt in stamina.retry_context(
                on=_Again, attempts=READ_TRIES, timeout=None, wait_initial=0.2, wait_max=10.0
            ):
                with attempt:
                    return self._read_once(request)
        except _Again as last:
            raise self._unreadable(request, last.answer) from None
        raise AssertionError("a read ends with an answer or with an error")

    def _read_once(self, request: Request) -> Answer:
        answer = self._sent(request)
        if answer.meaning in (DONE, GONE):
            return answer
        if answer.meaning == REFUSED or answer.wait_seconds > LONGEST_WAIT:
            raise self._unreadable(request, answer)
        self.clock.sleep(answer.wait_seconds)
        raise _Again(answer)

    def _unreadable(self, request: Request, answer: Answer) -> Unreachable:
        reason = answer.reason or f"{self.system.title} answered {answer.status}"
        fix = "" if answer.meaning == REFUSED else LATER
        return Unreachable(f"{self.system.place(request.call)}: {reason}", fix, answer.status)

    def _sent(self, request: Request) -> Answer:
        """One request and its answer; a second one only where the first was turned away for its token."""
        token = self.access.token()
        answer, then = self._once(request, token)
        if then != answers.REFRESH:
            return answer
        again = self.access.token(stale=token)
        return self._once(request, again)[0]

    def _once(self, request: Request, token: str) -> tuple[Answer, str]:
        inside = request.url.removeprefix(self.base)
        if not inside.startswith("/"):
            reason = f"this was made for another address of {self.system.title}, which is at {self.base} now"
            return Answer(NEVER_SENT, reason=reason), ""
        url = self.base + inside
        with self._slots:
            wait = self._budget()
            if wait > 0:
                reason = f"the calls {self.system.title} allows are used up; there are more in {_long(wait)}"
                return Answer(WAIT, reason=reason, wait_seconds=wait), ""
            if request.until is not None and self.now() > request.until:
                return Answer(NEVER_SENT, reason="it waited too long for its turn"), ""
            with self._count:
                self.sent += 1
            got = self._exchange(request.method, url, request.body, self._headers(request, token))
        if isinstance(got, Answer):
            return got, ""
        status, headers, content = got
        now = self.clock.now()
        self._lower(headers, now)
        return answers.understood(self.system, status, headers, content, now)

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer | tuple[int, dict[str, str], bytes]:
        """The bytes that came back; or what it means that none did."""
        title = self.system.title
        ends = time.monotonic() + self.system.timeout
        try:
            with self._http.stream(method, url, content=body, headers=dict(headers)) as got:
                parts, size = [], 0
                for part in got.iter_bytes(65_536):
                    parts.append(part)
                    size += len(part)
                    if size > MOST_BYTES:
                        raise TooLarge
                    if time.monotonic() > ends:
                        raise httpx.ReadTimeout("the answer took too long as a whole")
                told = {name.lower(): value for name, value in got.headers.items()}
                self._ahead = answers.ahead(told, self.clock.now(), self._ahead)
                return got.status_code, told, b"".join(parts)
        except NEVER as problem:
            return Answer(NEVER_SENT, reason=f"{title} was not reached ({_short(problem)})", wait_seconds=1.0)
        except httpx.TimeoutException:
            return Answer(UNKNOWN, reason=f"{title} did not answer within {self.system.timeout:.0f} seconds")
        except TooLarge:
            return Answer(UNKNOWN, reason=f"{title} answered with more than {MOST_BYTES:,} bytes")
        except (httpx.HTTPError, httpx.StreamError) as problem:
            return Answer(UNKNOWN, reason=f"the connection to {title} was cut ({_short(problem)})")
        except (httpx.InvalidURL, ValueError, UnicodeError) as problem:
            return Answer(REFUSED, reason=f"the request cannot be written ({_short(problem)})")

    # ---- budgets -------------------------------------------------------------------------------------

    def _budget(self) -> float:
        """Takes one call from every budget, waiting for it; the seconds where that would take too long."""
        while True:
            wait = self.budgets.take(self.connection, self.system.limits, self.clock.now())
            if wait <= 0 or wait > LONGEST_WAIT:
                return max(0.0, wait)
            self.clock.sleep(wait)

    def _lower(self, headers: Mapping[str, str], now: datetime) -> None:
        """What the headers say is left, where that may be less than we think."""
        for limit in self.system.limits:
            left = headers.get(limit.remaining.lower(), "") if limit.remaining else ""
            if not left.isdigit() or int(left) > limit.calls // 4:
                continue
            end = (now.timestamp() // limit.seconds + 1) * limit.seconds
            told = headers.get(limit.reset.lower(), "") if limit.reset else ""
            if told.isdigit():
                end = float(told)
                if end - now.timestamp() > limit.seconds:
                    continue  # it speaks of a longer window
            if end > now.timestamp():
                until = datetime.fromtimestamp(min(end, now.timestamp() + limit.seconds), UTC)
                self.budgets.lower(self.connection, limit.name, int(left), until)

    # ---- tokens --------------------------------------------------------------------------------------

    def _ask(self, form: dict[str, str], headers: dict[str, str]) -> Answer:
        """One request for a token. It counts apart: systems do not count it among the calls."""
        url = safe(self._told(str(self.system.auth.get("token", ""))), f"the login of {self.system.title}")
        with self._count:
            self.sent_for_tokens += 1
        whole = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded", **headers}
        got = self._exchange("POST", url, urlencode(form).encode("ascii"), whole)
        if isinstance(got, Answer):
            return got
        status, back, content = got
        answer, _ = answers.understood(self.system, status, back, content, self.clock.now())
        return answer


def _short(problem: Exception) -> str:
    """A problem of the network in few words; an address with its query is not among them."""
    text = " ".join(str(problem).split())
    return text[:120] if text and "://" not in text else type(problem).__name__


def _long(seconds: float) -> str:
    """A time to wait, as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours {minutes % 60} minutes"


def _whole(problem: Unreachable) -> str:
    return f"{problem.text}; {problem.fix}" if problem.fix else problem.text


def _where(values: Mapping[str, Any]) -> str:
    told = ", ".join(f"{n} {v}" for n, v in values.items() if isinstance(v, str | int))
    return f" ({told})" if told else ""
