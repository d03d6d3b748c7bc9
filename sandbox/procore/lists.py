"""Lists as Procore gives them: filters, order, pages, and the headers that lead from page to page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlencode

from sandbox.answers import Answer
from sandbox.procore import figures
from sandbox.procore.call import Call, refused
from sandbox.world import Record

Test = Callable[[Record, list[str]], bool]

_FILTER = re.compile(r"filters\[(\w+)\](\[\])?")


def _range(name: str) -> Test:
    """`2026-01-01T00:00:00Z...2026-02-01T00:00:00Z`, both ends inside; a single date is that whole day."""

    def holds(record: Record, values: list[str]) -> bool:
        low, dots, high = values[0].strip('"').partition("...")
        if not dots:
            return str(record.get(name) or "")[: len(low)] == low
        moment = figures.instant(str(record.get(name) or ""))
        first, last = figures.instant(low), figures.instant(high)
        if first is None or last is None:
            raise refused(
                400, {"errors": f"filters[{name}] must be two ISO 8601 instants with three dots between"}
            )
        return moment is not None and first <= moment <= last

    return holds


def equal(name: str) -> Test:
    """One of the values, compared as text."""
    return lambda record, values: str(record.get(name)) in _values(values)


def _values(values: list[str]) -> list[str]:
    return [each.strip().strip('"') for value in values for each in value.strip("[]").split(",")]


def _deleted(record: Record, values: list[str]) -> bool:
    return values[0] == "with" or (record.get("deleted_at") is not None) == (values[0] == "only")


INSTANTS = (
    "created_at",
    "updated_at",
    "reviewed_at",
    "due_date",
    "payment_date",
    "received_date",
    "paid_date",
)
COMMON: Mapping[str, Test] = {
    "id": equal("id"),
    "origin_id": equal("origin_id"),
    "status": equal("status"),
    "include_deleted": _deleted,
    **{name: _range(name) for name in INSTANTS},
}


def filtered(
    call: Call, records: Iterable[Record], names: str, more: Mapping[str, Test] | None = None
) -> list[Record]:
    """Those that pass every filter asked for; one the operation does not know is refused."""
    known = {name: test for name, test in COMMON.items() if name in names.split()} | dict(more or {})
    asked: dict[str, list[str]] = {}
    for key, value in call.of.query:
        if match := _FILTER.fullmatch(key):
            asked.setdefault(match[1], []).append(value)
    for name in asked:
        if name not in known:
            raise refused(400, {"errors": f"filters[{name}] is not supported here"})
    found = list(records)
    for name, values in asked.items():
        found = [record for record in found if known[name](record, values)]
    if "include_deleted" in known and "include_deleted" not in asked:
        found = [record for record in found if record.get("deleted_at") is None]
    return found


def page(
    call: Call,
    records: Sequence[Record],
    view: Callable[[Record], object],
    default: int = 100,
    most: int = 2_000,
) -> Answer:
    """One page, by id, with `Total`, `Per-Page` and `Link`."""
    size = min(_positive(call, "per_page", default), most)
    number = _positive(call, "page", 1)
    last = max(1, -(-len(records) // size))
    ordered = sorted(records, key=lambda record: int(record["id"]))
    shown = [view(record) for record in ordered[(number - 1) * size : number * size]]
    places = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    links = [
        f'<{_address(call, place, size)}>; rel="{name}"'
        for name, place in places.items()
        if (number > 1 if name in ("first", "prev") else number < last)
    ]
    headers = {"Total": str(len(records)), "Per-Page": str(size)}
    return Answer(200, shown, headers | ({"Link": ", ".join(links)} if links else {}))


def _positive(call: Call, name: str, otherwise: int) -> int:
    given = call.of.first(name)
    if given is None:
        return otherwise
    if not given.isdigit() or int(given) < 1:
        raise refused(400, {"errors": f"{name} must be a positive integer"})
    return int(given)


def _address(call: Call, number: int, size: int) -> str:
    rest = [(key, value) for key, value in call.of.query if key not in ("page", "per_page")]
    host = call.of.headers.get("host", "sandbox")
    query = urlencode([*rest, ("page", number), ("per_page", size)])
    return f"http://{host}{call.of.path.partition('?')[0]}?{query}"
