"""A plan before it is done, and the doing of just that plan; and a rehearsal of everything at once.

A plan stands on what was read, on links, settings and mappings. `apply` reads again, plans again, and does
the saved plan only if its ground and what follows from it are the same. Before: `sync`. After: the commands
`plan`, `apply`, `rehearse`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.ledger import mirror
from engine.ledger.exact import text_of
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.sync import Report, Sync, summary
from engine.plan.actions import ASK, LINK, Action, Plan
from engine.plan.grounds import Ground
from engine.plan.rehearse import Finding
from engine.plan.rehearse import rehearse as looked_through
from engine.plan.saved import Tampered, digest_of, opened, stale

Progress = Callable[[str, int], None]
ONLY = "mappings asked for"
EXACT = 100
AGAIN = "plan again, look at it, and apply that"


def quiet(what: str, count: int) -> None:
    """No progress."""


def planned(
    connection: Connection, mappings: Iterable[str] = (), offline: bool = False, progress: Progress = quiet
) -> Plan:
    """What a sync would do now. Offline: of what was read last."""
    return _planned(Sync(connection, mappings, progress=progress), offline, "plan")


def _planned(sync: Sync, offline: bool, verb: str) -> Plan:
    ledger = sync.ledger
    if offline:
        _refuse_unread(sync)
        return _grounded(sync, sync.plan())
    with ledger.leased():
        ledger.run_begins(sync.run, verb)
        sync.read()
        plan = _grounded(sync, sync.plan())
        ledger.run_ends(sync.run, "done", text_of({"actions": len(plan.actions)}))
    return plan


def _refuse_unread(sync: Sync) -> None:
    with sync.ledger.look() as tx:
        names = [stream.name for stream in sync.connection.streams]
        read = any(next(mirror.rows(sync.ledger, tx, name), None) is not None for name in names)
    if not read:
        raise Declined(
            f"nothing of {sync.connection.name} was read yet, so there is nothing to plan from",
            "plan once without --offline, or name the ledger it was read into (--ledger)",
        )


def _grounded(sync: Sync, plan: Plan) -> Plan:
    """The plan with what else it stands on: the mappings, whom it reaches, what was asked for."""
    connection = sync.connection
    plan.grounds["mappings"] = _hash(connection.desk.workspace.book.digest)
    reached = {name: [port.system.base, *_reached(port.values)] for name, port in connection.ports.items()}
    plan.grounds["account"] = _hash(text_of(reached))
    plan.grounds[ONLY] = " ".join(sorted(sync.mappings))
    return plan


def _reached(values: object) -> list[str]:
    names = ("procore_host", "procore_company", "xero_host", "xero_tenant")
    return [str(values.get(name, "")) for name in names] if isinstance(values, dict) else []


# ---------------------------------------------------------------- doing it


def read_plan(path: Path) -> Plan:
    """The plan of a file. Declined for anything but a plan just as it was saved."""
    try:
        return opened(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise Declined(f"{path.name} is no plan", AGAIN) from None
    except Tampered as error:
        raise Declined(f"{path.name}: {error}", AGAIN) from None


def applied(connection: Connection, plan: Plan, progress: Progress = quiet, retry: bool = False) -> Report:
    """Does what a saved plan says, if nothing has moved under it. Declined otherwise: nothing is done."""
    if plan.customer != connection.name:
        raise Declined(f"this plan is of {plan.customer}, and not of {connection.name}", AGAIN)
    sync = Sync(connection, plan.grounds.get(ONLY, "").split(), retry=retry, progress=progress)
    ledger = connection.ledger
    with ledger.leased():
        ledger.run_begins(sync.run, "apply")
        before = sync.finish()
        seen = sync.read()
        moved = _moved(plan, _grounded(sync, sync.plan()))
        if moved:
            ledger.run_ends(sync.run, "refused", text_of({"moved": moved}))
            owed = f"{before.done} effects owed from before were sent first, and " if before.done else ""
            raise Declined(f"the plan is stale: {owed}{'; '.join(moved)}", AGAIN)
        report = sync.apply(plan)
        report.seen, report.finished_before = seen, before
        ledger.run_ends(sync.run, "done", text_of(summary(report)))
    return report


def _moved(saved: Plan, now: Plan) -> list[str]:
    """What makes the saved plan another one than would be made now."""
    found = [_said(text) for text in stale(saved, now)]
    if found:
        return found
    if digest_of(saved) == digest_of(now):
        return []
    before, after = _told(saved), _told(now)
    keys = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
    names = ", ".join(f"{mapping} {source_id}" for mapping, _, source_id in keys[:3])
    return [f"the same ground gives another plan now ({names}): the day or the version is another one"]


def _said(text: str) -> str:
    """The name of a stream as people say it: what was read of procore.company changed."""
    return text.replace("the read ", "what was read of ", 1) if text.startswith("the read ") else text


def _told(plan: Plan) -> dict[tuple[str, bool, str], str]:
    return {(a.mapping, a.back, a.source_id): digest_of(Plan(plan.customer, [a])) for a in plan.actions}


# ---------------------------------------------------------------- rehearsing


def rehearsed(
    connection: Connection,
    mappings: Sequence[str] = (),
    offline: bool = False,
    progress: Progress = quiet,
) -> list[Finding]:
    """Everything that would go wrong now, by cause. Nothing is sent.

    A record with one exact twin is a question; what follows from it is told as if the two were linked.
    """
    found: list[tuple[Ground, list[Action]]] = []
    sync = Sync(connection, mappings, progress=progress)

    def look_on(ground: Ground, actions: list[Action]) -> list[Action]:
        if not sync.mappings or ground.mapper.flow.name in sync.mappings:
            found.append((ground, actions))
        return [_as_if_linked(action) for action in actions]

    sync.decide = look_on
    sync.admission.asks = False
    _planned(sync, offline, "rehearse")
    return looked_through(found)


def _as_if_linked(action: Action) -> Action:
    twins = [one for one in action.candidates if one.score >= EXACT]
    if action.kind != ASK or action.back or len(twins) != 1:
        return action
    return replace(action, kind=LINK, target_id=twins[0].target_id)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
