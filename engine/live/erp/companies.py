"""Companies and projects that people link, unlink, merge or add in Procore: our links follow.

Procore asks for no yes or no here. What cannot be followed (a contact that is not there, or belongs to
another company) is kept in the log, and the run says so. Before: `tool`. After: `tying`, which marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa

from engine.approve import states
from engine.ledger import events, links
from engine.live import log
from engine.live.admission import SYNC
from engine.live.erp.tool import Tool, Wish, text
from engine.live.tying import tied
from engine.live.undoing import Busy, called_there, forgotten

VENDORS, PROJECTS = "companies", "projects"


# ---------------------------------------------------------------- linking


def _link_one(tool: Tool, wish: Wish) -> None:
    row = wish.get("vendor")
    _link_rows(tool, wish, [row] if isinstance(row, Mapping) else [])


def _link_all(tool: Tool, wish: Wish) -> None:
    _link_rows(tool, wish, wish.rows("vendors"))


def _link_rows(tool: Tool, wish: Wish, rows: Iterable[Mapping[str, object]]) -> None:
    tool.desk(VENDORS)
    with tool.ledger.begin() as tx:
        events.alone(tool.ledger, tx)
        pairs = [(text(row.get("id")), text(row.get("origin_id"))) for row in rows]
        reasons = [_linked(tool, tx, wish, VENDORS, own, target) for own, target in pairs]
        tool.end(tx, wish.ids, [f"{one}." for one in reasons if one])
    tool.moved(VENDORS)


def _added(mapping: str, member: str) -> Callable[[Tool, Wish], None]:
    """Somebody added to Procore what was staged: it exists there now, under the id it was staged with."""

    def handle(tool: Tool, wish: Wish) -> None:
        own, target = text(wish.get(member, "id")), text(wish.get(member, "origin_id"))
        there = f"{mapping}{log.IMPORT}"
        tool.desk(mapping)
        with tool.ledger.begin() as tx:
            events.alone(tool.ledger, tx)
            reason = _linked(tool, tx, wish, mapping, own, target)
            if not reason and not tool.overtaken(tx, there, target, wish):
                tool.note(tx, states.ADDED, there, target, "", wish)
                tool.ledger.note(tx, SYNC, states.WRITTEN, there, target)
            tool.end(tx, wish.ids, [f"{reason}."] if reason else ())
        tool.moved(mapping)

    return handle


def _linked(tool: Tool, tx: sa.Connection, wish: Wish, mapping: str, own: str, target: str) -> str:
    """Links a record to what Procore says it is; why not, if it cannot be."""
    if tool.overtaken(tx, mapping, own, wish):
        return ""
    reason = _impossible(tool, tx, mapping, own, target)
    if reason:
        tool.refuse(tx, mapping, own, reason, wish)
    else:
        tied(tool.connection, tx, tool.desk(mapping), own, target, tool.sync.run)
        tool.note(tx, states.LINKED, mapping, own, target, wish)
    return reason


def _impossible(tool: Tool, tx: sa.Connection, mapping: str, own: str, target: str) -> str:
    desk = tool.desk(mapping)
    title, system = desk.target_title, tool.route(mapping).port.system.title
    if desk.source(own) is None:
        return f"{tool.route(mapping).title}: nothing with the id {own} is in Procore any more"
    if target not in (desk.ground.there or {}):
        return f"there is no {title} {target} in {system}".replace("  ", " ")
    holder = _holder(tool, tx, mapping, target)
    if holder not in ("", own):
        return f"{called_there(desk, target)} is linked to {_called(tool, mapping, holder)} already"
    return ""


def _holder(tool: Tool, tx: sa.Connection, mapping: str, target: str) -> str:
    every = links.all_of(tool.ledger, tx, [mapping])
    return next((one.source_id for one in every if one.target_id == target and not one.parent), "")


def _called(tool: Tool, mapping: str, own: str) -> str:
    record = tool.desk(mapping).source(own)
    return str(record.get("name") or own) if isinstance(record, Mapping) else own


# ---------------------------------------------------------------- unlinking


def _unlink(tool: Tool, wish: Wish) -> None:
    """A company is unlinked at any time; its contact may stay."""
    own, origin = text(wish.get("vendor", "id")), text(wish.get("vendor", "origin_id"))
    tool.desk(VENDORS)
    try:
        with tool.ledger.begin() as tx:
            events.alone(tool.ledger, tx)
            known = links.one(tool.ledger, tx, VENDORS, own)
            meant = known is not None and origin in ("", known.target_id)
            marks = False
            if known is not None and meant and not tool.overtaken(tx, VENDORS, own, wish):
                marks = forgotten(tool.connection, tx, tool.desk(VENDORS), own, wish.ids, tool.sync.run)
                tool.note(tx, states.UNLINK, VENDORS, own, known.target_id, wish)
            if not marks:
                tool.end(tx, wish.ids)
    except Busy:
        return  # it is asked again with the next run


# ---------------------------------------------------------------- merging


def _merge(tool: Tool, wish: Wish) -> None:
    """Companies were made one in the Directory. One link is left: the master's, or else one a source had."""
    master = text(wish.get("master_vendor", "id"))
    tool.desk(VENDORS)
    with tool.ledger.begin() as tx:
        events.alone(tool.ledger, tx)
        named = [text(row.get("id")) for row in wish.rows("source_vendors")]
        sources = [own for own in named if not tool.overtaken(tx, VENDORS, own, wish)]
        every = ((own, links.one(tool.ledger, tx, VENDORS, own)) for own in (master, *sources))
        had = {own: one.target_id for own, one in every if one is not None}
        wanted = _left(tool, wish, master, had)
        for own in sources:
            links.remove(tool.ledger, tx, VENDORS, own)
            tool.note(tx, states.MERGE, VENDORS, own, _became(tool, master, own, had, wanted), wish)
        if sources and wanted:
            _master_is(tool, tx, wish, master, had.get(master, ""), wanted)
        tool.end(tx, wish.ids)
    tool.moved(VENDORS)


def _left(tool: Tool, wish: Wish, master: str, had: Mapping[str, str]) -> str:
    """The contact that stays. Origin ids may be empty, or repeat the master's."""
    said = [text(wish.get("master_vendor", "origin_id"))]
    said += [text(row.get("origin_id")) for row in wish.rows("source_vendors")]
    there = tool.desk(VENDORS).ground.there or {}
    return next((one for one in (had.get(master, ""), *said[:1], *had.values(), *said) if one in there), "")


def _became(tool: Tool, master: str, own: str, had: Mapping[str, str], wanted: str) -> str:
    """What became of a source; a contact that is nobody's now is told to the accountant, too."""
    into = f"merged into {_called(tool, VENDORS, master)}"
    if had.get(own, wanted) == wanted:
        return into
    name = called_there(tool.desk(VENDORS), had[own])
    tool.told.append(f"{name} belonged to a company {into}; merge the two contacts, or go on without it")
    return f"{into}; {name} is nobody's now"


def _master_is(tool: Tool, tx: sa.Connection, wish: Wish, master: str, had: str, wanted: str) -> None:
    reason = _impossible(tool, tx, VENDORS, master, wanted)
    if reason:
        tool.refuse(tx, VENDORS, master, reason, wish)
        return
    tied(tool.connection, tx, tool.desk(VENDORS), master, wanted, tool.sync.run)
    if had != wanted:
        tool.note(tx, states.LINKED, VENDORS, master, wanted, wish)


TABLE: Mapping[str, Callable[[Tool, Wish], None]] = {
    "link_vendor": _link_one,
    "link_all_vendors": _link_all,
    "unlink_vendor": _unlink,
    "merge_vendors": _merge,
    "create_vendor_in_procore": _added(VENDORS, "vendor"),
    "create_job_in_procore": _added(PROJECTS, "project"),
}
