"""Requests to delete a project's cost codes, or a cost type of one: Procore waits for our word.

An item in Xero belongs to the whole organisation and stays; a project's code is in use where a document that
stands has a line with the item on the project's tracking option. Those documents are named, each code gets an
answer of its own. Before: `tool`. After: `write/close`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.ledger import links, mirror
from engine.live.erp.tool import Tool, Wish, text
from engine.map.names import names_of
from engine.read.live import MARK
from engine.system.conditions import holds

DELETED = "code deleted"  # in the log of the project
USED = "{0} in {1} has a line on {2} for this project. Please delete it, or move the line, before retrying."


@dataclass(frozen=True, slots=True)
class Booked:
    """A line of a document that stands: the document as people call it, its item, its project's option."""

    document: str
    item: str
    option: str


def _deleted(tool: Tool, wish: Wish) -> None:
    project = text(wish.get("project", "id"))
    with tool.ledger.look() as tx:
        link = links.one(tool.ledger, tx, "projects", project)
    option = link.target_id if link is not None else text(wish.get("project", "origin_id"))
    lines = [one for one in _booked(tool) if option and one.option == option]
    title = tool.route("cost_codes").port.system.title
    tool.desk("cost_codes")
    with tool.ledger.begin() as tx:
        for row in _asked(wish):
            items = _items(tool, row)
            used = dict.fromkeys(USED.format(o.document, title, o.item) for o in lines if o.item in items)
            if used:
                tool.refuse(tx, "projects", project, next(iter(used)), wish)
            else:
                tool.note(tx, DELETED, "projects", project, " ".join(_named(row)).strip(), wish)
            tool.end(tx, wish.of(row), list(used))


def _asked(wish: Wish) -> list[Mapping[str, Any]]:
    return wish.rows("cost_codes") or wish.rows("cost_type_assignments")


def _named(row: Mapping[str, Any]) -> tuple[str, str]:
    """The code, and its type where only that is taken away."""
    code, kind = row.get("cost_code"), row.get("line_item_type")
    told = code if isinstance(code, Mapping) else row
    full = text(told.get("full_code") or told.get("sortable_code"))
    return full, text(kind.get("code")) if isinstance(kind, Mapping) else ""


def _items(tool: Tool, row: Mapping[str, Any]) -> set[str]:
    """The items of a code, or the one of code and type."""
    full, kind = _named(row)
    delimiter = text(tool.connection.settings().get("code_delimiter"))
    if kind:
        return {f"{full}{delimiter}{kind}"}
    desk = tool.desk("cost_codes")
    memories = [desk.ground.links[one].memory for one in desk.ids_of(full)]
    return {text(one.get("Code")) for one in memories} - {""}


def _booked(tool: Tool) -> Iterator[Booked]:
    """Every line of every document that stands, in the words of Xero."""
    system = tool.route("cost_codes").port.system.name
    for stream in tool.connection.streams:
        if stream.port.system.name != system:
            continue
        title = tool.connection.desk.shape(stream.object.shape).title
        with tool.ledger.look() as tx:
            for key, _, row in mirror.rows(tool.ledger, tx, stream.name):
                row.pop(MARK, None)
                if row.get("LineItems") and not (stream.object.gone and holds(stream.object.gone, row)):
                    document = f"{title} {next(iter(names_of(row)), key)}"
                    yield from _lines(document, row["LineItems"])


def _lines(document: str, lines: list[Mapping[str, Any]]) -> Iterator[Booked]:
    for line in lines:
        for tracked in line.get("Tracking") or ():
            yield Booked(document, text(line.get("ItemCode")), text(tracked.get("TrackingOptionID")))


TABLE: Mapping[str, Callable[[Tool, Wish], None]] = {
    "delete_cost_codes": _deleted,
    "delete_cost_type_assignments": _deleted,
}
