"""What Procore's ERP Integrations tool asks for: its requests, kept as they came, and how far each is.

A request carries a record in a form of its own, or ids alone, and waits, by its details, to be closed. A poll
lists the details, reads the requests of the open ones, and asks for new ones that open none (a link, a reset,
the switch of a project). Files bring them in the same way. The mapping reads a request beside the plain read
of the record, which is made later and believed first: the request adds what no plain read tells, now and
after it was closed. One that failed tells nothing.
Before: `system`, or a file. After: `mirrored`, which reads them as records; `accepted`, which plans by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.ledger import mirror
from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger
from engine.read.canonical import Lacking, Reader
from engine.read.decode import Unfit, value_of
from engine.read.recognise import Portion
from engine.read.wanted import Catalog
from engine.spec.model import Book
from engine.system.port import Port, Unreachable

REQUESTS, DETAILS = "procore.erp_request", "procore.erp_request_detail"
KEPT = (REQUESTS, DETAILS)
LIST_DETAILS, SHOW, WITHOUT_DETAIL = (
    "procore.erp_request_details",
    "procore.erp_request",
    "procore.erp_requests",
)
OPEN, SUCCESS, FAILED, STALE = "in_progress", "success", "failed", "stale"
FINAL = {SUCCESS, FAILED, STALE, "rejected"}
UNTOLD = "untold"  # a detail that nobody listed: it is closed here alone


class NoRequest(ValueError):
    """A file that holds no request."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing a request asks for, waiting to be closed."""

    id: str
    request: str
    item: str
    status: str
    untold: bool = False


def details(ledger: Ledger, tx: sa.Connection) -> list[Detail]:
    """Every detail that is kept, oldest first."""
    found = [_detail(key, row) for key, _, row in mirror.rows(ledger, tx, DETAILS)]
    return sorted(found, key=lambda one: _age(one.id))


def _detail(key: str, row: Mapping[str, Any]) -> Detail:
    item = row.get("item_id")
    status = str(row.get("status") or OPEN)
    return Detail(
        key, str(row.get("erp_request_id")), "" if item is None else str(item), status, UNTOLD in row
    )


def _age(key: str) -> tuple[int, str]:
    """Ids are numbers that grow."""
    return len(key), key


def closed(ledger: Ledger, tx: sa.Connection, detail: str, status: str) -> None:
    """Writes down that a detail is closed, and how."""
    row = mirror.some(ledger, tx, DETAILS, [detail]).get(detail)
    if row is not None:
        _keep(ledger, tx, {detail: {**row, "status": status}})


def _keep(ledger: Ledger, tx: sa.Connection, rows: Mapping[str, Any]) -> None:
    mirror.keep(ledger, tx, DETAILS, rows, {key: str(row["erp_request_id"]) for key, row in rows.items()})


# ---------------------------------------------------------------- by poll


def poll(ledger: Ledger, book: Book, port: Port) -> int:
    """Brings the kept requests and details up to date; gives how many requests are new."""
    calls = port.system.calls
    listed = {str(row["id"]): row for page in port.rows(calls[LIST_DETAILS], {}) for row in page}
    with ledger.look() as tx:
        known = {one.id: one for one in details(ledger, tx)}
        waiting = {str(row.get("erp_request_id")) for row in listed.values() if _is_open(row)} - {"None"}
        new = sorted(waiting - set(mirror.some(ledger, tx, REQUESTS, waiting)), key=_age)
    detailed = {str(row.get("erp_request_id")) for row in listed.values()}
    recent, upto = _recent(ledger, port)
    alone = [one for one in recent if str(one["id"]) not in detailed and not _is_about_records(book, one)]
    with ThreadPoolExecutor(max(1, port.system.in_flight)) as pool:
        read = pool.map(lambda key: _read(port, key), [*new, *_without_data(alone)])
        found = [*(one for one in read if one is not None), *(one for one in alone if "request_data" in one)]
    told = {one.request for one in known.values()} | waiting
    with ledger.begin() as tx:
        made = keep(ledger, tx, found)
        _keep(ledger, tx, {key: row for key, row in listed.items() if _is_open(row)})
        for one in found:
            if str(one["id"]) not in told:
                _keep(ledger, tx, _details_of(book, one))
        _follow_up(ledger, tx, known, listed, waiting)
        mirror.move(ledger, tx, WITHOUT_DETAIL, upto)
    return made


def _follow_up(
    ledger: Ledger,
    tx: sa.Connection,
    known: Mapping[str, Detail],
    listed: Mapping[str, Any],
    waiting: set[str],
) -> None:
    """What became of open details meanwhile."""
    for one in known.values():
        if one.status in FINAL:
            continue
        if one.untold and one.request in waiting:
            mirror.drop(ledger, tx, DETAILS, [one.id])
        elif not one.untold and not _is_open(listed.get(one.id, {"status": STALE})):
            closed(ledger, tx, one.id, str(listed.get(one.id, {}).get("status", STALE)))


def _is_open(row: Mapping[str, Any]) -> bool:
    return str(row.get("status") or OPEN) not in FINAL


def _read(port: Port, key: str) -> dict[str, Any] | None:
    """One request; None if it is not there any more."""
    try:
        body = port.read(port.system.calls[SHOW], {"id": key}).body
    except Unreachable as error:
        if error.status == 404:
            return None
        raise
    return body if isinstance(body, dict) else None


def _recent(ledger: Ledger, port: Port) -> tuple[list[dict[str, Any]], str]:
    """Requests made since the last look, and until when that was. Their list is inferred: where it is not
    offered, files bring them.
    """
    with ledger.look() as tx:
        position = mirror.position(ledger, tx, WITHOUT_DETAIL)
    since = datetime.fromisoformat(position) if position else None
    try:
        pages = port.rows(port.system.calls[WITHOUT_DETAIL], {}, since)
        found = [row for page in pages for row in page if row.get("request_name")]
    except Unreachable as error:
        if error.status in (400, 403, 404):
            return [], position
        raise
    return found, max([position, *(str(row.get("created_at") or "") for row in found)])


def _without_data(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Those of a list that tells their names alone."""
    return [str(one["id"]) for one in requests if "request_data" not in one]


def keep(ledger: Ledger, tx: sa.Connection, requests: Iterable[Mapping[str, Any]]) -> int:
    """Keeps requests as they came, by id and name; gives how many are new or changed."""
    rows = {str(one["id"]): dict(one) for one in requests if one.get("request_name")}
    return mirror.keep(
        ledger, tx, REQUESTS, rows, {key: str(row["request_name"]) for key, row in rows.items()}
    )


# ---------------------------------------------------------------- by file


def taken_in(ledger: Ledger, book: Book, paths: Iterable[Path]) -> int:
    """Keeps the requests of files, and of the files in folders. Raises NoRequest."""
    found = [one for path in paths for one in _requests_of(path)]
    with ledger.begin() as tx:
        told = {one.request for one in details(ledger, tx)}
        made = keep(ledger, tx, found)
        for request in found:
            if str(request["id"]) not in told:
                _keep(ledger, tx, _details_of(book, request))
    return made


def _requests_of(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir():
        for inner in sorted(path.glob("*.json")):
            yield from _requests_of(inner)
        return
    try:
        value = value_of(path.read_bytes())
    except Unfit as unfit:
        raise NoRequest(f"{path.name} cannot be read: {unfit.text}") from None
    except OSError as error:
        raise NoRequest(f"{path.name} cannot be read: {error.strerror}") from None
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict) or one.get("id") is None or not one.get("request_name"):
            raise NoRequest(f"{path.name} holds something that is no ERP request")
        yield one


def _details_of(book: Book, request: Mapping[str, Any]) -> dict[str, Any]:
    """The details a request names; a record without one gets one of our own."""
    key = str(request["id"])
    data = request.get("request_data")
    outer = data.get("request_detail_id") if isinstance(data, dict) else None
    made: dict[str, Any] = {}
    for _, record in records(book, request):
        if record.get("id") is None:
            continue
        own = outer if outer is not None else record.get("request_detail_id")
        row = {"erp_request_id": key, "item_id": record.get("id"), "status": OPEN}
        made[f"{key}:{record.get('id')}" if own is None else str(own)] = (
            {**row, UNTOLD: True} if own is None else {"id": own, **row}
        )
    if not made:
        made = {
            str(row["id"]): {"erp_request_id": key, "item_id": None, "status": OPEN, **row}
            for row in _named_within(data)
        }
    if not made and (is_malformed(book, request) or not sources(book, str(request["request_name"]))):
        made[f"{key}:"] = {"erp_request_id": key, "item_id": None, "status": OPEN, UNTOLD: True}
    return made


def _named_within(data: Any) -> Iterator[dict[str, Any]]:
    """The details that are named anywhere in a request: its own, and those of what it lists."""
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _named_within(inner)
    if isinstance(data, dict) and data.get("request_detail_id") is not None:
        yield {"id": data["request_detail_id"], "item_id": data.get("id")}


# ---------------------------------------------------------------- what they are about


def sources(book: Book, name: str) -> list[tuple[str, str]]:
    """The shapes a kind of request tells of, each with the source it is, what it is about first."""
    found = [
        (shape.name, source)
        for shape in book.shapes.values()
        for source, told in shape.sources.items()
        if told.get("request") == name
    ]
    return sorted(found, key=lambda one: _beside(book, *one))


def _is_about_records(book: Book, request: Mapping[str, Any]) -> bool:
    """Whether a request carries whole records, which wait by their details."""
    about = sources(book, str(request["request_name"]))
    told = [book.shapes[shape].sources[source] for shape, source in about]
    return any("at" in one or "each" in one for one in told)


def _beside(book: Book, shape: str, source: str) -> bool:
    """Whether a shape only stands beside what the request is about: the codes of a job."""
    told = book.shapes[shape].sources[source]
    return "each" in told and any(
        "at" in more and more.get("request") == told["request"]
        for other in book.shapes.values()
        for more in other.sources.values()
    )


def records(book: Book, request: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The records a request is about, each with its shape, in canonical form."""
    try:
        return _records(book, request)
    except Lacking:
        return []


def is_malformed(book: Book, request: Mapping[str, Any]) -> bool:
    """Whether a request lacks what one of its kind is about."""
    try:
        _records(book, request)
    except Lacking:
        return True
    return False


def _records(book: Book, request: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    for shape, source in sources(book, str(request.get("request_name")))[:1]:
        data = exact(text_of(request.get("request_data")))  # reading changes what it is given
        made = Reader(book.shapes[shape]).of_source(source, data)
        return [(shape, record) for record in made if isinstance(record, dict)]
    return []


# ---------------------------------------------------------------- as events


def portions(ledger: Ledger, catalog: Catalog) -> list[Portion]:
    """Every request that tells of what a mapping reads, the newest first, for the assembly."""
    wanted = {
        str(told["request"]): None
        for reader in catalog.readers.values()
        for told in reader.sources.values()
        if "request" in told
    }
    if not wanted:
        return []
    found: list[tuple[str, str, dict[str, Any]]] = []
    with ledger.look() as tx:
        for name in wanted:
            found += [(key, name, row) for key, _, row in mirror.rows(ledger, tx, REQUESTS, name)]
        states = _states(details(ledger, tx)) if found else {}
    made = []
    for key, name, row in sorted(found, key=lambda one: _age(one[0]), reverse=True):
        state = states.get(key, {})
        if state and not set(state.values()) & {OPEN, SUCCESS, STALE}:
            continue
        about = [shape for shape, _ in sources(catalog.book, name)[:1]]
        for reader in catalog.readers.values():
            if any(told.get("request") == name for told in reader.sources.values()):
                body = [(f"Procore request {key}", text_of(row).encode())]
                own = key if reader.shape.name in about else ""
                made.append(Portion(reader.shape.name, body, "list", done=_dealt_with(state), request=own))
    return made


def _states(every: Iterable[Detail]) -> dict[str, dict[str, str]]:
    """By request: the status of each item."""
    found: dict[str, dict[str, str]] = {}
    for one in every:
        status = one.status if one.status in FINAL else OPEN
        found.setdefault(one.request, {})[one.item] = status
    return found


def _dealt_with(state: Mapping[str, str]) -> Callable[[Any], bool]:
    """Whether a record of a request is done with: its own detail is closed, or every one is."""
    every_one = bool(state) and OPEN not in state.values()

    def done(record: Any) -> bool:
        item = str(record.get("id")) if isinstance(record, dict) else ""
        return state[item] != OPEN if item in state else every_one

    return done
