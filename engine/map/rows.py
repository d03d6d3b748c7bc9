"""The rows of a part: a frame for each element of its list, or one for each group of them.

A frame is all a row needs; what its lines make of it is the business of `lines`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.check.typed import PartPlan
from engine.compile.frame import Frame
from engine.compile.places import Place, bad, decoded, held, short
from engine.map.plain import Plain
from engine.map.remarks import read_at
from engine.spec.model import Member
from engine.vocabulary.functions import truth
from engine.vocabulary.wire import decimal_of


def frames_of(plain: Plain, part: PartPlan, frame: Frame) -> list[Frame]:
    """The frames of a part's rows, in order; none where the part's condition does not hold."""
    lets = plain.part_lets[id(part)]
    if part.each is None:
        own = Frame(frame.record, frame.current, frame.facts, lets, frame, frame.at)
        return [own] if part.when is None or truth(plain.value(part.when, own)) else []
    if part.when is not None and not truth(plain.value(part.when, frame)):
        return []
    elements, listed = plain.value(part.each, frame) or (), read_at(part.each, frame)
    frames = []
    for index, element in enumerate(elements):
        at = f"{listed}[{index}]"
        if element.__class__ is not dict:
            raise bad(f"{short(element)} is not an object", Place(at, True), element)
        frames.append(Frame(frame.record, element, frame.facts, lets, frame, at))
    return frames if part.group is None else list(_grouped(plain, part, frames))


def _grouped(plain: Plain, part: PartPlan, frames: list[Frame]) -> Iterator[Frame]:
    """Rows of one group become one: the first row's members, the summed ones added up."""
    assert part.group is not None
    groups: dict[str, list[Frame]] = {}
    for frame in frames:
        key = plain.value(part.group, frame)
        if key is None:
            raise held("missing", "this row has nothing to group it by", Place(frame.at, True))
        groups.setdefault(str(key), []).append(frame)
    for group in groups.values():
        first = group[0]
        sums = {member.name: _added(member, group) for member in part.sums} if len(group) > 1 else {}
        own = Frame(first.record, {**first.current, **sums}, first.facts, first.lets, first.parent, first.at)
        own.names = {**own.names, "rows": [frame.current for frame in group]}
        yield own


def _added(member: Member, group: list[Frame]) -> Decimal:
    total = Decimal(0)
    for frame in group:
        raw, place = frame.current.get(member.name), Place(f"{frame.at}.{member.name}", True)
        if raw is None:
            raise held("missing", "this amount is missing, so the sum is not known", place)
        total += decoded(raw, decimal_of, place)
    return total
