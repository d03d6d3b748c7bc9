"""A hand that calls the sandbox's Procore half in tests, without a line of the engine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from sandbox.answers import parse, write
from sandbox.app import build
from sandbox.procore.sample import CLIENT, COMPANY, procore_world
from sandbox.world import World

ROOT = Path(__file__).resolve().parents[2]
HARBOUR = 520101
WATTLE = 520102
JOB = "0b000000-0000-4000-8000-000000520101"
V0 = "/rest/v1.0"
V1 = "/rest/v1.1"
MINE = f"{V0}/companies/{COMPANY}"
LOGIN = {"grant_type": "client_credentials", "client_id": CLIENT["id"], "client_secret": CLIENT["secret"]}


class Answered:
    """An answer: its status, its headers, and its values with exact numbers."""

    def __init__(self, response: httpx.Response) -> None:
        self.status, self.headers, self.text = response.status_code, response.headers, response.text
        told = response.content and "json" in response.headers.get("content-type", "")
        self.body: Any = parse(response.content) if told else None

    def __getitem__(self, name: Any) -> Any:
        return self.body[name]

    def __iter__(self) -> Any:
        return iter(self.body)


class Procore:
    """The sandbox in this process, and a service account with a token."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        if world is None:
            self.world.load({"procore": procore_world(ROOT)})
        self.app = build(self.world)
        self.headers = {"Procore-Company-Id": str(COMPANY)}
        token = self.send("POST", "/oauth/token", LOGIN)
        self.headers["Authorization"] = f"Bearer {token['access_token']}"

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Answered:
        """One call to Procore."""
        return asyncio.run(self.sending(method, f"/procore{path}", body, query))

    def at_once(self, *calls: tuple[str, str, Any]) -> list[Answered]:
        """Several calls at the same time."""

        async def together() -> list[Answered]:
            waiting = [self.sending(method, f"/procore{path}", body, {}) for method, path, body in calls]
            return list(await asyncio.gather(*waiting))

        return asyncio.run(together())

    async def sending(self, method: str, path: str, body: Any, query: dict[str, Any]) -> Answered:
        """The same, where the loop runs already."""
        content = body if isinstance(body, bytes) else write(body) if body is not None else None
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            given = query or None  # an empty query would wipe out the one in the path
            return Answered(
                await client.request(method, path, content=content, headers=self.headers, params=given)
            )

    def get(self, path: str, **query: Any) -> Answered:
        return self.send("GET", path, None, **query)

    def post(self, path: str, body: Any) -> Answered:
        return self.send("POST", path, body)

    def patch(self, path: str, body: Any, **query: Any) -> Answered:
        return self.send("PATCH", path, body, **query)

    def delete(self, path: str, body: Any = None, **query: Any) -> Answered:
        return self.send("DELETE", path, body, **query)

    def person(self, method: str, path: str, body: Any = None) -> Answered:
        """What somebody does in Procore's screens."""
        return asyncio.run(self.sending(method, f"/_sandbox/procore{path}", body, {}))

    def steer(self, method: str, path: str, body: Any = None) -> Answered:
        """A word to the sandbox's own door."""
        return asyncio.run(self.sending(method, f"/_sandbox{path}", body, {}))

    def mark(self, item_type: str, item_id: int, origin_id: str | None, **more: Any) -> Answered:
        """Mark one record as synced, or take its mark away."""
        update = {"item_type": item_type, "item_id": item_id, "origin_id": origin_id, **more}
        return self.patch(f"{MINE}/external_data/sync", {"updates": [update]})
