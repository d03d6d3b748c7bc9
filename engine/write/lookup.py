"""Finding out whether a document was made although nobody told us: by its natural key (api notes, find
before create), and only when nothing sent can still arrive.

One that is ours is adopted; two are for a person; none means that it never happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.plan.build import DECIDE
from engine.plan.values import equal, member_of
from engine.spec.model import Member
from engine.system.conditions import holds
from engine.system.model import Call, Lookup
from engine.write.places import places_of
from engine.write.route import Route


@dataclass(frozen=True, slots=True)
class Found:
    """What a look brought: the record, or nothing; `reason` when there are several."""

    record: Any = None
    reason: str = ""


def look(route: Route, draft: Mapping[str, Any], there: Callable[[Route, str], Any]) -> Found:
    """Whether this draft exists on the other side."""
    if draft.get(route.target.id):
        return _rows_there(route, draft, there(route, str(draft[route.target.id])))
    find = route.target.find
    if find is None:
        return Found(reason=f"{route.target.name} cannot be looked up; {DECIDE}")
    hits = [
        row
        for page in route.port.rows(find.call, places_of(draft))
        for row in _elements(find, page)
        if _is(find, row, draft, route.shape.root)
        and not (route.target.gone and holds(route.target.gone, row))
    ]
    if len(hits) > 1:
        ids = ", ".join(str(row.get(route.target.id)) for row in hits[:5])
        return Found(reason=f"{len(hits)} documents there look like it ({ids}); leave one at most; {DECIDE}")
    return Found(hits[0]) if hits else Found()


def noted(route: Route, call: Call, draft: Mapping[str, Any]) -> Found:
    """Whether a note stands among those of its document, which are read where they are written."""
    said = {name: value for name, value in draft.items() if name not in call.omit}
    for page in route.port.rows(replace(call, method="GET", rows=call.wrap), draft):
        for row in page:
            if all(row.get(name) == value for name, value in said.items()):
                return Found(row)
    return Found()


def _elements(find: Lookup, page: list[Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of a page; where rows hold elements, those, with the ids of their holder."""
    for row in page:
        held = row.get(find.call.each) if find.call.each and isinstance(row, dict) else None
        if held is None:
            yield row
        else:
            ids = {name: value for name, value in row.items() if name.endswith("ID")}
            yield from ({**ids, **element} for element in held)


def _is(find: Lookup, row: Mapping[str, Any], draft: Mapping[str, Any], root: Member) -> bool:
    """Whether a row is the document of a draft: what proves it is ours decides, whatever somebody corrected
    there meanwhile; without any proof all that must be the same.
    """
    mine, its = places_of(draft), places_of(row)
    names = [name for name in find.ours if name in mine] or find.same
    return bool(names) and all(_equal(mine.get(name), its.get(name), root, name) for name in names)


def _equal(one: Any, other: Any, root: Member, path: str) -> bool:
    member = member_of(root, path)
    return str(one) == str(other) if member is None else equal(one, other, member)


def _rows_there(route: Route, draft: Mapping[str, Any], record: Any) -> Found:
    """An append: whether all the new rows stand in the document already."""
    if not isinstance(record, Mapping):
        return Found()
    picked: dict[str, Any] = {}
    for name, line_id in route.target.line_id.items():
        item = route.shape.root.members[name].item
        assert item is not None
        free = list(record.get(name) or ())
        mine = []
        for row in draft.get(name) or ():
            twin = next((other for other in free if _same_row(row, other, line_id, item)), None)
            if twin is None:
                return Found()
            free.remove(twin)
            mine.append(twin)
        picked[name] = mine
    return Found({**record, **picked})


def _same_row(row: Mapping[str, Any], other: Mapping[str, Any], line_id: str, item: Member) -> bool:
    its = places_of(other)
    return all(
        _equal(value, its.get(name), item, name) for name, value in places_of(row).items() if name != line_id
    )
