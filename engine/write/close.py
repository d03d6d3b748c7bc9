"""Closing what a request of Procore's ERP tool asked for: as success, or as failed with the reason.

Owed in the transaction that makes the last effect of a record final, so that a kill leaves nothing open
and nothing is closed before it is marked. A failure is never followed by a success. Closings of many
records join one op, as the other side takes a thousand of them in one call. Before: `receipt`, `accepted`.
After: `worker`, which sends them when everything else is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from engine.approve import states
from engine.ledger import mirror, ops, queue, refused
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member, Op
from engine.ledger.tables import DONE, FAILED, OPEN, UNSURE
from engine.read import requests
from engine.system.model import Call, System
from engine.write.follow import CLOSE as ASKED
from engine.write.follow import number
from engine.write.route import Route

NAME, STEP = "erp_requests", "close"
OURS = "gate "  # before a detail that is no request of Procore's, but an acceptance in our own log
WHO = "sync"
MOST_TOLD = 3  # messages shown to the user
Answers = Mapping[str, Sequence[str]]  # by detail: why it failed; nothing if it did not


def owe(ledger: Ledger, tx: sa.Connection, system: System, answers: Answers, run: str) -> int:
    """Plans closing details. What is closed already, or will be with a failure, stays so."""
    answers = _told_the_log(ledger, tx, answers)
    kept = mirror.some(ledger, tx, requests.DETAILS, answers)
    made = []
    for detail, messages in answers.items():
        status = requests.FAILED if messages else requests.SUCCESS
        results = {row["result"] for row in ops.history(ledger, tx, NAME, detail)}
        if DONE in results or (OPEN in results and not messages):
            continue
        if requests.UNTOLD in kept.get(detail, {}):
            requests.closed(ledger, tx, detail, status)
            continue
        draft = {"id": number(detail), "status": status, "messages": _few(messages)}
        member = Member(NAME, detail, STEP, draft, detail, {"label": f"request detail {detail}"})
        if OPEN in results or not refused.failed_as(ledger, tx, member):
            made.append(member)
    if made:  # a system that sends no requests has no call to close them
        _put(ledger, tx, system.calls[f"{system.name}.close_requests"], made, run)
    return len(made)


def ours(mapping: str, own: str) -> str:
    """The detail of an acceptance in our own log."""
    return f"{OURS}{mapping} {own}"


def record_of(detail: str) -> tuple[str, str]:
    """Mapping and record of an acceptance in our own log."""
    mapping, _, own = detail.removeprefix(OURS).partition(" ")
    return mapping, own


def _told_the_log(ledger: Ledger, tx: sa.Connection, answers: Answers) -> Answers:
    """Writes down what became of acceptances of our own; gives the answers that are left."""
    for detail, messages in answers.items():
        if detail.startswith(OURS):
            what = states.REFUSED if messages else states.WRITTEN
            ledger.note(tx, WHO, what, *record_of(detail), "; ".join(_few(messages)))
    return {detail: told for detail, told in answers.items() if not detail.startswith(OURS)}


def _few(messages: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(messages))[:MOST_TOLD]


def _put(ledger: Ledger, tx: sa.Connection, call: Call, members: Sequence[Member], run: str) -> None:
    """Into ops of the same call that were not sent and have room, else into new ones."""
    waiting = ops.unsent(ledger, tx, call.name, "{}")
    owed = {member.source_id: (op, member) for op in waiting for member in op.open}
    fresh = []
    for member in members:
        if member.source_id in owed:
            op, before = owed[member.source_id]
            told = _few([*before.draft["messages"], *member.draft["messages"]])
            ops.join(ledger, tx, op, replace(member, draft={**member.draft, "messages": told}))
        elif not ops.is_owed(ledger, tx, member):  # what is on its way keeps its bytes
            fresh.append(member)
    for op in waiting:
        room = max(0, call.batch - len(op.members))
        for member in fresh[:room]:
            ops.join(ledger, tx, op, member)
        fresh = fresh[room:]
    for start in range(0, len(fresh), call.batch):
        ops.add(ledger, tx, call.name, {}, fresh[start : start + call.batch], run)


def after(
    ledger: Ledger,
    tx: sa.Connection,
    routes: Mapping[str, Route],
    op: Op,
    final: Mapping[int, tuple[str, str, str]],
    run: str,
) -> None:
    """What final members leave to be closed: a failure at once, a success with the last effect."""
    asked = [member for member in op.members if member.position in final and member.extra.get(ASKED)]
    if not asked:
        return
    still = _awaited(ledger, tx, asked)
    answers: dict[str, list[str]] = {}
    for member in asked:
        result, _, reason = final[member.position]
        for detail in member.extra[ASKED]:
            if result == FAILED:
                answers.setdefault(detail, []).extend(reason.split("; "))
            elif result == UNSURE and detail.startswith(OURS):
                ledger.note(tx, WHO, states.LOST, *record_of(detail), reason)
            elif result == DONE and detail not in still:
                answers.setdefault(detail, [])
    owe(ledger, tx, routes[asked[0].mapping].source_port.system, answers, run)


def awaited(ledger: Ledger, tx: sa.Connection) -> set[str]:
    """The details that are closed by an effect that is still under way."""
    return {detail for extra in queue.extras(ledger, tx, ASKED) for detail in extra.get(ASKED, ())}


def _awaited(ledger: Ledger, tx: sa.Connection, asked: Iterable[Member]) -> set[str]:
    """The details that wait for something that is not final, or not sure."""
    records = {
        (mapping, source_id)
        for member in asked
        for together in member.extra[ASKED].values()
        for mapping, source_id in together
    }
    return {detail for extra in queue.not_sure_yet(ledger, tx, records) for detail in extra.get(ASKED, ())}
