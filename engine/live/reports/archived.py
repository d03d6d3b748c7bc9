"""The Archived Companies report: contacts and tracking options a person archived, not linked.

Before: `books`. After: `report/archived`.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.ledger.events import Event
from engine.live.connect import Connection
from engine.live.reports.books import Books, day_in
from engine.report import archived as report
from engine.report.archived import Archived, standing
from engine.report.sheet import Sheet

ARCHIVED, RESTORED, BACK = "archived", "restored", "<"  # of what comes the way back: from Xero
KINDS = {"companies": "Companies (contacts in Xero)", "projects": "Projects (tracking options in Xero)"}


def sheet(connection: Connection, project: str = "") -> Sheet:
    """Everything that is archived; a project makes no difference, for none of it belongs to one."""
    books = Books(connection)
    return of(books, archived(books.events(ARCHIVED, RESTORED)))


def archived(events: list[Event]) -> dict[str, dict[str, Event]]:
    """What is archived by now: id in Xero and what happened last, by mapping."""
    return {
        mapping: standing(
            [(one.what, one.source_id, one) for one in events if one.mapping == f"{mapping}{BACK}"]
        )
        for mapping in KINDS
    }


def of(books: Books, found: Mapping[str, Mapping[str, Event]]) -> Sheet:
    """The sheet of these ids; what is linked by now is left out."""
    made, head = [], books.head()
    for mapping, kind in KINDS.items():
        linked = {link.target_id for link in books.links_of(mapping).values()}
        there = books.ground(mapping).there or {}
        for key, event in (found.get(mapping) or {}).items():
            if key not in linked:
                record = there.get(key) or {}
                name, status = str(record.get("Name") or key), _status(record)
                link = books.screen(f"/Contacts/View/{key}") if mapping == "companies" else ""
                day = day_in(head["timezone"], event.at)
                made.append(Archived(kind, name, status, day, event.who, event.why, key, link))
    return report.sheet(made, head)


def _status(record: Mapping[str, object]) -> str:
    status = str(record.get("ContactStatus") or record.get("Status") or "not found any more")
    return {"ACTIVE": "active", "ARCHIVED": "archived there too"}.get(status, status)
