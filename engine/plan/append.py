"""`into`: rows added to a document that another mapping made; nothing else of it is touched.

Rows whose keys no link knows are new, unless an equal row that nobody owns is there already (a crash left
it): then it is taken on. A document that is billed or deleted takes none. Before: `map`. After: `build`.

What a row is worth, its item, and what a supplementary order takes from the first are named here by the
members of Xero and Procore, and not by keywords of their shapes: it takes one more accounting system to
know which words would serve both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.check.typed import ListPlan
from engine.map.outcome import Outcome
from engine.plan.actions import APPEND, CREATE, LINK, SAME, SET, UPDATE, Action, Change, held
from engine.plan.compare import Comparison, as_written
from engine.plan.desk import Desk
from engine.plan.placeholders import is_pending
from engine.plan.rows import row_id_of
from engine.plan.values import equal, is_compared, is_nothing
from engine.spec.model import Member
from engine.vocabulary.wire import BadValue, decimal_of

Row = dict[str, Any]


def appended(desk: Desk, outcome: Outcome, action: Action) -> Action:
    """What is to be done with a record that adds rows to a document."""
    record = outcome.record or {}
    action.target_id = str(record.get(desk.id_member, ""))
    action.written = as_written(record, outcome.keys)
    there = None if desk.ground.there is None else desk.ground.there.get(action.target_id)
    if is_pending(action.target_id) or desk.ground.there is None:
        return _rows_only(
            desk, action, record, {name: list(range(len(rows))) for name, rows in _lists(desk, record)}
        )
    own = desk.known(outcome.id)
    if own is not None and own.target_id != action.target_id:  # a document of its own
        action.target_id, there = own.target_id, desk.ground.there.get(own.target_id)
    title = f"{desk.target_title} {desk.called(there, action)}"
    if there is None or desk.is_gone(there):
        gone = f"{title} was deleted there, and nothing can be added to it"
        return held(action, "gone", gone, "unlink the record that made it, and send that one again")
    known = desk.known(outcome.id)
    if known is not None:
        return _again(desk, outcome, action, there)
    new, taken = _sorted(desk, outcome, there)
    action.rows = taken
    if not any(new.values()):
        action.kind = LINK
        action.reason = f"its rows are in {title} already: they are ours, and their link was lost"
        return action
    locked = desk.locked(there)
    if locked:
        if desk.ground.facts.settings.get("change_order_lines") == "supplementary_order":
            return _own_document(desk, outcome, action, there)
        fix = "reopen it there, or set change_order_lines to supplementary_order"
        return held(action, "locked", f"{title}: {locked}", fix)
    alike = _alike(desk, outcome, there, new)
    if alike:
        fix = "link the change order to its lines (crosswalk link … --file), or correct the order there"
        return held(
            action, "looks_there", f"{title} has a line nobody linked that looks like it: {alike}", fix
        )
    total = _total(desk, there, record, new)
    if total is not None and total < 0:
        fix = "correct the amounts in the source; nothing is sent while it is so"
        return held(
            action,
            "negative",
            f"{title} would come to {total} with these rows, and none may fall below zero",
            fix,
        )
    return _rows_only(desk, action, record, new)


def _rows_only(desk: Desk, action: Action, record: Mapping[str, Any], new: Mapping[str, list[int]]) -> Action:
    action.kind = APPEND
    action.body = {desk.id_member: action.target_id}
    for name, rows in _lists(desk, record):
        chosen = [rows[index] for index in new.get(name, ())]
        if chosen:
            action.body[name] = chosen
        keys = action.keys.get(name, [])
        for index in new.get(name, ()):
            key = keys[index].rpartition(":")[2] if index < len(keys) else str(index)
            line, place = desk.line_of(action, name)
            action.changes.append(Change(f"{name}[{key}]", SET, None, None, rows[index], line, place))
    return action


def _again(desk: Desk, outcome: Outcome, action: Action, there: Mapping[str, Any]) -> Action:
    """Rows that were added before: compared like any others; those of other mappings stay."""
    known = desk.known(outcome.id)
    base = desk.base(outcome)
    verdict = Comparison(
        desk.flow, outcome, there, base, known.rows if known is not None else {}, desk.policy
    ).run()
    action.changes, action.rows = verdict.changes, verdict.rows
    action.written = verdict.news(base, desk.flow.target_root)
    if not verdict.of(SET):
        action.kind = "conflict" if verdict.of("conflict") else "drift" if verdict.of("drift") else SAME
        action.code = "" if action.kind == SAME else action.kind
        action.quiet = action.kind == SAME
        if action.kind != SAME:
            action.reason = "rows it added were changed there since; they are left as they are"
            action.fix = "put them back there, or unlink the record"
        return action
    locked = desk.locked(there)
    if locked:
        return held(
            action,
            "locked",
            f"{desk.target_title} {desk.called(there, action)}: {locked}",
            "change it there by hand",
        )
    action.kind, action.body = UPDATE, desk.update_body(action, verdict, there)
    return action


def _own_document(desk: Desk, outcome: Outcome, action: Action, there: Mapping[str, Any]) -> Action:
    """A document of its own below the number of the one that takes no more: `<number>-CO<n>`."""
    number = desk.object.natural[0] if desk.object.natural else "PurchaseOrderNumber"
    source = desk.source(outcome.id) or {}
    own = f"{there.get(number, '')}-CO{source.get('number', outcome.id)}"
    record = {name: value for name, value in (outcome.record or {}).items() if name != desk.id_member}
    for name in ("Contact", "CurrencyCode", "LineAmountTypes", "Reference"):
        if not is_nothing(there.get(name)) and name not in record:
            record[name] = {"ContactID": there[name].get("ContactID")} if name == "Contact" else there[name]
    record[number] = own
    status = desk.ground.facts.settings.get("purchase_order_status")
    if status:
        record["Status"] = status
    action.kind, action.record, action.body, action.target_id = CREATE, record, dict(record), ""
    action.written = as_written(record, outcome.keys)
    action.reason = f"{desk.target_title} {desk.called(there, action)} takes no more lines: these go to {own}"
    if desk.named.get(desk.natural(record)):
        return held(
            action, "taken", f"{desk.target_title} {own} is there already", "link it, or rename it there"
        )
    return action


# ---------------------------------------------------------------- rows


def _lists(desk: Desk, record: Mapping[str, Any]) -> Iterator[tuple[str, list[Row]]]:
    for line in desk.flow.lines:
        name = line.path[0].name
        if isinstance(line, ListPlan) and isinstance(record.get(name), list):
            yield name, record[name]


def _sorted(
    desk: Desk, outcome: Outcome, there: Mapping[str, Any]
) -> tuple[dict[str, list[int]], dict[str, dict[str, str]]]:
    """Indexes of new rows, and ids of rows that are there and equal, by list."""
    new: dict[str, list[int]] = {}
    taken: dict[str, dict[str, str]] = {}
    for name, rows in _lists(desk, outcome.record or {}):
        member = desk.flow.target_root.members[name]
        id_member = desk.policy.line_id(name, member)
        owned = desk.owned_rows(id_member)
        free = [row for row in there.get(name) or [] if row_id_of(row, id_member) not in owned]
        keys = outcome.keys.get(name, [])
        for index, row in enumerate(rows):
            own = row_id_of(row, id_member)
            found = next((one for one in free if _says_the_same(row, one, member, id_member)), None)
            if own and any(row_id_of(one, id_member) == own for one in there.get(name) or []):
                continue
            if found is None:
                new.setdefault(name, []).append(index)
            else:
                free.remove(found)
                key = keys[index] if index < len(keys) else str(index)
                taken.setdefault(name, {})[key] = row_id_of(found, id_member)
    return new, taken


def _alike(desk: Desk, outcome: Outcome, there: Mapping[str, Any], new: Mapping[str, list[int]]) -> str:
    """A line there of the same item and worth as a new row, under other words, that belongs to nobody.

    It may be this very row, entered by hand or before the connection was made: a person decides.
    """
    for name, rows in _lists(desk, outcome.record or {}):
        id_member = desk.policy.line_id(name, desk.flow.target_root.members[name])
        owned = desk.owned_rows(id_member)
        free = [row for row in there.get(name) or [] if row_id_of(row, id_member) not in owned]
        for index in new.get(name, ()):
            code, worth = rows[index].get("ItemCode"), _worth(rows[index])
            for row in free:
                if code and row.get("ItemCode") == code and worth is not None and _worth(row) == worth:
                    return f"{code}, {worth:,.2f} ({row.get('Description') or 'no description'})"
    return ""


def _says_the_same(wanted: Row, there: Row, member: Member, id_member: str) -> bool:
    assert member.item is not None
    plain = {
        name: value
        for name, value in wanted.items()
        if (own := member.item.members.get(name)) is not None
        and is_compared(own)
        and name != id_member
        and not isinstance(value, (list, dict))
    }
    return bool(plain) and equal(plain, there, member.item)


def _total(
    desk: Desk, there: Mapping[str, Any], record: Mapping[str, Any], new: Mapping[str, list[int]]
) -> Decimal | None:
    """What the document will come to; None if some row does not say what it is worth."""
    total = Decimal(0)
    for name, rows in _lists(desk, record):
        for row in [*(there.get(name) or []), *(rows[index] for index in new.get(name, ()))]:
            worth = _worth(row)
            if worth is None:
                return None
            total += worth
    return total.quantize(Decimal("0.01"))


def _worth(row: Mapping[str, Any]) -> Decimal | None:
    try:
        for name in ("LineAmount", "amount"):
            if row.get(name) is not None:
                return decimal_of(row[name])
        for many, each in (("Quantity", "UnitAmount"), ("quantity", "unit_cost")):
            if row.get(many) is not None and row.get(each) is not None:
                return decimal_of(row[many]) * decimal_of(row[each])
    except BadValue:
        return None
    return None if any(row.get(name) is not None for name in ("Quantity", "quantity")) else Decimal(0)
