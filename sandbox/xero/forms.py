"""Xero's wire forms: envelopes, `/Date(…)/`, and how it says no.

The world keeps ISO dates and instants; here they become what the API answers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.answers import TEXT, Answer, Refused
from sandbox.world import Record

DATES = {
    *("Date", "DueDate", "PlannedPaymentDate", "ExpectedPaymentDate", "FullyPaidOnDate", "DeliveryDate"),
    *("ExpectedArrivalDate", "PeriodLockDate", "EndOfYearLockDate"),
}
INSTANTS = {"UpdatedDateUTC", "CreatedDateUTC", "DateTimeUTC", "DateUTC"}
NO_ID = "00000000-0000-0000-0000-000000000000"


class Invalid(Exception):
    """An element cannot be kept: what Xero says of it."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = messages


def wire(value: Any, name: str = "") -> Any:
    """A stored value as the API answers it: without our own members, dates in Xero's form."""
    if isinstance(value, dict):
        return {n: wire(v, n) for n, v in value.items() if not n.startswith("_") and v is not None}
    if isinstance(value, list):
        return [wire(each) for each in value]
    if isinstance(value, str) and value and (name in DATES or name in INSTANTS):
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return f"/Date({int(moment.timestamp() * 1000)}+0000)/"
    return value


def instant(moment: datetime) -> str:
    """An instant as the world keeps it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def failed(sent: Record, key: str, messages: tuple[str, ...]) -> Record:
    """An element that was refused: what was sent, and why not."""
    element = {name: value for name, value in sent.items() if name != "LineItems"}
    return {key: NO_ID, **element, "ValidationErrors": [{"Message": text} for text in messages]}


def validation(elements: list[Record]) -> Refused:
    """400: nothing was kept, and why."""
    return Refused(
        Answer(
            400,
            {
                "ErrorNumber": 10,
                "Type": "ValidationException",
                "Message": "A validation exception occurred",
                "Elements": elements,
            },
        )
    )


def bad_request(text: str, kind: str = "PostDataInvalidException", number: int = 17) -> Refused:
    """400 without elements: the request itself is not understood."""
    return Refused(Answer(400, {"ErrorNumber": number, "Type": kind, "Message": text}))


def bad_query(text: str) -> Refused:
    """400: a filter nobody understands."""
    return bad_request(text, "QueryParseException", 16)


def missing(text: str = "The resource you're looking for cannot be found") -> Refused:
    """404, as plain text."""
    return Refused(Answer(404, text, media=TEXT))


def problem(status: int, title: str, detail: str) -> Refused:
    """401 and 403: of the token, not of the data."""
    return Refused(Answer(status, {"Type": None, "Title": title, "Status": status, "Detail": detail}))
