"""The drift report: what we wrote last beside what was read last, for every document that is linked.

What counts is what was written, and not what the record says now: so a document drifts whether its record
would still be exported or not. Before: `books`, `drifted`. After: `report/drift`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.compile.frame import key_parts
from engine.ledger.ledger import stamp
from engine.ledger.links import ADOPTED, MADE
from engine.live.connect import Connection
from engine.live.reports.books import Books
from engine.live.reports.costs import PATHS
from engine.live.reports.drifted import Drifts
from engine.map.outcome import READY, Outcome
from engine.plan.actions import DRIFT, Action
from engine.plan.desk import Desk
from engine.report import drift as report
from engine.report.drift import Drifted
from engine.report.sheet import Sheet
from engine.write.route import Route

SCREENS = {
    "companies": "/Contacts/View/",
    "commitments": "/Accounts/Payable/PurchaseOrders/View/",
    "change_orders": "/Accounts/Payable/PurchaseOrders/View/",
}


def sheet(connection: Connection, project: str = "") -> Sheet:
    """Of one project, or of everything that is linked."""
    books = Books(connection)
    only = {one.id for one in books.chosen(project)} if project else set()
    found: list[Drifted] = []
    for route in connection.routes.values():
        ground = None if route.back else books.ground(route.name)
        if ground is not None and ground.there is not None:
            found += _of(books, route, Desk(ground), only)
    return report.sheet(found, books.head(), _followed(books))


def _of(books: Books, route: Route, desk: Desk, only: set[str]) -> Iterator[Drifted]:
    """The documents of a mapping to which something happened."""
    links = books.links_of(route.mapping)
    read_at = stamp(books.read_at) if books.read_at is not None else ""
    drifts = Drifts(books, route, desk)
    for source_id, known in desk.ground.links.items():
        if only and _project(books, desk, source_id, known.memory) not in only:
            continue
        there, link = (desk.ground.there or {}).get(known.target_id), links[source_id]
        if there is None and link.since > read_at:
            continue  # made after everything was read: the next sync sees it
        base = Drifted(
            kind=route.title,
            document=desk.label(Outcome(route.mapping, source_id, READY), there),
            there=desk.called(there, Action(route.mapping, False, source_id, DRIFT, desk.flow.target)),
            what=report.EDITED,
            system=route.port.system.title,
            source_id=source_id,
            target_id=known.target_id,
            link=_screen(books, route, there, known.target_id),
        )
        yield from drifts.of(base, known, there, link.how in (MADE, ADOPTED))


def _project(books: Books, desk: Desk, source_id: str, memory: Mapping[str, Any]) -> str:
    """The project a document belongs to; nothing for what belongs to the company."""
    if desk.flow.name == "projects":
        return source_id
    record = desk.source(source_id) or {}
    found = [record.get("project_id"), (record.get("project") or {}).get("id")]
    found += [((record.get("commitment") or {}).get("project") or {}).get("id")]
    found += [memory.get(name) for name in ("project_id", "project.id", "commitment.project.id")]
    found += [books.by_option.get(part) for part in key_parts(source_id)[1:]]
    return next((str(one) for one in found if one), "")


def _screen(books: Books, route: Route, there: Mapping[str, Any] | None, target_id: str) -> str:
    """Where the document is on Xero's screens."""
    if route.mapping == "invoices":
        return books.screen(f"{PATHS.get(str((there or {}).get('Type')), PATHS['ACCPAY'])}{target_id}")
    return books.screen(f"{SCREENS[route.mapping]}{target_id}") if route.mapping in SCREENS else ""


def _followed(books: Books) -> list[str]:
    """Merged contacts whose links moved by themselves, for whoever looks for the old name."""
    names = books.rows("procore.company")
    return [
        f"Company {(names.get(one.source_id) or {}).get('name') or one.source_id}: its contact was merged in "
        f"Xero, and the link followed on {one.at[:10]}."
        for one in books.events("followed")
        if one.source_id in books.links_of(one.mapping)
    ]
