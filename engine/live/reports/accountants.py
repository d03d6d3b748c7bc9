"""The accountants report: people and their rights as the gate's log has them.

Before: `live/log`. After: `report/accountants`.
"""

from __future__ import annotations

from engine.approve.people import GRANTED, PEOPLE
from engine.ledger import events
from engine.live import log
from engine.live.connect import Connection
from engine.live.reports.books import day_in
from engine.report import accountants as report
from engine.report.accountants import Granted
from engine.report.sheet import Sheet


def sheet(connection: Connection, project: str = "") -> Sheet:
    """Every approver; a project makes no difference, for the privilege is the company's."""
    ledger, settings = connection.ledger, connection.settings()
    zone = str(settings.get("timezone") or "UTC")
    with ledger.look() as tx:
        everybody = log.everybody(ledger, tx)
        grants = events.of(ledger, tx, (GRANTED,), PEOPLE)
    found = []
    for name, person in everybody.items():
        mine = [one for one in grants if one.source_id == name and one.data.get("approver")]
        since, by = (day_in(zone, mine[-1].at), mine[-1].who) if mine else ("", "")
        found.append(Granted(person, since, by))
    titles = {name: mapping.title for name, mapping in connection.book.mappings.items()}
    head = {"customer": connection.name, "timezone": zone}
    return report.sheet(found, titles, head, str(settings.get("approval_home")))
