"""One call to Procore: who asks, of which company, and the several ways in which Procore says no.

Procore's first API has no single form of errors. Each kind here is one a client must survive: fields
under `errors`, a bare text under `errors`, a code with a message, a message with an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import calls
from sandbox.answers import Answer, BadJson, Refused, parse
from sandbox.procore import figures
from sandbox.world import Record, World

Records = dict[str, Record]
Handler = Callable[["Call"], Answer]

COMPANY_HEADER = "procore-company-id"


class Mistake(Exception):
    """One record of a call is wrong: its fields and what is wrong with each."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(str(dict(fields)))
        self.fields = dict(fields)


@dataclass
class Call:
    """A request as the handlers read it. `company` is 0 where no company is asked for."""

    of: calls.Call
    company: int = 0
    origins: dict[str, dict[str, str]] = field(default_factory=dict)  # by kind: origin id → id, read once
    groups: dict[tuple[str, str], dict[object, list[Record]]] = field(default_factory=dict)
    places: dict[str, dict[str, tuple[Record, Record]]] = field(default_factory=dict)  # by kind: id → record

    @property
    def world(self) -> World:
        """Everything both systems hold."""
        return self.of.world

    def now(self) -> str:
        """This instant as Procore writes it."""
        return figures.stamp(self.world.clock.now())

    def records(self, collection: str) -> Records:
        """A collection of the world, made when it is first asked for."""
        return self.world.of("procore", collection)

    def grouped(self, collection: str, member: str) -> dict[object, list[Record]]:
        """A collection by one of its members, put in order once a call."""
        key = (collection, member)
        if key not in self.groups:
            self.groups[key] = {}
            for record in self.records(collection).values():
                self.groups[key].setdefault(record[member], []).append(record)
        return self.groups[key]

    def text(self, name: str) -> str:
        """A part of the address."""
        return self.of.parameters[name]

    def number(self, name: str) -> int:
        """A part of the address, or else of the query, that must be there and be a number."""
        given = self.of.parameters.get(name) or self.of.first(name)
        if given is None:
            raise missing(name)
        if not given.lstrip("-").isdigit():
            raise refused(400, {"errors": f"{name} must be an integer"})
        return int(given)

    def body(self) -> Record:
        """The body as an object, decimals exact."""
        found = self.any_body()
        if not isinstance(found, dict):
            raise refused(400, {"message": "The body must be a JSON object.", "exception": "BadRequest"})
        return found

    def any_body(self) -> Any:
        """The body, whatever it is."""
        try:
            return parse(self.of.raw or b"{}")
        except BadJson as wrong:
            message = f"There was a problem in the JSON you submitted: {wrong}"
            raise refused(400, {"message": message, "exception": "ParseError"}) from wrong


def refused(status: int, body: object) -> Refused:
    """The end of a call."""
    return Refused(Answer(status, body))


def missing(name: str) -> Refused:
    """A parameter the operation cannot do without."""
    return refused(
        400, {"code": 400, "message": f"param is missing: {name}", "fields": {name: ["is missing"]}}
    )


def not_found(what: str = "Record") -> Refused:
    """Not there, or not for this account: Procore does not tell which."""
    return refused(404, {"errors": f"{what} not found"})


def invalid(fields: Mapping[str, list[str]], status: int = 422) -> Refused:
    """Fields that are wrong, each with its messages."""
    return refused(status, {"errors": dict(fields)})


def locked(what: str) -> Refused:
    """A synced record that nobody may edit."""
    message = f"{what} is synced with ERP and cannot be edited."
    return refused(403, {"code": 403, "message": message, "reason": "erp_locked", "fields": {}})


def ok(body: object) -> Answer:
    """The usual end."""
    return Answer(200, body)


def created(body: object) -> Answer:
    """Something new is there."""
    return Answer(201, body)


def only(body: Record, *names: str) -> Record:
    """These members of a body, whose others must not be there."""
    extra = {name: ["is not a known attribute"] for name in body if name not in names}
    if extra:
        raise invalid(extra, 400)
    for name in names:
        if name in body and body[name] is None:
            raise missing(name)
    return body


def given(body: Record, name: str) -> Any:
    """A member of the body that must be there."""
    if body.get(name) is None:
        raise missing(name)
    return body[name]
