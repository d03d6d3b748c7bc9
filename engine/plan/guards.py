"""What is looked at before a document is made: has somebody made it already, and is there room for it.

A mapping's head says so: `duplicates` for documents of somebody else that look like this one, `at_most` for
lists that fill up. Before: `build`, which decided to make it. After: `build` again, with a warning or a hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from engine.map.outcome import Remark
from engine.plan.actions import CREATE, Action, held
from engine.plan.desk import Desk
from engine.plan.opening import total_of, total_there
from engine.plan.values import exact, is_nothing, member_of, value_at

NEAR = Decimal("0.9")  # of a limit: from here on it is told
DUPLICATE = "if it is the same, link the two or remove one of them; if not, let it go as it is"


def guarded(desk: Desk, actions: list[Action]) -> list[Action]:
    """The actions of a flow, with what the guards say."""
    if not desk.flow.back:
        _duplicates(desk, actions)
        _limits(desk, actions)
    return actions


def _said(desk: Desk, key: str) -> dict[str, Any]:
    node = desk.flow.mapping.node.get(key)
    return {} if node is None else {name: value.data for name, _, value in node.pairs()}


# ---------------------------------------------------------------- duplicates


def _duplicates(desk: Desk, actions: Sequence[Action]) -> None:
    said, settings = _said(desk, "duplicates"), desk.ground.facts.settings
    how = settings.get(said.get("guard", ""))
    if not said or how in (None, "none"):
        return
    others = _others(desk, said)
    twice: dict[tuple[str, str], list[Action]] = {}
    for action in actions:
        for number in _own_numbers(desk, said, action):
            twice.setdefault((_party(desk, said, action.record), number), []).append(action)
    for action in actions:
        if action.kind != CREATE or not action.record:
            continue
        found = next(_alike(desk, said, action, others), "") or _same_source(desk, said, action, twice)
        if found and how == "hold":
            held(action, "duplicate", found, DUPLICATE)
        elif found:
            line = f"{desk.flow.name}.duplicates"
            action.remarks.append(Remark("warning", "duplicate", found, fix=DUPLICATE, line=line))


def _others(desk: Desk, said: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Documents there that are not ours and stand, by party."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for target_id, there in (desk.ground.there or {}).items():
        if target_id not in desk.taken and not desk.is_gone(there):
            found.setdefault(_party(desk, said, there), []).append(there)
    return found


def _alike(
    desk: Desk, said: Mapping[str, Any], action: Action, others: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    root, days = desk.flow.target_root, int(desk.ground.facts.settings.get(said["days"]) or 0)
    record = action.record or {}
    numbers = {_plain(value_at(record, root, said["number"])), *_own_numbers(desk, said, action)} - {""}
    own_day, total = _day(desk, said, record), total_of(record)
    for there in others.get(_party(desk, said, record), ()):
        its = value_at(there, root, said["number"])
        day = _day(desk, said, there)
        called = f"{desk.target_title} {its or 'without a number'}"
        called += f" of {day}" if day is not None else ""
        if _plain(its) in numbers:
            yield f"{called}, which is not ours, has the same contact and number"
        near = own_day is not None and day is not None and abs((own_day - day).days) <= days
        if total and near and total_there(desk, there) == total:
            yield f"{called}, which is not ours, has the same contact and amount, {total:,.2f}"


def _same_source(
    desk: Desk, said: Mapping[str, Any], action: Action, twice: Mapping[tuple[str, str], Sequence[Action]]
) -> str:
    """Another record of the source with the same number from the same party."""
    party = _party(desk, said, action.record)
    for number in _own_numbers(desk, said, action):
        for other in twice[party, number]:
            if other is not action:
                return f"{other.label} ({other.source_id}) is of the same contact and has the same number"
    return ""


def _own_numbers(desk: Desk, said: Mapping[str, Any], action: Action) -> list[str]:
    source = desk.source(action.source_id)
    if not isinstance(source, dict) or not action.record:
        return []
    found = [_plain(value_at(source, desk.flow.source_root, name)) for name in said.get("also", ())]
    return [number for number in found if number]


def _party(desk: Desk, said: Mapping[str, Any], record: Mapping[str, Any] | None) -> str:
    return str(value_at(record or {}, desk.flow.target_root, said["party"]) or "")


def _day(desk: Desk, said: Mapping[str, Any], record: Mapping[str, Any]) -> date | None:
    member = member_of(desk.flow.target_root, said["date"])
    value = value_at(record, desk.flow.target_root, said["date"])
    found = exact(value, member) if member is not None and not is_nothing(value) else None
    return found if isinstance(found, date) else None


def _plain(number: Any) -> str:
    """INV-001 is 001 is 1: what people mean by a number, without letters in front and noughts."""
    if is_nothing(number):
        return ""
    text = re.sub(r"[^0-9a-z]", "", str(number).casefold())
    return re.sub(r"^[a-z]*0*(?=[0-9])", "", text)


# ---------------------------------------------------------------- limits


def _limits(desk: Desk, actions: Sequence[Action]) -> None:
    said = _said(desk, "at_most")
    limit = desk.ground.facts.settings.get(said.get("limit", ""))
    if not isinstance(limit, int) or desk.ground.there is None:
        return
    there = [one for one in desk.ground.there.values() if desk.counts(one, said.get("of", ""))]
    counts: dict[tuple[str, ...], int] = {}
    told = False
    for action in actions:
        if action.kind != CREATE:
            continue
        place = desk.place(action.record)
        if place not in counts:
            counts[place] = sum(desk.in_its_place(action.record, one) for one in there)
        count = counts[place] = counts[place] + 1
        text = (
            f"{desk.target_title}: this is number {count:,}, of at most {limit:,} (setting {said['limit']})"
        )
        fix = "remove or archive what nobody uses there, or raise the setting if more fit"
        if count > limit and said.get("full") == "hold":
            held(action, "full", text, fix)
        elif count >= limit * NEAR and not told:
            told = True
            action.remarks.append(
                Remark("warning", "filling", text, fix=fix, line=f"{desk.flow.name}.at_most")
            )
