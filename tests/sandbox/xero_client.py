"""A hand that calls the sandbox's Xero half in tests, without a line of the engine."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx

from sandbox.answers import parse, write
from sandbox.app import Settings, build
from sandbox.sample import TENANT, sample_world
from sandbox.world import World

BASE = "/xero/api.xro/2.0"
JOB = "ca000000-0000-4000-8000-000000000001"
HARBOUR = "0b000000-0000-4000-8000-000000520101"
CURRAWONG = "c0000000-0000-4000-8000-000000007304"
ARCHIVED = "c0000000-0000-4000-8000-000000009003"
BANK = {"Code": "090"}


class Answered:
    """An answer: its status, its headers, and its values with exact numbers."""

    def __init__(self, response: httpx.Response) -> None:
        self.status, self.headers, self.text = response.status_code, response.headers, response.text
        self.body: Any = (
            parse(response.content) if "json" in response.headers.get("content-type", "") else None
        )

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    def told(self) -> list[str]:
        """What Xero says is wrong with the elements."""
        found = self.body.get("Elements") or next(v for v in self.body.values() if isinstance(v, list))
        return [each["Message"] for element in found for each in element.get("ValidationErrors", [])]


class Sandbox:
    """The whole sandbox in this process, and a caller with a token of Xero."""

    def __init__(self, world: World | None = None, client: str = "crosswalk", **settings: Any) -> None:
        self.world = world or World()
        if world is None:
            self.world.load(sample_world())
        self.app = build(self.world, Settings(**settings))
        self.tenant = TENANT
        self.token = ""
        self.sign_in(client)

    def sign_in(self, client: str = "crosswalk") -> None:
        """A fresh token."""
        form = f"grant_type=client_credentials&client_id={client}&client_secret=sandbox-secret"
        answer = self.send("POST", "/xero/identity/connect/token", raw=form)
        self.token = answer["access_token"]

    def send(
        self, method: str, path: str, body: Any = None, raw: str | bytes | None = None, **headers: str
    ) -> Answered:
        """One call; header names are written with `_` for `-`."""
        return asyncio.run(self.sending(method, path, body, raw, **headers))

    async def sending(
        self, method: str, path: str, body: Any = None, raw: str | bytes | None = None, **headers: str
    ) -> Answered:
        """The same, for calls at the same time."""
        given = {"Accept": "application/json", "Authorization": f"Bearer {self.token}"}
        given |= {"xero-tenant-id": self.tenant} | {n.replace("_", "-"): v for n, v in headers.items()}
        content = raw if body is None else write(body)
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return Answered(await client.request(method, path, content=content, headers=given))

    def get(self, path: str, **headers: str) -> Answered:
        return self.send("GET", BASE + path, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Answered:
        return self.send("PUT", BASE + path, body, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Answered:
        return self.send("POST", BASE + path, body, **headers)

    def steer(self, method: str, path: str, body: Any = None) -> Any:
        """A word to the sandbox's own door."""
        answer = self.send(method, f"/_sandbox{path}", body)
        assert answer.status == 200, answer.text
        return answer.body


def line(code: str = "03-200.M", amount: str = "100.00", **more: Any) -> dict[str, Any]:
    """A line of a document for the job at Harbour Street."""
    tracking = [{"TrackingCategoryID": JOB, "TrackingOptionID": HARBOUR}]
    given = {"Description": "Work", "ItemCode": code, "Quantity": 1, "UnitAmount": Decimal(amount)}
    return {**given, "Tracking": tracking, **more}


def bill(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A bill of Currawong Plumbing."""
    given = {
        "Type": "ACCPAY",
        "Contact": {"ContactID": CURRAWONG},
        "InvoiceNumber": "SC-1",
        "Date": "2026-05-31",
    }
    return {**given, "DueDate": "2026-06-30", "LineItems": list(lines) or [line()], **more}


def order(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An order to Currawong Plumbing."""
    given = {"PurchaseOrderNumber": number, "Contact": {"ContactID": CURRAWONG}, "Date": "2026-05-01"}
    return {**given, "LineItems": list(lines) or [line()], **more}
