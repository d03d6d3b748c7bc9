"""From the drafts of an op to the bytes that leave: ids filled in, elements merged, one body.

Pure. A member may be several elements (marks, lines), and several members one (two change orders of
one purchase order): `of_member` says which elements are whose, so that results find their way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.ledger.exact import text_of
from engine.ledger.ops import Member
from engine.spec.model import Member as ShapeMember
from engine.system.model import Object


@dataclass(slots=True)
class Built:
    """Elements of a body, and by member position the indexes of its own."""

    elements: list[Any] = field(default_factory=list)
    of_member: dict[int, list[int]] = field(default_factory=dict)


def built(members: Sequence[Member], filled: Mapping[int, Any]) -> Built:
    """Elements of drafts as they are, in order of members; what is said twice goes once."""
    made = Built()
    known: dict[str, int] = {}
    for member in members:
        draft = filled[member.position]
        for element in draft if isinstance(draft, list) else [draft]:
            said = text_of(element)
            if said not in known:
                known[said] = len(made.elements)
                made.elements.append(element)
            made.of_member.setdefault(member.position, []).append(known[said])
    return made


def appended(
    members: Sequence[Member],
    filled: Mapping[int, Any],
    there: Callable[[str], Mapping[str, Any] | None],
    target: Object,
    root: ShapeMember,
) -> Built:
    """One element a document: every line that is there with its id, then the new lines of all members."""
    made = Built()
    index: dict[str, int] = {}
    for member in members:
        draft = filled[member.position]
        key = str(draft[target.id])
        if key not in index:
            index[key] = len(made.elements)
            made.elements.append(_as_it_is(there(key) or {}, target, root) | {target.id: key})
        element = made.elements[index[key]]
        for name in target.line_id:
            element[name] = [*element.get(name, []), *draft.get(name, [])]
        made.of_member[member.position] = [index[key]]
    return made


def renewed(
    draft: Mapping[str, Any],
    there: Mapping[str, Any] | None,
    own: Iterable[str],
    target: Object,
    root: ShapeMember,
) -> dict[str, Any]:
    """An update with lines on top of what the document says now: rows that are not `own` go as they stand
    there, those that somebody added since as well; a row that somebody took away stays away.
    """
    made, mine = dict(draft), set(own)
    if there is None:
        return made
    made |= {name: there[name] for name in target.resend if name in made and there.get(name) is not None}
    for name, line_id in target.line_id.items():
        item = root.members[name].item if name in root.members else None
        if name in made and item is not None:
            now = {str(row.get(line_id)): writable(row, item, line_id) for row in there.get(name) or []}
            sent = {str(row.get(line_id)): row for row in made[name] if row.get(line_id)}
            kept = [row if key in mine else now[key] for key, row in sent.items() if key in now]
            since = [row for key, row in now.items() if key not in sent and key not in mine]
            made[name] = [*kept, *since, *(row for row in made[name] if not row.get(line_id))]
    return made


def _as_it_is(there: Mapping[str, Any], target: Object, root: ShapeMember) -> dict[str, Any]:
    """What an update repeats: the members that must be sent again, and every line as it stands."""
    element = {name: there[name] for name in target.resend if there.get(name) is not None}
    for name, line_id in target.line_id.items():
        item = root.members[name].item if name in root.members else None
        if item is not None:
            element[name] = [writable(row, item, line_id) for row in there.get(name) or []]
    return element


def writable(row: Mapping[str, Any], item: ShapeMember, line_id: str) -> dict[str, Any]:
    """A row as it may be sent again: its id and what may be written, as it came."""
    kept = {}
    for name, value in row.items():
        member = item.members.get(name)
        if name == line_id:
            kept[name] = value
        elif member is not None and _may_be_sent(member) and value not in (None, ""):
            kept[name] = _rows(value, member)
    return kept


def _may_be_sent(member: ShapeMember) -> bool:
    return not (member.read_only or member.computed or member.write == "never")


def _rows(value: Any, member: ShapeMember) -> Any:
    if isinstance(value, list) and member.item is not None and member.item.members:
        return [writable(row, member.item, "") if isinstance(row, dict) else row for row in value]
    return value
