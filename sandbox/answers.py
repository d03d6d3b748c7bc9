"""JSON in and out with exact numbers: no amount is ever a float here.

A number with a point is read as `Decimal` and written with the places it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
from starlette.responses import Response

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


class BadJson(ValueError):
    """The body is no JSON."""


def parse(raw: bytes | str) -> Any:
    """JSON to values; numbers with a point are exact."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadJson(str(error)) from error


def write(value: Any) -> bytes:
    """Values to JSON; exact numbers stay as they are."""
    return _ENCODER.encode(value)


@dataclass
class Answer:
    """What goes back: a status, a value (JSON unless it is text or bytes) and headers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str | None = None  # without: JSON, or plain text for a text

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else write(self.body)

    def response(self) -> Response:
        """As Starlette sends it."""
        media = self.media or (TEXT if isinstance(self.body, str) else JSON)
        return Response(self.content(), self.status, self.headers, media)


class Refused(Exception):
    """The call ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body)
        self.answer = answer
