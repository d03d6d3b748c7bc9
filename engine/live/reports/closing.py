"""The closing pack: what was exported in a period, from the effects that were done and the gate's log.

Everything is told as it was when it left, out of what the ledger froze then. Before: `ledger/done`,
`live/log`. After: `report/closing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.approve.kinds import rules_of
from engine.approve.standing import Entry, Standing, by_record, stands
from engine.ledger import done
from engine.ledger.done import Effect
from engine.ledger.exact import exact
from engine.live import log
from engine.live.admission import own_of
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.reports.books import Books, day_in
from engine.live.reports.costs import CREDIT, NOUGHT
from engine.map.names import names_of
from engine.plan.opening import total_of
from engine.plan.placeholders import is_pending
from engine.report import closing as report
from engine.report.closing import Exported, NoPack, Period
from engine.report.sheet import Sheet


def sheet(
    connection: Connection, project: str = "", since: date | None = None, until: date | None = None
) -> Sheet:
    """Everything exported in these days; without a last one until today."""
    books = Books(connection)
    zone = str(books.settings.get("timezone") or "UTC")
    today = connection.clock.now().astimezone(ZoneInfo(zone)).date()
    one = books.chosen(project)[0].id if project else ""
    period = Period(str(since or ""), str(until or today), zone, one)
    return report.sheet(list(_exported(connection, period)), period, books.head())


def verified(connection: Connection, text: str, name: str) -> Sheet:
    """Whether a pack, as JSON text, is what the ledger says."""
    books = Books(connection)
    try:
        data = exact(text)
        period = report.period_of(data)
        again = report.sheet(list(_exported(connection, period)), period, books.head())
        return report.verified(data, again, books.head())
    except (NoPack, ValueError):
        fix = "give the file that `report closing … --format json --out FILE` wrote"
        raise Declined(f"{name} is no closing pack", fix) from None


def _exported(connection: Connection, period: Period) -> Iterator[Exported]:
    ledger, kinds = connection.ledger, rules_of(connection.book).kinds
    titles = {one.name: one.title for one in connection.routes.values() if one.name in kinds}
    with ledger.look() as tx:
        every = done.effects(ledger, tx, titles, report.DONE)
        entries = by_record(log.entries(ledger, tx))
        mine = [one.op for one in every if period.holds(day_in(period.timezone, one.at))]
        hashes = done.request_hashes(ledger, tx, mine)
    before: dict[tuple[str, str], Decimal] = {}
    numbers: dict[str, str] = {}  # of documents there: lines that are added to one do not say it
    for one in every:
        record = one.mapping, one.source_id
        amount, had = _amount(one), before.get(record)
        change = -(had or NOUGHT) if one.step == "delete" else amount
        if one.step == "update" and amount is not None:
            change = amount - (had or NOUGHT)
        before[record] = amount if amount is not None else NOUGHT
        made = _as_it_left(one, titles[one.mapping], _standing(connection, entries, one), period.timezone)
        made = replace(made, xero_number=made.xero_number or numbers.get(one.target_id, ""))
        numbers[one.target_id] = made.xero_number
        if one.op in hashes and period.project in ("", made.project_id):
            yield replace(made, amount=amount, change=change, sha256=hashes[one.op])


def _amount(one: Effect) -> Decimal | None:
    """What the document came to before tax, as it was written; below zero for a credit note."""
    record = one.extra.get("record") or {}
    amount = total_of(record)
    return -amount if amount is not None and record.get("Type") == CREDIT else amount


def _standing(
    connection: Connection, entries: Mapping[tuple[str, str], list[Entry]], one: Effect
) -> Standing:
    """Where the record stood when it left."""
    parts = len(connection.mappers[one.mapping].flow.source_root.identity)
    mine = entries.get((one.mapping, own_of(one.source_id, parts)), ())
    return stands([entry for entry in mine if entry.at <= one.at])


def _as_it_left(one: Effect, title: str, standing: Standing, zone: str) -> Exported:
    source, record = one.extra.get("source") or {}, one.extra.get("record") or {}
    label = str(one.extra.get("label") or one.source_id)
    project, name = _project(one.mapping, source)
    return Exported(
        title=title,
        mapping=one.mapping,
        step=one.step,
        procore_id=str(source.get("id") or one.source_id),
        procore_number=(*names_of(source), label)[0],
        xero_id=one.target_id,
        xero_number=next((name for name in names_of(record) if not is_pending(name)), ""),
        amount=None,
        change=None,
        accepted_by=standing.approver,
        accepted_at=standing.accepted_at,
        accepted=day_in(zone, standing.accepted_at),
        written_at=one.at,
        written=day_in(zone, one.at),
        run=one.run,
        request=one.op,
        place=one.place,
        sha256="",
        project=name,
        project_id=project,
        tax_inside=record.get("LineAmountTypes") == "Inclusive",
    )


def _project(mapping: str, source: Mapping[str, Any]) -> tuple[str, str]:
    """Id and name of the project a record belonged to; nothing for what belongs to the company."""
    if mapping == "projects":
        return str(source.get("id") or ""), str(source.get("name") or "")
    ids = (source.get("project_id"), source.get("project.id"), source.get("commitment.project.id"))
    names = (source.get("project.name"), source.get("commitment.project.name"))
    return next((str(one) for one in ids if one), ""), next((str(one) for one in names if one), "")
