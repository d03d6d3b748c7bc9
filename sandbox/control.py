"""The sandbox's own door, `/_sandbox/`: time, faults, limits, the log, and the world itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import Answer, BadJson, parse
from sandbox.faults import BadRule, Faults
from sandbox.gateway import Log
from sandbox.limits import Limits
from sandbox.world import World

Steer = Callable[[Any], Any]


class Control:
    """What a test or a trainer may do to the sandbox."""

    def __init__(
        self, world: World, log: Log, faults: Faults, limits: Limits, origin: dict[str, Any]
    ) -> None:
        self.world, self.log, self.faults, self.limits = world, log, faults, limits
        self.origin = copy.deepcopy(origin)

    def routes(self) -> list[Route]:
        """One route for each verb."""
        table: list[tuple[str, str, Steer]] = [
            ("GET", "/health", lambda _: {"status": "ok"}),
            ("GET", "/clock", lambda _: self._time()),
            ("POST", "/clock", self._move),
            ("GET", "/faults", lambda _: self.faults.listed()),
            ("POST", "/faults", self._set_faults),
            ("DELETE", "/faults", lambda _: self._set_faults([])),
            ("GET", "/limits", lambda _: self.limits.values),
            ("POST", "/limits", self._set_limits),
            ("GET", "/calls", lambda _: list(self.log.calls)),
            ("DELETE", "/calls", lambda _: self._forget()),
            ("GET", "/world", lambda _: self.world.dump()),
            ("POST", "/load", self._load),
            ("POST", "/switches", self._switch),
        ]
        return [Route(path, _steered(act), methods=[method]) for method, path, act in table]

    def _time(self) -> dict[str, Any]:
        return {"now": self.world.clock.now().isoformat(), "ahead": self.world.clock.ahead}

    def _move(self, body: Any) -> dict[str, Any]:
        self.world.clock.advance(float(body["advance"]))
        return self._time()

    def _set_faults(self, body: Any) -> list[dict[str, Any]]:
        """A list, or `{"faults": [...]}`, replaces the rules; `{"append": [...]}` adds to them."""
        if isinstance(body, dict) and "append" in body:
            self.faults.append(body["append"])
        else:
            self.faults.replace(body["faults"] if isinstance(body, dict) else body)
        return self.faults.listed()

    def _set_limits(self, body: Any) -> dict[str, dict[str, int]]:
        self.limits.set(body)
        return self.limits.values

    def _forget(self) -> dict[str, str]:
        self.log.clear()
        return {"status": "ok"}

    def _load(self, body: Any) -> dict[str, str]:
        """A world; without a body the one the sandbox was started with."""
        self.world.load(body if body is not None else copy.deepcopy(self.origin))
        return {"status": "ok"}

    def _switch(self, body: Any) -> dict[str, Any]:
        self.world.switches.update(body)
        return self.world.switches


def _steered(act: Steer) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            return Answer(200, act(parse(raw) if raw else None)).response()
        except (BadJson, BadRule, KeyError, TypeError, ValueError) as error:
            return Answer(400, {"error": f"{type(error).__name__}: {error}"}).response()

    return endpoint
