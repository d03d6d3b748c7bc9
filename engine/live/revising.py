"""Opening a synced commitment whose order is to be changed: what the order says and what it would say.

Before: `correcting`. After: the command `erp revise`; then it is sent and accepted again as any other record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.live.adopting import pair
from engine.live.correcting import Case, as_if, as_shown, looked_at
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.linking import Progress, quiet
from engine.live.reports.costs import GONE, WAITING, Cost
from engine.live.undoing import called_there
from engine.map.outcome import Outcome
from engine.plan.rows import row_id_of
from engine.report.proposal import Pair, Proposal

COMMITMENTS, LINES = "commitments", "LineItems"
OFFICIAL = "an official change is a change order; what was billed wrongly: crosswalk erp correct"


def revision_proposed(gate: Gate, name: str, progress: Progress = quiet) -> Proposal:
    """What would become of the order; a refusal where it is billed or gone."""
    with looked_at(gate, "edit", COMMITMENTS, name, progress) as case:
        return _proposed(case)


def revised(gate: Gate, shown: Proposal, why: str = "", progress: Progress = quiet) -> None:
    """Opens the commitment, as it was proposed and agreed to."""
    with looked_at(gate, "edit", COMMITMENTS, shown.source_id, progress) as case:
        as_shown(_proposed(case), shown)
    (done,) = gate.act("edit", COMMITMENTS, [shown.source_id], why, None, progress)
    if done.refused:
        raise Declined("; ".join(done.reasons), done.fix)


def _proposed(case: Case) -> Proposal:
    own, desk, customer = case.item.own, case.tabs.desks[COMMITMENTS], case.gate.connection.name
    known = desk.known(own)
    there = (desk.ground.there or {}).get(known.target_id) if known is not None else None
    if known is None or there is None:
        raise case.refuse(f"{case.called} has no order in Xero", "send it, and have it accepted")
    locked = desk.locked(there)
    if locked:
        raise case.refuse(f"{called_there(desk, known.target_id)}: {locked}", OFFICIAL)
    if billed := _billed(case):
        told = ", ".join(f"{one.number} of {one.date} ({one.status})" for one in billed[:3])
        raise case.refuse(f"what {case.called} ordered is billed: {told}", OFFICIAL)
    wanted = _wanted(case)
    pairs, order = _lines(case, there, wanted, known.rows.get(LINES, {}))
    verb = f"crosswalk erp {{}} {customer} commitments {own}"
    return Proposal(
        "revise",
        COMMITMENTS,
        own,
        known.target_id,
        f"Open {case.called} for editing",
        (f"{called_there(desk, known.target_id)} stays as it is until the commitment is accepted again.",),
        case.world.if_(orders={known.target_id: order}),
        pairs,
        ("the order now", "as the commitment says"),
        (
            "change the commitment in Procore, and set it to Approved",
            verb.format("resend"),
            verb.format("accept"),
            "the next sync writes the order's own lines; lines of change orders stay",
        ),
    )


def _billed(case: Case) -> list[Cost]:
    """The approved bills of the commitment's invoices."""
    record, books = case.item.record or {}, case.world.books
    invoices = {
        str(one.get("id"))
        for one in books.ground("invoices").records
        if str(one.get("commitment_id")) == str(record.get("id"))
    }
    targets = [one.target_id for key, one in books.links_of("invoices").items() if key in invoices]
    found = [case.world.costs[target] for target in targets if target in case.world.costs]
    return [one for one in found if one.status not in (*GONE, *WAITING)]


def _wanted(case: Case) -> Outcome:
    """The order as the commitment says it now, whatever its status is while it is edited."""
    approved = case.item.kind.locked_while[0]
    outcome = as_if(case, {**(case.item.record or {}), "status": approved})
    if outcome is None or outcome.record is None:
        reason = f"{case.called} makes no order as it stands now"
        raise case.refuse(reason, "crosswalk why says what it lacks")
    return outcome


def _lines(
    case: Case, there: Mapping[str, Any], wanted: Outcome, ids: Mapping[str, str]
) -> tuple[tuple[Pair, ...], dict[str, Any]]:
    """Both sides line by line, and the order with the new lines. Lines of change orders are not its own."""
    line_id = case.tabs.desks[COMMITMENTS].object.line_id[LINES]
    rows = {row_id_of(row, line_id): row for row in there.get(LINES) or ()}
    mine = dict(zip(wanted.keys.get(LINES, ()), (wanted.record or {}).get(LINES) or (), strict=False))
    pairs, new = [], []
    for key, row in mine.items():
        pairs.append(pair(row, rows.pop(ids.get(key, ""), None), row))
        new.append(row)
    for row_id, row in rows.items():
        gone = row_id in ids.values()
        pairs.append(pair(row, row, None if gone else row))
        new += [] if gone else [row]
    return tuple(pairs), {**there, LINES: new}
