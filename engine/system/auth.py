"""Tokens by OAuth2, without HTTP: when one is asked for, with what, and what a refusal means.

A token that is new is kept before it is used, since a refresh token may be good for one use only: killed in
between, the old one is tried again inside the time the system still takes it. One process asks at a time;
the right to ask is claimed for some seconds and never held as a lock of the database. Before: `secrets`,
the ledger's token rows. After: `client`, which puts the token on its requests.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from engine.system.answers import words
from engine.system.model import System
from engine.system.port import NEVER_SENT, REFUSED, UNKNOWN, Answer, Clock, Token, Tokens, Unreachable
from engine.system.secrets import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Secrets

CLAIM_SECONDS = 90.0  # longer than one call for a token may take
STEP = 0.05
REAL_SECONDS = 3.0
TRIES = 3
DEFAULT_LIFE = 1800
Ask = Callable[[dict[str, str], dict[str, str]], Answer]  # form and headers to the token address


class Access:
    """The token of one system of one connection."""

    def __init__(self, system: System, name: str, secrets: Secrets, tokens: Tokens, clock: Clock, ask: Ask):
        self.system, self.name = system, name
        self.secrets, self.tokens, self.clock, self.ask = secrets, tokens, clock, ask
        self._one = threading.Lock()  # threads of this process wait here, other processes at the claim

    def token(self, stale: str = "") -> str:
        """An access token that is not `stale`. Raises `Unreachable`."""
        found = self._kept(stale)
        if found:
            return found
        with self._one:
            return self._kept(stale) or self._claimed(stale)

    def proven(self) -> str:
        """A token asked for now, which proves the secrets; the kept one if asking takes a refresh token."""
        kept = self.tokens.get(self.name)
        given = self.secrets.get(self.system.name, REFRESH_TOKEN)
        if kept is None or kept.refresh or given is not None:
            return self.token()
        return self.token(stale=kept.access)

    def _kept(self, stale: str) -> str:
        """The token that is there, if it is good for a while."""
        token = self.tokens.get(self.name)
        margin = timedelta(seconds=float(self.system.auth.get("margin", 60)))
        good = token is not None and token.access != stale and token.expires - margin > self.clock.now()
        return token.access if token is not None and good else ""

    def _claimed(self, stale: str) -> str:
        """Asks for a token, or waits for the process that does."""
        waited = 0.0
        while not self.tokens.claim(self.name, CLAIM_SECONDS):
            if waited > 2 * CLAIM_SECONDS:
                raise Unreachable(
                    f"another process has been asking {self.system.title} for a token for too long",
                    "end it, or wait until its claim is over",
                )
            # The other one needs real time; the time of one that was killed is over when the clock says so.
            (time.sleep if waited < REAL_SECONDS else self.clock.sleep)(STEP)
            waited += STEP
            found = self._kept(stale)
            if found:
                return found
        try:
            return self._kept(stale) or self._new()
        finally:
            self.tokens.release(self.name)

    def _new(self) -> str:
        kept = self.tokens.get(self.name)
        given = self.secrets.get(self.system.name, REFRESH_TOKEN)
        tried = [kept.refresh if kept is not None else "", given.reveal() if given is not None else ""]
        refreshes = [text for text in dict.fromkeys(tried) if text]
        answer = Answer(REFUSED)
        for refresh in refreshes or [""]:
            answer = self._asked(refresh)
            if answer.meaning == "done":
                return self._stored(answer.body, refresh)
        raise self._refused(answer, bool(refreshes))

    def _asked(self, refresh: str) -> Answer:
        """The answer to one request for a token, asked again where nothing came back.

        That is safe: a lost refresh may be repeated with the same token for half an hour.
        """
        form, headers = self._form(refresh)
        answer = self.ask(form, headers)
        for _ in range(TRIES - 1):
            if answer.meaning not in (NEVER_SENT, UNKNOWN, "wait"):
                break
            self.clock.sleep(max(1.0, min(answer.wait_seconds, 30.0)))
            answer = self.ask(form, headers)
        return answer

    def _form(self, refresh: str) -> tuple[dict[str, str], dict[str, str]]:
        client, secret = self._secret(CLIENT_ID), self._secret(CLIENT_SECRET)
        form = {"grant_type": "refresh_token" if refresh else "client_credentials"}
        if refresh:
            form["refresh_token"] = refresh
        elif self.system.auth.get("scopes"):
            form["scope"] = " ".join(self.system.auth["scopes"])
        if self.system.auth.get("client") == "basic":
            both = base64.b64encode(f"{client}:{secret}".encode()).decode("ascii")
            return form, {"Authorization": f"Basic {both}"}
        return {**form, "client_id": client, "client_secret": secret}, {}

    def _secret(self, what: str) -> str:
        found = self.secrets.get(self.system.name, what)
        if found is None:
            own, common = self.secrets.names(self.system.name, what)
            told = what.lower().replace("_", " ")
            raise Unreachable(f"there is no {told} for {self.system.title}", f"set {own} or {common}")
        return found.reveal()

    def _stored(self, body: Any, refresh: str) -> str:
        """Keeps the token; only then is it used."""
        access = body.get("access_token") if isinstance(body, Mapping) else None
        if not isinstance(access, str) or not access:
            raise Unreachable(f"{self.system.title} answered a request for a token without one")
        try:
            life = max(0.0, float(body.get("expires_in") or DEFAULT_LIFE))
        except (TypeError, ValueError):
            life = float(DEFAULT_LIFE)
        follows = str(body.get("refresh_token") or refresh)
        expires = self.clock.now() + timedelta(seconds=min(life, 86_400.0))
        self.tokens.put(self.name, Token(access, expires, follows))
        return access

    def _refused(self, answer: Answer, by_refresh: bool) -> Unreachable:
        """Why there is no token, and what to do."""
        title = self.system.title
        body = answer.body if isinstance(answer.body, Mapping) else {}
        error = str(body.get("error") or "")
        told = words(body.get("error_description")) or error or answer.reason
        if answer.meaning not in (REFUSED, "gone"):
            fix = "it knows neither yes nor no; run it again in a few minutes"
            return Unreachable(f"{title} gives no token: {told}", fix, answer.status)
        own, _ = self.secrets.names(self.system.name, "")
        if by_refresh and error != "invalid_client":
            fix = f"connect it again and set {own}{REFRESH_TOKEN} to the new refresh token"
            return Unreachable(
                f"the connection to {title} was revoked or has ended: {told}", fix, answer.status
            )
        fix = f"check {own}{CLIENT_ID} and {own}{CLIENT_SECRET} (or those without the customer's name)"
        return Unreachable(f"{title} does not know these credentials: {told}", fix, answer.status)
