"""One call as a handler sees it, and the way from a route to a handler.

A handler is a plain function `handler(call) -> Answer`, run on the event loop under the world's lock:
it never waits. `route` reads the body, waits where a fault says so, runs it, and turns `Refused`
into its answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import Answer, BadJson, Refused, parse
from sandbox.world import World

Handler = Callable[["Call"], Answer]
Around = Callable[["Call", Handler], Awaitable[Answer]]

CONTEXT = "sandbox.context"  # where the gateway leaves its notes in the ASGI scope


@dataclass
class Context:
    """What the gateway and a handler tell each other about one call."""

    faults: dict[str, Any] = field(default_factory=dict)  # kind → its rule, of the faults that act now
    seconds: float = 0.0  # wait so long before the effect
    replayed: bool = False  # answered from the memory of an idempotency key


@dataclass
class Call:
    """A request, read whole."""

    world: World
    method: str
    path: str  # with the query, as the client sent it
    headers: Mapping[str, str]  # names in lower case
    raw: bytes
    query: list[tuple[str, str]]
    parameters: dict[str, str]  # of the route's path
    context: Context

    def json(self) -> Any:
        """The body as values; refused with 400 when it is no JSON."""
        try:
            return parse(self.raw)
        except BadJson as error:
            body = {"errors": f"The body is no JSON: {error}"}
            raise Refused(Answer(400, body)) from error

    def form(self) -> dict[str, str]:
        """The body as a submitted form."""
        return dict(parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True))

    def first(self, name: str, otherwise: str | None = None) -> str | None:
        """The query's value of that name."""
        return next((value for key, value in self.query if key == name), otherwise)

    def every(self, name: str) -> list[str]:
        """All values of that name, as in `filters[id][]=1&filters[id][]=2`."""
        return [value for key, value in self.query if key == name]

    def fault(self, kind: str) -> bool:
        """Whether a fault of that kind acts on this call."""
        return kind in self.context.faults


async def plainly(call: Call, handler: Handler) -> Answer:
    """Wait where a fault says so, then let the handler have its effect, if its world is still there."""
    age = call.world.age
    if call.context.seconds:
        await call.world.clock.wait(call.context.seconds)
    if age != call.world.age:
        return Answer(503, "Another world was loaded meanwhile")
    with call.world.lock:
        try:
            return handler(call)
        except Refused as refused:
            return refused.answer


def route(world: World, path: str, method: str, handler: Handler, around: Around = plainly) -> Route:
    """A route whose handler sees a `Call`; `around` may keep it from running twice."""

    async def endpoint(request: Request) -> Response:
        return (await around(await _call(world, request), handler)).response()

    return Route(path, endpoint, methods=[method], name=f"{method} {path}")


async def _call(world: World, request: Request) -> Call:
    query = request.scope.get("query_string", b"").decode()
    path = request.scope["path"]
    return Call(
        world=world,
        method=request.method,
        path=f"{path}?{query}" if query else path,
        headers={name.lower(): value for name, value in request.headers.items()},
        raw=await request.body(),
        query=parse_qsl(query, keep_blank_values=True),
        parameters={name: str(value) for name, value in request.path_params.items()},
        context=request.scope.setdefault(CONTEXT, Context()),
    )
